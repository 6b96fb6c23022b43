"""The icon in the desktop's tray, which may appear late or go away.

The icon is shown first at start, so this module imports nothing but Qt.
"""

import sys

from PySide6.QtCore import QElapsedTimer, QObject, QRect, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from deepvue_tray.resources import icon_path

if sys.platform.startswith("linux"):
    from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

TRAY_POLL_MS = 2_000
"""Interval of the polls for a tray host while there is none."""

TRAY_WAIT_MS = 30_000
"""The interval once a host has been missing for a while; D-Bus announces most new hosts."""

TRAY_CHECK_MS = 600_000
"""The interval while there is a host whose end D-Bus does not announce."""

IS_TEMPLATE = sys.platform == "darwin"
"""Whether the panel colours the icon itself."""

POLLS_BEFORE_LOST = 5
"""Failed polls before a host counts as lost, so that a panel can restart."""

_WATCHER = "org.kde.StatusNotifierWatcher"


class TrayIcon(QObject):
    """An icon with a tooltip and a menu, in the desktop's tray once there is one.

    ``clicked`` is emitted once for a double click.

    An icon that is created before the tray's host never appears, so it is created only when there
    is a host, and again for each new host. ``tray_found`` is emitted each time the icon has been
    created, ``tray_lost`` once each time there is no host.
    """

    clicked = Signal()
    tray_found = Signal()
    tray_lost = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.menu = QMenu()
        """The context menu; the owner fills it."""
        self._icon: QSystemTrayIcon | None = None
        # A file: drawing loads enumerations of Qt, which would delay the first frame by 20 ms.
        self._current = QIcon(str(icon_path("unknown-64.png")))
        self._current.setIsMask(IS_TEMPLATE)
        self._tooltip = ""
        self._since_click = QElapsedTimer()
        self._polls_left = 1
        self._poll_timer = QTimer(self)
        self._poll_timer.timeout.connect(self._on_poll)

    @property
    def is_in_tray(self) -> bool:
        """Whether the icon is in a tray."""
        return self._icon is not None

    def place(self) -> QRect | None:
        """Return the icon's rectangle on the screen; None if the desktop does not report it."""
        area = self._icon.geometry() if self._icon else QRect()
        return area if area.isValid() else None

    def show(self, icon: QIcon, tooltip: str) -> None:
        """Show an icon and a tooltip; only changes are sent, as some panels leak with each."""
        if self._icon is not None and icon is not self._current:
            self._icon.setIcon(icon)
        if self._icon is not None and tooltip != self._tooltip:
            self._icon.setToolTip(tooltip)
        self._current, self._tooltip = icon, tooltip

    def show_message(self, title: str, body: str) -> bool:
        """Show a balloon at the icon; return False if the tray has none.

        Only Windows and XEmbed trays have balloons. For a StatusNotifier tray Qt sends a
        notification instead, blocks this thread until the reply, and does not report success.
        """
        if self._icon is None or not (sys.platform == "win32" or self._is_xembed()):
            return False
        self._icon.showMessage(title, body, self._current)
        return True

    def _is_xembed(self) -> bool:
        # Of the trays on Linux only XEmbed reports the icon's position.
        return sys.platform.startswith("linux") and self.place() is not None

    @Slot()
    def poll_host(self) -> None:
        """Create or remove the icon if a host appeared or ended, and schedule the next poll."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            if self._icon is None:
                self._create_icon()
            self._poll_timer.start(TRAY_CHECK_MS)
            return
        if self._icon is not None:
            self._icon.deleteLater()
            self._icon = None
            self._polls_left = POLLS_BEFORE_LOST
        self._poll_timer.start(TRAY_POLL_MS if self._polls_left > 0 else TRAY_WAIT_MS)

    def watch_host(self) -> None:
        """Follow StatusNotifier hosts by D-Bus signals, because each poll takes 30 wake-ups.

        For Qt such a tray is available while its watcher is running.
        """
        if sys.platform.startswith("linux"):
            bus = QDBusConnection.sessionBus()
            self._watcher = QDBusServiceWatcher(_WATCHER, bus)
            self._watcher.serviceOwnerChanged.connect(self._on_watcher_changed)
            if self.is_in_tray and bus.interface().isServiceRegistered(_WATCHER).value():
                self._poll_timer.stop()

    @Slot(str, str, str)
    def _on_watcher_changed(self, _name: str, _before: str, owner: str) -> None:
        self.poll_host()
        if self.is_in_tray and owner:
            # D-Bus also announces the end of this host.
            self._poll_timer.stop()

    def _create_icon(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.clicked)
        self._icon.setIcon(self._current)
        self._icon.setToolTip(self._tooltip)
        self._icon.show()
        self.tray_found.emit()

    @Slot()
    def _on_poll(self) -> None:
        self.poll_host()
        if self._icon is None:
            self._polls_left -= 1
            if self._polls_left == 0:
                self.tray_lost.emit()

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On macOS the same click has opened the menu, whose first entry opens the card.
        if reason != QSystemTrayIcon.ActivationReason.Trigger or sys.platform == "darwin":
            return
        # A double click arrives as two activations on Plasma, and as three from waybar.
        interval = QGuiApplication.styleHints().mouseDoubleClickInterval()
        if not self._since_click.isValid() or self._since_click.hasExpired(interval):
            self._since_click.start()
            self.clicked.emit()
