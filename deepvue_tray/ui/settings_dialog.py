"""The settings window, a page for each subject.

Slow operations are requested by signal; the window keeps the edits until it receives the outcome.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QMessageBox,
    QStackedWidget,
    QWidget,
)

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.settings import Settings, WalletSettings, problems
from deepvue_tray.ui import texts
from deepvue_tray.ui.alerts_page import AlertsPage
from deepvue_tray.ui.elsewhere_page import ElsewherePage
from deepvue_tray.ui.form_widgets import CheckBox, Message, Separator, button_box
from deepvue_tray.ui.general_page import GeneralPage
from deepvue_tray.ui.lists import PageList
from deepvue_tray.ui.message_box import MessageBox
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.scroll_area import ScrollingDialog
from deepvue_tray.ui.translation import translate
from deepvue_tray.ui.wallet_texts import name_problem
from deepvue_tray.ui.wallets_page import WalletsPage
from deepvue_tray.ui.windows import redraw_when_resized


class SettingsDialog(ScrollingDialog):
    """Edits ``settings``.

    ``from_environment`` tells that the environment's wallet is watched alone,
    ``starts_at_login`` whether the tray starts at login at present. ``notice`` is an error to show
    on opening. ``save_requested`` carries the settings before and after the edits, and whether to
    start at login; ``new_secret_requested`` a client ID; ``remove_requested`` a client ID, and
    whether to delete the history too; ``test_requested`` an alert command, and the title and
    the body of the alert to pass to it. One change runs at a time. A window that was closed during
    a change opens again if the change fails.
    """

    save_requested = Signal(Settings, Settings, bool)
    add_requested = Signal()
    new_secret_requested = Signal(str)
    remove_requested = Signal(str, bool)
    test_requested = Signal(tuple, str, str)

    def __init__(
        self,
        settings: Settings,
        *,
        from_environment: bool = False,
        starts_at_login: bool = False,
        prefix: str = "",
        notice: DeepvueError | None = None,
    ) -> None:
        super().__init__()
        self._before = self._after = settings
        self._selected = settings.wallets[0].client_id
        self._from_environment = from_environment
        self._is_changing = False
        self._focused: QWidget | None = None
        self._usage_errors: Mapping[str, DeepvueError] = {}
        title = self.tr("Settings")
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._failure = Message()
        self._wallets = self._wallets_page(from_environment=from_environment)
        self._general = GeneralPage(starts_at_login=starts_at_login)
        self._general.edited.connect(self._on_edited)
        self._alerts = AlertsPage()
        self._alerts.edited.connect(lambda alerts: self._on_wallet_edited("alerts", alerts))
        self._alerts.selected.connect(self.select)
        self._elsewhere = ElsewherePage()
        self._elsewhere.edited.connect(self._on_edited)
        self._elsewhere.test_requested.connect(self.test_requested)
        self._pages = self._laid_out_pages()
        self.lay_out(self._pages, [self._failure, self._button_box()], QMargins(16, 16, 16, 16), 12)
        # Set in the dialog: otherwise it is lost once another button has had the focus.
        self._save.setDefault(True)
        self._page_list.currentRowChanged.connect(self._validate)
        self._show_edits()
        if notice:
            self._failure.show_text(texts.error_text(notice))
        keep_readable(self)
        redraw_when_resized(self)

    def select(self, client_id: str) -> None:
        """Show the values of a wallet; a client ID that is not among the wallets is ignored."""
        if self._after.wallet(client_id) and client_id != self._selected:
            self._selected = client_id
            self._show_edits()

    def show_settings(self, settings: Settings) -> None:
        """Take over settings that were stored meanwhile; the edits stay."""
        if settings == self._before:
            return
        self._after = settings.with_changes(self._before, self._after)
        self._before = settings
        if not settings.wallet(self._selected):
            self._selected = settings.wallets[0].client_id
        self._show_edits()

    def show_usage_errors(self, errors: Mapping[str, DeepvueError]) -> None:
        """Show why the usage report of a wallet could not be fetched; errors by client ID."""
        if errors != self._usage_errors:
            self._usage_errors = errors
            self._show_edits()

    def show_failed(self, error: DeepvueError) -> None:
        """Show why nothing was saved or removed, and keep the input."""
        self.stop_waiting()
        self._failure.show_problem(texts.error_text(error))

    def show_test_outcome(self, command: tuple[str, ...], error: DeepvueError | None) -> None:
        """Show how the test of an alert command ended; None is success."""
        self._elsewhere.show_outcome(command, error)

    def stop_waiting(self) -> None:
        """Return to editing after a change, or without an outcome to show."""
        self._set_changing(False)
        self._validate()
        self.show()

    def show_removed(self) -> None:
        """Return to editing after a removal; a window that was closed meanwhile stays closed."""
        if self.isHidden():
            self._set_changing(False)
            self.reject()
        else:
            self.stop_waiting()

    def done(self, result: int) -> None:
        """Close, unless a change is in progress."""
        if self._is_changing and result == QDialog.DialogCode.Rejected:
            # Hidden only: a failed change opens the window again, with the input.
            self.hide()
            return
        super().done(result)
        self.deleteLater()

    def _wallets_page(self, *, from_environment: bool) -> WalletsPage:
        page = WalletsPage(from_environment=from_environment)
        page.edited.connect(self._on_wallet_edited)
        page.selected.connect(self.select)
        page.add_requested.connect(self.add_requested)
        page.new_secret_requested.connect(lambda: self.new_secret_requested.emit(self._selected))
        page.remove_requested.connect(self._confirm_removal)
        return page

    def _laid_out_pages(self) -> QWidget:
        pages = {
            self.tr("Wallets"): self._wallets,
            self.tr("General"): self._general,
            self.tr("Alerts"): self._alerts,
            self.tr("Alerts elsewhere"): self._elsewhere,
        }
        self._stack = QStackedWidget()
        for page in pages.values():
            self._stack.addWidget(page)
        self._page_list = PageList(list(pages))
        self._page_list.setAccessibleName(self.tr("Pages"))
        self._page_list.setToolTip(self.tr("Select the page to show"))
        self._page_list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._page_list.setCurrentRow(0)
        content = QWidget()
        layout = QHBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._page_list, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addWidget(Separator())
        layout.addWidget(self._stack, stretch=1)
        return content

    def _button_box(self) -> QWidget:
        buttons = button_box(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        buttons.accepted.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        return buttons

    def _show_edits(self) -> None:
        self._wallets.show_wallets(self._after, self._selected)
        self._wallets.show_usage_error(self._usage_errors.get(self._selected))
        self._general.show_settings(self._after)
        self._alerts.show_wallets(self._after, self._selected)
        self._elsewhere.show_settings(self._after)
        has_alerts = bool(self._after.client_ids) or self._from_environment
        self._page_list.item(self._stack.indexOf(self._alerts)).setHidden(not has_alerts)
        self._validate()

    def _on_edited(self, name: str, value: Any) -> None:
        self._after = replace(self._after, **{name: value})
        self._validate()

    def _on_wallet_edited(self, name: str, value: Any) -> None:
        wallets = (
            replace(wallet, **{name: value}) if wallet.client_id == self._selected else wallet
            for wallet in self._after.wallets
        )
        self._on_edited("wallets", tuple(wallets))

    def _problems_of(self, wallet: WalletSettings) -> Mapping[str, str]:
        """Return the translated reason for each invalid field, by its name."""
        reasons = {name: translate("settings", text) for name, text in problems(wallet).items()}
        before = self._before.wallet(wallet.client_id)
        if before and before.name != wallet.name:
            reasons["name"] = name_problem(wallet.name, wallet.client_id, self._after)
        return {name: reason for name, reason in reasons.items() if reason}

    def _validate(self, *_: object) -> None:
        """Mark what is invalid, and enable Save where nothing is."""
        reasons = {w.client_id: self._problems_of(w) for w in self._after.wallets}
        self._wallets.show_problems(reasons[self._selected])
        self._failure.show_problem(self._hidden_problem(reasons))
        has_problem = any(reasons.values()) or any(page.problem() for page in self._pages_for_all())
        self._save.setEnabled(not has_problem and not self._is_changing)

    def _hidden_problem(self, reasons: Mapping[str, Mapping[str, str]]) -> str:
        """Return what is invalid on a page, or in a wallet, that is not shown; empty if nothing."""
        shown_id = self._selected if self._stack.currentWidget() is self._wallets else None
        for wallet in self._before.wallets:
            if wallet.client_id != shown_id and (found := reasons[wallet.client_id]):
                place = wallet.name or wallet.client_id or self.tr("Wallets")
                return f"{place}: {next(iter(found.values()))}"
        for page in self._pages_for_all():
            if page is not self._stack.currentWidget() and (problem := page.problem()):
                return f"{self._page_list.item(self._stack.indexOf(page)).text()}: {problem}"
        return ""

    def _pages_for_all(self) -> tuple[GeneralPage, ElsewherePage]:
        """Return the pages whose values apply to all wallets."""
        return self._general, self._elsewhere

    def _set_changing(self, changing: bool) -> None:
        """Disable everything that edits or requests while a change is in progress."""
        if changing:
            self._focused = self.focusWidget()
        self._is_changing = changing
        self._pages.setEnabled(not changing)
        self._save.setEnabled(not changing)
        if not changing and self._focused:
            self._focused.setFocus()

    def _on_save(self) -> None:
        self._set_changing(True)
        self.save_requested.emit(self._before, self._after, self._general.starts_at_login)

    def _confirm_removal(self) -> None:
        client_id = self._selected
        wallet = self._after.wallet(client_id)
        has_others = len(self._after.wallets) > 1
        question = MessageBox(self)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setWindowTitle(self.tr("Remove"))
        name = wallet.name if wallet and has_others else client_id
        text = self.tr("Remove {0} from deepvue-tray?").format(name)
        question.setText(text)
        question.setInformativeText(
            self.tr("Its client secret is deleted from the keyring. Its history stays.")
        )
        with_history = CheckBox(self.tr("Delete its &history too"))
        with_history.setToolTip(self.tr("Its readings cannot be restored"))
        question.setCheckBox(with_history)
        confirm = question.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.DestructiveRole)
        confirm.clicked.connect(lambda: self._remove(client_id, with_history.isChecked()))
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setIcon(QIcon())
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        question.open()

    def _remove(self, client_id: str, delete_history: bool) -> None:
        self._set_changing(True)
        self._failure.show_text(self.tr("Removing…"))
        self.remove_requested.emit(client_id, delete_history)
