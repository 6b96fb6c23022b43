"""The settings page with what applies to all wallets."""

from datetime import timedelta

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from deepvue_tray.core.settings import MAX_INTERVAL, MIN_INTERVAL, Settings
from deepvue_tray.ui.form_widgets import GAP_PX, CheckBox, SpinBox, row

_MINUTE = timedelta(minutes=1)


class GeneralPage(QWidget):
    """Edits the interval, the icon, and whether the tray starts at login.

    ``edited`` carries the name of a field of ``Settings`` and its new value.
    """

    edited = Signal(str, object)

    def __init__(self, *, starts_at_login: bool) -> None:
        super().__init__()
        self._interval = SpinBox(
            minimum=MIN_INTERVAL // _MINUTE,
            maximum=MAX_INTERVAL // _MINUTE,
            suffix=self.tr(" min"),
        )
        self._interval.setToolTip(self.tr("The time from one request to the next"))
        self._interval.valueChanged.connect(
            lambda minutes: self.edited.emit("interval", minutes * _MINUTE)
        )
        self._at_login = CheckBox(self.tr("Start at lo&gin"))
        self._at_login.setToolTip(self.tr("On this computer"))
        self._at_login.setChecked(starts_at_login)
        self._number_icon = CheckBox(self.tr("Show the &balance on the icon instead of a gauge"))
        self._number_icon.setToolTip(self.tr("In short: 6.4k"))
        self._number_icon.toggled.connect(lambda on: self.edited.emit("number_icon", on))
        label = QLabel(self.tr("Refresh &every:"))
        label.setBuddy(self._interval)
        form = QFormLayout()
        form.addRow(label, row(self._interval, stretch=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addLayout(form)
        column.addWidget(self._at_login)
        column.addWidget(self._number_icon)
        column.addStretch()

    @property
    def starts_at_login(self) -> bool:
        """Whether the tray shall start at login."""
        return self._at_login.isChecked()

    def show_settings(self, settings: Settings) -> None:
        """Show the values of ``settings``; the interval in whole minutes."""
        with QSignalBlocker(self):
            self._interval.setValue(settings.interval // _MINUTE)
            self._number_icon.setChecked(settings.number_icon)
