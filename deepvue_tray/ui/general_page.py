"""The settings page with what applies to all wallets."""

from datetime import time, timedelta

from PySide6.QtCore import QLocale, QSignalBlocker, QTime, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.settings import MAX_INTERVAL, MIN_INTERVAL, Settings
from deepvue_tray.ui.form_widgets import GAP_PX, CheckBox, Message, SpinBox, TimeEdit, row

_MINUTE = timedelta(minutes=1)

_NIGHT = QuietTime(time(22), time(7))
"""What is proposed while no quiet time is set."""


class GeneralPage(QWidget):
    """Edits the interval, the icon, the quiet time, and whether the tray starts at login.

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
        self._has_quiet_time = CheckBox(self.tr("&Quiet time:"))
        self._has_quiet_time.setToolTip(
            self.tr("Only critical and empty notify; other alerts wait for its end")
        )
        self._quiet_from = self._time_edit(self.tr("Quiet from"))
        self._quiet_until = self._time_edit(self.tr("Quiet until"))
        self._quiet_problem = Message()
        self._show_times(_NIGHT)
        for changed in (
            self._quiet_from.timeChanged,
            self._quiet_until.timeChanged,
            self._has_quiet_time.toggled,
        ):
            changed.connect(self._on_quiet_time)
        self._on_quiet_time()
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
        times = (self._quiet_from, QLabel("–"), self._quiet_until)  # noqa: RUF001 - an en dash
        column.addLayout(row(self._has_quiet_time, *times, stretch=True))
        column.addWidget(self._quiet_problem)
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
            # Switched off, the fields keep what they contain.
            if quiet := settings.quiet_time:
                self._show_times(quiet)
            self._has_quiet_time.setChecked(quiet is not None)

    def problem(self) -> str:
        """Return why the values that are shown are invalid; empty if they are not."""
        quiet = self._quiet_time()
        return self.tr("The two times must differ.") if quiet and quiet.start == quiet.end else ""

    def _show_times(self, quiet: QuietTime) -> None:
        for field, at in ((self._quiet_from, quiet.start), (self._quiet_until, quiet.end)):
            field.setTime(QTime(at.hour, at.minute))

    def _quiet_time(self) -> QuietTime | None:
        if not self._has_quiet_time.isChecked():
            return None
        return QuietTime(_time_of(self._quiet_from), _time_of(self._quiet_until))

    def _on_quiet_time(self) -> None:
        for field in (self._quiet_from, self._quiet_until):
            field.setEnabled(self._has_quiet_time.isChecked())
        self._quiet_problem.show_problem(self.problem())
        self.edited.emit("quiet_time", self._quiet_time())

    def _time_edit(self, name: str) -> TimeEdit:
        field = TimeEdit()
        field.setDisplayFormat(QLocale().timeFormat(QLocale.FormatType.ShortFormat))
        field.setAccessibleName(name)
        field.setToolTip(self._has_quiet_time.toolTip())
        return field


def _time_of(field: TimeEdit) -> time:
    return time(field.time().hour(), field.time().minute())
