"""The tray: the icon, its tooltip and its menu."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from deepvue_tray.core.actions import Action
from deepvue_tray.core.overview import Overview
from deepvue_tray.ui import texts
from deepvue_tray.ui.icon import icon_for
from deepvue_tray.ui.tray_icon import IS_TEMPLATE, TrayIcon


class Tray(QObject):
    """Shows overviews at ``icon``; ``prefix``, such as "Demo", precedes every text."""

    action_requested = Signal(Action)
    """The action that the person chose."""

    def __init__(self, icon: TrayIcon, prefix: str) -> None:
        super().__init__()
        self._icon = icon
        self._prefix = prefix
        self._build_menu()

    @Slot(object)
    def show_overview(self, overview: Overview) -> None:
        """Show ``overview`` in the icon, the tooltip and the menu."""
        now, snapshot = datetime.now(UTC), overview.worst
        self._balance.setText(texts.prefixed(self._prefix, texts.format_balance(snapshot)))
        runway = texts.runway_line(snapshot, now)
        self._runway.setText(runway)
        self._runway.setVisible(bool(runway))
        self._status.setText(texts.status_text(snapshot, now))
        self._snooze.setTitle(texts.snooze_text(snapshot, now))
        self._resume.setVisible(snapshot.snoozed is not None)
        trouble = snapshot.trouble or snapshot.storage
        for action, entry in self._remedy_entries.items():
            entry.setVisible(trouble is not None and trouble.action is action)
        icon = icon_for(overview, template=IS_TEMPLATE)
        self._icon.show(icon, texts.tooltip_text(snapshot, now, self._prefix))

    def _build_menu(self) -> None:
        # One menu whose entries change their text: some panels handle a rebuilt menu badly.
        menu = self._icon.menu
        # Opens the card on desktops where a left click opens the menu.
        self._balance = self._add_entry(Action.CARD, menu)
        self._runway = self._add_line(menu)
        # Errors by title, without remedy: D-Bus menus drop the underscores of variable names.
        self._status = self._add_line(menu)
        # Only the remedies that have no permanent entry below.
        self._remedy_entries = {
            action: self._add_entry(action, menu) for action in (Action.UNLOCK, Action.STATUS_PAGE)
        }
        menu.addSeparator()
        self._add_entry(Action.REFRESH, menu)
        self._add_entry(Action.HISTORY, menu)
        self._snooze = menu.addMenu("")
        for action in (Action.SNOOZE_HOUR, Action.SNOOZE_MORNING, Action.SNOOZE_TOP_UP):
            self._add_entry(action, self._snooze)
        self._resume = self._add_entry(Action.RESUME, self._snooze)
        menu.addSeparator()
        for action in (Action.DASHBOARD, Action.SETTINGS, Action.ABOUT):
            self._add_entry(action, menu)
        menu.addSeparator()
        self._add_entry(Action.QUIT, menu)
        self.show_overview(Overview())

    @staticmethod
    def _add_line(menu: QMenu) -> QAction:
        line = menu.addAction("")
        line.setEnabled(False)
        return line

    def _add_entry(self, action: Action, menu: QMenu) -> QAction:
        entry = menu.addAction(texts.action_label(action))
        entry.triggered.connect(lambda: self.action_requested.emit(action))
        return entry
