"""Makes the windows dark or light, as the desktop's settings require, also after a change."""

import sys
from typing import Any

from PySide6.QtCore import SLOT, QObject, Qt, Slot
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

if sys.platform.startswith("linux"):
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_DARK = 1
_LIGHT = 2
"""The values of the portal's ``color-scheme``; 0 means no preference."""

_DARKER = 128
"""The lightness, from 0 to 255, below which a window's background is dark."""

_KDE_FALLBACK = QColor("#d6d2d0")
"""The background of KDE 3's windows, which Qt's KDE theme uses until colours are chosen in the
settings."""


class ColorScheme(QObject):
    """Keeps Qt's palette in agreement with the desktop's colour scheme.

    Qt's platform themes do so only in part: the GTK theme is dark only with a dark GTK theme and
    ignores GNOME's setting, the KDE theme reads its colours once, and without a theme, as on sway,
    Qt is always light. If the palette contradicts the colour scheme, the style's standard palette
    is used; if that contradicts it too, ``dark_palette``. Without a preference, the theme's palette
    is used.
    """

    def __init__(self, qt: QApplication) -> None:
        super().__init__()
        self._qt = qt
        self._chosen = 0
        qt.styleHints().colorSchemeChanged.connect(self._reconcile)
        self._reconcile()
        if sys.platform.startswith("linux"):
            self._follow_portal()

    @Slot()
    def _reconcile(self) -> None:
        if self._is_dark_wanted() is not None and self._fits():
            return
        self._qt.setPalette(QPalette())  # the theme's palette
        if self._fits():
            return
        if sys.platform == "win32":
            self._qt.setStyle("Fusion")  # Windows 10's own style is never dark.
        self._qt.setPalette(self._qt.style().standardPalette())
        if not self._fits():
            self._qt.setPalette(dark_palette())

    def _fits(self) -> bool:
        window = self._qt.palette().color(QPalette.ColorRole.Window)
        if window == _KDE_FALLBACK:
            return False
        return self._is_dark_wanted() in (None, window.lightness() < _DARKER)

    def _is_dark_wanted(self) -> bool | None:
        """Return whether windows must be dark; None if Qt and the portal have no preference."""
        scheme = self._qt.styleHints().colorScheme()
        if scheme != Qt.ColorScheme.Unknown:
            return scheme == Qt.ColorScheme.Dark
        # Without a theme, Qt forgets what the portal said.
        return {_DARK: True, _LIGHT: False}.get(self._chosen)

    def _follow_portal(self) -> None:
        name, path = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
        self._portal = (name, path, "org.freedesktop.portal.Settings")
        self._bus = QDBusConnection.sessionBus()
        # PySide's stubs require bytes, which PySide does not accept.
        slot: Any = SLOT("_read_portal()")
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
        self._chosen = value
        if value in (_DARK, _LIGHT):
            hints.setColorScheme(Qt.ColorScheme.Dark if value == _DARK else Qt.ColorScheme.Light)
        else:
            hints.unsetColorScheme()
        self._reconcile()


def dark_palette() -> QPalette:
    """Return the dark palette of Qt's Fusion style, which Qt gives only to some themes.

    https://github.com/qt/qtbase/blob/6.11/src/gui/kernel/qplatformtheme.cpp
    """
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    window, text, blue = QColor(50, 50, 50), QColor(240, 240, 240), QColor(48, 140, 198)
    dark, mid = window.darker(150), window.darker(130)
    palette = QPalette()
    for each, colour in {
        role.WindowText: text,
        role.Text: text,
        role.ButtonText: text,
        role.BrightText: text,
        role.HighlightedText: text,
        role.ToolTipText: text,
        role.PlaceholderText: QColor(240, 240, 240, 128),
        role.Window: window,
        role.Button: window,
        role.Base: window.darker(140),
        role.AlternateBase: dark,
        role.ToolTipBase: dark,
        role.Light: window.lighter(150),
        role.Midlight: mid.lighter(110),
        role.Mid: mid,
        role.Dark: dark,
        role.Shadow: dark.darker(135),
        role.Highlight: blue,
        role.Accent: blue,
        role.Link: blue,
        role.LinkVisited: blue,
    }.items():
        palette.setColor(each, colour)
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, each, QColor(130, 130, 130))
    palette.setColor(group.Disabled, role.Base, window)
    palette.setColor(group.Disabled, role.Highlight, QColor(145, 145, 145))
    return palette
