"""The chart: balance, thresholds, top-ups and forecast above the bars of the spending."""

from bisect import bisect_left
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui import formats, history_texts, texts
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import scaled_font
from deepvue_tray.ui.chart import thresholds
from deepvue_tray.ui.chart.amount_axis import draw_amounts
from deepvue_tray.ui.chart.forecast_cone import draw_cone, lowest_until
from deepvue_tray.ui.chart.hover_box import draw_box
from deepvue_tray.ui.chart.plot import Bar, Plot
from deepvue_tray.ui.chart.reported_line import draw_reported
from deepvue_tray.ui.chart.scale import Scale, amount_ticks, axis_limits
from deepvue_tray.ui.chart.spending_bars import bar_at, draw_bars, place_of
from deepvue_tray.ui.chart.step_line import StepLine
from deepvue_tray.ui.chart.time_axis import draw_times
from deepvue_tray.ui.chart.time_range import Range, panned, zoomed
from deepvue_tray.ui.palette import blended, draw_edge, focus_ring, hairline, muted

GAP_PX = 8
"""Around labels."""

LABEL_SCALE = 0.92
"""The size of the labels, relative to the desktop's font."""

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""The reasons for a change of focus after which its frame is drawn."""

BAR_PANEL_SHARE = 0.2
"""The lower panel's share of the height."""

ROWS_PER_TICK = 2.6
"""The least distance of two amounts on the axis, in rows of text."""


