"""Makes the windows dark or light, as the desktop's settings require, also after a change."""

import sys
from typing import Any

from PySide6.QtCore import SLOT, QObject, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

if sys.platform.startswith("linux"):
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_DARK = 1
_LIGHT = 2
"""The values of the portal's ``color-scheme``; 0 means no preference."""

_DARKER = 128
"""The lightness, from 0 to 255, below which a window's background is dark."""


class ColorScheme(QObject):
    """Keeps Qt's palette in agreement with the desktop's colour scheme.

    Qt's platform themes do so only in part: the GTK theme is dark only with a dark GTK theme and
    ignores GNOME's setting, and the KDE theme reads its colours once. If the theme's palette
    contradicts the colour scheme, the style's standard palette is used.
    """

    def __init__(self, qt: QApplication) -> None:
        super().__init__()
        self._qt = qt
        qt.styleHints().colorSchemeChanged.connect(self._reconcile)
        self._reconcile()
        if sys.platform.startswith("linux"):
            self._follow_portal()

    @Slot()
    def _reconcile(self) -> None:
        if not self._contradicts():
            return
        self._qt.setPalette(QPalette())  # the theme's palette
        if self._contradicts():
            if sys.platform == "win32":
                self._qt.setStyle("Fusion")  # Windows 10's own style is never dark.
            self._qt.setPalette(self._qt.style().standardPalette())

    def _contradicts(self) -> bool:
        is_dark = self._qt.palette().color(QPalette.ColorRole.Window).lightness() < _DARKER
        return is_dark != (self._qt.styleHints().colorScheme() == Qt.ColorScheme.Dark)

    def _follow_portal(self) -> None:
        name, path = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
        self._portal = (name, path, "org.freedesktop.portal.Settings")
        self._bus = QDBusConnection.sessionBus()
        slot: Any = SLOT(
            "_read_portal()"
        )  # PySide's stubs require bytes, which PySide does not accept
        self._bus.connect(*self._portal, "SettingChanged", self, slot)
        self._read_portal()

    @Slot()
    def _read_portal(self) -> None:
        question = QDBusMessage.createMethodCall(*self._portal, "Read")
        question.setArguments(["org.freedesktop.appearance", "color-scheme"])
        self._watcher = QDBusPendingCallWatcher(self._bus.asyncCall(question))
        self._watcher.finished.connect(self._on_answer)

    @Slot()
    def _on_answer(self) -> None:
        answer = self._watcher.reply().arguments()
        if self._watcher.isError() or not answer:
            return  # There is no portal, for example on sway without xdg-desktop-portal.
        hints, value = self._qt.styleHints(), answer[0].variant().variant()
        if value in (_DARK, _LIGHT):
            hints.setColorScheme(Qt.ColorScheme.Dark if value == _DARK else Qt.ColorScheme.Light)
        else:
            hints.unsetColorScheme()
        self._reconcile()
