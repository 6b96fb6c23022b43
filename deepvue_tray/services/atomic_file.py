"""Files that are replaced whole, or not at all."""

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
    """Write a file beside the one at ``path``, flush it to the disk, and rename it over that one.

    Whoever reads it finds the old text or the new one. ``mode`` is what the new file permits. A
    link stays a link: what it leads to is replaced. What is no regular file, such as a device or a
    pipe, cannot be replaced: the lines are written into it. Raises StorageError, and leaves a
    regular file as it was.
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

    Windows refuses this while any process has one of the two open, as a collector of metrics has
    for a moment: waits for up to a second. Raises OSError.
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
    """Return where the links at ``path`` lead to, if there are any; there need be nothing."""
    return Path(os.path.realpath(path))


def _can_be_replaced(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _replace_file(path: Path, lines: Iterable[str], mode: int) -> None:
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            # A file's name in a message may hold bytes that are no text.
            errors="backslashreplace",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}-",
            delete=False,
        ) as file:
            written = Path(file.name)
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(mode)
        rename(written, path)
    finally:
        if written is not None:
            written.unlink(missing_ok=True)
