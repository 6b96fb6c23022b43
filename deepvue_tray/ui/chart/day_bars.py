"""Seven bars: the credits spent on each of the last days, with today's marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from deepvue_tray.ui import card_texts
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import scaled_font
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.palette import on_pixels

DAYS = 7
GAP_PX = 8
BAR_PX = 56
"""The height of the highest bar."""

_LABEL_SCALE = 0.85
_MIN_BAR_PX = 2
"""The height of a day without spending; a day without readings has no bar."""


@dataclass(frozen=True, slots=True)
class DaySpending:
    """The spending of one local day."""

    day: date
    spent: Decimal | None
    """Credits; None without a reading on that day."""


def last_days(spent_by_day: Mapping[date, Decimal], today: date) -> list[DaySpending]:
    """Return the last DAYS days, ``today`` last."""
    days = (today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1))
    return [DaySpending(day, spent_by_day.get(day)) for day in days]


class DayBars(QWidget):
    """Draws the spending of each day, the name of the weekday below, and two values above.

    The values are today's and the highest one. All are in the tooltips.
    """

    accessible_role = QAccessible.Role.Chart

    def __init__(self, today: date) -> None:
        super().__init__()
        self._days = last_days({}, today)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(card_texts.day_bars_title())

    def show_days(self, days: list[DaySpending]) -> None:
        """Draw ``days``, oldest first; the last one is today."""
        self._days = days
        self.updateGeometry()
        self.setAccessibleDescription(", ".join(self._text(day) for day in days))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size that the labels need."""
        plain, bold = self._metrics(bold=False), self._metrics(bold=True)
        widths = [plain.horizontalAdvance(self._label(day)) for day in self._days[:-1]]
        # Today's label ends with its bar, and may begin left of it: one and a half columns separate
        # its end from the middle of yesterday's label.
        today = bold.horizontalAdvance(self._label(self._days[-1]))
        column = max(max(widths) + GAP_PX / 2, (today + widths[-1] / 2 + GAP_PX) / 1.5)
        return QSize(ceil(DAYS * column - GAP_PX), ceil(2 * plain.height() + BAR_PX + GAP_PX))

    def minimumSizeHint(self) -> QSize:
        """Return the same: no label is cut."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Show the value of the day below the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = min(DAYS - 1, max(0, event.pos().x() * DAYS // self.width()))
            QToolTip.showText(event.globalPos(), self._text(self._days[number]), self)
            return True
        return super().event(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the bars and their labels."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, bars = CardColours.of(self.palette()), self._bars()
        line = on_pixels(painter, QRectF(0, bars[0].bottom() - 1, self.width(), 1))
        painter.fillRect(line, colours.line)
        for day, bar in zip(self._days, bars, strict=True):
            is_today = day is self._days[-1]
            if day.spent is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colours.accent if is_today else colours.bar)
                snapped = on_pixels(painter, bar)
                snapped.setBottom(line.bottom())
                _draw_bar(painter, snapped)
            self._draw_name(painter, bar, day, is_today=is_today)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.setFont(self._font(bold=False))
        for place, text in self.values():
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def values(self) -> list[tuple[QRectF, str]]:
        """Return today's value and the highest one, and where they stand above their bars."""
        spent = [day.spent or Decimal(0) for day in self._days]
        metrics, bars = self._metrics(bold=False), self._bars()
        values: list[tuple[QRectF, str]] = []
        for number in dict.fromkeys((DAYS - 1, spent.index(max(spent)))):
            if not spent[number]:
                continue
            text = format_number(spent[number])
            place = self._centred(bars[number], metrics.horizontalAdvance(text), metrics.height())
            place.moveBottom(bars[number].top() - 1)
            for other, _ in values:
                if place.adjusted(0, 0, GAP_PX / 2, 0).intersects(other):
                    place.moveRight(other.left() - GAP_PX / 2)
            values.append((place, text))
        return values

    def _bars(self) -> list[QRectF]:
        """Return the rectangle of each day, as wide as the others to within a pixel."""
        highest = max(day.spent or Decimal(0) for day in self._days)
        base = self.height() - self._metrics(bold=False).height() - GAP_PX / 2
        width = (self.width() - GAP_PX * (DAYS - 1)) / DAYS
        bars = []
        for number, day in enumerate(self._days):
            share = float(day.spent / highest) if day.spent else 0.0
            height = max(_MIN_BAR_PX, share * BAR_PX)
            left = round(number * (width + GAP_PX))
            right = round(number * (width + GAP_PX) + width)
            bars.append(QRectF(left, base - height, right - left, height))
        return bars

    def _draw_name(
        self, painter: QPainter, bar: QRectF, day: DaySpending, *, is_today: bool
    ) -> None:
        metrics, name = self._metrics(bold=is_today), self._label(day)
        place = self._centred(bar, metrics.horizontalAdvance(name), metrics.height())
        place.moveBottom(self.height())
        role = QPalette.ColorRole.WindowText if is_today else QPalette.ColorRole.PlaceholderText
        painter.setPen(self.palette().color(role))
        painter.setFont(self._font(bold=is_today))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)

    def _centred(self, bar: QRectF, width: float, height: float) -> QRectF:
        """Return a rectangle around the middle of a bar that does not leave the widget."""
        place = QRectF(0, 0, width + 1, height)
        place.moveCenter(bar.center())
        place.moveLeft(max(0.0, min(place.left(), self.width() - place.width())))
        return place

    def _label(self, day: DaySpending) -> str:
        return card_texts.day_label(day.day, self._days[-1].day)

    def _text(self, day: DaySpending) -> str:
        return card_texts.day_text(day.day, self._days[-1].day, day.spent)

    def _font(self, *, bold: bool) -> QFont:
        weight = QFont.Weight.Bold if bold else QFont.Weight.Normal
        return scaled_font(self.font(), _LABEL_SCALE, weight)

    def _metrics(self, *, bold: bool) -> QFontMetricsF:
        return QFontMetricsF(self._font(bold=bold))


def _draw_bar(painter: QPainter, bar: QRectF) -> None:
    """Fill a bar whose upper corners are rounded."""
    radius = min(3.0, bar.height() / 2)
    painter.drawRoundedRect(bar, radius, radius)
    painter.drawRect(bar.adjusted(0, min(bar.height(), radius), 0, 0))
