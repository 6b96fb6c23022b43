"""Spending as bars over time, each stacked by product."""

from datetime import timedelta
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.spending import Period
from deepvue_tray.core.usage_page import STACKED_PRODUCTS, StackedBar, UsagePage
from deepvue_tray.ui import formats, history_texts, usage_texts
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import scaled_font
from deepvue_tray.ui.chart.amount_axis import GAP_PX, draw_amounts
from deepvue_tray.ui.chart.hover_box import draw_box
from deepvue_tray.ui.chart.scale import DAY, Scale, amount_ticks
from deepvue_tray.ui.chart.spending_bars import middle_and_width
from deepvue_tray.ui.chart.time_axis import draw_times
from deepvue_tray.ui.form_widgets import draw_focus_ring
from deepvue_tray.ui.palette import muted, on_pixels

LABEL_SCALE = 0.92
"""The size of the labels, relative to the desktop's font."""

TICKS = 3
"""The amounts on the axis, about."""

SEAM_PX = 1
"""Between two parts of a bar, so that they differ also without their colours."""


class StackedBars(QWidget):
    """Draws the bars of a page; the pointer, or Left and Right, show the values of one."""

    def __init__(self) -> None:
        super().__init__()
        self._page: UsagePage | None = None
        self._selected: StackedBar | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Spending by product"))
        self._select(None)

    def show_page(self, page: UsagePage) -> None:
        """Draw the bars of ``page``."""
        start = self._selected.start if self._selected else None
        self._page = page
        self._select(next((bar for bar in page.bars if bar.start == start), None))

    def sizeHint(self) -> QSize:
        """Return a size at which a month is easy to read."""
        return QSize(640, 180)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which the values of a bar do not fit."""
        return QSize(320, 120)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the bars, the axes and the values of the selected bar."""
        painter = QPainter(self)
        draw_focus_ring(painter, self, self.rect())
        if self._page is None:
            return
        painter.setFont(scaled_font(self.font(), LABEL_SCALE, QFont.Weight.Normal))
        page, scale = self._page, self._scale(self._page)
        row = painter.fontMetrics().height()
        painter.setPen(muted(self.palette()))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextDontClip
        painter.drawText(
            QRectF(scale.area.left(), 0, 1, row), left, history_texts.spending_title(page.period)
        )
        draw_amounts(painter, scale, amount_ticks(0.0, scale.highest, TICKS), self.palette())
        painter.save()
        painter.setClipRect(scale.area)
        for bar in page.bars:
            self._draw_bar(painter, scale, bar)
        painter.restore()
        top = scale.area.bottom() + GAP_PX / 2
        labels = QRectF(0, top, self.width(), 1)
        # An hour would have no bar of its own to label.
        shortest = timedelta(0) if page.period is Period.HOUR else DAY
        draw_times(painter, scale, page.now, labels, self.palette(), shortest=shortest)
        if self._selected:
            names = [each.product for each in page.products[:STACKED_PRODUCTS]]
            middle, width = middle_and_width(self._selected.start, self._selected.end, scale)
            top = scale.y(float(self._selected.spent))
            at = QPointF(min(middle, scale.area.right()), top)
            period, parts = usage_texts.bar_texts(page, self._selected, names)
            lines = period, "\n".join(parts)
            within = QRectF(self.rect())
            draw_box(painter, self.palette(), at, within, lines, beside=width / 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select the bar below the pointer."""
        if self._page:
            at = self._scale(self._page).at(event.position().x())
            self._select(next((bar for bar in self._page.bars if bar.start <= at < bar.end), None))

    def leaveEvent(self, event: QEvent) -> None:
        """Deselect the bar."""
        super().leaveEvent(event)
        self._select(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select the previous or the next bar."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() not in steps or not self._page or not self._page.bars:
            super().keyPressEvent(event)
            return
        bars = self._page.bars
        if self._selected in bars:
            number = bars.index(self._selected) + steps[Qt.Key(event.key())]
        else:
            number = len(bars) - 1
        self._select(bars[max(0, min(number, len(bars) - 1))])

    def _select(self, bar: StackedBar | None) -> None:
        self._selected = bar
        if bar and self._page:
            names = [each.product for each in self._page.products[:STACKED_PRODUCTS]]
            period, parts = usage_texts.bar_texts(self._page, bar, names)
            description = f"{period}: {' · '.join(parts)}"
        else:
            description = self.tr("Left and Right show the values of a bar.")
        self.setAccessibleDescription(description)
        self.update()

    def _scale(self, page: UsagePage) -> Scale:
        metrics = QFontMetricsF(scaled_font(self.font(), LABEL_SCALE, QFont.Weight.Normal))
        row, highest = metrics.height(), _highest(page)
        labels = [
            formats.format_number(Decimal(tick)) for tick in amount_ticks(0.0, highest, TICKS)
        ]
        left = max(map(metrics.horizontalAdvance, labels), default=0.0) + GAP_PX
        area = QRectF(self.rect()).adjusted(left, row + GAP_PX, -GAP_PX, -row - GAP_PX)
        return Scale(area, page.since, max(page.until, page.since + _A_SECOND), 0.0, highest)

    def _draw_bar(self, painter: QPainter, scale: Scale, bar: StackedBar) -> None:
        middle, width = middle_and_width(bar.start, bar.end, scale)
        below = Decimal(0)
        colours = CardColours.of(self.palette()).series
        # The parts begin with the most expensive product; that of all others has the last colour.
        inks = (*colours[: len(bar.parts) - 1], colours[-1])
        for amount, ink in zip(bar.parts, inks, strict=True):
            if not amount:
                continue
            bottom, top = scale.y(float(below)), scale.y(float(below + amount))
            seam = SEAM_PX if below else 0
            place = QRectF(middle - width / 2, top, width, bottom - top - seam)
            painter.fillRect(on_pixels(painter, place), ink)
            below += amount


_A_SECOND = timedelta(seconds=1)
"""The shortest axis: all reports may be of a day that begins only now."""


def _highest(page: UsagePage) -> float:
    return float(max((bar.spent for bar in page.bars), default=Decimal(0))) or 1.0
