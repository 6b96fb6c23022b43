"""Durations rounded to one unit, as precise as a forecast is."""

from datetime import timedelta
from enum import Enum

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

_MONTH = 30.44 * _DAY
"""The mean length of a month."""


class Unit(Enum):
    """A unit of time."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


def rough(time: timedelta) -> tuple[int, Unit]:
    """Return the rounded count of the most readable unit: 11 days, not 264 hours."""
    # 36 hours and 45 days are more precise than 2 days and 1 month. The rounded count is compared:
    # 59.6 minutes are 1 hour, not 60 minutes.
    for unit, length, fewer_than in (
        (Unit.MINUTE, _MINUTE, 60),
        (Unit.HOUR, _HOUR, 48),
        (Unit.DAY, _DAY, 60),
    ):
        count = round(time / length)
        if count < fewer_than:
            return count, unit
    return round(time / _MONTH), Unit.MONTH
