"""Standard output, which may be full, closed, or unable to show a character."""

import errno
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper

from deepvue_tray.core.errors import StorageError


def show_any_text() -> None:
    r"""Write a character that standard output's encoding lacks as ``\xfc`` instead of failing."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def write(lines: Iterable[str] = ()) -> None:
    """Write lines, and what was printed before, to standard output, and wait until it has them.

    Raises StorageError where it takes no more, and BrokenPipeError where nobody reads it.
    """
    if sys.stdout is None:  # a program without a console, on Windows
        return
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except OSError as error:
        _discard()
        # Windows' C library says of a pipe that nobody reads that the argument is invalid.
        if isinstance(error, BrokenPipeError) or (
            sys.platform == "win32" and error.errno == errno.EINVAL
        ):
            raise BrokenPipeError from None
        raise StorageError(f"standard output: {error.strerror}") from None


def write_error(error: object) -> None:
    """Write a line to standard error; where that is full too, the exit status says enough."""
    with suppress(OSError):
        print(error, file=sys.stderr)


def _discard() -> None:
    """Drop what is still to be written: Python tries once more at its end, and may not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
