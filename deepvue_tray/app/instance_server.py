"""The first instance's socket, through which other starts let it show itself."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from deepvue_tray.app.single_instance import SingleInstance, line_of

logger = logging.getLogger(__name__)


class InstanceServer(QObject):
    """Listens until ``instance`` is closed, if that is the first instance.

    ``client_ids`` returns the client IDs of the wallets that are shown; it may be empty.
    """

    asked = Signal(str)
    """Emitted when another start asks for the window, with the client ID of the wallet that it
    wants to see; empty if any."""

    def __init__(self, instance: SingleInstance, client_ids: Callable[[], Sequence[str]]) -> None:
        super().__init__()
        self._client_ids = client_ids
        if not instance.is_holder():
            return  # The socket at the address may be another start's.
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        instance.before_close(self._close)
        # The socket of an instance that was killed is still there.
        QLocalServer.removeServer(instance.address())
        if not self._server.listen(instance.address()):
            logger.warning("Other starts cannot reach this one: %s.", self._server.errorString())

    @Slot()
    def _accept(self) -> None:
        while connection := self._server.nextPendingConnection():
            connection.disconnected.connect(connection.deleteLater)
            connection.readyRead.connect(partial(self._answer, connection))
            if connection.bytesAvailable():
                self._answer(connection)

    def _close(self) -> None:
        self._server.close()

    def _answer(self, connection: QLocalSocket) -> None:
        if not connection.canReadLine():
            return
        line, own = bytes(connection.readLine().data()), self._client_ids()
        first = own[0] if own else ""
        # No wallet is wanted if the other start gave up, or wants one that is not shown.
        wanted = next((each for each in ("", *own) if line == line_of(each)), None)
        connection.write(line_of(wanted or first))
        connection.disconnectFromServer()
        if wanted is not None:
            self.asked.emit(wanted)
