"""The amounts beside a chart, and the lines at them."""

from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette

from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.palette import blended, hairline, muted

GAP_PX = 8
"""Between a label and the chart."""


def draw_amounts(painter: QPainter, scale: Scale, amounts: list[float], palette: QPalette) -> None:
    """Draw a line at each amount, and its label at the left."""
    row = painter.fontMetrics().height()
    line = hairline(painter, blended(palette, 0.12))
    for amount in amounts:
        y = scale.y(amount)
        painter.setPen(line)
        painter.drawLine(QPointF(scale.area.left(), y), QPointF(scale.area.right(), y))
        painter.setPen(muted(palette))
        painter.drawText(
            QRectF(0, y - row / 2, scale.area.left() - GAP_PX, row),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            format_number(Decimal(amount)),
        )
