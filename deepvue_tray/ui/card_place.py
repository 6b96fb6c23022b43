"""Where the card opens: beside the tray's icon, within the screen."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication, QScreen

MARGIN_PX = 4
"""Between the card and the icon, a panel, or the edge of the screen."""

POINTER_PX = 24
"""The assumed size of the icon around the pointer, if the desktop reports neither the icon's
position nor the panel's."""


def icon_at(pointer: QPoint) -> QRect:
    """Return the assumed rectangle of the icon below the pointer.

    A single pixel if the pointer is on a panel, because the card never covers panels.
    """
    side = POINTER_PX if available_area(screen_at(pointer)).contains(pointer) else 1
    icon = QRect(0, 0, side, side)
    icon.moveCenter(pointer)
    return icon


def screen_at(position: QPoint) -> QScreen:
    """Return the screen of a position, or the primary one."""
    return QGuiApplication.screenAt(position) or QGuiApplication.primaryScreen()


def available_area(screen: QScreen) -> QRect:
    """Return the area of a screen without its panels and a margin."""
    geometry, area = screen.geometry(), screen.availableGeometry()
    if not geometry.contains(area):
        # On X11, when a panel appears later, Qt scales the size but leaves the position in native
        # pixels.
        offset = (area.topLeft() - geometry.topLeft()) / screen.devicePixelRatio()
        area.moveTopLeft(geometry.topLeft() + offset)
    return area.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)


def beside(icon: QRect, size: QSize, area: QRect) -> QPoint:
    """Return the top left corner of a card above or below the icon, where ``area`` has more room.

    The card lies within ``area``.
    """
    card = QRect(QPoint(), size)
    card.moveCenter(icon.center())
    if icon.center().y() < area.center().y():
        card.moveTop(icon.bottom() + MARGIN_PX)
    else:
        card.moveBottom(icon.top() - MARGIN_PX)
    left = max(area.left(), min(card.left(), area.right() - card.width() + 1))
    top = max(area.top(), min(card.top(), area.bottom() - card.height() + 1))
    return QPoint(left, top)
