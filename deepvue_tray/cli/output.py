"""Standard output and standard error, with their errors."""

import errno
import os
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import TextIO

from deepvue_tray.core.errors import StorageError


class UsageError(Exception):
    """The command needs another option; the text says which, and ends the program's output."""


def escape_unencodable() -> None:
    r"""Write characters that standard output's encoding lacks as ``\xfc``."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def encode_as_utf_8() -> None:
    """Write UTF-8 to standard output, whatever the locale, because a format requires it."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def write(lines: Iterable[str] = ()) -> None:
    """Write lines to standard output, and flush it.

    Raises StorageError if writing fails, and BrokenPipeError for a closed pipe.
    """
    if sys.stdout is None:  # a program without a console, on Windows
        return
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        # For a pipe without a reader, Windows' C library reports an invalid argument.
        if isinstance(error, BrokenPipeError) or (
            sys.platform == "win32" and error.errno == errno.EINVAL
        ):
            raise BrokenPipeError from None
        raise StorageError(f"standard output: {error.strerror}") from None


def write_error(error: object) -> None:
    """Write a line to standard error, and ignore errors of writing."""
    if sys.stderr is None:  # a program without a console, on Windows
        return
    try:
        print(error, file=sys.stderr, flush=True)
    except OSError:
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Redirect a stream to the null device, because Python flushes it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
