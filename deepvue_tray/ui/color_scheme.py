"""Dark or light as the desktop's settings say, at the start and whenever they change."""

import sys
from typing import Any

from PySide6.QtCore import SLOT, QObject, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

_DARK = 1
_LIGHT = 2
"""The portal's values; 0 is no preference."""

_DARKER = 128
"""The lightness, of 255, below which a window's ground is dark."""


class ColorScheme(QObject):
    """Lets Qt's palette follow the desktop's choice, which Qt's themes do in part.

    The theme for GTK takes a dark palette from a dark theme alone, not from the setting of GNOME;
    that for KDE reads its colours once. Where the palette contradicts, Qt's own one is taken.
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
        self._qt.setPalette(QPalette())  # the theme's
        if self._contradicts():
            self._qt.setPalette(self._qt.style().standardPalette())

    def _contradicts(self) -> bool:
        is_dark = self._qt.palette().color(QPalette.ColorRole.Window).lightness() < _DARKER
        return is_dark != (self._qt.styleHints().colorScheme() == Qt.ColorScheme.Dark)

    def _follow_portal(self) -> None:
        from PySide6.QtDBus import QDBusConnection  # noqa: PLC0415 - on Linux alone

        name, path = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
        self._portal = (name, path, "org.freedesktop.portal.Settings")
        self._bus = QDBusConnection.sessionBus()
        slot: Any = SLOT("_read_portal()")  # PySide's stubs say bytes, and it takes none
        self._bus.connect(*self._portal, "SettingChanged", self, slot)
        self._read_portal()

    @Slot()
    def _read_portal(self) -> None:
        from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher  # noqa: PLC0415

        question = QDBusMessage.createMethodCall(*self._portal, "Read")
        question.setArguments(["org.freedesktop.appearance", "color-scheme"])
        self._watcher = QDBusPendingCallWatcher(self._bus.asyncCall(question))
        self._watcher.finished.connect(self._on_answer)

    @Slot()
    def _on_answer(self) -> None:
        answer = self._watcher.reply().arguments()
        if self._watcher.isError() or not answer:
            return  # no portal, as on a plain sway
        hints, value = self._qt.styleHints(), answer[0].variant().variant()
        if value in (_DARK, _LIGHT):
            hints.setColorScheme(Qt.ColorScheme.Dark if value == _DARK else Qt.ColorScheme.Light)
        else:
            hints.unsetColorScheme()
        self._reconcile()
