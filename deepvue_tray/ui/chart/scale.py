"""The scales of the charts: pixel positions of times and amounts, and the ticks of the axes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, log10

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from deepvue_tray.core.spending import midnight

_STEP_FACTORS = (1, 2, 2.5, 5, 10)

_LEAST_SPAN = 0.02
"""The shortest axis, relative to the highest amount on it."""

DAY = timedelta(days=1)
MONTH = 30 * DAY
"""Represents a calendar month as a step between ticks."""

_TIME_STEPS = (
    *(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30)),
    *(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 4, 7, 14)),
    *(months * MONTH for months in (1, 2, 3, 6, 12, 24, 36, 60)),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps times to x and credits to y within ``area``, in pixels; times are aware."""

    area: QRectF
    since: datetime
    until: datetime
    lowest: float
    highest: float

    def x(self, at: datetime) -> float:
        """Return the x of a time."""
        return self.area.left() + (at - self.since) / (self.until - self.since) * self.area.width()

    def y(self, amount: float) -> float:
        """Return the y of an amount in credits."""
        share = (amount - self.lowest) / (self.highest - self.lowest)
        return self.area.bottom() - share * self.area.height()

    def transform(self) -> QTransform:
        """Return the transform from (seconds since ``since``, credits) to pixels."""
        x_factor = self.area.width() / (self.until - self.since).total_seconds()
        y_factor = self.area.height() / (self.highest - self.lowest)
        zero = self.area.bottom() + self.lowest * y_factor
        return QTransform(x_factor, 0, 0, -y_factor, self.area.left(), zero)

    def at(self, x: float) -> datetime:
        """Return the time at a position in pixels."""
        share = (x - self.area.left()) / self.area.width()
        return self.since + share * (self.until - self.since)


def axis_limits(lowest: float, highest: float, marks: Iterable[float] = ()) -> tuple[float, float]:
    """Return the lowest and the highest amount of an axis that fits amounts between these two.

    Zero and the ``marks`` are within it if they are nearer than the amounts are to each other.
    """
    span = max(highest - lowest, abs(highest) * _LEAST_SPAN, 1e-6)
    amounts = sorted({0.0, *marks})
    low, high = lowest, highest
    for amount in reversed(amounts):
        if lowest - span <= amount < low:
            low = amount
    for amount in amounts:
        if high < amount <= highest + span:
            high = amount
    if high - low >= span:
        return low, high
    middle = (low + high - span) / 2
    return (max(0.0, middle) if low >= 0 else middle), max(high, middle + span)


def amount_ticks(lowest: float, highest: float, max_steps: int) -> list[float]:
    """Return the round amounts between these two, ``max_steps`` of them or a few less."""
    min_step = max(highest - lowest, 1e-6) / max(max_steps, 1)
    magnitude = 10.0 ** floor(log10(min_step))
    step = next(
        factor * magnitude
        for factor in _STEP_FACTORS
        if factor * magnitude >= min_step * (1 - 1e-9)
    )
    first, last = ceil(lowest / step - 1e-9), floor(highest / step + 1e-9)
    return [step * n for n in range(first, last + 1)]


def time_ticks(
    scale: Scale,
    width_of: Callable[[datetime, timedelta], float],
    shortest: timedelta = timedelta(0),
) -> tuple[list[datetime], timedelta]:
    """Return round local times, as many as their labels have room for, and the step between them.

    ``width_of`` returns the width in pixels of a label, given its time and the step. No step is
    shorter than ``shortest``. The ticks follow the calendar, so that they do not shift when the
    range is panned.
    """
    length = scale.until - scale.since
    ticks: list[datetime] = []
    for step in _TIME_STEPS:
        spacing = step / length * scale.area.width()
        # One label rules out the steps with too many labels to measure.
        if step < shortest or spacing < width_of(scale.since, step):
            continue
        ticks = _round_times(scale.since, scale.until, step)
        if spacing >= max((width_of(tick, step) for tick in ticks), default=0):
            break
    return ticks, step


def _round_times(since: datetime, until: datetime, step: timedelta) -> list[datetime]:
    first, last = since.astimezone().date(), until.astimezone().date()
    days: Iterable[date]
    if step < MONTH:
        # Day 1 of the ordinals is a Monday, so steps of 7 days fall on Mondays.
        interval = max(1, step.days)
        start = first.toordinal() - (first.toordinal() - 1) % interval
        days = map(date.fromordinal, range(start, last.toordinal() + 1, interval))
    else:
        interval = step // MONTH
        start = first.year * 12 + first.month - 1
        start -= start % interval
        months = range(start, last.year * 12 + last.month, interval)
        days = (date(month // 12, month % 12 + 1, 1) for month in months)
    # From the midnight of each day, as not all days have 24 hours.
    steps = range(max(1, DAY // step))
    times = (midnight(day) + n * step for day in days for n in steps)
    return [time for time in times if since <= time <= until]
