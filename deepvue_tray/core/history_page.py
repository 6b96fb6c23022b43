"""What the history window shows of one wallet: a range, and what was spent and added in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from deepvue_tray.core.reading import HistoryBucket, is_significant_rise

MIN_AVERAGED = timedelta(hours=12)
"""The shortest time from which an average per day is computed."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TopUp:
    """Credits that were added."""

    at: datetime
    """Aware, UTC."""
    amount: Decimal
    balance: Decimal
    """The balance after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySummary:
    """Sums of a range, and of this month and the last one; amounts in credits."""

    spent: Decimal
    per_day: Decimal | None
    """The average of a day in the range; None if too little of the range is known."""
    change: float | None
    """The change of that average against the time before, as a share; None if that is unknown."""
    this_month: Decimal
    """Since the start of the local month."""
    last_month: Decimal | None
    """In the local month before; None if a part of it is unknown."""
    top_ups: tuple[TopUp, ...]
    """Those of the range, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """A range of a wallet's history; times are aware, UTC."""

    since: datetime
    first: datetime | None
    """The time of the wallet's first reading."""
    buckets: list[HistoryBucket]
    """Oldest first. They begin before ``since`` where a bar of the chart does."""
    summary: HistorySummary | None = None


def top_ups_of(buckets: Iterable[HistoryBucket]) -> tuple[TopUp, ...]:
    """Return the significant rises, one for each bucket at most."""
    top_ups = []
    for bucket in buckets:
        if bucket.added:
            before = bucket.last + bucket.spent - bucket.added
            if is_significant_rise(before, before + bucket.added):
                top_ups.append(TopUp(bucket.at, bucket.added, bucket.high))
    return tuple(top_ups)


def spent_in(buckets: Iterable[HistoryBucket]) -> Decimal:
    """Return the credits that were spent."""
    return sum((bucket.spent for bucket in buckets), Decimal(0))


def average_per_day(spent: Decimal, known: timedelta) -> Decimal | None:
    """Return the average of a day; None if less than MIN_AVERAGED is ``known``."""
    return spent / Decimal(known / _DAY) if known >= MIN_AVERAGED else None
