"""The box with the time and the value below the pointer."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette

from deepvue_tray.ui.card_parts import draw_rounded, scaled_font

MARGIN_PX = QPointF(12, 7)
LINE_GAP_PX = 1
DISTANCE_PX = 12
"""Between the point and the box."""


def draw_box(
    painter: QPainter,
    palette: QPalette,
    at: QPointF,
    within: QRectF,
    lines: tuple[str, str],
    *,
    beside: float = 0.0,
) -> None:
    """Draw text beside a point, or farther by ``beside`` pixels, in the window's colours exchanged.

    The lines are a time and a value, which may have several lines itself.
    """
    time, value = lines
    plain = painter.font()
    bold = scaled_font(plain, 1.0, QFont.Weight.Bold)
    upper, lower = _size(plain, time), _size(bold, value)
    width = max(upper.width(), lower.width()) + 2 * MARGIN_PX.x() + 1
    height = upper.height() + LINE_GAP_PX + lower.height() + 2 * MARGIN_PX.y()
    box = QRectF(0, 0, width, height)
    box.moveTopLeft(at + QPointF(beside + DISTANCE_PX, -box.height() - DISTANCE_PX / 2))
    if box.right() > within.right():
        box.moveRight(at.x() - beside - DISTANCE_PX)
    box.moveLeft(max(within.left(), box.left()))
    box.moveTop(max(within.top(), min(box.top(), within.bottom() - box.height())))
    ground = palette.color(QPalette.ColorRole.WindowText)
    draw_rounded(painter, box, ground)
    painter.setPen(palette.color(QPalette.ColorRole.Window))
    line = QRectF(box.topLeft() + MARGIN_PX, box.bottomRight() - MARGIN_PX)
    left = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextDontClip
    painter.drawText(line, left | Qt.AlignmentFlag.AlignTop, time)
    painter.setFont(bold)
    painter.drawText(line, left | Qt.AlignmentFlag.AlignBottom, value)
    painter.setFont(plain)


def _size(font: QFont, text: str) -> QSizeF:
    """Return the size of a text, also of one in a script that another font than ``font`` has."""
    unlimited = QRectF(0, 0, 2**16, 2**16)
    return QFontMetricsF(font).boundingRect(unlimited, 0, text).size()
