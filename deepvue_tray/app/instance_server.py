"""The first instance's socket, through which other starts let it show itself."""

import logging
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from deepvue_tray.app.single_instance import SingleInstance, line_of

logger = logging.getLogger(__name__)


class InstanceServer(QObject):
    """Listens until ``instance`` is closed, if that is the first instance.

    ``client_id`` returns the client ID of the wallet that is shown, empty where there is none.
    """

    asked = Signal()
    """Emitted when another start asks for the window."""

    def __init__(self, instance: SingleInstance, client_id: Callable[[], str]) -> None:
        super().__init__()
        self._client_id = client_id
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
        line, own = bytes(connection.readLine().data()), self._client_id()
        connection.write(line_of(own))
        connection.disconnectFromServer()
        # Not if the other start gave up or wants another wallet.
        if line in (line_of(""), line_of(own)):
            self.asked.emit()
