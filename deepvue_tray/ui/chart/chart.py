"""The chart: balance, thresholds, top-ups and forecast above the bars of the spending."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.core.spending import Period, midnight, next_period, period_for, spent_by
from deepvue_tray.ui import formats, texts
from deepvue_tray.ui.chart.scale import DAY, MONTH, Scale, amount_ticks, time_ticks
from deepvue_tray.ui.chart.step_line import StepLine, draw_thresholds
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import blended, draw_edge, focus_ring, hairline, muted

RIGHT_MARGIN_PX, TOP_MARGIN_PX, GAP_PX = 14, 12, 8
"""Right of and above the panels, and around labels."""

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""The reasons for a change of focus after which its frame is drawn."""

BAR_PANEL_SHARE = 0.22
"""The lower panel's share of the height."""

MIN_RANGE, MAX_RANGE = timedelta(hours=1), timedelta(days=366 * 12)
"""The limits of the zoom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A range, its buckets, and the snapshot with thresholds and runway; times are aware UTC."""

    since: datetime
    until: datetime
    buckets: list[HistoryBucket]
    snapshot: Snapshot
    now: datetime


class Chart(QWidget):
    """Draws a plot, and requests another range when the person zooms or pans."""

    range_requested = Signal(datetime, datetime)
    """The start and the end of the range; aware UTC."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._line = StepLine.through([], datetime.max.replace(tzinfo=UTC))
        self._period = Period.DAY
        self._spent: dict[date, Decimal] = {}
        self._selected: HistoryBucket | None = None
        self._shows_focus = False
        self._drag_start: tuple[float, datetime, datetime] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Balance over time"))
        self._select(None)

    def show_plot(self, plot: Plot) -> None:
        """Draw ``plot``."""
        self._plot = plot
        # Computed once, as panning and pointing draw many frames.
        self._line = StepLine.through(plot.buckets, plot.since)
        self._period = period_for(plot.until - plot.since)
        self._spent = spent_by(self._period, plot.buckets)
        # A reading stays selected as long as the plot contains it.
        selected_at = self._selected.at if self._selected else None
        self._select(next((bucket for bucket in plot.buckets if bucket.at == selected_at), None))

    def sizeHint(self) -> QSize:
        """Return a size at which a month is easy to read."""
        return QSize(760, 420)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which labels would overlap."""
        return QSize(360, 240)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the plot, or a text why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shows_focus:
            draw_edge(painter, QRectF(self.rect()), focus_ring(self.palette()))
        if self._plot is None or not self._plot.buckets:
            painter.setPen(muted(self.palette()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._empty_text())
            return
        upper, lower = self._areas()
        scale = self._balance_scale(self._plot, upper)
        # Vertical and horizontal lines are crisper and faster without antialiasing.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._draw_grid(painter, scale, lower)
        draw_thresholds(painter, scale, self._plot.snapshot.wallet)
        self._draw_spending(painter, self._plot, lower)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(upper.adjusted(0, -TOP_MARGIN_PX, 0, 1))
        self._draw_forecast(painter, scale, self._plot)
        self._line.draw(painter, scale)
        painter.restore()
        self._draw_threshold_labels(painter, scale, self._plot)
        if self._selected:
            self._draw_selection(painter, scale, self._selected)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if self._plot:
            self._zoom(0.8 ** (event.angleDelta().y() / 120), event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan, zoom and select readings."""
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Left if has_ctrl:
                self._select_neighbour(-1)
            case Qt.Key.Key_Right if has_ctrl:
                self._select_neighbour(1)
            case Qt.Key.Key_Home if self._plot and self._plot.buckets:
                self._select(self._plot.buckets[0])
            case Qt.Key.Key_End if self._plot and self._plot.buckets:
                self._select(self._plot.buckets[-1])
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
            self._drag_start = (event.position().x(), self._plot.since, self._plot.until)

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """Stop dragging the chart."""
        self._drag_start = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the chart, or select the reading nearest to the pointer."""
        if self._plot is None:
            return
        x = event.position().x()
        if self._drag_start:
            start_x, since, until = self._drag_start
            offset = (start_x - x) / self._areas()[0].width() * (until - since)
            self.range_requested.emit(since + offset, until + offset)
        elif self._plot.buckets:
            at = self._balance_scale(self._plot, self._areas()[0]).at(x)
            self._select(self._nearest(at))

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

    def _select(self, bucket: HistoryBucket | None) -> None:
        """Show a reading, or none, also in the accessible description."""
        self._selected = bucket
        self.setAccessibleDescription(
            texts.reading_text(bucket.last, bucket.at)
            if bucket
            else self.tr(
                "Left and Right pan, Plus and Minus zoom. Home and End show the first and the last"
                " reading, Ctrl+Left and Ctrl+Right the previous and the next."
            )
        )
        self.update()

    def _select_neighbour(self, step: int) -> None:
        """Select the reading ``step`` after the selected one, or the last if none is."""
        if self._plot is None or not self._plot.buckets:
            return
        buckets = self._plot.buckets
        index = len(buckets) - 1
        if self._selected:
            index = bisect_left(buckets, self._selected.at, key=attrgetter("at")) + step
        self._select(buckets[max(0, min(index, len(buckets) - 1))])

    def _nearest(self, at: datetime) -> HistoryBucket | None:
        buckets = self._plot.buckets if self._plot else []
        right = bisect_left(buckets, at, key=attrgetter("at"))
        neighbours = buckets[max(0, right - 1) : right + 1]
        return min(neighbours, key=lambda bucket: abs(bucket.at - at), default=None)

    def _pan(self, share: float) -> None:
        """Move by a share of the range; to later times if positive."""
        if self._plot:
            offset = share * (self._plot.until - self._plot.since)
            self.range_requested.emit(self._plot.since + offset, self._plot.until + offset)

    def _zoom(self, factor: float, x: float) -> None:
        """Multiply the length of the range, and keep the time at ``x`` pixels in place."""
        if self._plot is None:
            return
        length = self._plot.until - self._plot.since
        new_length = min(max(length * factor, MIN_RANGE), MAX_RANGE)
        area = self._areas()[0]
        share = min(1.0, max(0.0, (x - area.left()) / area.width()))
        since = self._plot.since + share * (length - new_length)
        self.range_requested.emit(since, since + new_length)

    def _areas(self) -> tuple[QRectF, QRectF]:
        """Return the upper and the lower panel, with space for their labels around them."""
        row = self.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(0, TOP_MARGIN_PX, -RIGHT_MARGIN_PX, -row - GAP_PX)
        bar_height = area.height() * BAR_PANEL_SHARE
        upper = area.adjusted(0, 0, 0, -bar_height - row - 2 * GAP_PX)
        amounts = (*self._balance_ticks(upper), *self._spending_ticks())
        labels = [formats.format_number(Decimal(amount)) for amount in amounts]
        left = max(self.fontMetrics().horizontalAdvance(label) for label in labels) + 2 * GAP_PX
        lower = QRectF(left, area.bottom() - bar_height, area.width() - left, bar_height)
        return upper.adjusted(left, 0, 0, 0), lower

    def _balance_ticks(self, area: QRectF) -> list[float]:
        rows = area.height() / self.fontMetrics().height() / 3
        return amount_ticks(self._line.highest * 1.04, max(2, int(rows)))

    def _spending_ticks(self) -> list[float]:
        return amount_ticks(float(max(self._spent.values(), default=Decimal(0))), 2)

    def _balance_scale(self, plot: Plot, area: QRectF) -> Scale:
        highest = self._balance_ticks(area)[-1]
        return Scale(area, plot.since, plot.until, self._line.lowest, highest)

    def _draw_grid(self, painter: QPainter, scale: Scale, lower: QRectF) -> None:
        area = scale.area
        for amount in self._balance_ticks(area):
            y = scale.y(amount)
            painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            self._draw_amount(painter, amount, area.left(), y)
        ticks, step = time_ticks(scale, self._tick_width)
        # A time is labelled at its tick; a day or a month at its middle, below its bar.
        labelled = MONTH if step >= MONTH else DAY if step >= DAY else timedelta(0)
        for tick in ticks:
            x, middle = scale.x(tick), scale.x(tick + labelled / 2)
            painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
            for panel in (area, lower):
                painter.drawLine(QPointF(x, panel.top()), QPointF(x, panel.bottom()))
            if middle <= area.right():
                self._draw_time(painter, formats.format_tick(tick, step), middle, lower.bottom())

    def _draw_time(self, painter: QPainter, text: str, middle: float, y: float) -> None:
        metrics = self.fontMetrics()
        box = QRectF(0, y + GAP_PX / 2, metrics.horizontalAdvance(text), metrics.height())
        box.moveLeft(max(0, min(middle - box.width() / 2, self.width() - box.width())))
        painter.setPen(muted(self.palette()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)

    def _tick_width(self, tick: datetime, step: timedelta) -> float:
        """Return the width in pixels of a time label and the gap after it."""
        return self.fontMetrics().horizontalAdvance(formats.format_tick(tick, step)) + 2 * GAP_PX

    def _draw_amount(self, painter: QPainter, amount: float, right: float, y: float) -> None:
        row = self.fontMetrics().height()
        painter.setPen(muted(self.palette()))
        painter.drawText(
            QRectF(0, y - row / 2, right - GAP_PX, row),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            formats.format_number(Decimal(amount)),
        )

    def _draw_threshold_labels(self, painter: QPainter, scale: Scale, plot: Plot) -> None:
        """Label the thresholds, so that they can be distinguished without colour."""
        row = self.fontMetrics().height()
        painter.setPen(muted(self.palette()))
        free_top = scale.area.top()
        for amount, level in (
            (plot.snapshot.wallet.low, Level.LOW),
            (plot.snapshot.wallet.critical, Level.CRITICAL),
        ):
            if amount is None or amount >= scale.highest:
                continue
            box = QRectF(
                scale.area.left() + GAP_PX / 2, scale.y(amount) - row, scale.area.width(), row
            )
            if box.top() >= free_top:
                # On the left, where the balance is rarely that low and no forecast is drawn. At the
                # bottom, so that a script taller than the font's own extends upward.
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
                painter.drawText(box, left | Qt.TextFlag.TextDontClip, texts.threshold_label(level))
                free_top = box.bottom()

    def _draw_forecast(self, painter: QPainter, scale: Scale, plot: Plot) -> None:
        runway, reading = plot.snapshot.runway, plot.snapshot.reading
        if runway is None or reading is None or reading.balance <= 0:
            return
        start = QPointF(scale.x(reading.at), scale.y(float(reading.balance)))
        zero = scale.y(0)
        ends = [
            QPointF(scale.x(at), zero) for at in (runway.earliest, runway.empty_at, runway.latest)
        ]
        colour = QColor(COLOURS[Level.OK])
        colour.setAlphaF(0.2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([start, ends[0], ends[2]]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(COLOURS[Level.OK], 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(start, ends[1])

    def _draw_spending(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        highest = self._spending_ticks()[-1]
        scale = Scale(area, plot.since, plot.until, 0.0, highest)
        for amount in (0.0, highest):
            self._draw_amount(painter, amount, area.left(), scale.y(amount))
        row = self.fontMetrics().height()
        title = QRectF(area.left(), area.top() - row - GAP_PX / 2, area.width(), row)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(title, left | Qt.TextFlag.TextDontClip, texts.spending_title(self._period))
        painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        colour = blended(self.palette(), 0.4)
        for day, spent in self._spent.items():
            x = max(area.left(), scale.x(midnight(day)))
            end = min(area.right(), scale.x(midnight(next_period(self._period, day))))
            top = scale.y(float(spent))
            gap = round((end - x) / 6) if end - x > 3 else 0  # noqa: PLR2004 - pixels
            bar = QRectF(x + gap / 2, top, max(1.0, end - x - gap), area.bottom() - top)
            painter.fillRect(bar, colour)

    def _draw_selection(self, painter: QPainter, scale: Scale, bucket: HistoryBucket) -> None:
        x, y = scale.x(bucket.at), scale.y(float(bucket.last))
        painter.setPen(hairline(painter, blended(self.palette(), 0.5)))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(QPen(COLOURS[Level.OK], 2))
        painter.drawEllipse(QPointF(x, y), 4, 4)
        text = texts.reading_text(bucket.last, bucket.at)
        size = painter.fontMetrics().boundingRect(text).adjusted(-8, -5, 8, 5).size()
        box = QRectF(QPointF(x + 10, max(scale.area.top(), y - 30)), size)
        if box.right() > scale.area.right():
            box.moveRight(x - 10)
        painter.setPen(blended(self.palette(), 0.3))
        painter.setBrush(self.palette().color(QPalette.ColorRole.ToolTipBase))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self.palette().color(QPalette.ColorRole.ToolTipText))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _empty_text(self) -> str:
        """Return the reason why no line is drawn; empty before the first plot."""
        if self._plot is None:
            return ""
        if self._plot.snapshot.reading is None:
            return self.tr("No readings yet. The first appears as soon as the server answers.")
        return self.tr("No readings in this range.")
