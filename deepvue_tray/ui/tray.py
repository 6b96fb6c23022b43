"""The tray icon with its tooltip and menu, wherever the desktop has a place for one."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from deepvue_tray.core.errors import Action
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.ui import words

HOST_POLL = 2_000
"""Milliseconds between two looks for a tray host, while there is none."""

HOST_CHECK = 30_000
"""The same while there is one, which may end: two wake-ups a minute."""

GRACE = 5
"""Looks without a host until one that ended counts as gone: a panel that restarts is soon back."""


class Tray(QObject):
    """Shows snapshots in the desktop's tray, once there is one.

    An icon made before the tray's host is up never appears, so it is made only when a host is
    there, and anew for each: ``hosted`` tells of it, and ``homeless`` that there is none, once for
    each time. ``prefix`` stands before everything, as "Demo" does.
    """

    asked = Signal(object)
    """An Action that a person has chosen."""
    hosted = Signal()
    homeless = Signal()

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._snapshot: Snapshot | None = None
        self._icon: QSystemTrayIcon | None = None
        self._shown_icon = QIcon(str(icon_path("unknown-64.png")))
        self._looks_left = 1
        self._build_menu()
        self._poll = QTimer(self)
        self._poll.timeout.connect(self._look_again)

    @property
    def is_hosted(self) -> bool:
        """Whether the icon is in a tray."""
        return self._icon is not None

    @Slot()
    def look_for_host(self) -> None:
        """Move into the tray if there is one now, or wait for one."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            if self._icon is None:
                self._move_in()
            self._poll.start(HOST_CHECK)
            return
        if self._icon is not None:
            self._icon.deleteLater()
            self._icon = None
            self._looks_left = GRACE
        self._poll.start(HOST_POLL)

    def _move_in(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(lambda: self.asked.emit(Action.CARD))
        self._icon.setIcon(self._shown_icon)
        self._draw()
        self._icon.show()
        self.hosted.emit()

    @Slot()
    def _look_again(self) -> None:
        self.look_for_host()
        if self._icon is None:
            self._looks_left -= 1
            if self._looks_left == 0:
                self.homeless.emit()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Let icon, tooltip and menu say what ``snapshot`` says."""
        self._snapshot = snapshot
        now = datetime.now(UTC)
        balance = words.credits_of(snapshot)
        self._balance.setText(f"{self._prefix}: {balance}" if self._prefix else balance)
        runway = words.runway_and_day_of(snapshot, now)
        self._runway.setText(runway[:1].upper() + runway[1:])
        self._runway.setVisible(bool(runway))
        self._status.setText(words.status_of(snapshot, now))
        self._snooze.setTitle(words.snooze_of(snapshot, now))
        self._resume.setVisible(snapshot.snoozed is not None)
        trouble = snapshot.trouble or snapshot.storage
        self._remedy.setVisible(trouble is not None)
        if trouble:
            self._remedy.setText(words.remedy_of(trouble))
        for action, entry in self._mending.items():
            entry.setVisible(trouble is not None and trouble.action is action)
        self._draw()

    def show_message(self, title: str, body: str) -> bool:
        """Show a balloon at the icon, the last resort of a notification; False without a tray."""
        if self._icon is None:
            return False
        self._icon.showMessage(title, body, self._shown_icon)
        return True

    def _build_menu(self) -> None:
        self._menu = QMenu()
        self._balance = self._line()
        self._runway = self._line()
        self._status = self._line()
        self._remedy = self._line()
        # Only the remedies that the menu does not offer anyway.
        self._mending = {a: self._entry(a) for a in (Action.UNLOCK, Action.STATUS_PAGE)}
        self._menu.addSeparator()
        self._entry(Action.REFRESH)
        self._snooze = self._menu.addMenu("")
        for action in (Action.SNOOZE_HOUR, Action.SNOOZE_MORNING, Action.SNOOZE_TOP_UP):
            self._entry(action, self._snooze)
        self._resume = self._entry(Action.RESUME, self._snooze)
        self._menu.addSeparator()
        self._entry(Action.DASHBOARD)
        self._entry(Action.SETTINGS)
        self._entry(Action.ABOUT)
        self._menu.addSeparator()
        self._entry(Action.QUIT)

    def _line(self) -> QAction:
        line = self._menu.addAction("")
        line.setEnabled(False)
        return line

    def _entry(self, action: Action, menu: QMenu | None = None) -> QAction:
        entry = (menu or self._menu).addAction(words.label_of(action))
        entry.triggered.connect(lambda: self.asked.emit(action))
        return entry

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.asked.emit(Action.CARD)

    def _draw(self) -> None:
        if self._icon is None or self._snapshot is None:
            return
        # Loaded here: drawing needs enumerations of Qt that would cost the first frame 20 ms.
        from deepvue_tray.ui.icon import icon_for  # noqa: PLC0415

        icon = icon_for(self._snapshot)
        if icon is not self._shown_icon:
            self._shown_icon = icon
            self._icon.setIcon(icon)
        tooltip = words.tooltip_of(self._snapshot, datetime.now(UTC), self._prefix)
        if tooltip != self._icon.toolTip():
            self._icon.setToolTip(tooltip)
