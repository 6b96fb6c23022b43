"""Reports when the network is reachable again: a reason to poll, never a reason not to."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QNetworkInformation

from deepvue_tray.core.errors import OfflineError
from deepvue_tray.core.overview import Overview


class NetworkHint(QObject):
    """Watches the network's state from the first failed connection on."""

    back = Signal()
    """Emitted when the operating system reports that the network is reachable again."""

    def __init__(self) -> None:
        super().__init__()
        self._is_listening = False

    @Slot(object)
    def watch(self, overview: Overview) -> None:
        """Begin to watch if a wallet has an error of the connection."""
        is_offline = any(isinstance(s.trouble, OfflineError) for s in overview.snapshots)
        if self._is_listening or not is_offline:
            return
        self._is_listening = True
        self._online = QNetworkInformation.Reachability.Online
        if QNetworkInformation.loadDefaultBackend():
            QNetworkInformation.instance().reachabilityChanged.connect(self._on_reachability)

    @Slot(object)
    def _on_reachability(self, reachability: object) -> None:
        if reachability == self._online:
            self.back.emit()
