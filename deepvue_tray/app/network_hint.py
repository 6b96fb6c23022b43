"""A hint that the network is back: a reason to look now, never a reason not to."""

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.core.errors import OfflineError
from deepvue_tray.core.snapshot import Snapshot


class NetworkHint(QObject):
    """Tells when the operating system thinks that the network is reachable again.

    Its library costs 4 MB, so it is loaded at the first trouble that it could help with.
    """

    back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    @Slot(object)
    def watch(self, snapshot: Snapshot) -> None:
        """Begin to listen where ``snapshot`` lacks a network."""
        if self._asked or not isinstance(snapshot.trouble, OfflineError):
            return
        self._asked = True
        from PySide6.QtNetwork import QNetworkInformation  # noqa: PLC0415

        self._online = QNetworkInformation.Reachability.Online
        if QNetworkInformation.loadDefaultBackend():
            QNetworkInformation.instance().reachabilityChanged.connect(self._on_reachability)

    @Slot(object)
    def _on_reachability(self, reachability: object) -> None:
        if reachability == self._online:
            self.back.emit()
