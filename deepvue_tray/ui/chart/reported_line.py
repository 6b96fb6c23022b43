"""The balance before the first reading, reconstructed from the usage report."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from deepvue_tray.core.forecast.series import Point
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.translation import translate

GAP_PX = 8

_DASHES = [3, 3]


def draw_reported(painter: QPainter, scale: Scale, points: Sequence[Point], colour: QColor) -> None:
    """Draw hourly balances, oldest first, as a dashed line that says what it is."""
    if not points:
        return
    start = scale.since.timestamp()
    place = scale.transform()
    spots = [place.map(QPointF(at - start, balance)) for at, balance in points]
    pen = QPen(colour, 1.5)
    pen.setDashPattern(_DASHES)
    painter.setPen(pen)
    painter.drawLines([QLineF(before, after) for before, after in pairwise(spots)])
    text = translate("chart", "From the usage report, without top-ups")
    left, metrics = max(spots[0].x(), scale.area.left()), painter.fontMetrics()
    if spots[-1].x() - left > metrics.horizontalAdvance(text) + GAP_PX:
        line = QRectF(left, scale.area.bottom() - metrics.height() - GAP_PX / 2, 1, 1)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextDontClip
        painter.drawText(line, flags, text)
