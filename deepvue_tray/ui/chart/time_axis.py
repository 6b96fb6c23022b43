"""The labels of the time axis below the chart, with today's among them."""

from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPalette

from deepvue_tray.core.spending import Period, start_of
from deepvue_tray.ui import formats, history_texts
from deepvue_tray.ui.card_parts import scaled_font
from deepvue_tray.ui.chart.scale import DAY, MONTH, Scale, time_ticks
from deepvue_tray.ui.palette import muted

GAP_PX = 16
"""The least distance between two labels."""


def draw_times(
    painter: QPainter,
    scale: Scale,
    now: datetime,
    row: QRectF,
    palette: QPalette,
    *,
    shortest: timedelta = timedelta(0),
) -> None:
    """Write the labels at the top of ``row``; none of them begins or ends outside of it.

    The time between two labels is not shorter than ``shortest``.
    """
    plain = painter.font()
    metrics = QFontMetricsF(plain)

    def width_of(tick: datetime, step: timedelta) -> float:
        return metrics.horizontalAdvance(formats.format_tick(tick, step)) + GAP_PX

    ticks, step = time_ticks(scale, width_of, shortest)
    # A time is labelled at its tick; a day or a month at its middle, below its bar.
    middle = MONTH / 2 if step >= MONTH else DAY / 2 if step >= DAY else timedelta(0)

    def place_of(at: datetime, text: str, font: QFont) -> QRectF:
        width = QFontMetricsF(font).horizontalAdvance(text) + 1
        place = QRectF(0, row.top(), width, metrics.height())
        place.moveLeft(max(row.left(), min(scale.x(at) - width / 2, row.right() - width)))
        return place

    centre = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip
    today_place = QRectF()
    if DAY <= step < MONTH and scale.since <= now <= scale.until:
        bold = scaled_font(plain, 1.0, QFont.Weight.Bold)
        text = history_texts.today_text()
        today_place = place_of(start_of(Period.DAY, now) + middle, text, bold)
        painter.setFont(bold)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(today_place, centre, text)
        painter.setFont(plain)
    painter.setPen(muted(palette))
    for tick in ticks:
        text = formats.format_tick(tick, step)
        place = place_of(tick + middle, text, plain)
        is_covered = place.adjusted(-GAP_PX / 2, 0, GAP_PX / 2, 0).intersects(today_place)
        if scale.x(tick + middle) <= scale.area.right() and not is_covered:
            painter.drawText(place, centre, text)
