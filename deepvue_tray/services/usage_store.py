"""The usage reports of each wallet, as sums in the history's database file.

The sums of a day by product and outcome are rows, from which any range is summed in milliseconds.
The sums by hour are a compressed text for each day, a fifth of the size of rows.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from deepvue_tray.core.spending import Period
from deepvue_tray.core.usage import Outcome, Usage, UsageKey, UsageRow, UsageSums
from deepvue_tray.services.history import PARSE_ERRORS
from deepvue_tray.services.history_database import HistoryDatabase
from deepvue_tray.services.history_rows import (
    UnreadableRowError,
    datetime_of,
    milliseconds,
    wallet_of,
)

_MILLION = 1_000_000
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)
_FIRST_DAYS = {
    Period.DAY: "day",
    # Day 1 of the ordinals is a Monday.
    Period.WEEK: "(day - 1) / 7 * 7 + 1",
    # SQLite's Julian days begin at noon.
    Period.MONTH: "CAST(julianday(day + 1721424.5, 'start of month') - 1721424.5 AS INTEGER)",
}
"""The ordinal of the first day of each period, in SQL."""


class UsageStore:
    """The usage reports in the history's ``database``.

    Every method raises StorageError if the file cannot be used. A value that is never stored
    counts as damage of the file.
    """

    def __init__(self, database: HistoryDatabase) -> None:
        self._database = database

    def replace(self, client_id: str, day: date, sums: UsageSums, fetched_at: datetime) -> None:
        """Store the sums of a day instead of those that are stored; ``fetched_at`` is aware."""
        by_outcome: dict[tuple[str, Outcome], Usage] = defaultdict(Usage)
        for key, usage in sums.items():
            total = by_outcome[key.product, key.outcome]
            by_outcome[key.product, key.outcome] = total.plus(usage)
        with self._database.transaction() as database:
            wallet, number = wallet_of(database, client_id), day.toordinal()
            ids = {name: _product_id(database, name) for name, _ in by_outcome}
            database.execute("DELETE FROM usage WHERE wallet = ? AND day = ?", (wallet, number))
            for (product, outcome), usage in by_outcome.items():
                database.execute(
                    "INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?)",
                    (wallet, number, ids[product], outcome.value, *_numbers(usage)),
                )
            database.execute(
                "INSERT OR REPLACE INTO usage_day VALUES (?, ?, ?, ?)",
                (wallet, number, milliseconds(fetched_at), _packed(sums, ids)),
            )

    def fetched(self, client_id: str, since: date, until: date) -> dict[date, datetime]:
        """Return when each day of a range that is stored was fetched; aware, UTC.

        Ranges include their first and their last day.
        """
        with self._read() as database:
            rows = _select(database, "day, fetched", "usage_day", client_id, since, until)
            return {date.fromordinal(day): datetime_of(fetched) for day, fetched in rows}

    def products(self, client_id: str, since: date, until: date) -> list[UsageRow]:
        """Return the sums of each product and outcome."""
        with self._read() as database:
            names = _names(database)
            rows = _select(
                database,
                "product, outcome, sum(calls), sum(spent)",
                "usage",
                client_id,
                since,
                until,
                "GROUP BY product, outcome",
            )
            return [
                (names[product], Outcome(outcome), _usage(*sums))
                for product, outcome, *sums in rows
            ]

    def by_day(
        self, client_id: str, since: date, until: date
    ) -> list[tuple[date, str, Outcome, Usage]]:
        """Return the sums of each day, product and outcome, oldest first."""
        with self._read() as database:
            names = _names(database)
            rows = _select(
                database, "day, product, outcome, calls, spent", "usage", client_id, since, until
            )
            return [
                (date.fromordinal(day), names[product], Outcome(outcome), _usage(*sums))
                for day, product, outcome, *sums in rows
            ]

    def spent_by(
        self, client_id: str, since: date, until: date, period: Period
    ) -> list[tuple[date, str, Decimal]]:
        """Return what was spent on each product in each period, at its first day."""
        start = _FIRST_DAYS[period]
        with self._read() as database:
            names = _names(database)
            rows = _select(
                database,
                f"{start}, product, sum(spent)",
                "usage",
                client_id,
                since,
                until,
                f"GROUP BY {start}, product",
            )
            return [
                (date.fromordinal(day), names[product], _amount(spent))
                for day, product, spent in rows
            ]

    def hours(
        self,
        client_id: str,
        first: date,
        last: date,
        since: datetime = _BEGINNING,
        until: datetime = _END,
    ) -> UsageSums:
        """Return the sums of each hour, product and outcome of these days.

        Hours that begin before ``since``, or at ``until`` or later, both aware, are left out.
        """
        limits = range(_hours(since), _hours(until))
        sums: dict[UsageKey, Usage] = defaultdict(Usage)
        with self._read() as database:
            names = _names(database)
            for (packed,) in _select(database, "hours", "usage_day", client_id, first, last):
                for key, usage in _unpacked(packed, names, limits):
                    sums[key] = sums[key].plus(usage)
        return dict(sums)

    @contextmanager
    def _read(self) -> Iterator[Any]:
        """Run a transaction that only reads."""
        with self._database.transaction(writes=False) as database:
            try:
                yield database
            except (*PARSE_ERRORS, zlib.error):
                raise UnreadableRowError("not a usage report") from None


def _select(  # noqa: PLR0917 - the clauses of one statement
    database: Any,
    columns: str,
    table: str,
    client_id: str,
    since: date,
    until: date,
    more: str = "",
) -> list[Any]:
    rows: list[Any] = database.execute(
        f"SELECT {columns} FROM {table}"  # noqa: S608 - literals
        " WHERE wallet = (SELECT id FROM wallet WHERE client_id = ?)"
        f" AND day BETWEEN ? AND ? {more}",
        (client_id, since.toordinal(), until.toordinal()),
    ).fetchall()
    return rows


def _names(database: Any) -> dict[int, str]:
    """Return the products' names, in the transaction in which they are used.

    Joined to each row, they would take most of the time.
    """
    return dict(database.execute("SELECT id, name FROM product").fetchall())


def _product_id(database: Any, name: str) -> int:
    database.execute("INSERT OR IGNORE INTO product (name) VALUES (?)", (name,))
    (number,) = database.execute("SELECT id FROM product WHERE name = ?", (name,)).fetchone()
    return int(number)


def _numbers(usage: Usage) -> tuple[int, int]:
    return usage.calls, int(usage.spent * _MILLION)


def _usage(calls: int, spent: int) -> Usage:
    return Usage(calls, _amount(spent))


def _amount(millionths: int) -> Decimal:
    return Decimal(millionths) / _MILLION


def _packed(sums: UsageSums, ids: dict[str, int]) -> bytes:
    """Return the sums as compressed JSON: product, outcome, hours since 1970, calls, millionths."""
    rows = sorted(
        (
            ids[key.product],
            key.outcome.value,
            _hours(key.hour),
            *_numbers(usage),
        )
        for key, usage in sums.items()
    )
    # By column, which compresses to half of the size by row.
    return zlib.compress(json.dumps([*zip(*rows, strict=True)]).encode(), 9)


def _unpacked(
    packed: bytes, names: dict[int, str], limits: range
) -> Iterator[tuple[UsageKey, Usage]]:
    for product, outcome, hour, *numbers in zip(*json.loads(zlib.decompress(packed)), strict=True):
        if hour in limits:
            start = _EPOCH + hour * _HOUR
            yield UsageKey(start, names[product], Outcome(outcome)), _usage(*numbers)


def _hours(at: datetime) -> int:
    """Return the hours from 1970 to the first whole hour at a time or later."""
    return -((_EPOCH - at) // _HOUR)
