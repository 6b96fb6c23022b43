"""How long something lasts, as roughly as a forecast may be told."""

from datetime import timedelta
from enum import Enum

# Up to here the smaller unit says more: 36 hours, 45 days.
_HOURS_UP_TO = 48
_DAYS_UP_TO = 60

_DAYS_A_MONTH = 30.44
"""In the mean."""


class Unit(Enum):
    """What is counted."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


def rough(time: timedelta) -> tuple[int, Unit]:
    """Return how many of the unit that says most: 11 days, not 264 hours."""
    hours = time / timedelta(hours=1)
    if hours < 1:
        return round(hours * 60), Unit.MINUTE
    if hours < _HOURS_UP_TO:
        return round(hours), Unit.HOUR
    if hours < _DAYS_UP_TO * 24:
        return round(hours / 24), Unit.DAY
    return round(hours / 24 / _DAYS_A_MONTH), Unit.MONTH
