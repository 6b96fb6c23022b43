"""SIGINT and SIGTERM quit the program as its menu does.

Python runs signal handlers between two of its own instructions, and none while Qt waits. Therefore
the interpreter also writes each signal's number to a socket, which wakes Qt.
"""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier


@contextmanager
def unix_signals(quit_now: Callable[[], object]) -> Iterator[None]:
    """Call ``quit_now`` on the GUI thread for each signal within the context."""
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

        def on_signal() -> None:
            reader.recv(64)
            quit_now()

        notifier.activated.connect(on_signal)
        wakeup = signal.set_wakeup_fd(writer.fileno())
        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            numbers.append(signal.SIGBREAK)  # Ctrl+Break, or the end of the console
        handlers = [signal.signal(number, lambda *_: None) for number in numbers]
        try:
            yield
        finally:
            notifier.setEnabled(False)
            signal.set_wakeup_fd(wakeup)
            for number, handler in zip(numbers, handlers, strict=True):
                signal.signal(number, handler)
