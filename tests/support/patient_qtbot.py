"""pytest-qt's bot with the timeout of the other tests."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker

from tests.support.timeouts import TIMEOUT_S

_TIMEOUT_MS = int(TIMEOUT_S * 1000)


class PatientQtBot(QtBot):
    """Waits up to a minute; pytest-qt waits five seconds."""

    def waitUntil(  # noqa: N802 - pytest-qt's name
        self, callback: Callable[[], bool | None], *, timeout: int = _TIMEOUT_MS
    ) -> None:
        """Wait at most ``timeout`` ms until ``callback`` returns True, or None without an error."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(  # noqa: N802 - pytest-qt's name
        self, signal: Any, *, timeout: int = _TIMEOUT_MS, **options: Any
    ) -> SignalBlocker:
        """Wait at most ``timeout`` ms for ``signal``."""
        return super().waitSignal(signal, timeout=timeout, **options)
