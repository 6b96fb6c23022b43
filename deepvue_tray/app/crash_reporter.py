"""Reports unhandled exceptions: logs each with its traceback, and emits a signal for the first."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QObject, Signal

logger = logging.getLogger(__name__)


class CrashReporter(QObject):
    """Handles the unhandled exceptions of all threads and of finalizers."""

    crashed = Signal()
    """Emitted for the first exception; the log has its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._is_reported = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace Python's hooks for such exceptions within the context."""
        hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._on_error
        threading.excepthook = self._on_other_error
        sys.unraisablehook = self._on_other_error
        try:
            yield
        finally:
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    def _on_error(
        self,
        kind: type[BaseException],
        error: BaseException,
        frames: TracebackType | None,
    ) -> None:
        logger.error("Unhandled exception.", exc_info=(kind, error, frames))
        if not self._is_reported:
            self._is_reported = True
            self.crashed.emit()

    def _on_other_error(
        self, unhandled: "threading.ExceptHookArgs | sys.UnraisableHookArgs"
    ) -> None:
        if unhandled.exc_value is not None:
            self._on_error(unhandled.exc_type, unhandled.exc_value, unhandled.exc_traceback)
