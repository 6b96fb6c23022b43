"""One tray a person: a second start shows what the first one has, and ends.

A lock file decides who is first; it names its process, so that the lock of one that was killed is
taken over. A local socket, open to the same user alone, carries "show yourself": the connection
itself is the whole message, so there is nothing in it to believe.
"""

import logging
import os
import sys
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, Signal, Slot

logger = logging.getLogger(__name__)

PATIENCE = 800
"""Milliseconds for the first instance to answer; it may still be starting."""


class SingleInstance(QObject):
    """This start of the program, among others of the same user that keep to the same folder."""

    asked = Signal()
    """Another start asks this one to show itself."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._folder = folder or _folder()
        self._lock = QLockFile(str(self._folder / "deepvue-tray.lock"))
        # Never by age: a tray runs for months.
        self._lock.setStaleLockTime(0)

    def is_first(self) -> bool:
        """Say whether no other start runs; where that cannot be told, rather run twice."""
        if self._lock.tryLock(0):
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        logger.warning("No lock can be made in %s.", self._folder)
        return True

    def listen(self) -> None:
        """Begin to hear other starts; only the first instance may."""
        # Loaded here: 12 ms, which the icon need not wait for.
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415

        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(self._address())
        if not self._server.listen(self._address()):
            logger.warning("Other starts cannot be heard: %s.", self._server.errorString())

    def show_first(self) -> bool:
        """Ask the first instance to show itself; False where it did not answer in time."""
        from PySide6.QtCore import QDeadlineTimer  # noqa: PLC0415
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415

        deadline = QDeadlineTimer(PATIENCE)
        socket = QLocalSocket()
        while not deadline.hasExpired():
            socket.connectToServer(self._address())
            if socket.waitForConnected(deadline.remainingTime()):
                socket.disconnectFromServer()
                return True
        return False

    @Slot()
    def _on_connection(self) -> None:
        while connection := self._server.nextPendingConnection():
            connection.abort()
            connection.deleteLater()
            self.asked.emit()

    def _address(self) -> str:
        if sys.platform == "win32":
            # Pipes share one name space across users; the folder is each user's own.
            import hashlib  # noqa: PLC0415 - on Windows alone

            return "deepvue-tray-" + hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return str(self._folder / "deepvue-tray.socket")


def _folder() -> Path:
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime)
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    folder = Path(data, "deepvue-tray")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
