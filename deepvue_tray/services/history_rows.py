"""Readings as rows of the history's tables: how one is stored among the others, and its sums kept.

A reading may come in any order. What was spent is the fall from the reading before it, so one that
comes between two others changes the sums of both.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise, repeat, tee, zip_longest
from math import isfinite

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
"""Every time zone's midnight is one of UTC's quarters of an hour."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

MAX_SPAN_GAP = timedelta(hours=1)
"""Between two readings of one span: a longer silence stays visible."""

_SIZES = (QUARTER // MS, HOUR // MS, DAY // MS)

_END = round(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""Milliseconds. No clock says a later time, and adding to it would overflow."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = tuple[int, int, float]
"""From when until when, in milliseconds, and the balance in credits."""


class UnreadableRowError(sqlite3.DatabaseError):
    """A row with a value that this program never stores: damage, as SQLite reports other damage."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def store(database: sqlite3.Connection, wallet: int, reading: Reading) -> None:
    """Store a reading and add it to the sums.

    A second reading of the same moment replaces the first; the sums count the change to it too.
    """
    at, balance = milliseconds(reading.at), as_number(reading.balance)
    before, after = _around(database, wallet, at)
    if before and at < before[1] and balance != before[2]:
        before, after = _split(database, wallet, before)
    if before and balance == before[2] and at - before[1] <= MAX_SPAN_GAP // MS:
        database.execute(
            "UPDATE reading SET until = max(until, ?) WHERE wallet = ? AND at = ?",
            (at, wallet, before[0]),
        )
    else:
        _insert(database, wallet, (at, at, balance))
    fell = before[2] - balance if before else 0
    _add_to_buckets(database, wallet, at, balance, fell)
    if after:
        counted = before[2] - after[2] if before else 0
        _correct_buckets(database, wallet, after[0], counted, balance - after[2])


def is_known(database: sqlite3.Connection, wallet: int, at: datetime) -> bool:
    """Say whether the balance at this moment is known: from a reading, or from a span about it."""
    moment = milliseconds(at)
    before, _ = _around(database, wallet, moment)
    return before is not None and moment <= before[1]


def peak_since_top_up(database: sqlite3.Connection, wallet: int) -> float | None:
    """Return the highest balance since the last top-up."""
    highest: Decimal | None = None
    balances, before, earlier = tee(
        balances_before(database, wallet, datetime.max.replace(tzinfo=UTC)), 3
    )
    for balance, *recent in zip_longest(
        balances, islice(before, 1, None), islice(earlier, 2, None)
    ):
        highest = balance if highest is None else max(highest, balance)
        if is_top_up([known for known in reversed(recent) if known is not None], balance):
            break
    return None if highest is None else as_number(highest)


def balances_before(database: sqlite3.Connection, wallet: int, at: datetime) -> Iterator[Decimal]:
    """Yield the balances that were read before a moment, the newest first."""
    rows = database.execute(
        "SELECT at, until, balance FROM reading WHERE wallet = ? AND at < ? ORDER BY at DESC",
        (wallet, milliseconds(at)),
    )
    for since, until, balance in map(row_of, rows):
        # A span stands for two readings at least.
        yield from repeat(balance_from_number(balance), 2 if until > since else 1)


def _around(database: sqlite3.Connection, wallet: int, at: int) -> tuple[Row | None, Row | None]:
    select = "SELECT at, until, balance FROM reading WHERE wallet = ? AND at"
    before = database.execute(f"{select} <= ? ORDER BY at DESC LIMIT 1", (wallet, at)).fetchone()
    after = database.execute(f"{select} > ? ORDER BY at LIMIT 1", (wallet, at)).fetchone()
    return before and row_of(before), after and row_of(after)


def _split(database: sqlite3.Connection, wallet: int, span: Row) -> tuple[Row, Row]:
    """Make two readings of a span: something else was read between its ends."""
    at, until, balance = span
    first, last = (at, at, balance), (until, until, balance)
    _insert(database, wallet, first)
    _insert(database, wallet, last)
    return first, last


def _insert(database: sqlite3.Connection, wallet: int, row: Row) -> None:
    database.execute(
        "INSERT OR REPLACE INTO reading (wallet, at, until, balance) VALUES (?, ?, ?, ?)",
        (wallet, *row),
    )


def _add_to_buckets(
    database: sqlite3.Connection, wallet: int, at: int, balance: float, fell: float
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
                max(fell, 0), max(-fell, 0),
            ),
        )  # fmt: skip


def _correct_buckets(
    database: sqlite3.Connection, wallet: int, at: int, counted: float, fell: float
) -> None:
    """Count for the reading ``at`` that it fell by so much, and not by what was counted."""
    spent, added = max(fell, 0) - max(counted, 0), max(-fell, 0) - max(-counted, 0)
    for size in _SIZES:
        database.execute(
            "UPDATE stretch SET spent = spent + ?, added = added + ?"
            " WHERE wallet = ? AND size = ? AND start = ?",
            (spent, added, wallet, size, at // size * size),
        )


def buckets_of(before: Reading | None, readings: list[Reading]) -> list[HistoryBucket]:
    """Return a stretch for each reading; ``before`` is the one before them all."""
    pieces: list[HistoryBucket] = []
    for reading in readings:
        fell = before.balance - reading.balance if before else Decimal(0)
        before = reading
        pieces.append(
            HistoryBucket(
                start=reading.at,
                at=reading.at,
                last=reading.balance,
                low=reading.balance,
                high=reading.balance,
                spent=max(fell, Decimal(0)),
                added=max(-fell, Decimal(0)),
            )
        )
    return pieces


def wallet_of(database: sqlite3.Connection, client_id: str) -> int:
    """Return the number of a client id's wallet, which it may get now."""
    database.execute(
        "INSERT OR IGNORE INTO wallet (client_id, alerts) VALUES (?, '{}')", (client_id,)
    )
    row = database.execute("SELECT id FROM wallet WHERE client_id = ?", (client_id,)).fetchone()
    if row is None:
        raise UnreadableRowError("a wallet that was stored is not found")
    return int(row[0])


def milliseconds(at: datetime) -> int:
    """Return a time as it is stored: since 1970, in UTC."""
    return round(at.timestamp() * 1000)


def row_of(cells: Sequence[object]) -> Row:
    """Return what three stored cells say; raises UnreadableRowError where they are no reading.

    This and the functions below are the only ways from a cell to a value.
    """
    match cells:
        case (int(at), int(until), int() | float() as balance) if (
            0 <= at <= until < _END and abs(balance) <= MAX_BALANCE
        ):
            return at, until, balance
    raise UnreadableRowError(f"no reading: {cells!r}")


def datetime_of(cell: object) -> datetime:
    """Return a stored time; aware, UTC. Raises UnreadableRowError where it is none."""
    if not isinstance(cell, int) or not 0 <= cell < _END:
        raise UnreadableRowError(f"no time: {cell!r}")
    return _EPOCH + cell * MS


def amount_of(cell: object) -> Decimal:
    """Return a stored amount, in credits. Raises UnreadableRowError where it is none."""
    if not isinstance(cell, int | float) or not isfinite(cell):
        raise UnreadableRowError(f"no amount: {cell!r}")
    return balance_from_number(cell)


def reading_of(at: int, balance: float) -> Reading:
    """Return a stored reading."""
    return Reading(at=datetime_of(at), balance=balance_from_number(balance))


def bucket_of(cells: Sequence[object]) -> HistoryBucket:
    """Return a stored piece of time; raises UnreadableRowError where the cells are none."""
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
    """Return rows that were asked for by time; raises UnreadableRowError where one goes back."""
    ordered = list(rows)
    if any(later[0] <= earlier[0] for earlier, later in pairwise(ordered)):
        raise UnreadableRowError("readings out of order")
    return ordered
