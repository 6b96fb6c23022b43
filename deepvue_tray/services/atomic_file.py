"""Atomic replacement of files."""

import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from deepvue_tray.core.errors import StorageError

IN_USE_TIMEOUT_S = 1.0
"""How long a rename waits on Windows for another process that has the file open."""

IN_USE_RETRY_S = 0.02


def replace(path: Path, lines: Iterable[str], *, mode: int = 0o600) -> None:
    """Write a temporary file beside ``path``, flush it to the disk, and rename it to ``path``.

    Readers see the old or the new content, never a part. ``mode`` sets the new file's permissions.
    If ``path`` is a link, its target is replaced. A device or a pipe cannot be replaced: the lines
    are written to it. Raises StorageError, and leaves a regular file unchanged.
    """
    try:
        if _can_be_replaced(path):
            _replace_file(target_of(path), lines, mode)
        else:
            with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.writelines(lines)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None


def rename(path: Path, new: Path) -> None:
    """Rename a file, over another one if there is one.

    Windows refuses this while a process, such as a collector of metrics, has one of the two open:
    retries for up to a second. Raises OSError.
    """
    end = time.monotonic() + IN_USE_TIMEOUT_S
    while True:
        try:
            path.replace(new)
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > end:
                raise
            time.sleep(IN_USE_RETRY_S)
        else:
            return


def target_of(path: Path) -> Path:
    """Return ``path`` with all links resolved; it need not exist."""
    return Path(os.path.realpath(path))


def _can_be_replaced(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _replace_file(path: Path, lines: Iterable[str], mode: int) -> None:
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            # A file's name in a text may contain bytes that are not valid UTF-8.
            errors="backslashreplace",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}-",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        rename(temporary, path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
