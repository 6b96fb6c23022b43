"""How long something lasts, as roughly as a forecast may be told."""

from datetime import timedelta
from enum import Enum

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

_MONTH = 30.44 * _DAY
"""In the mean."""


class Unit(Enum):
    """What is counted."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


def rough(time: timedelta) -> tuple[int, Unit]:
    """Return how many of the unit that says most: 11 days, not 264 hours."""
    # The smaller unit says more for a while: 36 hours, 45 days. The rounded count decides, or it
    # would be 60 minutes.
    for unit, length, fewer_than in (
        (Unit.MINUTE, _MINUTE, 60),
        (Unit.HOUR, _HOUR, 48),
        (Unit.DAY, _DAY, 60),
    ):
        count = round(time / length)
        if count < fewer_than:
            return count, unit
    return round(time / _MONTH), Unit.MONTH
