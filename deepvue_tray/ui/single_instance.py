"""One tray a person: a second start shows what the first one has, and ends.

A lock file decides who is first; it names its process, so that the lock of one that was killed is
taken over. A local socket, open to the same user alone, carries "show yourself": the connection
itself is the whole message, so there is nothing in it to believe.
"""

import logging
import os
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QSocketNotifier, Signal

logger = logging.getLogger(__name__)

PATIENCE = 800
"""Milliseconds for the first instance to answer; it may still be starting."""


class SingleInstance(QObject):
    """This start of the program, among others of the same user that keep to the same ``folder``.

    Nobody else may write to the folder.
    """

    asked = Signal()
    """Another start asks this one to show itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._lock = QLockFile(str(self._folder / "deepvue-tray.lock"))
        # Never by age: a tray runs for months.
        self._lock.setStaleLockTime(0)
        self._closing = ExitStack()

    def is_first(self) -> bool:
        """Say whether no other start runs; where that cannot be told, rather run twice."""
        if self._lock.tryLock(0):
            # Ends last: what lies at the socket's address is removed by the first alone.
            self._closing.callback(self._lock.unlock)
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        logger.warning("No lock can be made in %s.", self._folder)
        return True

    def listen(self) -> None:
        """Begin to hear other starts; only the first instance may."""
        if not self._lock.isLocked():
            return  # What lies at the address may be another start's.
        try:
            if sys.platform == "win32":
                self.listen_with_qt()
            else:
                self._listen()
        except OSError as error:
            logger.warning("Other starts cannot be heard: %s.", error)

    def _listen(self) -> None:
        import socket  # noqa: PLC0415 - 2 ms, which the icon need not wait for

        address = Path(self._address())
        address.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        self._closing.callback(listener.close)
        listener.setblocking(False)
        listener.bind(str(address))
        self._closing.callback(address.unlink, missing_ok=True)
        # Nobody can connect before it listens.
        address.chmod(0o600)
        listener.listen()

        def accept() -> None:
            with suppress(OSError):  # gone again
                listener.accept()[0].close()
                self.asked.emit()

        notifier = QSocketNotifier(listener.fileno(), QSocketNotifier.Type.Read, self)
        self._closing.callback(notifier.setEnabled, False)
        notifier.activated.connect(accept)

    def listen_with_qt(self) -> None:
        """Do the same where Python has no such sockets: Qt's network library takes 3 MB.

        Raises OSError.
        """
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - for its memory, see above

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._closing.callback(server.close)

        def accept() -> None:
            while connection := server.nextPendingConnection():
                connection.abort()
                connection.deleteLater()
                self.asked.emit()

        server.newConnection.connect(accept)
        QLocalServer.removeServer(self._address())
        if not server.listen(self._address()):
            raise OSError(server.errorString())

    def close(self) -> None:
        """Hear no other starts any more, and let the next one be the first."""
        self._closing.close()

    def show_first(self) -> bool:
        """Ask the first instance to show itself; False where it did not answer in time."""
        from PySide6.QtCore import QDeadlineTimer  # noqa: PLC0415 - a second start's alone
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - likewise

        deadline = QDeadlineTimer(PATIENCE)
        socket = QLocalSocket()
        while not deadline.hasExpired():
            socket.connectToServer(self._address())
            if socket.waitForConnected(deadline.remainingTime()):
                socket.disconnectFromServer()
                return True
        return False

    def _address(self) -> str:
        if sys.platform == "win32":
            # Pipes share one name space across users; the folder is each user's own.
            import hashlib  # noqa: PLC0415 - on Windows alone

            return "deepvue-tray-" + hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
        return str(self._folder / "deepvue-tray.socket")
