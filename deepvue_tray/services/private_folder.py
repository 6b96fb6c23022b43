"""Folders that only the current user can access."""

import os
import sys
from pathlib import Path


def make(folder: Path) -> None:
    """Create a folder and its missing parents for the current user only, with any umask.

    Existing folders stay unchanged. Raises OSError.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def is_private(folder: Path) -> bool:
    """Return whether a folder exists and only the current user owns it and can write to it."""
    try:
        status = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32":  # Windows protects a user's folders by access control lists
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
