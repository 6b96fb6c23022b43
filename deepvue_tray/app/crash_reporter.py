"""Our own bugs: logged with every frame, told once, and survived."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QObject, Signal

logger = logging.getLogger(__name__)


class CrashReporter(QObject):
    """Hears of every exception that nobody took, on any thread and in any finalizer."""

    first = Signal()
    """There was one, for the first time; the log says which."""

    def __init__(self) -> None:
        super().__init__()
        self._told = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Take the place of what prints such exceptions, as long as the context lasts."""
        hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._on_fault
        threading.excepthook = self._on_fault_elsewhere
        sys.unraisablehook = self._on_fault_elsewhere
        try:
            yield
        finally:
            sys.excepthook, threading.excepthook, sys.unraisablehook = hooks

    def _on_fault(
        self,
        kind: type[BaseException],
        error: BaseException,
        frames: TracebackType | None,
    ) -> None:
        logger.error("A fault of deepvue-tray's own.", exc_info=(kind, error, frames))
        if not self._told:
            self._told = True
            self.first.emit()

    def _on_fault_elsewhere(
        self, fault: "threading.ExceptHookArgs | sys.UnraisableHookArgs"
    ) -> None:
        if fault.exc_value is not None:
            self._on_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)
