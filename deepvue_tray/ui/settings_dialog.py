"""The settings window: credentials, thresholds, interval, alerts, desktop.

Slow operations are requested by signal; the window keeps the typed values until it receives the
outcome.
"""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QMargins, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import (
    AccountError,
    DeepvueError,
    InvalidInputError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import (
    MAX_INTERVAL,
    MIN_INTERVAL,
    Settings,
    problems,
)
from deepvue_tray.ui import texts
from deepvue_tray.ui.credentials_box import CredentialsBox
from deepvue_tray.ui.form_widgets import (
    CheckBox,
    Message,
    align_labels,
    button_box,
    row,
)
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.scroll_area import ScrollingDialog
from deepvue_tray.ui.threshold_field import ThresholdField
from deepvue_tray.ui.translation import translate
from deepvue_tray.ui.windows import redraw_when_resized

_MINUTE = timedelta(minutes=1)
_DEFAULTS = Settings()


class SettingsDialog(ScrollingDialog):
    """Edits ``settings``.

    ``from_environment`` tells that the environment's credentials take precedence,
    ``starts_at_login`` whether the tray starts at login at present. ``notice`` is an error to show
    on opening. Credentials are carried as typed: both values, a client ID alone whose secret the
    keyring holds, or None for those in use. ``test_requested`` carries the credentials to test;
    ``save_requested`` carries the settings, the credentials, whether to keep the credentials for
    this session only, and whether to start at login; ``remove_requested`` carries the client ID
    whose secret is to be removed. One change runs at a time. A window that was closed during a
    change opens again if the change fails.
    """

    # Credentials are ``Credentials | str | None``, for which a signal has no type but object.
    test_requested = Signal(object)
    save_requested = Signal(Settings, object, bool, bool)
    remove_requested = Signal(str)

    def __init__(
        self,
        settings: Settings,
        *,
        from_environment: bool,
        starts_at_login: bool = False,
        prefix: str = "",
        notice: DeepvueError | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._is_changing = False
        self._focused: QWidget | None = None
        title = self.tr("Settings")
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._failure = Message()
        groups = QWidget()
        column = QVBoxLayout(groups)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._credentials_box(from_environment=from_environment))
        column.addWidget(self._monitoring_box())
        column.addWidget(self._alerts_box())
        column.addWidget(self._desktop_box(starts_at_login=starts_at_login))
        align_labels(groups)
        self._groups = groups
        self.lay_out(groups, [self._failure, self._button_box()], QMargins(16, 16, 16, 16), 12)
        # Set in the dialog: otherwise it is lost once another button has had the focus.
        self._save.setDefault(True)
        self._validate()
        if notice:
            self._failure.show_text(texts.error_text(notice))
        keep_readable(self)
        redraw_when_resized(self)

    def show_tested(self, reading: Reading) -> None:
        """Show the balance that the tested credentials gave."""
        self._credentials.show_tested(reading)

    def show_test_failed(self, error: DeepvueError) -> None:
        """Show below the credentials why the test failed."""
        self._credentials.show_test_failed(error)

    def show_save_failed(self, error: DeepvueError) -> None:
        """Show why nothing was saved; keep the input, and offer to keep it for this session."""
        self.show_remove_failed(error)
        can_keep = isinstance(error, AccountError) and self._credentials.has_secret
        self._for_session.setVisible(can_keep)

    def show_remove_failed(self, error: DeepvueError) -> None:
        """Show why the secret was not removed."""
        self._end_change()
        self._failure.show_text("✗ " + self._credentials.explanation_of(error))

    def show_removed(self) -> None:
        """Show that the secret was removed; other edits stay, to be saved or not."""
        if self.isHidden():
            self._set_changing(False)
            self.reject()
            return
        self._settings = replace(self._settings, client_id="")
        self._end_change()
        self._credentials.show_removed()

    def stop_waiting(self) -> None:
        """Return to editing when the change or test in progress has no outcome to show."""
        self._credentials.end_test()
        self._end_change()

    def done(self, result: int) -> None:
        """Close, and clear the secret from the widget."""
        if self._is_changing and result == QDialog.DialogCode.Rejected:
            # Hidden only: a failed change opens the window again, with the input.
            self.hide()
            return
        self._credentials.clear_secret()
        super().done(result)
        self.deleteLater()

    def _credentials_box(self, *, from_environment: bool) -> QWidget:
        box = CredentialsBox(self._settings.client_id, from_environment=from_environment)
        box.edited.connect(self._validate)
        box.test_requested.connect(self.test_requested)
        box.remove_requested.connect(self._on_remove)
        box.result_shown.connect(self._scroll_to_result)
        self._credentials = box
        return box

    def _monitoring_box(self) -> QWidget:
        settings = self._settings
        self._low = ThresholdField(
            self.tr("Low, in credits"), settings.low, _DEFAULTS.low, in_days=False
        )
        self._low_days = ThresholdField(
            self.tr("Low, in days"), settings.low_days, _DEFAULTS.low_days, in_days=True
        )
        self._critical = ThresholdField(
            self.tr("Critical, in credits"), settings.critical, _DEFAULTS.critical, in_days=False
        )
        self._critical_days = ThresholdField(
            self.tr("Critical, in days"),
            settings.critical_days,
            _DEFAULTS.critical_days,
            in_days=True,
        )
        for threshold in (self._low, self._low_days, self._critical, self._critical_days):
            threshold.changed.connect(self._validate)
        self._problem = Message()
        self._interval = QSpinBox(
            minimum=MIN_INTERVAL // _MINUTE,
            maximum=MAX_INTERVAL // _MINUTE,
            suffix=self.tr(" min"),
            value=settings.interval // _MINUTE,
        )
        self._interval.setToolTip(self.tr("The time from one request to the next"))
        self._initial_interval = self._interval.value()
        box = QGroupBox(self.tr("Monitoring"))
        form = QFormLayout(box)
        for text, in_credits, in_days in (
            (self.tr("&Low at:"), self._low, self._low_days),
            (self.tr("Critic&al at:"), self._critical, self._critical_days),
        ):
            label = QLabel(text)
            label.setBuddy(in_credits.field)
            form.addRow(label, row(in_credits, QLabel(self.tr("or")), in_days))
        form.addRow("", self._problem)
        interval_label = QLabel(self.tr("Refresh &every:"))
        interval_label.setBuddy(self._interval)
        form.addRow(interval_label, row(self._interval, stretch=True))
        return box

    def _alerts_box(self) -> QWidget:
        labels = {
            Alert.LOW: (self.tr("Low"), self.tr("The low threshold is reached")),
            Alert.CRITICAL: (self.tr("Critical"), self.tr("The critical threshold is reached")),
            Alert.EMPTY: (self.tr("Empty"), self.tr("Nothing is left")),
            Alert.TOP_UP: (self.tr("Credits added"), self.tr("The balance has risen")),
            Alert.FAST_SPENDING: (
                self.tr("Spending far faster than usual"),
                self.tr("Compared with the wallet's usual spending"),
            ),
            Alert.REJECTED: (
                self.tr("Credentials refused"),
                self.tr("The server no longer accepts them"),
            ),
            Alert.NO_DATA: (
                self.tr("Balance unknown for an hour"),
                self.tr("Counts only the time when the computer is awake"),
            ),
        }
        box = QGroupBox(self.tr("Notify about"))
        grid = QGridLayout(box)
        self._alerts = {alert: CheckBox(label) for alert, (label, _) in labels.items()}
        for index, (alert, check_box) in enumerate(self._alerts.items()):
            check_box.setToolTip(labels[alert][1])
            check_box.setChecked(alert in self._settings.alerts)
            # The first column holds the short labels.
            grid.addWidget(check_box, index % 4, index // 4)
        grid.setColumnStretch(1, 1)
        return box

    def _desktop_box(self, *, starts_at_login: bool) -> QWidget:
        self._at_login = CheckBox(self.tr("Start at lo&gin"))
        self._at_login.setToolTip(self.tr("The current state on this computer"))
        self._at_login.setChecked(starts_at_login)
        self._number_icon = CheckBox(self.tr("Show the &balance on the icon instead of a gauge"))
        self._number_icon.setToolTip(self.tr("Shortened, such as 6.4k"))
        self._number_icon.setChecked(self._settings.number_icon)
        box = QGroupBox(self.tr("Desktop"))
        layout = QVBoxLayout(box)
        layout.addWidget(self._at_login)
        layout.addWidget(self._number_icon)
        return box

    def _button_box(self) -> QWidget:
        buttons = button_box(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self._for_session = buttons.addButton(
            self.tr("&Keep for this session only"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self._for_session.setVisible(False)
        self._for_session.clicked.connect(lambda: self._on_save(session_only=True))
        buttons.accepted.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        return buttons

    def _edited(self) -> Settings:
        """Return the settings in the fields; an unchanged interval keeps its seconds."""
        is_interval_edited = self._interval.value() != self._initial_interval
        return replace(
            self._settings,
            low=self._low.value(),
            low_days=self._low_days.value(),
            critical=self._critical.value(),
            critical_days=self._critical_days.value(),
            alerts=frozenset(alert for alert, box in self._alerts.items() if box.isChecked()),
            number_icon=self._number_icon.isChecked(),
            interval=(
                self._interval.value() * _MINUTE if is_interval_edited else self._settings.interval
            ),
        )

    def _validate(self, *_: object) -> None:
        """Show a setting that is invalid, and enable Save where none is."""
        self._credentials.hide_result()
        self._failure.setVisible(False)
        self._for_session.setVisible(False)
        # The interval's field holds only valid values; the demo's interval is too short for it.
        reasons = (text for name, text in problems(self._edited()).items() if name != "interval")
        reason = next(reasons, None)
        self._problem.setVisible(reason is not None)
        if reason is not None:
            self._problem.show_text("✗ " + translate("settings", reason))
        self._save.setEnabled(reason is None)

    def _set_changing(self, changing: bool) -> None:
        """Disable everything that edits or requests while a change is in progress."""
        if changing:
            self._focused = self.focusWidget()
        self._is_changing = changing
        self._groups.setEnabled(not changing)
        self._save.setEnabled(not changing)
        self._for_session.setEnabled(not changing)
        if not changing and self._focused:
            self._focused.setFocus()

    def _end_change(self) -> None:
        self._set_changing(False)
        self._validate()
        self.show()

    def _scroll_to_result(self) -> None:
        result = self._credentials.result
        # Once it is laid out.
        QTimer.singleShot(0, result, lambda: self.scroll_to(result))

    def _on_remove(self, client_id: str) -> None:
        self._set_changing(True)
        self.remove_requested.emit(client_id)

    def _on_save(self, *, session_only: bool = False) -> None:
        try:
            credentials = self._credentials.typed()
        except InvalidInputError as error:
            self._credentials.show_failed(texts.error_text(error))
            return
        self._set_changing(True)
        at_login = self._at_login.isChecked()
        self.save_requested.emit(self._edited(), credentials, session_only, at_login)
