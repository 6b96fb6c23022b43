"""Credits spent per local hour, day, week or month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from deepvue_tray.core.reading import HistoryBucket


class Period(Enum):
    """The period of one sum, in the local time zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def period_for(length: timedelta) -> Period:
    """Return the shortest period that is legible in a range of this length."""
    if length <= timedelta(hours=60):
        return Period.HOUR
    if length <= timedelta(days=140):
        return Period.DAY
    return Period.WEEK if length <= timedelta(weeks=140) else Period.MONTH


def spent_by(period: Period, buckets: Iterable[HistoryBucket]) -> dict[datetime, Decimal]:
    """Return the credits spent in each period with readings, by its start."""
    if period is Period.HOUR:
        by_hour: dict[datetime, Decimal] = defaultdict(Decimal)
        for bucket in buckets:
            by_hour[start_of(period, bucket.start)] += bucket.spent
        return dict(by_hour)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for bucket in buckets:
        by_day[_first_day(period, bucket.start)] += bucket.spent
    # Computed once for each period: for each bucket it would take most of the time.
    return {midnight(day): spent for day, spent in by_day.items()}


def start_of(period: Period, at: datetime) -> datetime:
    """Return the start of the period that contains ``at``; local. Weeks begin on Monday."""
    if period is Period.HOUR:
        return at.astimezone().replace(minute=0, second=0, microsecond=0)
    return midnight(_first_day(period, at))


def _first_day(period: Period, at: datetime) -> date:
    day = at.astimezone().date()
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day


def next_start(period: Period, start: datetime) -> datetime:
    """Return the start of the period after the one that begins at ``start``; local."""
    if period is Period.HOUR:
        return (start + timedelta(hours=1)).astimezone()
    day = start.astimezone().date()
    if period is Period.MONTH:
        return midnight((day + timedelta(days=32)).replace(day=1))
    return midnight(day + timedelta(days=7 if period is Period.WEEK else 1))


def midnight(day: date) -> datetime:
    """Return the start of a local day; aware."""
    try:
        return datetime(day.year, day.month, day.day).astimezone()
    except OSError:
        # Windows has local times from the second day of 1970 to the year 3000 only.
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
