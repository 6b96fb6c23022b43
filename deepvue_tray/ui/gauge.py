"""The ring that shows how full a wallet is, as the card's list draws it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_START, _SWEEP = 225 * 16, -270 * 16
"""In sixteenths of a degree: from the lower left over the top to the lower right."""


def draw_ring(painter: QPainter, area: QRectF, fill: float, colour: QColor, track: QColor) -> None:
    """Draw a ring into a square; ``fill`` from 0 to 1 is drawn over the ``track``."""
    width = area.width() / 7
    ring = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    pen = QPen(track, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawArc(ring, _START, _SWEEP)
    if fill > 0:
        pen.setColor(colour)
        painter.setPen(pen)
        painter.drawArc(ring, _START, round(_SWEEP * fill))
