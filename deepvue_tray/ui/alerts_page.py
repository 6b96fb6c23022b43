"""The settings page with the alerts of the selected wallet."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.ui.form_widgets import GAP_PX, CheckBox, ComboBox


class AlertsPage(QWidget):
    """Shows which alerts of the selected wallet are switched on.

    Where there are several wallets, a chooser selects one. ``edited`` carries the set of alerts
    that are on; ``selected`` a client ID.
    """

    edited = Signal(frozenset)
    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._wallets: tuple[WalletSettings, ...] = ()
        self._chooser = ComboBox()
        self._chooser.setToolTip(self.tr("The wallet whose alerts are shown"))
        self._chooser.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._chooser.setMinimumContentsLength(20)
        self._chooser.currentIndexChanged.connect(self._on_chosen)
        label = QLabel(self.tr("Alerts o&f:"))
        label.setBuddy(self._chooser)
        self._form = QFormLayout()
        self._form.addRow(label, self._chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addLayout(self._form)
        self._heading = QLabel(self.tr("Notify about:"))
        column.addWidget(self._heading)
        self._alerts = {alert: self._check_box(*texts) for alert, texts in self._labels().items()}
        for check_box in self._alerts.values():
            column.addWidget(check_box)
        column.addStretch()

    def show_wallets(self, settings: Settings, client_id: str) -> None:
        """Show the alerts of the wallet ``client_id``, which is one of ``settings``."""
        with QSignalBlocker(self):
            self._wallets = settings.wallets
            has_several = len(self._wallets) > 1
            self._form.setRowVisible(self._chooser, has_several)
            self._heading.setVisible(not has_several)
            self._chooser.clear()
            self._chooser.addItems([wallet.name for wallet in self._wallets])
            index = [wallet.client_id for wallet in self._wallets].index(client_id)
            self._chooser.setCurrentIndex(index)
            for alert, check_box in self._alerts.items():
                check_box.setChecked(alert in self._wallets[index].alerts)

    def _labels(self) -> dict[Alert, tuple[str, str]]:
        """Return the label and the explanation of each alert."""
        return {
            Alert.LOW: (self.tr("Low"), self.tr("The low threshold is reached")),
            Alert.CRITICAL: (self.tr("Critical"), self.tr("The critical threshold is reached")),
            Alert.EMPTY: (self.tr("Empty"), self.tr("No credits are left")),
            Alert.TOP_UP: (self.tr("Credits added"), self.tr("The balance has risen")),
            Alert.FAST_SPENDING: (
                self.tr("Spending far faster than usual"),
                self.tr("Compared with the wallet's usual spending"),
            ),
            Alert.REJECTED: (
                self.tr("Credentials refused"),
                self.tr("The server does not accept them"),
            ),
            Alert.NO_DATA: (
                self.tr("Balance unknown for an hour"),
                self.tr("Time asleep does not count"),
            ),
        }

    def _check_box(self, label: str, explanation: str) -> CheckBox:
        check_box = CheckBox(label)
        check_box.setToolTip(explanation)
        check_box.toggled.connect(self._on_toggled)
        return check_box

    def _on_chosen(self, index: int) -> None:
        if index >= 0:
            self.selected.emit(self._wallets[index].client_id)

    def _on_toggled(self) -> None:
        self.edited.emit(frozenset(a for a, box in self._alerts.items() if box.isChecked()))
