"""Credits spent per local day, week or month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from deepvue_tray.core.reading import HistoryBucket


class Period(Enum):
    """The period of one sum, in the local time zone."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def period_for(length: timedelta) -> Period:
    """Return the shortest period of which a range of this length has at most 130."""
    if length <= timedelta(days=130):
        return Period.DAY
    return Period.WEEK if length <= timedelta(weeks=130) else Period.MONTH


def spent_by(period: Period, buckets: Iterable[HistoryBucket]) -> dict[date, Decimal]:
    """Return the credits spent in each period with readings, by its first local day."""
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for bucket in buckets:
        sums[first_day(period, bucket.start)] += bucket.spent
    return dict(sums)


def first_day(period: Period, at: datetime) -> date:
    """Return the first local day of the period that contains ``at``; weeks begin on Monday."""
    day = at.astimezone().date()
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def next_period(period: Period, first: date) -> date:
    """Return the first day of the period after the one that begins on ``first``."""
    if period is Period.DAY:
        return first + timedelta(days=1)
    if period is Period.WEEK:
        return first + timedelta(weeks=1)
    return (first + timedelta(days=32)).replace(day=1)


def midnight(day: date) -> datetime:
    """Return the start of a local day; aware."""
    try:
        return datetime(day.year, day.month, day.day).astimezone()
    except OSError:
        # Windows has local times from the second day of 1970 to the year 3000 only.
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
