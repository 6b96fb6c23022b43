"""Where on the screen a time or an amount lies, and which of them deserve a label."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, log10

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from deepvue_tray.core.spending import midnight

_STEPS = (1, 2, 5, 10)

DAY = timedelta(days=1)
MONTH = 30 * DAY
"""Stands for a calendar month, as a step between times."""

_TIME_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 4, 7, 14)),
    *(months * MONTH for months in (1, 2, 3, 6, 12, 24, 36, 60)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """A rectangle of the screen, the times from left to right, the amounts from bottom to top."""

    area: QRectF
    since: datetime
    until: datetime
    lowest: float
    highest: float

    def x(self, at: datetime) -> float:
        """Return where a time lies, in pixels."""
        return self.area.left() + (at - self.since) / (self.until - self.since) * self.area.width()

    def y(self, amount: float) -> float:
        """Return where an amount lies, in pixels."""
        part = (amount - self.lowest) / (self.highest - self.lowest)
        return self.area.bottom() - part * self.area.height()

    def transform(self) -> QTransform:
        """Return what takes (seconds since the left edge, amount) to pixels, many at once."""
        wide = self.area.width() / (self.until - self.since).total_seconds()
        tall = self.area.height() / (self.highest - self.lowest)
        zero = self.area.bottom() + self.lowest * tall
        return QTransform(wide, 0, 0, -tall, self.area.left(), zero)

    def at(self, x: float) -> datetime:
        """Return the time that lies at a pixel."""
        part = (x - self.area.left()) / self.area.width()
        return self.since + part * (self.until - self.since)


def amount_ticks(highest: float, most: int) -> list[float]:
    """Return round amounts from 0 up, the last of them at or above ``highest``."""
    rough = max(highest, 1.0) / max(most, 1)
    magnitude = 10.0 ** floor(log10(rough))
    step = next(s * magnitude for s in _STEPS if s * magnitude >= rough * (1 - 1e-9))
    return [step * n for n in range(ceil(max(highest, 1.0) / step) + 1)]


def time_ticks(
    scale: Scale, width_of: Callable[[datetime, timedelta], float]
) -> tuple[list[datetime], timedelta]:
    """Return round local times, as many as their labels have room for, and the step between them.

    ``width_of`` measures the label, in pixels, of a time on an axis of such steps. The times are
    those of the calendar, so that they stay where they are when the range moves.
    """
    length = scale.until - scale.since
    ticks: list[datetime] = []
    for step in _TIME_STEPS:
        apart = step / length * scale.area.width()
        # One label at least is measured, of some that would be too many to.
        if apart < width_of(scale.since, step):
            continue
        ticks = _round_times(scale.since, scale.until, step)
        if apart >= max((width_of(tick, step) for tick in ticks), default=0):
            break
    return ticks, step


def _round_times(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    first, last = since.astimezone().date(), until.astimezone().date()
    days: Iterable[date]
    if step < MONTH:
        # The first of all days was a Monday, as the first of each week is.
        every = max(1, step.days)
        start = first.toordinal() - (first.toordinal() - 1) % every
        days = map(date.fromordinal, range(start, last.toordinal() + 1, every))
    else:
        every = step // MONTH
        start = first.year * 12 + first.month - 1
        start -= start % every
        months = range(start, last.year * 12 + last.month, every)
        days = (date(month // 12, month % 12 + 1, 1) for month in months)
    # Each day's from its own midnight, as not all have 24 hours.
    each = range(max(1, DAY // step))
    times = (midnight(day) + n * step for day in days for n in each)
    return [time for time in times if since <= time <= until]
