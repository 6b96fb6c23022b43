"""The history of each wallet: its readings, the spending model, the alerts' state.

All calls are made on one thread; other processes may use the same file. Consecutive readings of an
unchanged balance are stored as one span. Sums and extremes per quarter of an hour, hour and day are
stored beside the readings, so that any range is drawn from a few thousand rows.
"""

import json
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Literal, NamedTuple

from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import HistoryBucket, Reading, as_number, peak_balance
from deepvue_tray.services.history_database import HistoryDatabase
from deepvue_tray.services.history_rows import (
    DAY,
    HOUR,
    MS,
    QUARTER,
    Row,
    amount_of,
    balances_before,
    bucket_of,
    buckets_of,
    datetime_of,
    in_order,
    is_known,
    milliseconds,
    peak_since_top_up,
    reading_of,
    row_of,
    store,
    wallet_of,
)

logger = logging.getLogger(__name__)

BUCKET_SIZES = (
    (timedelta(days=8), None),
    (timedelta(days=31), QUARTER),
    (timedelta(days=124), HOUR),
    (timedelta.max, DAY),
)
"""The longest range for each size of buckets; None means single readings. So a range has at most
about 3,000 buckets, or 3,650 in ten years; a screen is 2,000 pixels wide."""

SUMMED_BY_QUARTER = timedelta(days=124)
"""The longest range of which ``spent`` is exact to a quarter of an hour: 12,000 rows."""

BUSY_TIMEOUT_S = 5.0
"""Seconds that a command waits for another process that writes."""

TRAY_BUSY_TIMEOUT_S = 0.2
"""The same for the tray, whose other jobs wait too. A reading that could not be stored is stored
with the next one."""

UNSTORED_COUNT = 10_000
"""Readings kept in memory while they cannot be stored: a month at the default interval."""

IMPORT_BATCH = 1000
"""Readings of an import that are stored in one transaction, which takes about 30 milliseconds."""

IMPORT_PAUSE_S = 0.05
"""Seconds between two such transactions, in which other processes may write. SQLite retries
a lock that it waits for about as often."""

PAGE_ROWS = 10_000
"""Rows that ``each`` reads at once, so that ten years do not fill the memory."""

