"""The balance as a step line, and the top-ups with their amounts, as the chart draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from deepvue_tray.core.history_page import top_ups_of
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.palette import on_pixels

MAX_BUCKETS = 600
"""More buckets are merged: their lines would be hardly a pixel apart, and slow to draw."""

MAX_SMOOTH_PX = 40_000
"""The greatest height of all lines together that is drawn wide and with antialiasing. More would be
slow, and fill the area."""

LINE_PX = 2

DOT_PX = 7
"""Diameter of the dot at the end of the line."""

LABEL_GAP_PX = 5
"""Between a top-up and its label."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """The geometry of a line through buckets, computed once for all frames.

    Points are (seconds since the start of the range, credits). The lines are separate, because Qt
    draws a wide polyline of thousands of points a hundred times slower.
    """

    lines: list[QLineF]
    travel: float
    """The sum of all changes, in credits."""
    end: QPointF | None
    """The last reading; None without buckets."""
    top_ups: list[tuple[QPointF, Decimal]]
    """The upper end of each significant rise, and the credits added."""

    @classmethod
    def through(cls, buckets: Sequence[HistoryBucket], since: datetime) -> "StepLine":
        """Return the line through ``buckets`` of a range that starts at ``since``, aware."""
        start, points = since.timestamp(), list[QPointF]()
        for x, low, high, last in _steps(buckets, start):
            before = points[-1].y() if points else last
            # Where readings are merged, a step would say that all was spent at its end.
            if points and (last > before or len(buckets) <= MAX_BUCKETS):
                points.append(QPointF(x, before))
            if high > max(before, last) or low < min(before, last):
                points += (QPointF(x, high), QPointF(x, low))
            points.append(QPointF(x, last))
        lines = [QLineF(one, other) for one, other in pairwise(points) if one != other]
        top_ups = [
            (QPointF(each.at.timestamp() - start, float(each.balance)), each.amount)
            for each in top_ups_of(buckets)
        ]
        travel = sum(abs(line.dy()) for line in lines)
        return cls(lines, travel, points[-1] if points else None, top_ups)

    def draw(self, painter: QPainter, scale: Scale, colour: QColor) -> None:
        """Draw the line within the scale's area, and a dot at its end."""
        if self.end is None:
            return
        to_pixels = scale.transform()
        painter.save()
        painter.setClipRect(scale.area.adjusted(0, -LINE_PX, LINE_PX, LINE_PX))
        is_smooth = self.travel * abs(to_pixels.m22()) <= MAX_SMOOTH_PX
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
        width = (LINE_PX if is_smooth else 1) * painter.device().devicePixelRatio()
        pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setTransform(to_pixels, combine=True)
        painter.drawLines(self.lines)
        painter.restore()
        end = to_pixels.map(self.end)
        if end.x() > scale.area.right() + 1:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        dot = QRectF(0, 0, DOT_PX, DOT_PX)
        dot.moveCenter(end)
        painter.drawEllipse(on_pixels(painter, dot))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def top_up_labels(self, scale: Scale, metrics: QFontMetricsF) -> list[tuple[QRectF, str]]:
        """Return the amounts of the top-ups and where they stand, the largest where few fit."""
        labels: list[tuple[QRectF, str]] = []
        for point, amount in sorted(self.top_ups, key=lambda top_up: -top_up[1]):
            at = scale.transform().map(point)
            text = f"+{format_number(amount)}"
            place = QRectF(0, 0, metrics.horizontalAdvance(text) + 1, metrics.height())
            place.moveBottomLeft(at + QPointF(LABEL_GAP_PX, 0))
            if place.right() > scale.area.right():
                place.moveRight(at.x() - LABEL_GAP_PX)
            is_free = not any(place.adjusted(-4, 0, 4, 0).intersects(each) for each, _ in labels)
            if scale.area.left() <= at.x() <= scale.area.right() and is_free:
                labels.append((place, text))
        return labels


def _steps(
    buckets: Sequence[HistoryBucket], start: float
) -> list[tuple[float, float, float, float]]:
    """Return time, lowest, highest and last balance, merged to about MAX_BUCKETS; none is lost."""
    steps: list[tuple[float, float, float, float]] = []
    length = (buckets[-1].at - buckets[0].at).total_seconds() if buckets else 0
    shortest = length / MAX_BUCKETS if len(buckets) > MAX_BUCKETS else 0.0
    slot_start = 0.0
    for bucket in buckets:
        x = bucket.at.timestamp() - start
        low, high, last = float(bucket.low), float(bucket.high), float(bucket.last)
        if steps and x - slot_start < shortest:
            _, before_low, before_high, _ = steps.pop()
            low, high = min(low, before_low), max(high, before_high)
        else:
            slot_start = x
        steps.append((x, low, high, last))
    return steps
