"""What the program writes of its own doings: to a rotating file, and to the terminal.

Only this package's own loggers are heard; libraries, which know headers and addresses, are not.
Of a foreign exception only the kind and the frames are written: its text may quote what it choked
on. So no secret can come into a log, whatever goes wrong.
"""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.services import private_folder

LARGEST_FILE = 1_000_000
"""Bytes, after which a new file is begun."""

OLDER_FILES = 2
"""Kept beside the one that is written: three in all."""

_ours = logging.getLogger("deepvue_tray")

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """One line a record, and an exception without the words of others."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's name
        """Return the frames of an exception and of its causes, newest last."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            words = f": {error}" if isinstance(error, DeepvueError) else ""
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{type(error).__qualname__}{words}")
            error = error.__cause__ or error.__context__
        return "\n".join(parts)


def to_terminal(*, verbose: bool) -> None:
    """Write warnings to standard error, and with ``verbose`` all the rest."""
    if sys.stderr is None:  # a program without a console, on Windows
        return
    handler = logging.StreamHandler()
    handler.setLevel(logging.DEBUG if verbose else logging.WARNING)
    handler.setFormatter(Formatter("%(asctime)s %(message)s" if verbose else "%(message)s"))
    _hear(handler)


def to_file(path: Path) -> None:
    """Write everything to ``path`` and two older files; without a place for it, say so and go on.

    Times are local.
    """
    # Loaded here: 6 ms, and the first frame has no log file yet.
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415

    try:
        private_folder.make(path.parent)
        handler = RotatingFileHandler(
            path,
            maxBytes=LARGEST_FILE,
            backupCount=OLDER_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        _ours.warning("No log can be written to %s: %s.", path, error.strerror)
        return
    handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _hear(handler)


def _hear(handler: logging.Handler) -> None:
    # A full disk must not fill the terminal with logging's own complaints.
    logging.raiseExceptions = False
    _ours.setLevel(logging.DEBUG)
    _ours.propagate = False
    _ours.addHandler(handler)
