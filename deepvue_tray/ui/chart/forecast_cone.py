"""The forecast as a cone: from the last reading to the times at which the balance may be zero."""

from datetime import datetime

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.chart.scale import Scale

FILL_SHARE = 0.16
"""The share of the line's colour in the cone."""


def lowest_until(snapshot: Snapshot, until: datetime) -> float | None:
    """Return the lowest forecast balance before ``until``, in credits; None without a forecast."""
    runway, reading = snapshot.runway, snapshot.reading
    if runway is None or reading is None or reading.balance <= 0 or until <= reading.at:
        return None
    left = (runway.earliest - until) / max(runway.earliest - reading.at, until - reading.at)
    return float(reading.balance) * max(0.0, left)


def draw_cone(painter: QPainter, scale: Scale, snapshot: Snapshot, colour: QColor) -> None:
    """Draw the 80 % range of the forecast, and its median as a dotted line."""
    runway, reading = snapshot.runway, snapshot.reading
    if runway is None or reading is None or reading.balance <= 0:
        return
    start = QPointF(scale.x(reading.at), scale.y(float(reading.balance)))
    zero = scale.y(0)
    ends = [QPointF(scale.x(at), zero) for at in (runway.earliest, runway.empty_at, runway.latest)]
    fill = QColor(colour)
    fill.setAlphaF(FILL_SHARE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([start, ends[0], ends[2]]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour, 1.5)
    pen.setDashPattern([2, 2])
    painter.setPen(pen)
    painter.drawLine(start, ends[1])