PARSE_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What parsing raises for a JSON text that is damaged, or of another version."""

AlertChange = Callable[[AlertState | None], AlertState]
"""Returns the new state of the alerts for the stored one, None if none is stored. It may be
called a second time if the file turns out to be damaged, so it must not have other effects."""

_READINGS = (
    "SELECT at, reading.until, balance FROM reading JOIN wallet ON wallet = id WHERE client_id = ?"
)


class _Range(NamedTuple):
    """The readings of a range."""

    before: Row | None
    """The last row that begins before the range."""
    points: list[tuple[int, float]]
    """Milliseconds since 1970, UTC, and credits; of a span its first and its last reading."""


class History:
    """The history of each wallet, in the database file at ``path``.

    Every method raises StorageError if the file cannot be used. A damaged file is renamed, and
    a new one started. ``busy_timeout_s`` is how long a call waits for another process that writes.
    """

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.database = HistoryDatabase(path, busy_timeout_s)
        """The file, in which the usage reports are stored too."""
        self._unstored: deque[tuple[str, Reading]] = deque(maxlen=UNSTORED_COUNT)

    @property
    def damage(self) -> DamagedError | None:
        """Set once a damaged file was renamed; ``detail`` is its new path."""
        return self.database.damage

    def append(
        self,
        client_id: str,
        reading: Reading,
        change: AlertChange,
        model: SpendingModel | None = None,
    ) -> AlertState:
        """Store a reading, the alerts' state that ``change`` returns, and ``model`` unless None.

        Stores all or nothing, and returns the new state of the alerts. No other process can change
        the state in between. A second reading of the same moment replaces the first. After a
        StorageError the reading is kept in memory, and stored with the wallet's next one.
        """
        try:
            try:
                alerts = self._append(client_id, reading, change, model)
            except DamagedError:
                # The damaged file was renamed: store the reading in the new one.
                alerts = self._append(client_id, reading, change, model)
        except StorageError:
            self._unstored.append((client_id, reading))
            raise
        self.discard_unstored(client_id)
        return alerts

    def _append(
        self, client_id: str, reading: Reading, change: AlertChange, model: SpendingModel | None
    ) -> AlertState:
        with self.database.transaction() as database:
            for owner, unstored in self._unstored:
                if owner == client_id:
                    _store(database, owner, unstored)
            recent = _store(database, client_id, reading)
            stored = _stored_alerts(database, client_id)
            if stored and not stored.balances:
                # An older version stored no balances.
                stored = replace(stored, balances=recent)
            alerts = change(stored)
            database.execute(
                "UPDATE wallet SET alerts = ?, outlook = coalesce(?, outlook) WHERE client_id = ?",
                (json.dumps(alerts.as_json()), model.to_json() if model else None, client_id),
            )
        return alerts

    def merge(self, client_id: str, readings: Iterable[Reading]) -> int:
        """Store the readings at whose times no balance is known, in any order; return their number.

        Discards the spending model. Other processes can write in between, so an interruption leaves
        the older part of the readings stored; merging again adds the rest.
        """
        ordered, count = sorted(readings, key=attrgetter("at")), 0
        for start in range(0, len(ordered), IMPORT_BATCH):
            if start:
                time.sleep(IMPORT_PAUSE_S)
            with self.database.transaction() as database:
                wallet = wallet_of(database, client_id)
                for reading in ordered[start : start + IMPORT_BATCH]:
                    if not is_known(database, wallet, reading.at):
                        store(database, wallet, reading)
                        count += 1
        with self.database.transaction() as database:
            wallet = wallet_of(database, client_id)
            peak = peak_since_top_up(database, wallet)
            database.execute(
                "UPDATE wallet SET full = ?, outlook = NULL WHERE id = ?", (peak, wallet)
            )
        return count

    def latest(self, client_id: str, now: datetime) -> Reading | None:
        """Return the newest reading of a wallet; ignores readings stamped later than ``now``."""
        with self.database.transaction(writes=False) as database:
            cells = database.execute(
                f"{_READINGS} AND at <= ? ORDER BY at DESC LIMIT 1", (client_id, milliseconds(now))
            ).fetchone()
            if cells is None:
                return None
            row = row_of(cells)
            return reading_of(min(row.until, milliseconds(now)), row.balance)

    def peak(self, client_id: str) -> Decimal | None:
        """Return the highest balance since the last top-up, in credits."""
        with self.database.transaction(writes=False) as database:
            return _peak(database, client_id)

    def readings(self, client_id: str, since: datetime, until: datetime) -> list[Reading]:
        """Return the readings of a range, oldest first; of a span the first and the last one."""
        points = self._range(client_id, since, until).points
        return [reading_of(at, balance) for at, balance in points]

    def points(self, client_id: str, since: datetime, until: datetime) -> list[Point]:
        """Return the same as numbers, which is several times faster; no two times are equal."""
        return [(at / 1000, balance) for at, balance in self._range(client_id, since, until).points]

    def each(self, client_id: str, since: datetime, until: datetime) -> Iterator[Reading]:
        """Iterate over the same without holding all readings in memory."""
        # The first page is read at once, so that a StorageError is raised before the caller begins.
        return self._pages(self._page(client_id, since, until), client_id, until)

    def _pages(self, page: list[Reading], client_id: str, until: datetime) -> Iterator[Reading]:
        while page:
            yield from page
            page = self._page(client_id, page[-1].at + MS, until)

    def _page(self, client_id: str, since: datetime, until: datetime) -> list[Reading]:
        if since > until:
            return []
        points = self._range(client_id, since, until, PAGE_ROWS).points
        return [reading_of(at, balance) for at, balance in points]

    def _range(
        self, client_id: str, since: datetime, until: datetime, max_rows: int = -1
    ) -> _Range:
        start, end = milliseconds(since), milliseconds(until)
        with self.database.transaction(writes=False) as database:
            cells = database.execute(
                f"{_READINGS} AND at < ? ORDER BY at DESC LIMIT 1", (client_id, start)
            ).fetchone()
            found = database.execute(
                f"{_READINGS} AND at BETWEEN ? AND ? ORDER BY at LIMIT ?",
                (client_id, start, end, max_rows),
            ).fetchall()
            before = row_of(cells) if cells else None
            rows = in_order(map(row_of, found))
        if before and before.until >= start:
            # The part of a span that is within the range.
            rows.insert(0, before._replace(at=start))
        points: list[tuple[int, float]] = []
        for at, last, balance in rows:
            points.append((at, balance))
            if last > at:
                points.append((min(last, end), balance))
        return _Range(before, points)

    def first(self, client_id: str) -> datetime | None:
        """Return the time of the oldest reading; aware, UTC."""
        with self.database.transaction(writes=False) as database:
            cells = database.execute(f"{_READINGS} ORDER BY at LIMIT 1", (client_id,)).fetchone()
            return datetime_of(row_of(cells).at) if cells else None

    def buckets(self, client_id: str, since: datetime, until: datetime) -> list[HistoryBucket]:
        """Return a range in buckets of the size that BUCKET_SIZES gives, oldest first.

        No extreme is lost. Days are those of UTC.
        """
        size = next(size for longest, size in BUCKET_SIZES if until - since <= longest)
        if size is None:
            before, points = self._range(client_id, since, until)
            return buckets_of(
                reading_of(before.at, before.balance) if before else None,
                [reading_of(at, balance) for at, balance in points],
            )
        size_ms = size // MS
        with self.database.transaction(writes=False) as database:
            rows = database.execute(
                "SELECT start, at, last, low, high, spent, added FROM stretch"
                " JOIN wallet ON wallet = id"
                " WHERE client_id = ? AND size = ? AND start BETWEEN ? AND ? ORDER BY start",
                (
                    client_id,
                    size_ms,
                    milliseconds(since) // size_ms * size_ms,
                    milliseconds(until),
                ),
            ).fetchall()
            return [bucket_of(cells) for cells in rows]

    def spent(self, client_id: str, since: datetime, until: datetime) -> Decimal:
        """Return the credits spent in a range, to a quarter of an hour; of a long one, to a day."""
        size_ms = (QUARTER if until - since <= SUMMED_BY_QUARTER else DAY) // MS
        with self.database.transaction(writes=False) as database:
            (cell,) = database.execute(
                "SELECT coalesce(sum(spent), 0) FROM stretch JOIN wallet ON wallet = id"
                " WHERE client_id = ? AND size = ? AND start >= ? AND start < ?",
                (
                    client_id,
                    size_ms,
                    milliseconds(since) // size_ms * size_ms,
                    milliseconds(until),
                ),
            ).fetchone()
            return amount_of(cell)

    def alerts(self, client_id: str) -> AlertState:
        """Return the state of a wallet's alerts."""
        with self.database.transaction(writes=False) as database:
            return _stored_alerts(database, client_id) or AlertState()

    def update_alerts(self, client_id: str, change: AlertChange) -> AlertState:
        """Store the state that ``change`` returns for the stored one, and return it.

        No other process can change the state in between.
        """
        with self.database.transaction() as database:
            stored = _stored_alerts(database, client_id)
            alerts = change(stored)
            if alerts != (stored or AlertState()):
                database.execute(
                    "UPDATE wallet SET alerts = ? WHERE id = ?",
                    (json.dumps(alerts.as_json()), wallet_of(database, client_id)),
                )
        return alerts

    def spending_model(self, client_id: str) -> SpendingModel | None:
        """Return the stored spending model; None if it must be learnt again."""
        try:
            with self.database.transaction(writes=False) as database:
                stored = _column(database, "outlook", client_id)
            return SpendingModel.from_json(str(stored)) if stored else None
        except PARSE_ERRORS:
            logger.warning("The stored spending model cannot be read. Learning it again.")
            return None

    def client_ids(self) -> list[str]:
        """Return the client IDs of all wallets that were ever signed in, also of removed ones."""
        with self.database.transaction(writes=False) as database:
            # A snooze before the first sign-in is stored under an empty client ID.
            rows = database.execute(
                "SELECT client_id FROM wallet WHERE client_id != '' ORDER BY id"
            ).fetchall()
            return [str(client_id) for (client_id,) in rows]

    def add(self, client_id: str) -> bool:
        """Record a wallet, so that ``client_ids`` names it; return whether it was unknown."""
        with self.database.transaction() as database:
            is_new = _column(database, "alerts", client_id) is None
            wallet_of(database, client_id)
        return is_new

    def remove(self, client_id: str) -> None:
        """Remove a wallet that was recorded and has no reading."""
        with self.database.transaction() as database:
            database.execute(
                "DELETE FROM wallet WHERE client_id = ?"
                " AND NOT EXISTS (SELECT 1 FROM reading WHERE wallet = id)",
                (client_id,),
            )

    def delete(self, client_id: str) -> None:
        """Delete the readings of a wallet and everything learnt from them; keep its client ID."""
        self.discard_unstored(client_id)
        with self.database.transaction() as database:
            wallet = wallet_of(database, client_id)
            for table in ("reading", "stretch", "usage", "usage_day"):
                database.execute(f"DELETE FROM {table} WHERE wallet = ?", (wallet,))  # noqa: S608 - a literal
            database.execute(
                "UPDATE wallet SET alerts = '{}', full = NULL, outlook = NULL WHERE id = ?",
                (wallet,),
            )

    def discard_unstored(self, client_id: str) -> None:
        """Discard the readings of a wallet that are kept in memory."""
        others = [entry for entry in self._unstored if entry[0] != client_id]
        self._unstored = deque(others, maxlen=UNSTORED_COUNT)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        self.database.close()


