"""What windows need on Wayland, where the compositor alone places, raises and sizes them."""

import os

from PySide6.QtCore import QEvent, QObject, QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

REDRAW_MS = 100
"""After a new size; by then the first picture of it is shown."""

FOCUS_MS = 200
"""Within which a window learns that the compositor has given the focus to another one."""


NO_LIMIT = QSize(2**24 - 1, 2**24 - 1)
"""Qt's QWIDGETSIZE_MAX, which PySide lacks: a window may be made as large as a person likes."""


def is_wayland() -> bool:
    """Say whether a Wayland compositor shows the windows."""
    return QGuiApplication.platformName().startswith("wayland")


def may_fix_size() -> bool:
    """Say whether a window with a frame may be of one size alone.

    On GNOME Qt draws the frame, and takes its shadow of 20 pixels from a fixed size. Elsewhere a
    tiling compositor lets only such windows float.
    """
    return not (is_wayland() and "GNOME" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"))


def set_size(window: QWidget, size: QSize) -> None:
    """Give a window with a frame this size, fixed where it may be."""
    if may_fix_size():
        window.setFixedSize(size)
    else:
        window.setMinimumSize(size)
        window.setMaximumSize(NO_LIMIT)
        window.resize(size)


def bring_to_front(window: QWidget) -> None:
    """Show a window, in front of the others and with the focus."""
    if is_wayland() and window.isActiveWindow():
        # It may have lost the focus just now, and not know yet.
        QTimer.singleShot(FOCUS_MS, window, lambda: _reopen_unless_active(window))
    _reopen_unless_active(window)
    window.show()
    window.raise_()
    window.activateWindow()


def _reopen_unless_active(window: QWidget) -> None:
    """Open an open window anew on Wayland.

    Only a click's token lets a window come to the front there, and a second start has none; a new
    window comes to the front without.
    """
    handle = window.windowHandle()
    if is_wayland() and handle and window.isVisible() and not window.isActiveWindow():
        window.hide()
        handle.destroy()
        window.show()


def redraw_when_resized(window: QWidget) -> None:
    """Draw a window once more after each change of its size.

    Qt pads the rows of its pictures, and KWin 5.27 ignores that in the first picture of each size:
    it shows skewed stripes.
    """
    if is_wayland():
        window.installEventFilter(_Redrawer(window))


class _Redrawer(QObject):
    """Draws its window again, as long as that lives."""

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and isinstance(window, QWidget):
            QTimer.singleShot(REDRAW_MS, window, lambda: _draw_again(window))
        return False


def _draw_again(window: QWidget) -> None:
    # Its own update() leaves out what lies below a child that fills its background.
    for widget in (window, *window.findChildren(QWidget)):
        widget.update()
