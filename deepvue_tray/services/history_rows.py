"""Reading and writing the rows of the history's tables.

Readings may be stored in any order. Spending is the decrease since the previous reading, so a
reading between two others also changes the sums of the later one.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise, repeat, tee, zip_longest
from math import isfinite
from typing import NamedTuple

from deepvue_tray.core.reading import (
    MAX_BALANCE,
    HistoryBucket,
    Reading,
    as_number,
    balance_from_number,
    is_top_up,
)

MS = timedelta(milliseconds=1)

QUARTER = timedelta(minutes=15)
"""In every time zone midnight falls on a quarter of an hour of UTC."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

MAX_SPAN_GAP = timedelta(hours=1)
"""The longest time between two readings of a span, so that longer gaps stay visible."""

_SIZES = (QUARTER // MS, HOUR // MS, DAY // MS)

_END = round(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""Milliseconds since 1970, UTC. Later times are invalid, and datetime would overflow."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Row(NamedTuple):
    """Consecutive readings of the same balance; times in milliseconds since 1970, UTC."""

    at: int
    until: int
    """The time of the last reading; ``at`` for a single one."""
    balance: float
    """Credits."""


class UnreadableRowError(sqlite3.DatabaseError):
    """A row with a value that this program never stores; counts as damage of the file."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def store(database: sqlite3.Connection, wallet: int, reading: Reading) -> None:
    """Store a reading and update the sums.

    A second reading of the same moment replaces the first; the sums include the change between
    them.
    """
    at, balance = milliseconds(reading.at), as_number(reading.balance)
    before, after = _neighbors(database, wallet, at)
    if before and at < before.until and balance != before.balance:
        before, after = _split(database, wallet, before)
    if before and balance == before.balance and at - before.until <= MAX_SPAN_GAP // MS:
        database.execute(
            "UPDATE reading SET until = max(until, ?) WHERE wallet = ? AND at = ?",
            (at, wallet, before.at),
        )
    else:
        _insert(database, wallet, Row(at, at, balance))
    decrease = before.balance - balance if before else 0
    _add_to_buckets(database, wallet, at, balance, decrease)
    if after:
        counted = before.balance - after.balance if before else 0
        _correct_buckets(database, wallet, after.at, counted, balance - after.balance)


def is_known(database: sqlite3.Connection, wallet: int, at: datetime) -> bool:
    """Return whether the balance at this moment is known, from a reading or a span around it."""
    moment = milliseconds(at)
    before, _ = _neighbors(database, wallet, moment)
    return before is not None and moment <= before.until


def peak_since_top_up(database: sqlite3.Connection, wallet: int) -> float | None:
    """Return the highest balance since the last top-up, in credits."""
    peak: Decimal | None = None
    balances, before, earlier = tee(
        balances_before(database, wallet, datetime.max.replace(tzinfo=UTC)), 3
    )
    for balance, *recent in zip_longest(
        balances, islice(before, 1, None), islice(earlier, 2, None)
    ):
        peak = balance if peak is None else max(peak, balance)
        if is_top_up([older for older in reversed(recent) if older is not None], balance):
            break
    return None if peak is None else as_number(peak)


def balances_before(database: sqlite3.Connection, wallet: int, at: datetime) -> Iterator[Decimal]:
    """Yield the balances of the readings before a moment, newest first."""
    rows = database.execute(
        "SELECT at, until, balance FROM reading WHERE wallet = ? AND at < ? ORDER BY at DESC",
        (wallet, milliseconds(at)),
    )
    for row in map(row_of, rows):
        # A span has at least two readings.
        yield from repeat(balance_from_number(row.balance), 2 if row.until > row.at else 1)


def _neighbors(database: sqlite3.Connection, wallet: int, at: int) -> tuple[Row | None, Row | None]:
    """Return the last row that begins at ``at`` or before, and the first one after."""
    select = "SELECT at, until, balance FROM reading WHERE wallet = ? AND at"
    before = database.execute(f"{select} <= ? ORDER BY at DESC LIMIT 1", (wallet, at)).fetchone()
    after = database.execute(f"{select} > ? ORDER BY at LIMIT 1", (wallet, at)).fetchone()
    return row_of(before) if before else None, row_of(after) if after else None


def _split(database: sqlite3.Connection, wallet: int, span: Row) -> tuple[Row, Row]:
    """Replace a span by its first and its last reading, and return them."""
    first, last = span._replace(until=span.at), span._replace(at=span.until)
    _insert(database, wallet, first)
    _insert(database, wallet, last)
    return first, last


def _insert(database: sqlite3.Connection, wallet: int, row: Row) -> None:
    database.execute(
        "INSERT OR REPLACE INTO reading (wallet, at, until, balance) VALUES (?, ?, ?, ?)",
        (wallet, *row),
    )


def _add_to_buckets(
    database: sqlite3.Connection, wallet: int, at: int, balance: float, decrease: float
) -> None:
    for size in _SIZES:
        database.execute(
            "INSERT INTO stretch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET last = iif(excluded.at >= at, excluded.last, last),"
            " at = max(at, excluded.at), low = min(low, excluded.low),"
            " high = max(high, excluded.high), spent = spent + excluded.spent,"
            " added = added + excluded.added",
            (
                wallet, size, at // size * size, at, balance, balance, balance,
                max(decrease, 0), max(-decrease, 0),
            ),
        )  # fmt: skip


def _correct_buckets(
    database: sqlite3.Connection, wallet: int, at: int, counted: float, decrease: float
) -> None:
    """Replace ``counted``, the decrease that the sums include for the reading at ``at``."""
    spent = max(decrease, 0) - max(counted, 0)
    added = max(-decrease, 0) - max(-counted, 0)
    for size in _SIZES:
        database.execute(
            "UPDATE stretch SET spent = spent + ?, added = added + ?"
            " WHERE wallet = ? AND size = ? AND start = ?",
            (spent, added, wallet, size, at // size * size),
        )


def buckets_of(before: Reading | None, readings: list[Reading]) -> list[HistoryBucket]:
    """Return a bucket for each reading; ``before`` is the reading before the first one."""
    buckets: list[HistoryBucket] = []
    for reading in readings:
        decrease = before.balance - reading.balance if before else Decimal(0)
        before = reading
        buckets.append(
            HistoryBucket(
                start=reading.at,
                at=reading.at,
                last=reading.balance,
                low=reading.balance,
                high=reading.balance,
                spent=max(decrease, Decimal(0)),
                added=max(-decrease, Decimal(0)),
            )
        )
    return buckets


def wallet_of(database: sqlite3.Connection, client_id: str) -> int:
    """Return the row number of a client ID's wallet; adds the row if there is none."""
    database.execute(
        "INSERT OR IGNORE INTO wallet (client_id, alerts) VALUES (?, '{}')", (client_id,)
    )
    row = database.execute("SELECT id FROM wallet WHERE client_id = ?", (client_id,)).fetchone()
    if row is None:
        raise UnreadableRowError("a stored wallet is not found")
    return int(row[0])


def milliseconds(at: datetime) -> int:
    """Return a time as it is stored: milliseconds since 1970, UTC."""
    return round(at.timestamp() * 1000)


def row_of(cells: Sequence[object]) -> Row:
    """Convert three stored cells; raises UnreadableRowError if they are not a valid row.

    Every stored cell is converted by this function or one of those below.
    """
    match cells:
        case (int(at), int(until), int() | float() as balance) if (
            0 <= at <= until < _END and abs(balance) <= MAX_BALANCE
        ):
            return Row(at, until, balance)
    raise UnreadableRowError(f"not a reading: {cells!r}")


def datetime_of(cell: object) -> datetime:
    """Convert a stored time to an aware one in UTC; raises UnreadableRowError if invalid."""
    if not isinstance(cell, int) or not 0 <= cell < _END:
        raise UnreadableRowError(f"not a time: {cell!r}")
    return _EPOCH + cell * MS


def amount_of(cell: object) -> Decimal:
    """Convert a stored amount, in credits; raises UnreadableRowError if invalid."""
    if not isinstance(cell, int | float) or not isfinite(cell):
        raise UnreadableRowError(f"not an amount: {cell!r}")
    return balance_from_number(cell)


def reading_of(at: int, balance: float) -> Reading:
    """Convert milliseconds since 1970, UTC, and credits to a reading."""
    return Reading(at=datetime_of(at), balance=balance_from_number(balance))


def bucket_of(cells: Sequence[object]) -> HistoryBucket:
    """Convert the stored cells of a bucket; raises UnreadableRowError if invalid."""
    start, at, last, low, high, spent, added = cells
    return HistoryBucket(
        start=datetime_of(start),
        at=datetime_of(at),
        last=amount_of(last),
        low=amount_of(low),
        high=amount_of(high),
        spent=amount_of(spent),
        added=amount_of(added),
    )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows selected in order of time; raises UnreadableRowError if they are not."""
    ordered = list(rows)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(ordered)):
        raise UnreadableRowError("readings out of order")
    return ordered
