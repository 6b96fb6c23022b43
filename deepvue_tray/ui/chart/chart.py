"""The balance over time, drawn: steps, thresholds, top-ups, the forecast, and what was spent."""

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
from PySide6.QtWidgets import QStyle, QStyleOptionFocusRect, QWidget

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.core.spending import Period, midnight, next_period, period_for, spent_by
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.scale import DAY, MONTH, Scale, amount_ticks, time_ticks
from deepvue_tray.ui.chart.step_line import StepLine, draw_thresholds
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import blended, faint, hairline

RIGHT_PX, TOP_PX, GAP_PX = 14, 12, 8
"""Pixels right of and above the panels, and between labels and what they label."""

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
"""Why the focus came, where a person wants to see that it did."""

BAR_PANEL_PART = 0.22
"""The lower panel's part of the height."""

SHORTEST_RANGE, LONGEST_RANGE = timedelta(hours=1), timedelta(days=366 * 12)
"""How far a person can zoom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn: a range, the pieces of it, and the snapshot with thresholds and runway."""

    since: datetime
    until: datetime
    buckets: list[HistoryBucket]
    snapshot: Snapshot
    now: datetime


class Chart(QWidget):
    """Draws a plot; asks for another range when a person zooms or pans."""

    range_asked = Signal(object, object)
    """The first and the last moment that a person wants to see; aware, UTC."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._line = StepLine.through([], datetime.max.replace(tzinfo=UTC))
        self._period = Period.DAY
        self._spent: dict[date, Decimal] = {}
        self._marked: HistoryBucket | None = None
        self._shows_focus = False
        self._grabbed: tuple[float, datetime, datetime] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Balance over time"))
        self._mark(None)

    def show_plot(self, plot: Plot) -> None:
        """Draw this from now on."""
        self._plot = plot
        # Once for all frames that show it: panning and pointing draw many.
        self._line = StepLine.through(plot.buckets, plot.since)
        self._period = period_for(plot.until - plot.since)
        self._spent = spent_by(self._period, plot.buckets)
        marked = self._nearest(self._marked.at) if self._marked else None
        # A new reading leaves the one that is being looked at; another range does not.
        self._mark(marked if marked and self._marked and marked.at == self._marked.at else None)

    def sizeHint(self) -> QSize:
        """Return a size at which a month is easy to read."""
        return QSize(760, 420)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which labels would overlap."""
        return QSize(360, 240)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the plot, or say why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._shows_focus:
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            self.style().drawPrimitive(
                QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self
            )
        if self._plot is None or not self._plot.buckets:
            painter.setPen(faint(self.palette()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._reason())
            return
        upper, lower = self._areas()
        scale = self._balance_scale(self._plot, upper)
        # What is upright or level is crisper, and quicker, without smooth edges.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._draw_grid(painter, scale, lower)
        draw_thresholds(painter, scale, self._plot.snapshot.settings)
        self._draw_spending(painter, self._plot, lower)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(upper.adjusted(0, -TOP_PX, 0, 1))
        self._draw_forecast(painter, scale, self._plot)
        self._line.draw(painter, scale)
        painter.restore()
        self._draw_threshold_names(painter, scale, self._plot)
        if self._marked:
            self._draw_mark(painter, scale, self._marked)

    # What a person does with it

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if self._plot:
            self._zoom(0.8 ** (event.angleDelta().y() / 120), event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan, zoom and look at readings without a mouse."""
        by_one = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Left if by_one:
                self._mark_beside(-1)
            case Qt.Key.Key_Right if by_one:
                self._mark_beside(1)
            case Qt.Key.Key_Home if self._plot and self._plot.buckets:
                self._mark(self._plot.buckets[0])
            case Qt.Key.Key_End if self._plot and self._plot.buckets:
                self._mark(self._plot.buckets[-1])
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
        """Take hold of the chart."""
        if self._plot and event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = (event.position().x(), self._plot.since, self._plot.until)

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        """Let go of it."""
        self._grabbed = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the chart, or show the reading under the pointer."""
        if self._plot is None:
            return
        x = event.position().x()
        if self._grabbed:
            from_x, since, until = self._grabbed
            by = (from_x - x) / self._areas()[0].width() * (until - since)
            self.range_asked.emit(since + by, until + by)
        elif self._plot.buckets:
            at = self._balance_scale(self._plot, self._areas()[0]).at(x)
            self._mark(self._nearest(at))

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the reading."""
        super().leaveEvent(event)
        self._mark(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the focus is to a person who moves it by the keyboard."""
        super().focusInEvent(event)
        self._shows_focus = event.reason() in KEYBOARD

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show no more focus."""
        super().focusOutEvent(event)
        self._shows_focus = False

    def _mark(self, piece: HistoryBucket | None) -> None:
        """Show a reading, or none, and tell it to who cannot see it."""
        self._marked = piece
        self.setAccessibleDescription(
            texts.reading_of(piece.last, piece.at)
            if piece
            else self.tr(
                "Left and right pan, plus and minus zoom. Home and End show the first and the"
                " last reading, with Ctrl left and right the one beside it."
            )
        )
        self.update()

    def _mark_beside(self, step: int) -> None:
        if self._plot is None or not self._plot.buckets:
            return
        pieces = self._plot.buckets
        at = self._marked.at if self._marked else pieces[-1].at
        place = bisect_left(pieces, at, key=attrgetter("at")) + (step if self._marked else 0)
        self._mark(pieces[max(0, min(place, len(pieces) - 1))])

    def _nearest(self, at: datetime) -> HistoryBucket | None:
        pieces = self._plot.buckets if self._plot else []
        right = bisect_left(pieces, at, key=attrgetter("at"))
        beside = pieces[max(0, right - 1) : right + 1]
        return min(beside, key=lambda piece: abs(piece.at - at), default=None)

    def _pan(self, part: float) -> None:
        if self._plot:
            by = part * (self._plot.until - self._plot.since)
            self.range_asked.emit(self._plot.since + by, self._plot.until + by)

    def _zoom(self, factor: float, x: float) -> None:
        if self._plot is None:
            return
        length = self._plot.until - self._plot.since
        new = min(max(length * factor, SHORTEST_RANGE), LONGEST_RANGE)
        area = self._areas()[0]
        part = min(1.0, max(0.0, (x - area.left()) / area.width()))
        since = self._plot.since + part * (length - new)
        self.range_asked.emit(since, since + new)

    # How it is drawn

    def _areas(self) -> tuple[QRectF, QRectF]:
        """Return the two panels, with as much room around them as their labels need."""
        row = self.fontMetrics().height()
        whole = QRectF(self.rect()).adjusted(0, TOP_PX, -RIGHT_PX, -row - GAP_PX)
        bars = whole.height() * BAR_PANEL_PART
        upper = whole.adjusted(0, 0, 0, -bars - row - 2 * GAP_PX)
        amounts = (*self._amounts(upper), *self._spent_amounts())
        labels = [texts.format_number(Decimal(amount)) for amount in amounts]
        left = max(self.fontMetrics().horizontalAdvance(label) for label in labels) + 2 * GAP_PX
        lower = QRectF(left, whole.bottom() - bars, whole.width() - left, bars)
        return upper.adjusted(left, 0, 0, 0), lower

    def _amounts(self, area: QRectF) -> list[float]:
        rows = area.height() / self.fontMetrics().height() / 3
        return amount_ticks(self._line.highest * 1.04, max(2, int(rows)))

    def _spent_amounts(self) -> list[float]:
        return amount_ticks(float(max(self._spent.values(), default=Decimal(0))), 2)

    def _balance_scale(self, plot: Plot, area: QRectF) -> Scale:
        highest = self._amounts(area)[-1]
        return Scale(area, plot.since, plot.until, self._line.lowest, highest)

    def _draw_grid(self, painter: QPainter, scale: Scale, lower: QRectF) -> None:
        area = scale.area
        for amount in self._amounts(area):
            y = scale.y(amount)
            painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            self._draw_amount(painter, amount, area.left(), y)
        ticks, step = time_ticks(scale, self._width_of)
        # A moment is named where it is; a day, or a month, below its middle, where its bar is.
        named = MONTH if step >= MONTH else DAY if step >= DAY else timedelta(0)
        for tick in ticks:
            x, middle = scale.x(tick), scale.x(tick + named / 2)
            painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
            for panel in (area, lower):
                painter.drawLine(QPointF(x, panel.top()), QPointF(x, panel.bottom()))
            if middle <= area.right():
                self._draw_time(painter, texts.tick_label(tick, step), middle, lower.bottom())

    def _draw_time(self, painter: QPainter, text: str, middle: float, y: float) -> None:
        metrics = self.fontMetrics()
        place = QRectF(0, y + GAP_PX / 2, metrics.horizontalAdvance(text), metrics.height())
        place.moveLeft(max(0, min(middle - place.width() / 2, self.width() - place.width())))
        painter.setPen(faint(self.palette()))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, text)

    def _width_of(self, tick: datetime, step: timedelta) -> float:
        """Return the pixels that a label of the time axis takes, and the gap to the next."""
        return self.fontMetrics().horizontalAdvance(texts.tick_label(tick, step)) + 2 * GAP_PX

    def _draw_amount(self, painter: QPainter, amount: float, right: float, y: float) -> None:
        row = self.fontMetrics().height()
        painter.setPen(faint(self.palette()))
        painter.drawText(
            QRectF(0, y - row / 2, right - GAP_PX, row),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            texts.format_number(Decimal(amount)),
        )

    def _draw_threshold_names(self, painter: QPainter, scale: Scale, plot: Plot) -> None:
        """Name the thresholds, which colour alone should not tell apart."""
        row = self.fontMetrics().height()
        painter.setPen(faint(self.palette()))
        free = scale.area.top()
        for amount, level in (
            (plot.snapshot.settings.low, Level.LOW),
            (plot.snapshot.settings.critical, Level.CRITICAL),
        ):
            if amount is None or amount >= scale.highest:
                continue
            place = QRectF(
                scale.area.left() + GAP_PX / 2, scale.y(amount) - row, scale.area.width(), row
            )
            if place.top() >= free:
                # On the left, where the balance is seldom as low, and no forecast is drawn.
                left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
                # A script that is taller than the font's own grows upward.
                painter.drawText(
                    place, left | Qt.TextFlag.TextDontClip, texts.threshold_label(level)
                )
                free = place.bottom()

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
        highest = self._spent_amounts()[-1]
        scale = Scale(area, plot.since, plot.until, 0.0, highest)
        for amount in (0.0, highest):
            self._draw_amount(painter, amount, area.left(), scale.y(amount))
        row = self.fontMetrics().height()
        title = QRectF(area.left(), area.top() - row - GAP_PX / 2, area.width(), row)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(title, left | Qt.TextFlag.TextDontClip, texts.spending_title(self._period))
        painter.setPen(hairline(painter, blended(self.palette(), 0.12)))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        bar = blended(self.palette(), 0.4)
        for day, spent in self._spent.items():
            x = max(area.left(), scale.x(midnight(day)))
            end = min(area.right(), scale.x(midnight(next_period(self._period, day))))
            top = scale.y(float(spent))
            gap = round((end - x) / 6) if end - x > 3 else 0  # noqa: PLR2004 - pixels to see a gap in
            room = QRectF(x + gap / 2, top, max(1.0, end - x - gap), area.bottom() - top)
            painter.fillRect(room, bar)

    def _draw_mark(self, painter: QPainter, scale: Scale, piece: HistoryBucket) -> None:
        x, y = scale.x(piece.at), scale.y(float(piece.last))
        painter.setPen(hairline(painter, blended(self.palette(), 0.5)))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(QPen(COLOURS[Level.OK], 2))
        painter.drawEllipse(QPointF(x, y), 4, 4)
        text = texts.reading_of(piece.last, piece.at)
        room = painter.fontMetrics().boundingRect(text).adjusted(-8, -5, 8, 5)
        place = QRectF(x + 10, max(scale.area.top(), y - 30), room.width(), room.height())
        if place.right() > scale.area.right():
            place.moveRight(x - 10)
        painter.setPen(blended(self.palette(), 0.3))
        painter.setBrush(self.palette().color(QPalette.ColorRole.ToolTipBase))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(self.palette().color(QPalette.ColorRole.ToolTipText))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _reason(self) -> str:
        """Say why nothing is drawn."""
        if self._plot is None:
            return ""
        if self._plot.snapshot.reading is None:
            return self.tr("No readings yet. The first comes as soon as the wallet answers.")
        return self.tr("No readings in this range.")
