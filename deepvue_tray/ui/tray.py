"""The tray icon with its tooltip and menu, wherever the desktop has a place for one."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from deepvue_tray.core.errors import Action
from deepvue_tray.core.reading import Snapshot
from deepvue_tray.ui import words
from deepvue_tray.ui.icon import icon_for

HOST_POLL = 2_000
"""Milliseconds between two looks for a tray host, while there is none."""


class Tray(QObject):
    """Shows snapshots in the desktop's tray, once there is one.

    An icon made before the tray's host is up never appears, so it is made only when a host is
    there; ``hosted`` tells when that is so, and ``homeless`` when it is not. ``prefix`` stands
    before everything, as "Demo" does.
    """

    refresh_asked = Signal()
    settings_asked = Signal()
    dashboard_asked = Signal()
    about_asked = Signal()
    quit_asked = Signal()
    clicked = Signal()
    action_asked = Signal(object)
    hosted = Signal()
    homeless = Signal()

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._snapshot = Snapshot()
        self._icon: QSystemTrayIcon | None = None
        self._shown_icon = QIcon()
        self._remedy: Action | None = None
        self._build_menu()
        self._poll = QTimer(self, interval=HOST_POLL, timerType=Qt.TimerType.CoarseTimer)
        self._poll.timeout.connect(self.look_for_host)

    @Slot()
    def look_for_host(self) -> None:
        """Move into the tray if there is one now, or tell that there is none yet."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._poll.stop()
            self._icon = QSystemTrayIcon(self)
            self._icon.setContextMenu(self._menu)
            self._icon.activated.connect(self._on_activated)
            self._draw()
            self._icon.show()
            self.hosted.emit()
        elif not self._poll.isActive():
            self._poll.start()
            self.homeless.emit()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Let icon, tooltip and menu say what ``snapshot`` says."""
        self._snapshot = snapshot
        now = datetime.now(UTC)
        balance = words.credits_of(snapshot)
        self._balance.setText(f"{self._prefix}: {balance}" if self._prefix else balance)
        self._status.setText(words.status_of(snapshot, now))
        trouble = snapshot.trouble or snapshot.storage
        self._remedy = trouble.action if trouble else None
        self._explanation.setVisible(trouble is not None)
        if trouble:
            self._explanation.setText(words.remedy_of(trouble))
        self._remedy_entry.setVisible(self._remedy is not None)
        if self._remedy:
            self._remedy_entry.setText(words.label_of(self._remedy))
        self._draw()

    def show_message(self, title: str, body: str) -> bool:
        """Show a balloon at the icon, the last resort of a notification; False without a tray."""
        if self._icon is None:
            return False
        self._icon.showMessage(title, body, self._shown_icon)
        return True

    def _build_menu(self) -> None:
        self._menu = QMenu()
        self._balance = self._entry("", None)
        self._status = self._entry("", None)
        self._explanation = self._entry("", None)
        self._remedy_entry = self._entry("", self._ask_remedy)
        self._menu.addSeparator()
        self._entry(self.tr("Refresh"), self.refresh_asked)
        self._menu.addSeparator()
        self._entry(words.label_of(Action.DASHBOARD), self.dashboard_asked)
        self._entry(self.tr("Settings…"), self.settings_asked)
        self._entry(self.tr("About"), self.about_asked)
        self._menu.addSeparator()
        self._entry(self.tr("Quit"), self.quit_asked)

    def _entry(self, text: str, chosen: object) -> QAction:
        action = self._menu.addAction(text)
        if chosen is None:
            action.setEnabled(False)
        else:
            action.triggered.connect(chosen)
        return action

    def _ask_remedy(self) -> None:
        self.action_asked.emit(self._remedy)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.clicked.emit()

    def _draw(self) -> None:
        if self._icon is None:
            return
        icon = icon_for(self._snapshot)
        if icon is not self._shown_icon:
            self._shown_icon = icon
            self._icon.setIcon(icon)
        tooltip = words.tooltip_of(self._snapshot, datetime.now(UTC), self._prefix)
        if tooltip != self._icon.toolTip():
            self._icon.setToolTip(tooltip)
