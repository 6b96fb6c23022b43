"""Queries to the stored usage reports of a wallet, for views, command line and forecast."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import ceil
from pathlib import Path

from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spending import Period, midnight, period_for, start_of
from deepvue_tray.core.usage import (
    GROWTH_DAYS,
    Discrepancy,
    ProductUsage,
    UsageRow,
    balances_before,
    by_product,
    discrepancy,
    grown_product,
    is_cut_off,
    last_days,
    present_day,
)
from deepvue_tray.core.usage_page import SpentOn, UsagePage, stacked
from deepvue_tray.services import atomic_file
from deepvue_tray.services.history import History
from deepvue_tray.services.usage_store import UsageStore

MIN_COMPARED = timedelta(hours=12)
"""The shortest time in which charges and balance are compared: calls may be reported late."""

_DAY = timedelta(days=1)


class UsageQueries:
    """Reads ``store``, and the readings of ``history``; raises StorageError if the file fails.

    ``now`` returns the time, aware, in UTC.
    """

    def __init__(self, store: UsageStore, history: History, now: Callable[[], datetime]) -> None:
        self._store = store
        self._history = history
        self._now = now

    def products(self, client_id: str, days: int) -> Sequence[ProductUsage]:
        """Return what the last ``days`` days cost by product, most expensive first."""
        return by_product(self._store.products(client_id, *last_days(days, self._now())))

    def spent(self, client_id: str) -> dict[str, Decimal]:
        """Return the credits spent on each product since the first report."""
        products = by_product(self._store.products(client_id, date.min, date.max))
        return {each.product: each.total.spent for each in products}

    def grown_product(self, client_id: str) -> str:
        """Return the product that has grown most in the last hours; "" without one."""
        now = self._now()
        days = present_day(now) - (GROWTH_DAYS + 1) * _DAY, present_day(now)
        return grown_product(self._store.hours(client_id, *days), now)

    def page(
        self, client_id: str, since: datetime | None, until: datetime, now: datetime
    ) -> UsagePage:
        """Return a range for the history window, from the first report if ``since`` is None."""
        end = min(until, now)
        last = _last_day(until, now)
        if since is None:
            first = min(self._store.fetched(client_id, date.min, last), default=last)
            since = midnight(first)
        first = since.astimezone().date()
        complete = self._complete(client_id, first, last)
        # A range of the forecast alone has no days.
        period, count = period_for(until - since), max(0, (last - first).days + 1)
        if period is Period.HOUR:
            start, shift = start_of(period, since), ceil((until - since) / _DAY)
            rows, spendings = self._by_hour(client_id, start, until)
            earlier_end = min(end - shift * _DAY, start)
            earlier, _ = self._by_hour(client_id, start - shift * _DAY, earlier_end)
        else:
            rows, spendings = self._by_day(client_id, first, last, period, end)
            shift = count
            earlier_end = end - shift * _DAY if until >= now else midnight(first)
            earlier = self._until(client_id, first - shift * _DAY, first - _DAY, earlier_end)
        before = self._complete(client_id, first - shift * _DAY, first - _DAY)
        is_known = len(before) + len(complete) == shift + count
        products = by_product(rows)
        return UsagePage(
            since=since,
            until=until,
            now=now,
            period=period,
            products=products,
            before={each.product: each.total.spent for each in by_product(earlier)}
            if is_known
            else None,
            bars=stacked(period, spendings, products),
            missing=count - len(complete),
            discrepancy=self.unexplained(client_id, count) if count and until >= now else None,
        )

    def _complete(self, client_id: str, first: date, last: date) -> dict[date, datetime]:
        """Return when the report of each day was fetched, without those that lack a part."""
        now, fetched = self._now(), self._store.fetched(client_id, first, last)
        return {day: at for day, at in fetched.items() if not is_cut_off(day, at, now)}

    def _by_hour(
        self, client_id: str, since: datetime, until: datetime
    ) -> tuple[list[UsageRow], list[SpentOn]]:
        days = since.astimezone(UTC).date(), until.astimezone(UTC).date() + _DAY
        hours = self._store.hours(client_id, *days, since, until)
        return [(key.product, key.outcome, usage) for key, usage in hours.items()], [
            SpentOn(start_of(Period.HOUR, key.hour), key.product, usage.spent)
            for key, usage in hours.items()
        ]

    def _by_day(
        self, client_id: str, first: date, last: date, period: Period, end: datetime
    ) -> tuple[list[UsageRow], list[SpentOn]]:
        return self._store.products(client_id, first, last), [
            # India's day may begin while it is still yesterday here.
            SpentOn(start_of(period, min(midnight(day), end)), product, spent)
            for day, product, spent in self._store.spent_by(client_id, first, last, period)
        ]

    def _until(self, client_id: str, first: date, last: date, end: datetime) -> list[UsageRow]:
        """Return the sums of some days, of the last one only the hours before ``end``."""
        hours = self._store.hours(client_id, last, last, until=end)
        return [
            *self._store.products(client_id, first, last - _DAY),
            *((key.product, key.outcome, usage) for key, usage in hours.items()),
        ]

    def export(self, client_id: str, path: Path, since: datetime, until: datetime) -> None:
        """Write the sums of each day, product and outcome to a CSV file."""
        days = since.astimezone().date(), _last_day(until, self._now())
        text = io.StringIO(newline="")
        table = csv.writer(text)
        table.writerow(("day", "product", "outcome", "calls", "spent"))
        for day, product, outcome, usage in self._store.by_day(client_id, *days):
            name = outcome.name.lower()
            table.writerow((day, product, name, usage.calls, f"{usage.spent.normalize():f}"))
        atomic_file.replace(path, [text.getvalue()], mode=0o644)

    def unexplained(self, client_id: str, days: int) -> Discrepancy | None:
        """Return what the reports and the readings of the last ``days`` days say, if they disagree.

        Returns None also if they cannot be compared, because the readings begin later or a report
        is missing.
        """
        now = self._now()
        since, last = last_days(days, now)
        complete = self._complete(client_id, since, last)
        if len(complete) < days:
            return None
        # From here on the reports are complete, whether their days are those of UTC or of India.
        start, end = datetime.combine(since, time(), UTC), min(complete[last], now)
        first = self._history.first(client_id)
        if first is None or first > start or end - start < MIN_COMPARED:
            return None
        hours = self._store.hours(client_id, since, since, start)
        later = by_product(self._store.products(client_id, since + _DAY, last))
        charged = sum((each.total.spent for each in later), Decimal(0))
        charged += sum((usage.spent for usage in hours.values()), Decimal(0))
        return discrepancy(charged, self._history.spent(client_id, start, end))

    def points_before(self, client_id: str, reading: Reading, since: datetime) -> Sequence[Point]:
        """Return hourly balances before a wallet's first reading, as far as reports are complete.

        ``since``, aware, limits them; see balances_before.
        """
        last = reading.at.astimezone(UTC).date()
        complete = self._complete(client_id, since.astimezone(UTC).date(), last)
        first = last
        while first in complete:
            first -= timedelta(days=1)
        # The day of the reading begins without a report, or the oldest report's day does.
        start = max(since, datetime.combine(first + timedelta(days=1), time(), UTC))
        if start > reading.at:
            return []
        # The last hours of a day of UTC are in the next day's report if the days are India's.
        days = start.astimezone(UTC).date(), last + timedelta(days=1)
        hours = self._store.hours(client_id, *days)
        return balances_before(reading, hours, start)


def _last_day(until: datetime, now: datetime) -> date:
    """Return the last day of a range; until now, it is India's, which may be another one here."""
    return present_day(now) if until >= now else until.astimezone().date()
