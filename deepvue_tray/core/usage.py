"""What spends the credits: the calls of Deepvue's usage report, summed by hour and product.

Deepvue's documentation ("Usage Report") does not say whether a day of the report is one of UTC or
of India, nor whether a report holds rows of other days; ``DayReport`` accepts all of these.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from http import HTTPStatus
from typing import NamedTuple

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.reading import MAX_BALANCE, MAX_DECIMALS, Reading

INDIA = timedelta(hours=5, minutes=30)
"""India's time zone, which has no summer time, is this far ahead of UTC."""

REFETCH_AFTER = timedelta(hours=1)
"""The time until a day that may still change is requested again."""

RECENT_HOURS = 3
"""Spending in these hours, and in the present one, is recent: calls may be reported late."""

GROWTH_DAYS = 7
"""The days with which recent spending is compared."""

_TOLERANCE = Decimal("0.05")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FINAL_AFTER = timedelta(days=1)
"""The time after the end of a day in which rows may still be added to its report."""

_NOTHING_FOUND = re.compile(
    r"\b(invalid|no(t| record| records| data| match)? (found|available|exist\w*|linked)|"
    r"does not exist|no records?|no data)\b",
    re.IGNORECASE,
)
"""A message such as "Invalid Pan Number.", which the documentation's sample has with status 200."""


class Outcome(Enum):
    """How a call ended; the value is its number in files."""

    FOUND = 0
    NOT_FOUND = 1
    FAILED = 2


def outcome_of(status: int, message: str) -> Outcome:
    """Return the outcome of a call by its HTTP status and the report's message."""
    if status == HTTPStatus.NOT_FOUND:
        return Outcome.NOT_FOUND
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.FAILED
    return Outcome.NOT_FOUND if _NOTHING_FOUND.search(message) else Outcome.FOUND


class Call(NamedTuple):
    """A row of the report: one call."""

    at: datetime
    """Aware, UTC."""
    product: str
    outcome: Outcome
    charge: Decimal
    """Credits, normalized by ``normalized_charge``."""


class UsageKey(NamedTuple):
    """What calls are summed by."""

    hour: datetime
    """Its start; aware, UTC."""
    product: str
    outcome: Outcome


