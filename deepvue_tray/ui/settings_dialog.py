"""The settings window: credentials, thresholds, interval.

It never sees the stored secret: an empty secret field means "as it is". It asks for what takes
time by signal and is told the outcome; until then it keeps what was typed.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGridLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.credentials import Credentials, parse_client_id
from deepvue_tray.core.errors import (
    AccountError,
    DeepvueError,
    InvalidInputError,
    NotSetUpError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import (
    MAX_INTERVAL,
    MIN_INTERVAL,
    Settings,
    problems,
)
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.buttons import button_box
from deepvue_tray.ui.form_widgets import FIELD_WIDTH, Message, align_labels, row
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.scroll_area import ScrollArea
from deepvue_tray.ui.threshold_field import ThresholdField
from deepvue_tray.ui.translation import translate

_MINUTE = timedelta(minutes=1)
_PROGRESS_WIDTH, _PROGRESS_HEIGHT = 80, 8
"""Pixels; a sign that moves, not a measure."""
_DEFAULTS = Settings()
# Each threshold, and whether it counts days.
_THRESHOLDS = {"low": False, "low_days": True, "critical": False, "critical_days": True}


class SettingsDialog(QDialog):
    """Edits ``settings``; ``from_environment`` says that the environment's credentials win.

    ``starts_at_login`` is the present state of that, and ``notice`` what should be known first.
    ``test_asked`` carries what was typed: credentials, a client id alone whose secret the keyring
    holds, or None for those in use. ``save_asked`` carries the settings, the same, whether these
    are for this session only, and whether to start at login. ``remove_asked`` carries the client
    id whose secret is to be removed. One change is under way at a time; a window that is closed
    meanwhile comes back if it fails.
    """

    test_asked = Signal(object)
    save_asked = Signal(object, object, bool, bool)
    remove_asked = Signal(str)

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
        self._tested = ("", "")
        self._is_changing = False
        self._focused: QWidget | None = None
        self.setWindowTitle(f"{prefix} · " * bool(prefix) + self.tr("Settings"))
        self._failure = Message()
        groups = QWidget()
        lines = QVBoxLayout(groups)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(12)
        lines.addWidget(self._credentials_box(from_environment=from_environment))
        lines.addWidget(self._watching_box())
        lines.addWidget(self._alerts_box())
        lines.addWidget(self._desktop_box(starts_at_login=starts_at_login))
        align_labels(groups)
        self._groups = ScrollArea(groups)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(16, 16, 16, 16)
        self._whole.setSpacing(12)
        for part in (self._groups, self._failure, self._button_box()):
            self._whole.addWidget(part)
        # Once it is in the dialog: else the dialog forgets it when another button had the focus.
        self._save.setDefault(True)
        self._validate()
        if notice:
            self._failure.say(texts.error_text(notice))
        keep_readable(self)
        self._fit()

    def show_tested(self, reading: Reading) -> None:
        """Say that the credentials open a wallet, and how much is in it."""
        self._set_testing(False)
        if self._in_fields() != self._tested:
            return  # typed on meanwhile: the answer is about something else
        balance = texts.format_balance(Snapshot(reading=reading))
        self._answer_with("✓ " + self.tr("It works: {0}.").format(balance))

    def show_test_failed(self, error: DeepvueError) -> None:
        """Say beside the fields why the credentials opened nothing."""
        self._set_testing(False)
        if self._in_fields() == self._tested:
            self._answer_with("✗ " + self._explanation_of(error))

    def show_save_failed(self, error: DeepvueError) -> None:
        """Say why nothing was stored; what was typed stays, and the session is offered instead."""
        self.show_remove_failed(error)
        self._for_session.setVisible(isinstance(error, AccountError) and bool(self._secret.text()))

    def show_remove_failed(self, error: DeepvueError) -> None:
        """Say why the secret was not removed."""
        self._end_change()
        self._failure.say("✗ " + self._explanation_of(error))

    def show_removed(self) -> None:
        """Say that the secret is gone; the window's other edits stay, to be saved or not."""
        if self.isHidden():
            self._set_changing(False)
            self.reject()
            return
        if self._client_id.text().strip() == self._settings.client_id:
            self._client_id.clear()
            self._secret.clear()
        self._settings = replace(self._settings, client_id="")
        self._remove.setEnabled(False)
        self._end_change()
        self._answer_with("✓ " + self.tr("The client secret is removed from the keyring."))

    def stop_waiting(self) -> None:
        """Be as before the change or the test that is under way, of which nothing is heard."""
        self._set_testing(False)
        self._end_change()

    def event(self, event: QEvent) -> bool:
        """Fit when what is said needs more or less room."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show what the Tab key reaches; Qt's own does where it comes from within the groups."""
        moved = super().focusNextPrevChild(forward)
        self._groups.ensureWidgetVisible(self.focusWidget())
        return moved

    def done(self, result: int) -> None:
        """Close, and leave no secret behind in a widget."""
        if self._is_changing and result == QDialog.DialogCode.Rejected:
            # If the change fails, that is said here, beside what was typed.
            self.hide()
            return
        self._secret.clear()
        self._tested = ("", "")
        super().done(result)
        self.deleteLater()

    def _fit(self) -> None:
        """Be as large as the groups need, and no taller than the screen, where they scroll."""
        title = self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
        room = self.screen().availableGeometry().height() - title
        size = self._whole.totalSizeHint()
        bar = self._groups.allow_bar(size.height() > room)
        self.setFixedSize(size.width() + bar, min(size.height(), room))

    def _credentials_box(self, *, from_environment: bool) -> QWidget:
        known = bool(self._settings.client_id)
        self._client_id = QLineEdit(self._settings.client_id, placeholderText="live… / free_tier…")
        self._client_id.setMinimumWidth(FIELD_WIDTH)
        self._client_id.setToolTip(self.tr("From the Deepvue dashboard"))
        self._secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._secret.setToolTip(self.tr("Leave it empty to use the one that is stored"))
        reveal = QPushButton(self.tr("Show"), autoDefault=False)
        reveal.setCheckable(True)
        reveal.setToolTip(self.tr("Shows or hides the secret as it is typed"))
        reveal.toggled.connect(self._reveal)
        self._test = QPushButton(self.tr("&Test"), autoDefault=False)
        self._test.setToolTip(self.tr("Asks the server for the balance, and stores nothing"))
        self._test.clicked.connect(self._on_test)
        self._remove = QPushButton(self.tr("&Remove"), autoDefault=False)
        self._remove.setToolTip(self.tr("Forgets the client ID and the stored secret"))
        self._remove.setEnabled(known)
        self._remove.clicked.connect(self._confirm_removal)
        self._progress = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._progress.setAccessibleName(self.tr("Asking the server…"))
        self._progress.setFixedWidth(_PROGRESS_WIDTH)
        self._progress.setMaximumHeight(_PROGRESS_HEIGHT)
        self._progress.setVisible(False)
        self._answer = Message()
        box = QGroupBox(self.tr("Credentials"))
        form = QFormLayout(box)
        form.addRow(self.tr("Client &ID:"), self._client_id)
        secret_label = QLabel(self.tr("Clie&nt secret:"))
        secret_label.setBuddy(self._secret)
        form.addRow(secret_label, row(self._secret, reveal))
        form.addRow("", row(self._test, self._remove, self._progress, stretch=True))
        form.addRow("", self._answer)
        if from_environment:
            notification = Message()
            notification.say(
                self.tr("DEEPVUE_CLIENT_ID or DEEPVUE_CLIENT_SECRET is set, and wins.")
            )
            form.addRow("", notification)
        for field in (self._client_id, self._secret):
            field.textChanged.connect(self._validate)
        return box

    def _watching_box(self) -> QWidget:
        names = {
            "low": self.tr("Low, in credits"),
            "low_days": self.tr("Low, in days"),
            "critical": self.tr("Critical, in credits"),
            "critical_days": self.tr("Critical, in days"),
        }
        self._thresholds = {
            name: ThresholdField(
                names[name], getattr(self._settings, name), getattr(_DEFAULTS, name), in_days=days
            )
            for name, days in _THRESHOLDS.items()
        }
        for threshold in self._thresholds.values():
            threshold.changed.connect(self._validate)
        self._problem = Message()
        self._interval = QSpinBox(
            minimum=MIN_INTERVAL // _MINUTE,
            maximum=MAX_INTERVAL // _MINUTE,
            suffix=self.tr(" min"),
            value=self._settings.interval // _MINUTE,
        )
        self._interval.setToolTip(self.tr("The time from one request to the next"))
        self._interval_shown = self._interval.value()
        box = QGroupBox(self.tr("Watching"))
        form = QFormLayout(box)
        for label, credits_left, days in (
            (self.tr("&Low at:"), "low", "low_days"),
            (self.tr("Critic&al at:"), "critical", "critical_days"),
        ):
            either = QLabel(self.tr("or"))
            pair = row(self._thresholds[credits_left], either, self._thresholds[days])
            named = QLabel(label)
            named.setBuddy(self._thresholds[credits_left].field)
            form.addRow(named, pair)
        form.addRow("", self._problem)
        ask = QLabel(self.tr("Ask &every:"))
        ask.setBuddy(self._interval)
        form.addRow(ask, row(self._interval, stretch=True))
        return box

    def _alerts_box(self) -> QWidget:
        labels = {
            Alert.LOW: (self.tr("Low"), self.tr("The low threshold is reached")),
            Alert.CRITICAL: (self.tr("Critical"), self.tr("The critical threshold is reached")),
            Alert.EMPTY: (self.tr("Empty"), self.tr("Nothing is left")),
            Alert.TOP_UP: (self.tr("Credits added"), self.tr("The balance has risen")),
            Alert.FAST_SPENDING: (
                self.tr("Spending far faster than usual"),
                self.tr("Judged by the wallet's own habit"),
            ),
            Alert.REJECTED: (
                self.tr("Credentials refused"),
                self.tr("The server does not accept them any more"),
            ),
            Alert.NO_DATA: (
                self.tr("Balance unknown for an hour"),
                self.tr("Though the computer was awake"),
            ),
        }
        box = QGroupBox(self.tr("Notify about"))
        grid = QGridLayout(box)
        self._alerts = {alert: QCheckBox(label) for alert, (label, _) in labels.items()}
        for place, (alert, check) in enumerate(self._alerts.items()):
            check.setToolTip(labels[alert][1])
            check.setChecked(alert in self._settings.alerts)
            # The short ones in the first column.
            grid.addWidget(check, place % 4, place // 4)
        grid.setColumnStretch(1, 1)
        return box

    def _desktop_box(self, *, starts_at_login: bool) -> QWidget:
        self._at_login = QCheckBox(self.tr("Start at lo&gin"))
        self._at_login.setToolTip(self.tr("As it stands on this computer, whoever switched it"))
        self._at_login.setChecked(starts_at_login)
        self._number_icon = QCheckBox(self.tr("Show the &balance on the icon instead of a gauge"))
        self._number_icon.setToolTip(self.tr("Shortened to fit: 6.4k"))
        self._number_icon.setChecked(self._settings.number_icon)
        box = QGroupBox(self.tr("Desktop"))
        lines = QVBoxLayout(box)
        lines.addWidget(self._at_login)
        lines.addWidget(self._number_icon)
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
        """Return the settings as the fields say; an interval that was not touched stays exact."""
        chosen: dict[str, Any] = {
            **{name: field.value() for name, field in self._thresholds.items()},
            "alerts": frozenset(a for a, check in self._alerts.items() if check.isChecked()),
            "number_icon": self._number_icon.isChecked(),
        }
        settings = replace(self._settings, **chosen)
        if self._interval.value() != self._interval_shown:
            settings = replace(settings, interval=self._interval.value() * _MINUTE)
        return settings

    def _typed(self) -> Credentials | str | None:
        """Return what was typed: credentials, another client id alone, or None.

        Raises InvalidInputError where they cannot be right.
        """
        if self._secret.text().strip():
            return Credentials.parse(self._client_id.text(), self._secret.text())
        return None if self._is_client_in_use() else parse_client_id(self._client_id.text())

    def _is_client_in_use(self) -> bool:
        return self._client_id.text().strip() == self._settings.client_id

    def _validate(self, *_: object) -> None:
        """Mark what cannot be saved at its field."""
        self._answer.setVisible(False)
        self._failure.setVisible(False)
        self._for_session.setVisible(False)
        kept = bool(self._settings.client_id) and self._is_client_in_use()
        self._secret.setPlaceholderText(self.tr("unchanged") if kept else "")
        found = problems(self._edited())
        # The interval's field cannot hold a wrong one, but the demo's is shorter than it can show.
        reason = next((found[name] for name in _THRESHOLDS if name in found), None)
        self._problem.setVisible(reason is not None)
        if reason is not None:
            self._problem.say("✗ " + translate("settings", reason))
        self._save.setEnabled(reason is None)

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self._secret.setEchoMode(mode)

    def _set_testing(self, testing: bool) -> None:
        self._test.setEnabled(not testing)
        self._progress.setVisible(testing)

    def _set_changing(self, changing: bool) -> None:
        """Let nothing be edited or asked for while a change is under way."""
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

    def _explanation_of(self, error: DeepvueError) -> str:
        if isinstance(error, NotSetUpError) and self._client_id.text().strip():
            return self.tr("The keyring holds no secret for this client ID. Enter it above.")
        return texts.error_text(error)

    def _answer_with(self, text: str) -> None:
        self._answer.say(text)
        # Once it has its place, which may be out of sight on a small screen.
        QTimer.singleShot(0, self._answer, lambda: self._groups.ensureWidgetVisible(self._answer))

    def _in_fields(self) -> tuple[str, str]:
        return self._client_id.text(), self._secret.text()

    def _on_test(self) -> None:
        self._tested = self._in_fields()
        try:
            typed = self._typed()
        except InvalidInputError as error:
            self.show_test_failed(error)
            return
        self._set_testing(True)
        self._answer_with(self.tr("Asking the server…"))
        self.test_asked.emit(typed)

    def _on_save(self, *, session_only: bool = False) -> None:
        try:
            typed = self._typed()
        except InvalidInputError as error:
            self._answer_with("✗ " + texts.error_text(error))
            return
        self._set_changing(True)
        at_login = self._at_login.isChecked()
        self.save_asked.emit(self._edited(), typed, session_only, at_login)

    def _confirm_removal(self) -> None:
        client_id = self._settings.client_id

        def remove() -> None:
            self._set_changing(True)
            self.remove_asked.emit(client_id)

        question = QMessageBox(self)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setWindowTitle(self.tr("Remove"))
        question.setIcon(QMessageBox.Icon.Question)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(
            self.tr("Remove the client secret of {0} from the keyring?").format(client_id)
        )
        question.setInformativeText(
            self.tr("The wallet is then no longer watched. Its history stays.")
        )
        confirm = question.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
        confirm.clicked.connect(remove)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setIcon(QIcon())
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        question.open()
