"""The credentials of the settings window: typed, tested with the server, and removed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QWidget,
)

from deepvue_tray.core.credentials import Credentials, parse_client_id
from deepvue_tray.core.errors import DeepvueError, InvalidInputError, NotSetUpError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.form_widgets import FIELD_WIDTH_PX, Message, row
from deepvue_tray.ui.message_box import MessageBox

_PROGRESS_WIDTH_PX, _PROGRESS_HEIGHT_PX = 80, 8


class CredentialsBox(QGroupBox):
    """Edits the client ID and the secret; it never holds the stored secret.

    ``client_id`` is the one in use, or empty; ``from_environment`` tells that the environment's
    credentials take precedence. The credentials of ``test_requested`` are as ``typed`` returns
    them; ``remove_requested`` carries the client ID whose secret is to be removed.
    """

    edited = Signal()
    # ``Credentials | str | None``, for which a signal has no type but object.
    test_requested = Signal(object)
    remove_requested = Signal(str)
    result_shown = Signal()
    """Emitted when a result appears below the fields, where it may be out of view."""

    def __init__(self, client_id: str, *, from_environment: bool) -> None:
        super().__init__()
        self.setTitle(self.tr("Credentials"))
        self._in_use = client_id
        self._tested_input = ("", "")
        self._client_id = QLineEdit(client_id, placeholderText="live… / free_tier…")
        self._client_id.setMinimumWidth(FIELD_WIDTH_PX)
        self._client_id.setToolTip(self.tr("From the Deepvue dashboard"))
        self._secret = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self._secret.setToolTip(self.tr("Leave empty to use the stored secret"))
        self._test = QPushButton(self.tr("&Test"), autoDefault=False)
        self._test.setToolTip(
            self.tr("Gets the balance with these credentials, without saving them")
        )
        self._test.clicked.connect(self._on_test)
        self._remove = QPushButton(self.tr("&Remove"), autoDefault=False)
        self._remove.setToolTip(self.tr("Deletes the client ID and the stored secret"))
        self._remove.setEnabled(bool(client_id))
        self._remove.clicked.connect(self._confirm_removal)
        self._progress = QProgressBar(minimum=0, maximum=0, textVisible=False)
        self._progress.setAccessibleName(self.tr("Contacting the server…"))
        self._progress.setFixedWidth(_PROGRESS_WIDTH_PX)
        self._progress.setMaximumHeight(_PROGRESS_HEIGHT_PX)
        self._progress.setVisible(False)
        self._result = Message()
        self._lay_out(from_environment=from_environment)
        self._on_edited()
        for field in (self._client_id, self._secret):
            field.textChanged.connect(self._on_edited)

    @property
    def result(self) -> QWidget:
        """The line with the result of a test or a removal."""
        return self._result

    @property
    def has_secret(self) -> bool:
        """Whether a secret is typed."""
        return bool(self._secret.text().strip())

    def typed(self) -> Credentials | str | None:
        """Return the credentials, another client ID without a secret, or None for those in use.

        Raises InvalidInputError for a malformed client ID or secret.
        """
        if self.has_secret:
            return Credentials.parse(self._client_id.text(), self._secret.text())
        return None if self._is_client_in_use() else parse_client_id(self._client_id.text())

    def explanation_of(self, error: DeepvueError) -> str:
        """Return the text of an error, as it applies to what is typed."""
        if isinstance(error, NotSetUpError) and self._client_id.text().strip():
            return self.tr("The keyring holds no secret for this client ID. Enter it above.")
        return texts.error_text(error)

    def show_tested(self, reading: Reading) -> None:
        """Show the balance that the tested credentials gave."""
        self.end_test()
        if self._input() != self._tested_input:
            return  # The result is for credentials that were changed since.
        balance = texts.format_balance(Snapshot(reading=reading))
        self._show_result("✓ " + self.tr("It works: {0}.").format(balance))

    def show_test_failed(self, error: DeepvueError) -> None:
        """Show below the fields why the test failed."""
        self.end_test()
        if self._input() == self._tested_input:
            self.show_failed(self.explanation_of(error))

    def show_failed(self, reason: str) -> None:
        """Show below the fields what is wrong with them."""
        self._show_result("✗ " + reason)

    def show_removed(self) -> None:
        """Show that the secret was removed, and clear the fields unless they were changed."""
        if self._is_client_in_use():
            self._client_id.clear()
            self.clear_secret()
        self._in_use = ""
        self._remove.setEnabled(False)
        self._on_edited()
        self._show_result("✓ " + self.tr("The client secret was removed from the keyring."))

    def hide_result(self) -> None:
        """Hide the last result, which no longer applies."""
        self._result.setVisible(False)

    def end_test(self) -> None:
        """Return to editing after a test."""
        self._set_testing(False)

    def clear_secret(self) -> None:
        """Remove the secret from the widget."""
        self._secret.clear()
        self._tested_input = ("", "")

    def _lay_out(self, *, from_environment: bool) -> None:
        reveal = QPushButton(self.tr("Show"), autoDefault=False)
        reveal.setCheckable(True)
        reveal.setToolTip(self.tr("Shows or hides the typed secret"))
        reveal.toggled.connect(self._reveal)
        form = QFormLayout(self)
        form.addRow(self.tr("Client &ID:"), self._client_id)
        secret_label = QLabel(self.tr("Clie&nt secret:"))
        secret_label.setBuddy(self._secret)
        form.addRow(secret_label, row(self._secret, reveal))
        form.addRow("", row(self._test, self._remove, self._progress, stretch=True))
        form.addRow("", self._result)
        if from_environment:
            precedence = Message()
            precedence.show_text(
                self.tr("DEEPVUE_CLIENT_ID or DEEPVUE_CLIENT_SECRET is set and takes precedence.")
            )
            form.addRow("", precedence)

    def _is_client_in_use(self) -> bool:
        return self._client_id.text().strip() == self._in_use

    def _input(self) -> tuple[str, str]:
        return self._client_id.text(), self._secret.text()

    def _on_edited(self, *_: object) -> None:
        self.hide_result()
        keeps_secret = bool(self._in_use) and self._is_client_in_use()
        self._secret.setPlaceholderText(self.tr("unchanged") if keeps_secret else "")
        self.edited.emit()

    def _reveal(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self._secret.setEchoMode(mode)

    def _set_testing(self, testing: bool) -> None:
        self._test.setEnabled(not testing)
        self._progress.setVisible(testing)

    def _show_result(self, text: str) -> None:
        self._result.show_text(text)
        self.result_shown.emit()

    def _on_test(self) -> None:
        self._tested_input = self._input()
        try:
            credentials = self.typed()
        except InvalidInputError as error:
            self.show_test_failed(error)
            return
        self._set_testing(True)
        self._show_result(self.tr("Contacting the server…"))
        self.test_requested.emit(credentials)

    def _confirm_removal(self) -> None:
        client_id = self._in_use
        question = MessageBox(self.window())
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setWindowTitle(self.tr("Remove"))
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(
            self.tr("Remove the client secret of {0} from the keyring?").format(client_id)
        )
        question.setInformativeText(
            self.tr("The wallet will no longer be monitored. Its history stays.")
        )
        confirm = question.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
        confirm.clicked.connect(lambda: self.remove_requested.emit(client_id))
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setIcon(QIcon())
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        question.open()
