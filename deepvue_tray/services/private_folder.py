"""Folders that are one user's alone."""

import os
import sys
from pathlib import Path


def make(folder: Path) -> None:
    """Make a folder and what is missing above it, for this user alone whatever the umask.

    What is there already stays as it is. Raises OSError.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def is_private(folder: Path) -> bool:
    """Say whether a folder is there, is this user's own, and can be written by nobody else."""
    try:
        found = folder.stat()
    except OSError:
        return False
    if sys.platform == "win32":  # which keeps a user's folders private by other means
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022
