"""The settings page with the wallets: a list, and the values of the selected wallet."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.settings import MAX_WALLETS, Settings, WalletSettings
from deepvue_tray.ui import texts, usage_texts
from deepvue_tray.ui.form_widgets import GAP_PX, CheckBox, LineEdit, Message, muted_label, row
from deepvue_tray.ui.lists import WalletList
from deepvue_tray.ui.threshold_field import ThresholdField
from deepvue_tray.ui.wallet_texts import elided_client_id, environment_text


class WalletsPage(QWidget):
    """Shows the wallets, and edits the selected one.

    With one wallet there is neither a list nor a name. ``from_environment`` tells that the
    environment's wallet is watched alone. ``edited`` carries the name of a field of
    ``WalletSettings`` and its new value; ``selected`` a client ID.
    """

    edited = Signal(str, object)
    selected = Signal(str)
    add_requested = Signal()
    new_secret_requested = Signal()
    remove_requested = Signal()

    def __init__(self, *, from_environment: bool) -> None:
        super().__init__()
        self._from_environment = from_environment
        self._wallets: tuple[WalletSettings, ...] = ()
        self._list = WalletList()
        self._list.setAccessibleName(self.tr("List of wallets"))
        self._list.setToolTip(self.tr("Select the wallet to edit"))
        self._list.currentItemChanged.connect(self._on_current_changed)
        self._none = QLabel(self.tr("No wallet yet."))
        self._client_id = QLabel(textFormat=Qt.TextFormat.PlainText)
        self._client_id.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._name = LineEdit()
        self._name.setToolTip(self.tr("Tells this wallet from the others"))
        self._name.textEdited.connect(self._on_name)
        self._thresholds = {
            "low": ThresholdField(self.tr("Low, in credits"), in_days=False),
            "low_days": ThresholdField(self.tr("Low, in days"), in_days=True),
            "critical": ThresholdField(self.tr("Critical, in credits"), in_days=False),
            "critical_days": ThresholdField(self.tr("Critical, in days"), in_days=True),
        }
        for name, field in self._thresholds.items():
            field.valueChanged.connect(
                lambda _, name=name, field=field: self.edited.emit(name, field.threshold())
            )
        self._is_watched = CheckBox(self.tr("&Watch this wallet"))
        self._is_watched.setToolTip(
            self.tr("If off, the wallet is paused: its balance is not requested")
        )
        self._is_watched.toggled.connect(self._on_watched)
        self._has_usage = CheckBox(self.tr("Show spend&ing by product"))
        self._has_usage.setToolTip(self.tr("Fetches the usage report of this wallet"))
        self._has_usage.toggled.connect(lambda is_on: self.edited.emit("has_usage", is_on))
        self._explanation = muted_label(usage_texts.explanation())
        self._usage_problem = Message()
        self._problems = {name: Message() for name in ("name", "low", "critical")}
        self._rows: dict[QWidget, int] = {}
        self._lay_out()

    def show_wallets(self, settings: Settings, client_id: str) -> None:
        """Show the wallets of ``settings``, and the values of the wallet ``client_id``."""
        with QSignalBlocker(self):
            self._wallets = settings.wallets
            self._fill_list(client_id)
            self._fill_form(next(w for w in settings.wallets if w.client_id == client_id))

    def show_problems(self, reasons: Mapping[str, str]) -> None:
        """Show below the fields of the selected wallet why they are invalid."""
        for name, message in self._problems.items():
            message.show_problem(reasons.get(name) or reasons.get(f"{name}_days", ""))

    def show_usage_error(self, error: DeepvueError | None) -> None:
        """Show why the last usage report of the selected wallet could not be fetched."""
        self._usage_problem.show_problem(texts.error_text(error) if error else "")

    def _lay_out(self) -> None:
        button = self._button
        self._add = button(
            self.tr("&Add…"), self.tr("Asks for the credentials of a wallet"), self.add_requested
        )
        self._new_secret = button(
            self.tr("&New secret…"),
            self.tr("Replaces the client secret in the keyring"),
            self.new_secret_requested,
        )
        self._remove = button(
            self.tr("&Remove…"),
            self.tr("Removes the wallet, and its secret from the keyring"),
            self.remove_requested,
        )
        # Where there is one wallet, this button replaces the first one.
        self._add_another = button(
            self.tr("Add an&other wallet…"), self._add.toolTip(), self.add_requested
        )
        buttons = (self._add, self._new_secret, self._remove, self._add_another)
        form = self._form = QFormLayout()
        form.setVerticalSpacing(GAP_PX)
        form.setHorizontalSpacing(12)
        form.addRow(self.tr("Client ID:"), self._client_id)
        line = row(*buttons, stretch=True)
        line.setContentsMargins(0, 4, 0, 8)
        form.addRow(line)
        self._add_fields(self.tr("Na&me:"), self._name)
        form.addRow("", self._problems["name"])
        for text, name in ((self.tr("&Low at:"), "low"), (self.tr("Cri&tical at:"), "critical")):
            in_credits, in_days = self._thresholds[name], self._thresholds[f"{name}_days"]
            self._add_fields(text, in_credits, QLabel(self.tr("or")), in_days)
            form.addRow("", self._problems[name])
        form.addRow(self._is_watched)
        form.addRow(self._has_usage)
        form.addRow(self._explanation)
        form.addRow(self._usage_problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        if self._from_environment:
            column.addWidget(muted_label(environment_text()))
        column.addWidget(self._none)
        column.addWidget(self._list)
        column.addLayout(form)
        column.addStretch()

    def _button(self, text: str, tip: str, clicked: SignalInstance) -> QPushButton:
        button = QPushButton(text, autoDefault=False)
        button.setToolTip(tip)
        button.clicked.connect(clicked)
        return button

    def _add_fields(self, text: str, field: QWidget, *beside: QWidget) -> None:
        """Add a row of fields to the form; the label belongs to the first one."""
        label = QLabel(text)
        label.setBuddy(field)
        self._rows[field] = self._form.rowCount()
        self._form.addRow(label, row(field, *beside))

    def _fill_list(self, client_id: str) -> None:
        rows = [
            (wallet.name, self._text_beside(wallet.client_id, is_paused=wallet.is_paused))
            for wallet in self._wallets
        ]
        client_ids = [wallet.client_id for wallet in self._wallets]
        self._list.show_rows(rows, client_ids.index(client_id))

    def _text_beside(self, client_id: str, *, is_paused: bool) -> str:
        """Return what the list shows at the right of a wallet's name."""
        return texts.paused_text() if is_paused else client_id

    def _fill_form(self, wallet: WalletSettings) -> None:
        """Show a wallet, which has no client ID before the first sign-in."""
        is_signed_in, has_others = bool(wallet.client_id), len(self._wallets) > 1
        has_values = is_signed_in or self._from_environment
        self._none.setVisible(not has_values)
        self._list.setVisible(has_others)
        self._add.setVisible(has_others or not is_signed_in)
        self._add.setEnabled(len(self._wallets) < MAX_WALLETS)
        self._add_another.setVisible(is_signed_in and not has_others)
        self._new_secret.setVisible(is_signed_in)
        self._remove.setVisible(is_signed_in)
        self._form.setRowVisible(self._client_id, is_signed_in and not has_others)
        self._client_id.setText(elided_client_id(wallet.client_id, self))
        for field, is_visible in (
            (self._name, has_others),
            (self._thresholds["low"], has_values),
            (self._thresholds["critical"], has_values),
        ):
            self._form.setRowVisible(self._rows[field], is_visible)
        can_pause = is_signed_in and (has_others or wallet.is_paused)
        self._form.setRowVisible(self._is_watched, can_pause)
        for usage in (self._has_usage, self._explanation):
            self._form.setRowVisible(usage, is_signed_in)
        self._has_usage.setChecked(wallet.has_usage)
        self._name.setText(wallet.name)
        for name, field in self._thresholds.items():
            field.show_threshold(getattr(wallet, name))
        self._is_watched.setChecked(not wallet.is_paused)

    def _on_current_changed(self) -> None:
        if item := self._list.currentItem():
            self.selected.emit(self._wallets[self._list.indexOfTopLevelItem(item)].client_id)

    def _on_name(self, text: str) -> None:
        if item := self._list.currentItem():
            item.setText(0, cleaned(text))
        self.edited.emit("name", cleaned(text))

    def _on_watched(self, is_watched: bool) -> None:
        if item := self._list.currentItem():
            client_id = self._wallets[self._list.indexOfTopLevelItem(item)].client_id
            item.setText(1, self._text_beside(client_id, is_paused=not is_watched))
        self.edited.emit("is_paused", not is_watched)