class Usage(NamedTuple):
    """A number of calls, and the credits that they cost."""

    calls: int = 0
    spent: Decimal = Decimal(0)

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum of both."""
        return Usage(self.calls + other.calls, self.spent + other.spent)


UsageSums = Mapping[UsageKey, Usage]


def normalized_charge(charge: Decimal) -> Decimal | None:
    """Return a charge, in credits, with at most MAX_DECIMALS decimals.

    Returns None if it is negative, too large, or not a number.
    """
    if not charge.is_finite() or not 0 <= charge <= MAX_BALANCE:
        return None
    return round(charge, MAX_DECIMALS)


class DayReport:
    """Sums the calls of the report of one ``day`` while they arrive, in any order.

    A day is one of UTC unless all calls are within the same day in India, and some of them before
    the day of UTC. Calls outside of the day are left out: the report of their own day has them.
    """

    def __init__(self, day: date) -> None:
        self._start = datetime.combine(day, time(), UTC)
        # By hour alone, the calls of India's day could not be told from those after it.
        self._in_both: dict[UsageKey, Usage] = defaultdict(Usage)
        self._in_india: dict[UsageKey, Usage] = defaultdict(Usage)
        self._in_utc: dict[UsageKey, Usage] = defaultdict(Usage)
        self._has_others = False

    def add(self, call: Call) -> None:
        """Add a call."""
        in_utc = self._start <= call.at < self._start + _DAY
        in_india = self._start - INDIA <= call.at < self._start - INDIA + _DAY
        if not (in_utc or in_india):
            self._has_others = True
            return
        sums = self._in_both if in_utc and in_india else self._in_utc if in_utc else self._in_india
        key = UsageKey(_hour_of(call.at), call.product, call.outcome)
        sums[key] = sums[key].plus(Usage(1, call.charge))

    def sums(self) -> UsageSums:
        """Return the sums of the day."""
        is_indian = self._in_india and not self._in_utc and not self._has_others
        return _merged(self._in_both, self._in_india if is_indian else self._in_utc)


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _merged(*parts: UsageSums) -> UsageSums:
    merged: dict[UsageKey, Usage] = defaultdict(Usage)
    for part in parts:
        for key, usage in part.items():
            merged[key] = merged[key].plus(usage)
    return dict(merged)


def is_final(day: date, fetched_at: datetime) -> bool:
    """Return whether a report of ``day`` that was fetched then will not change any more."""
    return fetched_at >= datetime.combine(day, time(), UTC) + _DAY + _FINAL_AFTER


def is_cut_off(day: date, fetched_at: datetime, now: datetime) -> bool:
    """Return whether a report of ``day`` was fetched before the day's end, and that is long over.

    All times are aware. Within a day after its end, the report is fetched again anyway.
    """
    end = datetime.combine(day, time(), UTC) + _DAY
    return fetched_at < end and now >= end + _FINAL_AFTER


def present_day(now: datetime) -> date:
    """Return the present day in India, which begins before that of UTC; ``now`` is aware."""
    return (now.astimezone(UTC) + INDIA).date()


def last_days(days: int, now: datetime) -> tuple[date, date]:
    """Return the first and the last of the last ``days`` days; ``now`` is aware."""
    last = present_day(now)
    return last - (days - 1) * _DAY, last


def days_to_fetch(fetched: Mapping[date, datetime], days: int, now: datetime) -> list[date]:
    """Return which of the last ``days`` days must be fetched, newest first.

    ``fetched`` is when each day was last fetched, aware; ``now`` is aware. A day that may still
    change is fetched again after REFETCH_AFTER, also one of ``fetched`` that is older than
    ``days``: the computer may have been off when its report became final.
    """

    def is_due(day: date) -> bool:
        at = fetched.get(day)
        return at is None or not (is_final(day, at) or timedelta(0) <= now - at < REFETCH_AFTER)

    wanted = {present_day(now) - n * _DAY for n in range(days)}
    return sorted(filter(is_due, wanted | fetched.keys()), reverse=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUsage:
    """What was spent on one product."""

    product: str
    outcomes: Mapping[Outcome, Usage] = field(default_factory=dict)

    @property
    def total(self) -> Usage:
        """All calls."""
        total = Usage()
        for usage in self.outcomes.values():
            total = total.plus(usage)
        return total

    @property
    def not_found(self) -> Usage:
        """The calls that found nothing."""
        return self.outcomes.get(Outcome.NOT_FOUND, Usage())


UsageRow = tuple[str, Outcome, Usage]
"""A product, an outcome, and the calls with both."""


def by_product(rows: Iterable[UsageRow]) -> list[ProductUsage]:
    """Return the sums of each product, the one with the highest spending first."""
    outcomes: dict[str, dict[Outcome, Usage]] = defaultdict(lambda: defaultdict(Usage))
    for product, outcome, usage in rows:
        outcomes[product][outcome] = outcomes[product][outcome].plus(usage)
    products = [ProductUsage(product=name, outcomes=dict(of)) for name, of in outcomes.items()]
    return sorted(products, key=lambda each: (-each.total.spent, -each.total.calls, each.product))


def balances_before(
    reading: Reading, hours: UsageSums, since: datetime
) -> list[tuple[float, float]]:
    """Return what the balance was at the start of each hour before a reading, oldest first.

    ``hours`` are the charges from ``since`` on, aware. Each balance is a time in seconds since
    1970, UTC, and credits, as the forecast's points. Top-ups are not known, so the balances are
    those of a wallet that had enough credits from the beginning.
    """
    spent: dict[datetime, Decimal] = defaultdict(Decimal)
    for key, usage in hours.items():
        spent[key.hour] += usage.spent
    points, balance, hour = [], reading.balance, _hour_of(reading.at)
    # The charges of the present hour may be before or after the reading; they are left out.
    while hour >= since:
        if hour < reading.at:
            points.append((hour.timestamp(), float(balance)))
        hour -= _HOUR
        balance += spent[hour]
    return points[::-1]


def grown_product(hours: UsageSums, now: datetime) -> str:
    """Return the product to which most of the growth in the last hours belongs; "" without growth.

    ``hours`` covers GROWTH_DAYS and RECENT_HOURS before ``now``, aware. The recent spending is
    compared with the mean of as many hours before it.
    """
    start = _hour_of(now) - RECENT_HOURS * _HOUR
    periods = GROWTH_DAYS * 24 // RECENT_HOURS
    growth: dict[str, Decimal] = defaultdict(Decimal)
    for key, usage in hours.items():
        if key.hour >= start:
            growth[key.product] += usage.spent
        elif key.hour >= start - GROWTH_DAYS * _DAY:
            growth[key.product] -= usage.spent / periods
    grown = {product: amount for product, amount in growth.items() if amount > 0}
    product = max(grown, key=lambda each: (grown[each], each), default="")
    return product if product and 2 * grown[product] > sum(grown.values()) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageState:
    """The usage report of a wallet, as far as every view knows it."""

    week: Sequence[ProductUsage] = ()
    """What the last seven days cost by product, most expensive first."""
    error: DeepvueError | None = None
    """Why the last report could not be fetched; None after a successful one."""
    grown: str = ""
    """The product to which most of a recent growth belongs; empty without one, and unless there is
    an alert about fast spending."""
    progress: tuple[int, int] | None = None
    """How many days have been fetched, and how many there are; None if none is being fetched."""

    @property
    def main_product(self) -> tuple[str, float] | None:
        """The product with the highest spending, and its share from 0 to 1; None without any."""
        spent = sum((each.total.spent for each in self.week), Decimal(0))
        return (self.week[0].product, float(self.week[0].total.spent / spent)) if spent else None


class Discrepancy(NamedTuple):
    """Charges that do not explain by how much the balance fell; in credits."""

    charged: Decimal
    fallen: Decimal


def discrepancy(charged: Decimal, fallen: Decimal) -> Discrepancy | None:
    """Return both amounts if they differ by more than 5 %, otherwise None."""
    if abs(charged - fallen) <= max(charged, fallen) * _TOLERANCE:
        return None
    return Discrepancy(charged, fallen)
