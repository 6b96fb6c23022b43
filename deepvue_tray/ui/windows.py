"""Sizing, raising and redrawing of windows, most of it for Wayland compositors."""

import os

from PySide6.QtCore import QEvent, QObject, QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

REDRAW_MS = 100
"""The delay from a new size to the second drawing: the compositor then shows the first one."""

FOCUS_MS = 200
"""From the loss of the focus to the time when Qt knows of it for certain."""

NO_LIMIT = QSize(2**24 - 1, 2**24 - 1)
"""Qt's QWIDGETSIZE_MAX, which PySide lacks: a maximum size that removes the limit."""

FRAME = QSize(12, 88)
"""The part of the screen that a window leaves free. 40 pixels of the height are for a title bar,
whose height Qt does not know before the window is shown; 48 are for a panel, which Wayland and some
X11 panels do not report."""


def is_wayland() -> bool:
    """Return whether a Wayland compositor shows the windows."""
    return QGuiApplication.platformName().startswith("wayland")


def may_fix_size() -> bool:
    """Return whether a window with a frame may have a fixed size.

    On GNOME it may not: Qt draws the frame there and takes the 20 pixels of its shadow from the
    window. Elsewhere it should: a tiling compositor floats only windows with a fixed size.
    """
    return not (is_wayland() and "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"))


def set_size(window: QWidget, size: QSize) -> None:
    """Give a window with a frame this size, fixed if that is allowed."""
    if may_fix_size():
        window.setFixedSize(size)
        window.resize(size)  # Qt has not done so if the limits were set already.
    else:
        window.setMinimumSize(size)
        window.setMaximumSize(NO_LIMIT)
        window.resize(size)


def fitted(window: QWidget, size: QSize) -> QSize:
    """Return ``size``, reduced to what fits on the screen with a frame and panels."""
    return size.boundedTo(window.screen().availableSize() - FRAME)


def bring_to_front(window: QWidget) -> None:
    """Show a window, in front of the others and with the focus."""
    if is_wayland() and window.isActiveWindow():
        # Qt may not know yet that the compositor gave the focus to another window.
        QTimer.singleShot(FOCUS_MS, window, lambda: _reopen_unless_in_dialog(window))
    _reopen_unless_active(window)
    window.show()
    window.raise_()
    window.activateWindow()


def _reopen_unless_in_dialog(window: QWidget) -> None:
    """Replace a window that is not active, unless a modal dialog was opened meanwhile."""
    if QApplication.activeModalWidget() is None:
        _reopen_unless_active(window)


def _reopen_unless_active(window: QWidget) -> None:
    """Replace an open window by a new one on Wayland.

    Raising an open window takes the token of a click, which a second start does not have. A new
    window needs none.
    """
    handle = window.windowHandle()
    if is_wayland() and handle and window.isVisible() and not window.isActiveWindow():
        window.hide()
        handle.destroy()
        window.show()


def redraw_when_resized(window: QWidget) -> None:
    """Draw a window once more after each change of its size.

    Qt pads the rows of its buffers. KWin 5.27 ignores the padding in the first buffer of each size,
    and shows skewed stripes.
    """
    if is_wayland():
        window.installEventFilter(_Redrawer(window))


class _Redrawer(QObject):
    """Draws its window again after each change of its size; the window owns it."""

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and isinstance(window, QWidget):
            QTimer.singleShot(REDRAW_MS, window, lambda: _draw_again(window))
        return False


def _draw_again(window: QWidget) -> None:
    # The window's update() skips areas below a child that fills its background.
    for widget in (window, *window.findChildren(QWidget)):
        widget.update()
