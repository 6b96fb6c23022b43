"""The icon itself, and the desktop's tray that it lives in, comes up late or goes away.

It is the first thing that is shown, so it loads nothing but Qt.
"""

import sys

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from deepvue_tray.resources import icon_path

TRAY_POLL_MS = 2_000
"""Milliseconds between two looks for a tray host, while there is none."""

TRAY_WAIT_MS = 30_000
"""The same once there was none for a while; D-Bus tells at once of most that come."""

TRAY_CHECK_MS = 600_000
"""The same while there is one, where D-Bus does not tell of its end."""

IS_TEMPLATE = sys.platform == "darwin"
"""Whether the panel colours the icon by itself."""

POLLS_BEFORE_LOST = 5
"""Looks without a host until one that ended counts as gone: a panel that restarts is soon back."""

_WATCHER = "org.kde.StatusNotifierWatcher"


class TrayIcon(QObject):
    """An icon with a tooltip and a menu, in the desktop's tray once there is one.

    An icon made before the tray's host is up never appears, so it is made only when a host is
    there, and anew for each: ``hosted`` tells of it, and ``homeless`` that there is none, once for
    each time.
    """

    clicked = Signal()
    tray_found = Signal()
    tray_lost = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.menu = QMenu()
        """What a click opens; to be filled."""
        self._icon: QSystemTrayIcon | None = None
        # Drawing needs enumerations of Qt that would cost the first frame 20 ms.
        self._shown = QIcon(str(icon_path("unknown-64.png")))
        self._shown.setIsMask(IS_TEMPLATE)
        self._tooltip = ""
        self._looks_left = 1
        self._poll = QTimer(self)
        self._poll.timeout.connect(self._look_again)

    @property
    def is_in_tray(self) -> bool:
        """Whether the icon is in a tray."""
        return self._icon is not None

    def place(self) -> QRect | None:
        """Return where on the screen the icon is, where the desktop tells it."""
        area = self._icon.geometry() if self._icon else QRect()
        return area if area.isValid() else None

    def show(self, icon: QIcon, tooltip: str) -> None:
        """Show these; what is shown already is left alone, as panels leak on churn."""
        if self._icon is not None and icon is not self._shown:
            self._icon.setIcon(icon)
        if self._icon is not None and tooltip != self._tooltip:
            self._icon.setToolTip(tooltip)
        self._shown, self._tooltip = icon, tooltip

    def show_message(self, title: str, body: str) -> bool:
        """Show a balloon at the icon, the last resort of a notification; False where there is none.

        Only Windows and XEmbed trays have one. To a StatusNotifier tray Qt sends a notification
        instead, waits for its answer on this thread, and does not say whether it came.
        """
        if self._icon is None or not (sys.platform == "win32" or self._is_xembed()):
            return False
        self._icon.showMessage(title, body, self._shown)
        return True

    def _is_xembed(self) -> bool:
        # Of the trays on Linux XEmbed alone tells where the icon is.
        return sys.platform.startswith("linux") and self.place() is not None

    @Slot()
    def look_for_host(self) -> None:
        """Move into the tray if there is one now, or wait for one."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            if self._icon is None:
                self._move_in()
            self._poll.start(TRAY_CHECK_MS)
            return
        if self._icon is not None:
            self._icon.deleteLater()
            self._icon = None
            self._looks_left = POLLS_BEFORE_LOST
        self._poll.start(TRAY_POLL_MS if self._looks_left > 0 else TRAY_WAIT_MS)

    def watch_host(self) -> None:
        """Hear at once of StatusNotifier trays that come and go: a look takes 30 wake-ups.

        To Qt such a tray is there as long as its watcher is.
        """
        if not sys.platform.startswith("linux"):
            return
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher  # noqa: PLC0415 - on Linux alone

        bus = QDBusConnection.sessionBus()
        self._watcher = QDBusServiceWatcher(_WATCHER, bus)
        self._watcher.serviceOwnerChanged.connect(self._on_watcher)
        if self.is_in_tray and bus.interface().isServiceRegistered(_WATCHER).value():
            self._poll.stop()

    @Slot(str, str, str)
    def _on_watcher(self, _name: str, _before: str, owner: str) -> None:
        self.look_for_host()
        if self.is_in_tray and owner:
            # Its end will be told too.
            self._poll.stop()

    def _move_in(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.clicked)
        self._icon.setIcon(self._shown)
        self._icon.setToolTip(self._tooltip)
        self._icon.show()
        self.tray_found.emit()

    @Slot()
    def _look_again(self) -> None:
        self.look_for_host()
        if self._icon is None:
            self._looks_left -= 1
            if self._looks_left == 0:
                self.tray_lost.emit()

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.clicked.emit()
