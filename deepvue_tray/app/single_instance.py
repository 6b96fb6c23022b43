"""One tray for each user: a second start lets the first one show itself, and ends.

A lock file decides which start is the first. It names its process, so that the lock of a killed
process is taken over. The second start sends one line to the first one's local socket, which only
the same user can open: the client ID that it wants to see, or an empty one. The response is that
client ID if the first one shows its wallet, otherwise the client ID of one that it shows.
"""

import ctypes
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCryptographicHash, QDeadlineTimer, QLockFile

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 30.0
"""For the response of the first instance, which may still be starting on a busy machine."""

RETRY_S = 0.05
"""Between two attempts to reach the first instance."""

NAME_TIMEOUT_MS = 1000
"""For the process ID in a lock file that another start is just creating."""


class SingleInstance:
    """This start of the program, among all of the same user, which use the same ``folder``.

    No other user may write to the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = QLockFile(str(self._folder / "deepvue-tray.lock"))
        # A lock never expires, as a tray runs for months.
        self._lock.setStaleLockTime(0)
        self._closing = ExitStack()

    def is_first(self) -> bool:
        """Return whether no other start runs; also True if no lock can be made."""
        if self._lock.tryLock(0):
            # Released last: only its holder removes what is at the socket's address.
            self._closing.callback(self._lock.unlock)
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError and self._is_held():
            return False
        logger.warning("No lock can be made in %s.", self._folder)
        return True

    def _is_held(self) -> bool:
        """Return whether the lock names its process, which one that Windows refuses does not."""
        deadline = QDeadlineTimer(NAME_TIMEOUT_MS)
        while not (process_id := self._lock.getLockInfo()[0]) and not deadline.hasExpired():
            time.sleep(RETRY_S)
        return process_id != 0

    def is_holder(self) -> bool:
        """Return whether this start holds the lock: only then is the address its own."""
        return self._lock.isLocked()

    def before_close(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` before the lock is released."""
        self._closing.callback(callback)

    def close(self) -> None:
        """Let the next start be the first one."""
        self._closing.close()

    def show_first(self, client_id: str, within_s: float = ANSWER_TIMEOUT_S) -> str | None:
        """Let the first instance show itself.

        It does so if one of its wallets is that of ``client_id``, or if that is empty. Returns
        ``client_id``, or the client ID of another wallet of the first instance, empty if it has
        none; or None if it has ended and this start has become the first. Raises TimeoutError if
        it does not respond.
        """
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - 10 ms, for a second start only

        if sys.platform == "win32":
            # Only the program that the person has just started may bring another to the front.
            ctypes.windll.user32.AllowSetForegroundWindow(self._lock.getLockInfo()[0])
        deadline = QDeadlineTimer(round(within_s * 1000))
        socket = QLocalSocket()
        while not deadline.hasExpired():
            socket.abort()
            socket.connectToServer(self.address())
            is_reached = socket.waitForConnected(deadline.remainingTime())
            if is_reached:
                line = _response_to(socket, client_id, deadline.remainingTime())
                if line is not None:
                    return line
            time.sleep(RETRY_S)
            if self.is_first():
                return None
        raise TimeoutError

    def address(self) -> str:
        """Return the address of the first instance's socket."""
        if sys.platform == "win32":
            # All users share the names of pipes; each has a folder of their own.
            digest = QCryptographicHash.hash(
                os.fsencode(self._folder), QCryptographicHash.Algorithm.Sha256
            )
            return "deepvue-tray-" + bytes(digest.toHex().data()).decode()[:16]
        return str(self._folder / "deepvue-tray.socket")


def line_of(client_id: str) -> bytes:
    """Return the line that carries a client ID, which may be empty."""
    return client_id.encode() + b"\n"


def _response_to(socket: "QLocalSocket", client_id: str, milliseconds: int) -> str | None:
    """Return the first instance's response without its end of line, or None without a response."""
    socket.write(line_of(client_id))
    while not socket.canReadLine():
        if not socket.waitForReadyRead(milliseconds):
            return None
    return bytes(socket.readLine().data()).decode().strip()
