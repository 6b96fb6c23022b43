"""The balance as a step line, and the thresholds across it: for the chart and for the card."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepvue_tray.core.reading import HistoryBucket, is_significant_rise
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Level
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import hairline, on_pixels

MAX_SMOOTH_SEGMENTS = 900
"""Pieces, above which the line is drawn plainly: nobody sees its smooth edges any more, and they
cost four frames' time."""

DOT_PX = 5
"""Pixels across the dot where the line ends."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """What is drawn of some stretches, worked out once for all frames that show it.

    Points are (seconds since the left edge, credits).
    """

    points: QPolygonF
    top_ups: list[QPointF]
    """The upper end of each rise that is more than noise."""
    pieces: int
    lowest: float
    """Credits; zero at the most."""
    highest: float

    @classmethod
    def through(cls, buckets: Sequence[HistoryBucket], since: datetime) -> "StepLine":
        """Return the line through ``stretches``, drawn from ``since`` on."""
        points: list[QPointF] = []
        top_ups: list[QPointF] = []
        level: Decimal | None = None
        start = since.timestamp()
        for piece in buckets:
            x, last = piece.at.timestamp() - start, float(piece.last)
            if level is not None:
                points.append(QPointF(x, float(level)))
                if is_significant_rise(level, piece.last):
                    top_ups.append(QPointF(x, last))
            if piece.high != piece.low:
                points += (QPointF(x, float(piece.high)), QPointF(x, float(piece.low)))
            points.append(QPointF(x, last))
            level = piece.last
        lowest = min((float(piece.low) for piece in buckets), default=0.0)
        highest = max((float(piece.high) for piece in buckets), default=0.0)
        return cls(QPolygonF(points), top_ups, len(buckets), min(0.0, lowest), highest)

    def draw_ground(self, painter: QPainter, scale: Scale) -> None:
        """Tint what lies below the line; for a few pieces, as blending is slow."""
        if not self.pieces:
            return
        ground = ground_below(scale.transform().map(self.points), scale.area.bottom())
        tint = QColor(COLOURS[Level.OK])
        tint.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def draw(self, painter: QPainter, scale: Scale) -> None:
        """Draw the line, a dot where it ends, and a mark at each top-up."""
        to_pixels = scale.transform()
        plain = self.pieces > MAX_SMOOTH_SEGMENTS
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not plain)
        painter.setPen(QPen(COLOURS[Level.OK], 1 if plain else 1.6))
        painter.drawPolyline(to_pixels.map(self.points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(COLOURS[Level.OK])
        if self.pieces:
            dot = QRectF(0, 0, DOT_PX, DOT_PX)
            dot.moveCenter(to_pixels.map(self.points.last()))
            painter.drawEllipse(on_pixels(painter, dot))
        for top_up in self.top_ups:
            tip = to_pixels.map(top_up)
            corners = [tip + QPointF(0, -9), tip + QPointF(-4.5, -2), tip + QPointF(4.5, -2)]
            painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(Qt.BrushStyle.NoBrush)


def ground_below(line: QPolygonF, bottom: float) -> QPolygonF:
    """Return what lies between a line of at least one point and ``bottom``, in pixels."""
    # Numbers: last() and first() refer into the memory that appending moves or frees.
    right, left = line.last().x(), line.first().x()
    ground = QPolygonF(line)
    for x in (right, left):
        ground.append(QPointF(x, bottom))
    return ground


def draw_thresholds(painter: QPainter, scale: Scale, settings: Settings) -> None:
    """Draw the thresholds in credits that lie within the scale."""
    # Smooth edges would spread a line over two rows of pixels, or not, as it happens to lie.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for amount, level in ((settings.low, Level.LOW), (settings.critical, Level.CRITICAL)):
        if amount is not None and amount < scale.highest:
            pen = hairline(painter, COLOURS[level])
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            y = scale.y(amount)
            painter.drawLine(QLineF(scale.area.left(), y, scale.area.right(), y))
