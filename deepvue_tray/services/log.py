"""The program's log: a rotating file, and the terminal.

Only this package's loggers are written. Those of libraries are not, because they may log headers
and addresses. Of exceptions of other packages only class and frames are written, because their
text may quote a secret.
"""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.services import private_folder

MAX_FILE_BYTES = 1_000_000
"""The size at which a new file is started."""

BACKUP_COUNT = 2
"""Older files beside the current one: three in all."""

_package_logger = logging.getLogger("deepvue_tray")

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(logging.Formatter):
    """Formats exceptions without the text of other packages' errors."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - logging's name
        """Return the frames and classes of an exception and its causes, newest last."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            text = f": {error}" if isinstance(error, DeepvueError) else ""
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.insert(0, f"{frames}{type(error).__qualname__}{text}")
            error = error.__cause__ or error.__context__
        return "\n".join(parts)


def to_terminal(*, verbose: bool) -> None:
    """Log warnings to standard error, and all other levels too if ``verbose``."""
    if sys.stderr is None:  # a program without a console, on Windows
        return
    handler = logging.StreamHandler()
    handler.setLevel(logging.DEBUG if verbose else logging.WARNING)
    handler.setFormatter(Formatter("%(asctime)s %(message)s" if verbose else "%(message)s"))
    _add_handler(handler)


def to_file(path: Path) -> None:
    """Log everything to ``path`` and BACKUP_COUNT older files; times are local.

    Logs a warning if the file cannot be written.
    """
    # Imported here: 6 ms, and the first icon is shown before there is a log file.
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415

    try:
        private_folder.make(path.parent)
        handler = RotatingFileHandler(
            path,
            maxBytes=MAX_FILE_BYTES,
            backupCount=BACKUP_COUNT,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError as error:
        _package_logger.warning("The log cannot be written to %s: %s.", path, error.strerror)
        return
    handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _add_handler(handler)


def _add_handler(handler: logging.Handler) -> None:
    # With a full disk, logging would print a traceback for each record.
    logging.raiseExceptions = False
    _package_logger.setLevel(logging.DEBUG)
    _package_logger.propagate = False
    _package_logger.addHandler(handler)
