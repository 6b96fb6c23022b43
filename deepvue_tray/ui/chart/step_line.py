"""The balance as a step line, and the thresholds, as the chart draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepvue_tray.core.reading import HistoryBucket, is_significant_rise
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Level
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import hairline, on_pixels

MAX_SMOOTH_BUCKETS = 900
"""With more buckets the line is drawn without antialiasing, which would be invisible and as slow as
four frames."""

DOT_PX = 5
"""Diameter of the dot at the end of the line."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """The geometry of a line through buckets, computed once for all frames.

    Points are (seconds since the start of the range, credits).
    """

    points: QPolygonF
    top_ups: list[QPointF]
    """The upper end of each significant rise."""
    bucket_count: int
    lowest: float
    """Credits, at most 0."""
    highest: float
    """Credits; 0 without buckets."""

    @classmethod
    def through(cls, buckets: Sequence[HistoryBucket], since: datetime) -> "StepLine":
        """Return the line through ``buckets`` of a range that starts at ``since``, aware."""
        points: list[QPointF] = []
        top_ups: list[QPointF] = []
        previous: Decimal | None = None
        start = since.timestamp()
        for bucket in buckets:
            x, last = bucket.at.timestamp() - start, float(bucket.last)
            if previous is not None:
                points.append(QPointF(x, float(previous)))
                if is_significant_rise(previous, bucket.last):
                    top_ups.append(QPointF(x, last))
            if bucket.high != bucket.low:
                points += (QPointF(x, float(bucket.high)), QPointF(x, float(bucket.low)))
            points.append(QPointF(x, last))
            previous = bucket.last
        lowest = min((float(bucket.low) for bucket in buckets), default=0.0)
        highest = max((float(bucket.high) for bucket in buckets), default=0.0)
        return cls(QPolygonF(points), top_ups, len(buckets), min(0.0, lowest), highest)

    def draw_fill(self, painter: QPainter, scale: Scale) -> None:
        """Tint the area below the line; only for few buckets, as blending is slow."""
        if not self.bucket_count:
            return
        fill = area_below(scale.transform().map(self.points), scale.area.bottom())
        tint = QColor(COLOURS[Level.OK])
        tint.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw(self, painter: QPainter, scale: Scale) -> None:
        """Draw the line, a dot at its end, and a triangle at each top-up."""
        to_pixels = scale.transform()
        is_plain = self.bucket_count > MAX_SMOOTH_BUCKETS
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_plain)
        painter.setPen(QPen(COLOURS[Level.OK], 1 if is_plain else 1.6))
        painter.drawPolyline(to_pixels.map(self.points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(COLOURS[Level.OK])
        if self.bucket_count:
            dot = QRectF(0, 0, DOT_PX, DOT_PX)
            dot.moveCenter(to_pixels.map(self.points.last()))
            painter.drawEllipse(on_pixels(painter, dot))
        for top_up in self.top_ups:
            tip = to_pixels.map(top_up)
            corners = [tip + QPointF(0, -9), tip + QPointF(-4.5, -2), tip + QPointF(4.5, -2)]
            painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def area_below(line: QPolygonF, bottom: float) -> QPolygonF:
    """Return the area between a line of at least one point and ``bottom``, in pixels."""
    # Plain numbers: first() and last() return references, which append() invalidates.
    right, left = line.last().x(), line.first().x()
    area = QPolygonF(line)
    for x in (right, left):
        area.append(QPointF(x, bottom))
    return area


def draw_thresholds(painter: QPainter, scale: Scale, wallet: WalletSettings) -> None:
    """Draw the thresholds in credits that lie within the scale."""
    # Antialiasing would blur a line that lies between two rows of pixels.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for amount, level in ((wallet.low, Level.LOW), (wallet.critical, Level.CRITICAL)):
        if amount is not None and amount < scale.highest:
            pen = hairline(painter, COLOURS[level])
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            y = scale.y(amount)
            painter.drawLine(QLineF(scale.area.left(), y, scale.area.right(), y))
