"""The balance over time, drawn: steps, thresholds, top-ups, the forecast, and what was spent."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
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

from deepvue_tray.core.reading import Stretch
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.core.spending import Period, midnight, next_period, period_for, spent_by
from deepvue_tray.ui import words
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.scale import Scale, amount_ticks, time_ticks
from deepvue_tray.ui.step_line import StepLine, draw_thresholds

LEFT, RIGHT, TOP, BOTTOM, BETWEEN = 64, 14, 12, 26, 30
"""Pixels around and between the two panels; the labels stand there."""

BARS = 0.22
"""The lower panel's part of the height."""

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=366 * 12)
"""How far a person can zoom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is drawn: a range, the pieces of it, and the snapshot with thresholds and runway."""

    since: datetime
    until: datetime
    stretches: list[Stretch]
    snapshot: Snapshot
    now: datetime


class Chart(QWidget):
    """Draws a plot; asks for another range when a person zooms or pans."""

    range_asked = Signal(object, object)
    """The first and the last moment that a person wants to see; aware, UTC."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Plot | None = None
        self._line = StepLine.through([], datetime.max)
        self._period = Period.DAY
        self._spent: dict[date, Decimal] = {}
        self._hovered: Stretch | None = None
        self._grabbed: tuple[float, datetime, datetime] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Balance over time"))
        self.setAccessibleDescription(self.tr("Left and right pan, plus and minus zoom."))

    def show_plot(self, plot: Plot) -> None:
        """Draw this from now on."""
        self._plot = plot
        # Once for all frames that show it: panning and pointing draw many.
        self._line = StepLine.through(plot.stretches, plot.since)
        self._period = period_for(plot.until - plot.since)
        self._spent = spent_by(self._period, plot.stretches)
        self._hovered = None
        self.update()

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
        if self._plot is None or not self._plot.stretches:
            painter.setPen(self._faint())
            text = self.tr("No readings in this range yet.") if self._plot else ""
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        upper, lower = self._areas()
        scale = self._balance_scale(self._plot, upper)
        # What is upright or level is crisper, and quicker, without smooth edges.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._draw_grid(painter, scale)
        draw_thresholds(painter, scale, self._plot.snapshot.settings)
        self._draw_spending(painter, self._plot, lower)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(upper.adjusted(0, -TOP, 0, 1))
        self._draw_forecast(painter, scale, self._plot)
        self._line.draw(painter, scale)
        painter.restore()
        if self._hovered:
            self._draw_hover(painter, scale, self._hovered)

    # What a person does with it

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if self._plot:
            self._zoom(0.8 ** (event.angleDelta().y() / 120), event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan and zoom without a mouse."""
        match event.key():
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
        elif self._plot.stretches:
            at = self._balance_scale(self._plot, self._areas()[0]).at(x)
            right = bisect_left(self._plot.stretches, at, key=attrgetter("at"))
            beside = self._plot.stretches[max(0, right - 1) : right + 1]
            self._hovered = min(beside, key=lambda piece: abs(piece.at - at))
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the reading."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def _pan(self, part: float) -> None:
        if self._plot:
            by = part * (self._plot.until - self._plot.since)
            self.range_asked.emit(self._plot.since + by, self._plot.until + by)

    def _zoom(self, factor: float, x: float) -> None:
        if self._plot is None:
            return
        length = self._plot.until - self._plot.since
        new = min(max(length * factor, SHORTEST), LONGEST)
        area = self._areas()[0]
        part = min(1.0, max(0.0, (x - area.left()) / area.width()))
        since = self._plot.since + part * (length - new)
        self.range_asked.emit(since, since + new)

    # How it is drawn

    def _areas(self) -> tuple[QRectF, QRectF]:
        whole = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        bars = whole.height() * BARS
        upper = whole.adjusted(0, 0, 0, -bars - BETWEEN)
        return upper, QRectF(whole.left(), whole.bottom() - bars, whole.width(), bars)

    def _balance_scale(self, plot: Plot, area: QRectF) -> Scale:
        ticks = amount_ticks(self._line.highest * 1.04, max(2, int(area.height() / 48)))
        return Scale(area, plot.since, plot.until, self._line.lowest, ticks[-1])

    def _draw_grid(self, painter: QPainter, scale: Scale) -> None:
        area = scale.area
        for amount in amount_ticks(scale.highest, max(2, int(area.height() / 48))):
            y = scale.y(amount)
            painter.setPen(self._ink(0.12))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self._faint())
            place = QRectF(0, y - 10, area.left() - 8, 20)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, words.number(Decimal(round(amount))))
        ticks, step = time_ticks(scale.since, scale.until, max(2, int(area.width() / 90)))
        bottom = self.height() - BOTTOM
        for tick in ticks:
            x = scale.x(tick)
            painter.setPen(self._ink(0.12))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, bottom))
            painter.setPen(self._faint())
            place = QRectF(x - 50, bottom + 5, 100, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, words.tick_of(tick, step))

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
        colour.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([start, ends[0], ends[2]]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(COLOURS[Level.OK], 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(start, ends[1])

    def _draw_spending(self, painter: QPainter, plot: Plot, area: QRectF) -> None:
        highest = float(max(self._spent.values()))
        ticks = amount_ticks(highest, 2)
        scale = Scale(area, plot.since, plot.until, 0.0, ticks[-1])
        painter.setPen(self._faint())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for amount in (0.0, ticks[-1]):
            place = QRectF(0, scale.y(amount) - 10, area.left() - 8, 20)
            painter.drawText(place, right, words.number(Decimal(round(amount))))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        title = QRectF(area.left(), area.top() - BETWEEN, area.width(), BETWEEN - 8)
        painter.drawText(title, left, words.spent_per(self._period))
        painter.setPen(self._ink(0.12))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        bar = self._ink(0.45)
        for day, spent in self._spent.items():
            x = max(area.left(), scale.x(midnight(day)))
            end = min(area.right(), scale.x(midnight(next_period(self._period, day))))
            top = scale.y(float(spent))
            gap = 1 if end - x > 3 else 0  # noqa: PLR2004 - pixels that a gap can be seen in
            painter.fillRect(QRectF(x, top, max(1.0, end - x - gap), area.bottom() - top), bar)

    def _draw_hover(self, painter: QPainter, scale: Scale, piece: Stretch) -> None:
        x, y = scale.x(piece.at), scale.y(float(piece.last))
        painter.setPen(self._ink(0.5))
        painter.drawLine(QPointF(x, scale.area.top()), QPointF(x, scale.area.bottom()))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(QPen(COLOURS[Level.OK], 2))
        painter.drawEllipse(QPointF(x, y), 4, 4)
        text = words.reading_of(piece.last, piece.at)
        room = painter.fontMetrics().boundingRect(text).adjusted(-8, -5, 8, 5)
        place = QRectF(x + 10, max(scale.area.top(), y - 30), room.width(), room.height())
        if place.right() > scale.area.right():
            place.moveRight(x - 10)
        painter.setPen(self._ink(0.3))
        painter.setBrush(self.palette().color(QPalette.ColorRole.ToolTipBase))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(self.palette().color(QPalette.ColorRole.ToolTipText))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _faint(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.PlaceholderText)

    def _ink(self, strength: float) -> QColor:
        """Return the text's colour thinned with the window's; opaque, as blending costs frames."""
        paper = self.palette().color(QPalette.ColorRole.Window)
        text = self.palette().color(QPalette.ColorRole.WindowText)
        mixed = [
            round(own + (other - own) * strength)
            for own, other in (
                (paper.red(), text.red()),
                (paper.green(), text.green()),
                (paper.blue(), text.blue()),
            )
        ]
        return QColor(*mixed)
