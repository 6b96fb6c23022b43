"""The tray: the icon, its tooltip and its menu."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from deepvue_tray.core.actions import Action
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts, tray_texts
from deepvue_tray.ui.icon import icon_for
from deepvue_tray.ui.tray_icon import IS_TEMPLATE, TrayIcon

MAX_WALLET_LINES = 12
"""The maximum number of lines in the menu for the wallets."""


class Tray(QObject):
    """Shows overviews at ``icon``; ``prefix``, such as "Demo", precedes every text."""

    action_requested = Signal(Action, str)
    """The action that the person chose, and the client ID of its wallet; empty for all wallets."""

    def __init__(self, icon: TrayIcon, prefix: str) -> None:
        super().__init__()
        self._icon = icon
        self._prefix = prefix
        self._wallets: list[QAction] = []
        self._wallet_snoozes: list[QAction] = []
        self._build_menu()

    @Slot(object)
    def show_overview(self, overview: Overview) -> None:
        """Show ``overview`` in the icon, the tooltip and the menu."""
        now = datetime.now(UTC)
        self._show_wallets(overview, now)
        _show_line(self._status, tray_texts.status_line(overview, now))
        _show_line(self._environment, tray_texts.environment_text(overview))
        self._refresh.setText(tray_texts.refresh_label(overview, now))
        self._snooze.setTitle(tray_texts.snooze_title(overview, now))
        self._resume.setVisible(any(snapshot.snoozed for snapshot in overview.snapshots))
        errors = [error for s in overview.snapshots for error in (s.trouble, s.storage) if error]
        remedies = {error.action for error in errors}
        for action, entry in self._remedy_entries.items():
            entry.setVisible(action in remedies)
        icon = icon_for(overview, template=IS_TEMPLATE)
        self._icon.show(icon, tray_texts.tooltip_text(overview, now, self._prefix))

    def _show_wallets(self, overview: Overview, now: datetime) -> None:
        listed = _listed(overview)
        # Entries are added and hidden, but never removed: some panels handle a rebuilt menu badly.
        while len(self._wallets) < len(listed):
            self._add_wallet()
        lines = tray_texts.menu_lines(overview, listed, now, self._prefix)
        for index, entry in enumerate(self._wallets):
            _show_line(entry, lines[index] if index < len(listed) else "")
        for index, entry in enumerate(self._wallet_snoozes):
            is_shown = overview.has_several and index < len(listed)
            _show_line(entry, tray_texts.wallet_snooze_label(listed[index]) if is_shown else "")
        for entry, snooze, snapshot in zip(
            self._wallets, self._wallet_snoozes, listed, strict=False
        ):
            _set_data(entry, (Action.CARD, snapshot.client_id))
            action = Action.RESUME if snapshot.snoozed else Action.SNOOZE_MORNING
            _set_data(snooze, (action, snapshot.client_id))
        hidden = len(overview.snapshots) - len(listed)
        _show_line(self._more, tray_texts.more_wallets_text(hidden) if hidden else "")
        self._wallet_snooze_line.setVisible(overview.has_several)

    def _build_menu(self) -> None:
        menu = self._icon.menu
        # Each line opens the card: on some desktops a left click opens the menu.
        self._more = self._add_entry(Action.CARD, menu)
        # Errors by title, without remedy: D-Bus menus drop the underscores of variable names.
        self._status = self._add_entry(Action.CARD, menu)
        self._environment = self._add_entry(Action.CARD, menu)
        # Only the remedies that have no permanent entry below.
        self._remedy_entries = {
            action: self._add_entry(action, menu) for action in (Action.UNLOCK, Action.STATUS_PAGE)
        }
        menu.addSeparator()
        self._refresh = self._add_entry(Action.REFRESH, menu)
        self._add_entry(Action.HISTORY, menu)
        self._add_entry(Action.DASHBOARD, menu)
        self._snooze = menu.addMenu("")
        for action in (Action.SNOOZE_HOUR, Action.SNOOZE_MORNING, Action.SNOOZE_TOP_UP):
            self._add_entry(action, self._snooze)
        self._resume = self._add_entry(Action.RESUME, self._snooze)
        self._wallet_snooze_line = self._snooze.addSeparator()
        menu.addSeparator()
        for action in (Action.SETTINGS, Action.ABOUT):
            self._add_entry(action, menu)
        menu.addSeparator()
        self._add_entry(Action.QUIT, menu)
        self.show_overview(Overview())

    def _add_wallet(self) -> None:
        """Add the entries of one more wallet: its line, and the one that snoozes its alerts."""
        self._wallets.append(self._add_entry(Action.CARD, self._icon.menu, before=self._more))
        self._wallet_snoozes.append(self._add_entry(Action.SNOOZE_MORNING, self._snooze))

    def _add_entry(self, action: Action, menu: QMenu, before: QAction | None = None) -> QAction:
        entry = QAction(texts.action_label(action), menu)
        if before is None:
            menu.addAction(entry)
        else:
            menu.insertAction(before, entry)
        entry.setData((action, ""))
        entry.triggered.connect(lambda: self.action_requested.emit(*entry.data()))
        return entry


def _listed(overview: Overview) -> list[Snapshot]:
    """Return the wallets that have a line: the worst if there are too many, in their order."""
    if len(overview.snapshots) <= MAX_WALLET_LINES:
        return list(overview.snapshots)
    worst = {snapshot.client_id for snapshot in overview.worst_first[: MAX_WALLET_LINES - 1]}
    return [snapshot for snapshot in overview.snapshots if snapshot.client_id in worst]


def _set_data(entry: QAction, data: tuple[Action, str]) -> None:
    # Qt cannot compare Python's objects, and would send equal data to the panel as a change.
    if entry.data() != data:
        entry.setData(data)


def _show_line(entry: QAction, text: str) -> None:
    """Show a line that begins with a text from outside, or hide it if the text is empty."""
    # An underscore or a single ampersand would mark the following letter in a D-Bus menu.
    entry.setText(text.replace("_", " ").replace("&", "&&"))
    entry.setVisible(bool(text))
