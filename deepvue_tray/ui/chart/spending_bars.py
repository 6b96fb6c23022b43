"""The spending of each hour, day, week or month as bars, the current one in the accent's colour."""

from bisect import bisect_right
from datetime import datetime
from operator import attrgetter

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.chart.plot import Bar
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.palette import on_pixels

MIN_BAR_PX = 2
"""The least height of a bar; without spending there is none."""

ROUNDED_FROM_PX = 12
"""The least width of a bar with rounded corners."""

MAX_BAR_PX = 56
"""The greatest width of a bar."""

GAP_SHARE, MAX_GAP_PX = 0.2, 6
"""The gap between two bars, as a share of their distance, and at most."""


def middle_and_width(start: datetime, end: datetime, scale: Scale) -> tuple[float, float]:
    """Return the middle of a period's bar and its width, in pixels."""
    left, right = scale.x(start), scale.x(end)
    gap = min((right - left) * GAP_SHARE, MAX_GAP_PX)
    return (left + right) / 2, min(max(1.0, right - left - gap), MAX_BAR_PX)


def place_of(bar: Bar, scale: Scale) -> QRectF:
    """Return the rectangle of a bar; outside the area where its period is."""
    middle, width = middle_and_width(bar.start, bar.end, scale)
    height = max(MIN_BAR_PX, scale.area.bottom() - scale.y(float(bar.spent)))
    return QRectF(middle - width / 2, scale.area.bottom() - height, width, height)


def draw_bars(
    painter: QPainter,
    scale: Scale,
    bars: list[Bar],
    colours: CardColours,
    *,
    now: datetime,
    marked: Bar | None,
) -> None:
    """Draw the bars; that of ``now`` and the ``marked`` one stand out."""
    painter.save()
    painter.setClipRect(scale.area.adjusted(0, -1, 0, 1))
    painter.setPen(Qt.PenStyle.NoPen)
    bars = [bar for bar in bars if bar.spent]
    is_strong = [bar is marked or bar.start <= now < bar.end for bar in bars]
    places = [place_of(bar, scale) for bar in bars]
    for colour, strong in ((colours.bar, False), (colours.accent, True)):
        painter.setBrush(colour)
        chosen = [place for place, each in zip(places, is_strong, strict=True) if each is strong]
        if chosen and chosen[0].width() < ROUNDED_FROM_PX:
            # In one call, as there are many.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRects(chosen)
        else:
            for place in chosen:
                _draw_bar(painter, on_pixels(painter, place))
    painter.restore()


def bar_at(bars: list[Bar], at: datetime) -> Bar | None:
    """Return the bar of the period that contains ``at``; None without readings there."""
    index = bisect_right(bars, at, key=attrgetter("start")) - 1
    return bars[index] if index >= 0 and at < bars[index].end else None


def _draw_bar(painter: QPainter, place: QRectF) -> None:
    """Fill a bar whose upper corners are rounded."""
    radius = min(2.0, place.height() / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(place, radius, radius)
    painter.drawRect(place.adjusted(0, radius, 0, 0))