class Chart(QWidget):
    """Draws a plot, and requests another range when the person zooms or pans."""

    accessible_role = QAccessible.Role.Chart

    range_requested = Signal(datetime, datetime)
    """The start and the end of the range; aware UTC."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._line = StepLine.through([], datetime.max.replace(tzinfo=UTC))
        self._limits = (0.0, 1.0)
        self._selected: HistoryBucket | None = None
        self._selected_bar: Bar | None = None
        self._shows_focus = False
        self._drag_start: tuple[float, Plot] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Balance over time"))
        self._select(None)

    def show_plot(self, plot: Plot) -> None:
        """Draw ``plot``."""
        self._plot = plot
        # Computed once, as panning and pointing draw many frames.
        self._line = StepLine.through(plot.buckets, plot.since)
        self._limits = _amounts_of(plot)
        # A reading stays selected as long as the plot contains it.
        selected_at = self._selected.at if self._selected else None
        self._select(next((bucket for bucket in plot.shown if bucket.at == selected_at), None))

    def sizeHint(self) -> QSize:
        """Return a size at which a month is easy to read, and the window's head is one row."""
        return QSize(880, 380)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which the labels of the axes would overlap."""
        return QSize(320, 116)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the plot, or a text why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shows_focus:
            draw_edge(painter, QRectF(self.rect()), focus_ring(self.palette()))
        if self._plot is None or not self._plot.shown:
            painter.setPen(muted(self.palette()))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._empty_text())
            return
        painter.setFont(self._font())
        colours, (upper, lower) = CardColours.of(self.palette()), self._scales(self._plot)
        marks = thresholds.thresholds_within(upper, self._plot.snapshot.wallet, colours)
        # Vertical and horizontal lines are crisper and faster without antialiasing.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        draw_amounts(painter, upper, self._balance_ticks(upper.area), self.palette())
        self._draw_spending(painter, self._plot, lower, colours)
        thresholds.draw_lines(painter, upper, marks)
        self._draw_balance(painter, self._plot, upper, colours)
        thresholds.draw_labels(painter, upper, marks)
        top = lower.area.bottom() + GAP_PX / 2
        draw_times(painter, lower, self._plot.now, QRectF(0, top, self.width(), 1), self.palette())
        self._draw_selection(painter, upper, lower, colours)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer, or pan if the wheel turns sideways."""
        turn = event.angleDelta()
        if self._plot and abs(turn.x()) > abs(turn.y()):
            self._pan(-turn.x() / 120 * 0.1)
        elif self._plot and turn.y():
            self._zoom(0.8 ** (turn.y() / 120), event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan, zoom and select readings."""
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Left if has_ctrl:
                self._select_neighbour(-1)
            case Qt.Key.Key_Right if has_ctrl:
                self._select_neighbour(1)
            case Qt.Key.Key_Home if self._plot and self._plot.shown:
                self._select(self._plot.shown[0])
            case Qt.Key.Key_End if self._plot and self._plot.shown:
                self._select(self._plot.shown[-1])
            case Qt.Key.Key_Left:
                self._pan(-0.25)
            case Qt.Key.Key_Right:
                self._pan(0.25)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(0.5, self.width() / 2)
            case Qt.Key.Key_Minus:
                self._zoom(2.0, self.width() / 2)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start dragging the chart."""
        if self._plot and event.button() == Qt.MouseButton.LeftButton:
            self._drag_start = (event.position().x(), self._plot)

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """Stop dragging the chart."""
        self._drag_start = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the chart, or select the reading or the bar nearest to the pointer."""
        if self._plot is None:
            return
        x = event.position().x()
        upper, lower = self._scales(self._plot)
        if self._drag_start:
            start_x, plot = self._drag_start
            offset = (start_x - x) / upper.area.width() * (plot.until - plot.since)
            self._request(panned(plot, offset))
        elif event.position().y() > upper.area.bottom() + GAP_PX:
            self._select(None, bar_at(self._plot.bars, lower.at(x)))
        else:
            self._select(self._nearest(upper.at(x)))

    def leaveEvent(self, event: QEvent) -> None:
        """Deselect the reading."""
        super().leaveEvent(event)
        self._select(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the focus frame if the keyboard set the focus."""
        super().focusInEvent(event)
        self._shows_focus = event.reason() in KEYBOARD_REASONS

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Remove the focus frame."""
        super().focusOutEvent(event)
        self._shows_focus = False

    def _select(self, bucket: HistoryBucket | None, bar: Bar | None = None) -> None:
        """Show a reading, a bar, or nothing, also in the accessible description."""
        self._selected, self._selected_bar = bucket, bar
        if bucket:
            description = texts.reading_text(bucket.last, bucket.at)
        elif bar:
            description = ": ".join(self._bar_texts(bar))
        else:
            description = self.tr(
                "Left and Right pan, Plus and Minus zoom. Home and End show the first and the last"
                " reading, Ctrl+Left and Ctrl+Right the previous and the next."
            )
        self.setAccessibleDescription(description)
        self.update()

    def _select_neighbour(self, step: int) -> None:
        """Select the reading ``step`` after the selected one, or the last if none is."""
        if self._plot is None or not self._plot.shown:
            return
        buckets = self._plot.shown
        index = len(buckets) - 1
        if self._selected:
            index = bisect_left(buckets, self._selected.at, key=attrgetter("at")) + step
        self._select(buckets[max(0, min(index, len(buckets) - 1))])

    def _nearest(self, at: datetime) -> HistoryBucket | None:
        buckets = self._plot.shown if self._plot else []
        right = bisect_left(buckets, at, key=attrgetter("at"))
        neighbours = buckets[max(0, right - 1) : right + 1]
        return min(neighbours, key=lambda bucket: abs(bucket.at - at), default=None)

    def _pan(self, share: float) -> None:
        """Move by a share of the range; to later times if positive."""
        if self._plot:
            self._request(panned(self._plot, share * (self._plot.until - self._plot.since)))

    def _zoom(self, factor: float, x: float) -> None:
        """Multiply the length of the range, and keep the time at ``x`` pixels in place."""
        if self._plot:
            area = self._scales(self._plot)[0].area
            share = min(1.0, max(0.0, (x - area.left()) / area.width()))
            self._request(zoomed(self._plot, factor, share))

    def _request(self, wanted: Range) -> None:
        """Request a range, unless it is the one that is shown."""
        if self._plot and wanted != (self._plot.since, self._plot.until):
            self.range_requested.emit(*wanted)

    def _font(self) -> QFont:
        return scaled_font(self.font(), LABEL_SCALE, QFont.Weight.Normal)

    def _scales(self, plot: Plot) -> tuple[Scale, Scale]:
        """Return the scales of both panels, with space for their labels around them."""
        metrics = QFontMetricsF(self._font())
        row = metrics.height()
        area = QRectF(self.rect()).adjusted(0, row + GAP_PX / 2, 0, -row - GAP_PX)
        bar_height = area.height() * BAR_PANEL_SHARE
        upper = area.adjusted(0, 0, 0, -bar_height - row - 2.5 * GAP_PX)
        balances, spending = self._balance_ticks(upper), _spending_ticks(plot)

        def width_of(amounts: list[float]) -> float:
            labels = [formats.format_number(Decimal(amount)) for amount in amounts]
            return max(map(metrics.horizontalAdvance, labels), default=0.0)

        wallet = plot.snapshot.wallet
        marks = [float(each) for each in (wallet.low, wallet.critical) if each is not None]
        lowest, highest = self._limits
        shown = [each for each in marks if lowest <= each <= highest]
        left = width_of(balances + spending) + GAP_PX
        # The last label of the axis of times may be half as wide beyond the area.
        right = max(width_of(shown) + thresholds.LABEL_GAP_PX if shown else 0, GAP_PX) + 2
        width = max(1.0, area.width() - left - right)
        bars = QRectF(left, area.bottom() - bar_height, width, bar_height)
        upper = QRectF(left, upper.top(), width, max(1.0, upper.height()))
        return (
            Scale(upper, plot.since, plot.until, lowest, highest),
            Scale(bars, plot.since, plot.until, 0.0, _most_spent(plot)),
        )

    def _balance_ticks(self, area: QRectF) -> list[float]:
        rows = area.height() / QFontMetricsF(self._font()).height() / ROWS_PER_TICK
        return amount_ticks(*self._limits, min(5, max(1, int(rows))))

    def _draw_balance(
        self, painter: QPainter, plot: Plot, scale: Scale, colours: CardColours
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(scale.area)
        draw_cone(painter, scale, plot.snapshot, colours.accent)
        draw_reported(painter, scale, plot.reported, muted(self.palette()))
        painter.restore()
        self._line.draw(painter, scale, colours.accent)
        plain = painter.font()
        bold = scaled_font(plain, 1.0, QFont.Weight.Bold)
        painter.setFont(bold)
        painter.setPen(colours.ok.text)
        for place, text in self._line.top_up_labels(scale, QFontMetricsF(bold)):
            # The line of a later top-up would cross it.
            painter.fillRect(place, self.palette().color(QPalette.ColorRole.Window))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(plain)

    def _draw_spending(
        self, painter: QPainter, plot: Plot, scale: Scale, colours: CardColours
    ) -> None:
        row = painter.fontMetrics().height()
        title = QRectF(scale.area.left(), scale.area.top() - row - GAP_PX / 2, 1, row)
        painter.setPen(muted(self.palette()))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        text = history_texts.spending_title(plot.period)
        painter.drawText(title, left | Qt.TextFlag.TextDontClip, text)
        draw_amounts(painter, scale, _spending_ticks(plot), self.palette())
        marked = self._selected_bar
        draw_bars(painter, scale, plot.bars, colours, now=plot.now, marked=marked)

    def _draw_selection(
        self, painter: QPainter, upper: Scale, lower: Scale, colours: CardColours
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        within = QRectF(self.rect())
        if bar := self._selected_bar:
            place = place_of(bar, lower)
            at = QPointF(min(place.center().x(), lower.area.right()), place.top())
            draw_box(painter, self.palette(), at, within, self._bar_texts(bar))
        if bucket := self._selected:
            at = QPointF(upper.x(bucket.at), upper.y(float(bucket.last)))
            # Antialiasing would spread the line over two columns of pixels.
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(hairline(painter, blended(self.palette(), 0.4)))
            bottom = QPointF(at.x(), upper.area.bottom())
            painter.drawLine(QPointF(at.x(), upper.area.top()), bottom)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
            painter.setPen(QPen(colours.accent, 2))
            painter.drawEllipse(at, 4, 4)
            time = formats.format_day_and_time(bucket.at)
            value = texts.format_credits(bucket.last)
            draw_box(painter, self.palette(), at, within, (time, value))

    def _bar_texts(self, bar: Bar) -> tuple[str, str]:
        """Return the period of a bar and its spending."""
        if self._plot is None:
            return "", ""
        period = history_texts.period_text(self._plot.period, bar.start, bar.end, self._plot.now)
        return period, texts.format_credits(bar.spent)

    def _empty_text(self) -> str:
        """Return the reason why no line is drawn; empty before the first plot."""
        if self._plot is None:
            return ""
        if self._plot.snapshot.reading is None:
            return self.tr("No readings yet. The first appears as soon as the server answers.")
        return self.tr("No readings in this range.")


def _most_spent(plot: Plot) -> float:
    """Return the highest bar, in credits."""
    return float(max((bar.spent for bar in plot.bars), default=Decimal(0))) or 1.0


def _spending_ticks(plot: Plot) -> list[float]:
    return amount_ticks(0.0, _most_spent(plot), 2)


def _amounts_of(plot: Plot) -> tuple[float, float]:
    """Return the lowest and the highest amount on the axis of the balance."""
    if not plot.shown:
        return 0.0, 1.0
    lowest = float(min(bucket.low for bucket in plot.shown))
    highest = float(max(bucket.high for bucket in plot.shown))
    since = plot.since.timestamp()
    highest = max([highest, *(balance for at, balance in plot.reported if at >= since)])
    forecast = lowest_until(plot.snapshot, plot.until)
    wallet = plot.snapshot.wallet
    marks = [float(each) for each in (wallet.low, wallet.critical) if each is not None]
    return axis_limits(lowest if forecast is None else min(lowest, forecast), highest, marks)
