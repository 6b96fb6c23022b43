"""The window that asks for the credentials of a wallet: at a first start, and from the settings."""

from collections.abc import Callable
from decimal import Decimal

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.addresses import DASHBOARD
from deepvue_tray.core.credentials import MAX_SECRET_LENGTH, Credentials, parse_client_id
from deepvue_tray.core.errors import (
    AccountError,
    DeepvueError,
    InvalidInputError,
    NotSetUpError,
    RejectedError,
    WalletError,
)
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.wallet_names import proposed_name
from deepvue_tray.ui import texts
from deepvue_tray.ui.form_widgets import (
    FIELD_WIDTH_PX,
    GAP_PX,
    LineEdit,
    Links,
    Message,
    button_box,
    muted_label,
    row,
)
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.scroll_area import ScrollingDialog
from deepvue_tray.ui.wallet_texts import elided_client_id, environment_text, name_problem
from deepvue_tray.ui.windows import redraw_when_resized

_PROGRESS_WIDTH_PX, _PROGRESS_HEIGHT_PX = 80, 8


class ConnectDialog(ScrollingDialog):
    """Asks for the credentials of a new wallet, or for a new secret of the wallet ``client_id``.

    ``settings`` are those in force; ``from_environment`` tells that the environment holds
    credentials. ``requested`` carries the credentials, or a client ID alone whose secret the
    keyring holds; the wallet's name, empty if none was asked for; whether to check the credentials
    with the server; and whether to keep the secret for this session only. The window stays until it
    is accepted. If it was closed during a request that fails, it opens again with the input.
    """

    # Credentials are ``Credentials | str``, for which a signal has no type but object.
    requested = Signal(object, str, bool, bool)

    def __init__(
        self,
        settings: Settings,
        *,
        client_id: str = "",
        from_environment: bool = False,
        prefix: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._settings = settings
        self._fixed_id = client_id
        self._is_waiting = False
        title = self._title()
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._client_id = LineEdit(client_id, placeholderText="live… / free_tier…")
        self._client_id.setToolTip(self.tr("From the Deepvue dashboard"))
        self._secret = LineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._secret.setMinimumWidth(FIELD_WIDTH_PX)
        self._secret.setToolTip(
            self._client_id.toolTip()
            if client_id
            else self.tr("Leave empty to use the secret in the keyring")
        )
        self._name = LineEdit()
        self._name.setToolTip(self.tr("Tells this wallet from the others"))
        self._problems = {field: Message() for field in (self._client_id, self._secret, self._name)}
        self._failure = Message()
        self._form = self._laid_out_form(from_environment=from_environment)
        self.lay_out(
            self._form, [self._failure, self._laid_out_buttons()], QMargins(20, 18, 20, 16), 12
        )
        # Set in the dialog: otherwise it is lost once another button has had the focus.
        self._connect.setDefault(True)
        for field in self._problems:
            field.textChanged.connect(self._on_edited)
        self._client_id.textChanged.connect(self._propose_name)
        (self._secret if client_id else self._client_id).setFocus()
        keep_readable(self)
        redraw_when_resized(self)

    def show_failed(self, error: DeepvueError) -> None:
        """Show why the wallet was not connected, keep the input, and offer what may help."""
        self._set_waiting(False)
        if isinstance(error, NotSetUpError):
            missing = self.tr("The keyring has no secret for this client ID. Enter it here.")
            self._mark({self._secret: missing})
        else:
            self._explain(error)
        self.show()

    def stop_waiting(self) -> None:
        """Return to editing when the request has no outcome to show."""
        self._set_waiting(False)
        self.show()

    def done(self, result: int) -> None:
        """Close, and clear the secret from the widget."""
        if self._is_waiting and result == QDialog.DialogCode.Rejected:
            # Hidden only: a failure opens the window again, with the input.
            self.hide()
            return
        self._secret.clear()
        super().done(result)
        self.deleteLater()

    @property
    def _is_first(self) -> bool:
        """Whether there is no wallet yet."""
        return not self._settings.client_ids

    def _title(self) -> str:
        if self._fixed_id:
            return self.tr("New client secret")
        return self.tr("Connect your Deepvue wallet") if self._is_first else self.tr("Add a wallet")

    def _laid_out_form(self, *, from_environment: bool) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        if self._is_first and not self._fixed_id:
            purpose = self.tr("See the balance in the tray, and be warned before it runs out.")
            column.addWidget(QLabel(purpose, wordWrap=True))
        form = QFormLayout()
        form.setVerticalSpacing(GAP_PX)
        form.setHorizontalSpacing(12)
        if self._fixed_id:
            fixed_id = elided_client_id(self._fixed_id, self)
            fixed = QLabel(fixed_id, textFormat=Qt.TextFormat.PlainText)
            form.addRow(self.tr("Client ID:"), fixed)
        else:
            self._add_field(form, self.tr("Client &ID:"), self._client_id)
        reveal = self._reveal_button()
        self._add_field(form, self.tr("Clie&nt secret:"), self._secret, reveal)
        for message in self._problems.values():
            message.setMinimumWidth(FIELD_WIDTH_PX + GAP_PX + reveal.minimumWidth())
        if not self._is_first and not self._fixed_id:
            self._add_field(form, self.tr("Na&me:"), self._name)
        column.addLayout(form)
        column.addWidget(Links({self.tr("Where do I find these?"): DASHBOARD}))
        kept = self.tr("The secret is kept in your keyring, and nowhere else.")
        column.addWidget(muted_label(kept))
        if from_environment:
            column.addWidget(muted_label(environment_text()))
        column.addStretch()
        return content

    def _add_field(self, form: QFormLayout, text: str, field: LineEdit, *beside: QWidget) -> None:
        label = QLabel(text)
        label.setBuddy(field)
        form.addRow(label, row(field, *beside))
        form.addRow("", self._problems[field])

    def _reveal_button(self) -> QPushButton:
        labels = {False: self.tr("&Show"), True: self.tr("&Hide")}
        button = QPushButton(autoDefault=False)
        button.setToolTip(self.tr("Shows or hides the typed secret"))
        widths = []
        for text in labels.values():
            button.setText(text)
            widths.append(button.sizeHint().width())
        button.setMinimumWidth(max(widths))
        button.setText(labels[False])

        def on_clicked() -> None:
            is_shown = self._secret.echoMode() is QLineEdit.EchoMode.Password
            mode = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
            self._secret.setEchoMode(mode)
            button.setText(labels[is_shown])

        button.clicked.connect(on_clicked)
        return button

    def _laid_out_buttons(self) -> QWidget:
        box = button_box(QDialogButtonBox.StandardButton.NoButton)
        role = QDialogButtonBox.ButtonRole

        def button(text: str, role: QDialogButtonBox.ButtonRole, tip: str) -> QPushButton:
            # Made here: PySide loses a button that the box made when the window gets no parent.
            added = QPushButton(text)
            added.setToolTip(tip)
            box.addButton(added, role)
            return added

        self._connect = button(
            self.tr("C&onnect"),
            role.AcceptRole,
            self.tr("Checks the credentials with the server, then saves them"),
        )
        self._save_anyway = button(
            self.tr("Save &anyway"), role.ActionRole, self.tr("Saves the credentials unchecked")
        )
        self._for_session = button(
            self.tr("&Keep for this session only"),
            role.ActionRole,
            self.tr("Until you quit deepvue-tray"),
        )
        later = self.tr("&Later") if self._is_first else self.tr("&Cancel")
        button(later, role.RejectRole, self.tr("Closes the window"))
        self._save_anyway.clicked.connect(lambda: self._request(is_checked=False))
        self._for_session.clicked.connect(
            lambda: self._request(is_checked=False, session_only=True)
        )
        box.accepted.connect(self._request)
        box.rejected.connect(self.reject)
        self._progress = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._progress.setFixedWidth(_PROGRESS_WIDTH_PX)
        self._progress.setMaximumHeight(_PROGRESS_HEIGHT_PX)
        self._progress_note = QLabel()
        for widget in (self._save_anyway, self._for_session, self._progress, self._progress_note):
            widget.hide()
        buttons = QWidget()
        line = row(self._progress, self._progress_note, box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setStretch(2, 1)
        buttons.setLayout(line)
        return buttons

    def _problem_in(self, parse: Callable[[], object], text: str, if_missing: str) -> str:
        """Return why ``text`` can be neither a client ID nor a secret; empty if it can."""
        try:
            parse()
        except InvalidInputError:
            if not text.strip():
                return if_missing
            if len(text.strip()) > MAX_SECRET_LENGTH:
                limit = format_number(Decimal(MAX_SECRET_LENGTH))
                return self.tr("At most {0} characters.").format(limit)
            return self.tr("Spaces and characters such as é are not allowed.")
        return ""

    def _client_id_problem(self) -> str:
        client_id = self._client_id.text()
        if not self._fixed_id and client_id.strip() in self._settings.client_ids:
            return self.tr("This wallet exists already. “New secret…” replaces its secret.")
        missing = self.tr("Enter the client ID.")
        return self._problem_in(lambda: parse_client_id(client_id), client_id, missing)

    def _secret_problem(self) -> str:
        secret = self._secret.text()
        if not secret.strip() and not self._fixed_id:
            return ""  # The keyring may hold it.
        missing = self.tr("Enter the client secret.")
        return self._problem_in(lambda: Credentials.parse("any", secret), secret, missing)

    def _name_problem(self) -> str:
        if self._is_first or self._fixed_id:
            return ""
        return name_problem(self._name.text(), self._client_id.text().strip(), self._settings)

    def _mark(self, reasons: dict[LineEdit, str]) -> None:
        """Show the reason below each invalid field, and move the focus to the first one."""
        for field, message in self._problems.items():
            message.show_problem(reasons.get(field, ""))
        if invalid := next((field for field in self._problems if reasons.get(field)), None):
            invalid.setFocus()

    def _request(self, *, is_checked: bool = True, session_only: bool = False) -> None:
        reasons = {
            self._client_id: self._client_id_problem(),
            self._secret: self._secret_problem(),
            self._name: self._name_problem(),
        }
        self._mark(reasons)
        if any(reasons.values()):
            return
        client_id, secret = self._client_id.text().strip(), self._secret.text()
        typed = Credentials.parse(client_id, secret) if secret.strip() else client_id
        self._progress_note.setText(texts.checking_text() if is_checked else self.tr("Saving…"))
        self._set_waiting(True)
        self.requested.emit(typed, self._name.text(), is_checked, session_only)

    def _propose_name(self, client_id: str) -> None:
        if self._name.isModified() or self._is_first or self._fixed_id:
            return
        taken = [wallet.name for wallet in self._settings.wallets]
        known = client_id.strip()
        self._name.setText(proposed_name(known, taken) if known else "")

    def _on_edited(self, *_: object) -> None:
        """Hide what was said about an earlier input."""
        self._mark({})
        self._hide_failure()

    def _explain(self, error: DeepvueError) -> None:
        self._failure.show_problem(texts.error_text(error))
        if isinstance(error, RejectedError):
            self._secret.selectAll()  # The next one replaces it.
        self._save_anyway.setVisible(isinstance(error, WalletError))
        is_keyring_s = isinstance(error, AccountError) and not isinstance(error, InvalidInputError)
        self._for_session.setVisible(is_keyring_s and bool(self._secret.text().strip()))

    def _hide_failure(self) -> None:
        for widget in (self._failure, self._save_anyway, self._for_session):
            widget.hide()

    def _set_waiting(self, waiting: bool) -> None:
        """Disable everything that edits or requests while a request is in progress."""
        self._is_waiting = waiting
        self._hide_failure()
        self._progress.setAccessibleName(self._progress_note.text())
        for widget in (self._progress, self._progress_note):
            widget.setVisible(waiting)
        self._form.setEnabled(not waiting)
        self._connect.setEnabled(not waiting)
        if not waiting:
            self._secret.setFocus()