def _column(
    database: sqlite3.Connection, column: Literal["alerts", "full", "outlook"], client_id: str
) -> object:
    row = database.execute(
        f"SELECT {column} FROM wallet WHERE client_id = ?",  # noqa: S608 - a literal
        (client_id,),
    ).fetchone()
    return row and row[0]


def _peak(database: sqlite3.Connection, client_id: str) -> Decimal | None:
    cell = _column(database, "full", client_id)
    return None if cell is None else amount_of(cell)


def _store(database: sqlite3.Connection, client_id: str, reading: Reading) -> tuple[Decimal, ...]:
    """Store a reading and the peak balance; return the two balances before it, newest last."""
    wallet = wallet_of(database, client_id)
    recent = tuple(islice(balances_before(database, wallet, reading.at), 2))[::-1]
    peak = peak_balance(_peak(database, client_id), recent, reading.balance)
    store(database, wallet, reading)
    database.execute("UPDATE wallet SET full = ? WHERE id = ?", (as_number(peak), wallet))
    return recent


def _stored_alerts(database: sqlite3.Connection, client_id: str) -> AlertState | None:
    """Return the stored state of the alerts; None if there is none or it is not readable."""
    try:
        stored = json.loads(str(_column(database, "alerts", client_id) or "{}"))
        return AlertState.from_json(stored) if stored != {} else None
    except PARSE_ERRORS:
        logger.warning("The stored state of the alerts cannot be read. Starting with an empty one.")
        return None
