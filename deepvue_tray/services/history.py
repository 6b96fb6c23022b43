"""What must survive a restart: every good reading, what was learnt of them, the alerts' state.

The one module that knows sqlite3. All calls are made on one thread; other processes may write to
the same file at the same time. A balance that does not change is stored as one span. Sums and
extremes by the quarter of an hour, the hour and the day are kept beside the readings, so that any
range is drawn from a few thousand rows, however many years there are.
"""

import json
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal
from weakref import WeakSet

from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import HistoryBucket, Reading, as_number, peak_balance
from deepvue_tray.services import private_folder
from deepvue_tray.services.atomic_file import rename, target_of
from deepvue_tray.services.history_rows import (
    DAY,
    HOUR,
    MS,
    QUARTER,
    amount_of,
    balances_before,
    bucket_of,
    buckets_of,
    datetime_of,
    highest_since_top_up,
    in_order,
    is_known,
    milliseconds,
    reading_of,
    row_of,
    store,
    wallet_of,
)
from deepvue_tray.services.history_schema import MIGRATIONS

logger = logging.getLogger(__name__)

LEVELS = (
    (timedelta(days=8), None),
    (timedelta(days=31), QUARTER),
    (timedelta(days=124), HOUR),
    (timedelta.max, DAY),
)
"""Up to which range what is read: each reading, at five minutes 2,300 of them, then quarters of an
hour and hours, 3,000 of each, then days, 3,650 in ten years. A screen is 2,000 pixels wide."""

BUSY_TIMEOUT_S = 5.0
"""Seconds that a command waits for another process that writes."""

TRAY_BUSY_TIMEOUT_S = 0.2
"""The same for the tray, whose other jobs wait meanwhile: what it could not store is stored with
the next reading."""

UNSTORED_COUNT = 10_000
"""Readings that are kept in memory while they cannot be stored: a month at the default interval."""

IMPORT_BATCH = 1000
"""Readings of an import that are stored in one transaction, in some 30 milliseconds."""

IMPORT_PAUSE_S = 0.05
"""Seconds between two such transactions, in which others may write: SQLite looks as often whether a
lock that it waits for is free."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What JSON raises that is not what was stored, or was by another version."""

AlertChange = Callable[[AlertState | None], AlertState]
"""Returns the alerts' state that is to follow the stored one; None where none is stored. It may be
called again where the file turns out to be damaged, so it has no other effect."""

TROUBLES = {
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
"""What SQLite reports of the computer: with another disk, or later, the same file may be used."""

_READINGS = (
    "SELECT at, reading.until, balance FROM reading JOIN wallet ON wallet = id WHERE client_id = ?"
)

NEWEST = len(MIGRATIONS)
"""The version of the file that this program writes."""

PAGE_ROWS = 10_000
"""Readings that are read at once where all are passed on, so that ten years take no memory."""


class _Connection(sqlite3.Connection):
    """A connection that lets go of its file when it is closed.

    SQLite keeps the file open for each statement that is not finished, and the frames of an
    exception keep them. Windows renames no open file.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement, and keep in mind that its cursor is to be closed."""
        cursor = super().execute(*arguments)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Finish all statements, and close the file."""
        for cursor in [*self._cursors]:
            cursor.close()
        super().close()


class History:
    """The readings of each wallet, kept in the database file at ``path``.

    The file is opened at the first call. Every method raises StorageError where it cannot be
    used; a reading that was appended is on the disk. A file that turns out to be damaged is set
    aside, and a new one begun. ``busy_timeout_s`` is how long a call waits for another process that
    writes.
    """

    def __init__(self, path: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        # SQLite keeps its other two files beside the one that a link leads to.
        self._path = target_of(path)
        self._busy_timeout_s = busy_timeout_s
        self._unstored: deque[tuple[str, Reading]] = deque(maxlen=UNSTORED_COUNT)
        self._opened: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._is_newer = False
        self.damage: DamagedError | None = None
        """That the file was damaged, and where it is now."""

    def append(
        self,
        client_id: str,
        reading: Reading,
        change: AlertChange,
        model: SpendingModel | None = None,
    ) -> AlertState:
        """Store a reading, and the alerts' state that ``change`` makes of the stored one.

        All or nothing is stored. No other process can change the state in between; the new one is
        returned. With the reading goes the spending model learnt from it; without one, the
        stored one stays.
        A second reading of the same moment replaces the first. After a StorageError the reading is
        kept in memory, and stored with the next one.
        """
        try:
            try:
                alerts = self._append(client_id, reading, change, model)
            except DamagedError:
                # Set aside by now: the new file takes the reading.
                alerts = self._append(client_id, reading, change, model)
        except StorageError:
            self._unstored.append((client_id, reading))
            raise
        self._unstored.clear()
        return alerts

    def _append(
        self, client_id: str, reading: Reading, change: AlertChange, model: SpendingModel | None
    ) -> AlertState:
        with self._transaction() as database:
            for owner, unstored in self._unstored:
                _store(database, owner, unstored)
            recent = _store(database, client_id, reading)
            stored = _stored_alerts(database, client_id)
            if stored and not stored.balances:
                # It is an older version's.
                stored = replace(stored, balances=recent)
            alerts = change(stored)
            database.execute(
                "UPDATE wallet SET alerts = ?, outlook = coalesce(?, outlook) WHERE client_id = ?",
                (
                    json.dumps(alerts.as_json()),
                    model.to_json() if model else None,
                    client_id,
                ),
            )
        return alerts

    def merge(self, client_id: str, readings: Iterable[Reading]) -> int:
        """Store what is not known yet of many readings, in any order; say how many.

        Where the balance is known already, what is known stays. The spending model is to be learnt
        anew. Other processes can write in between, so an interruption leaves the older part of the
        readings stored; storing them again adds the rest.
        """
        ordered, count = sorted(readings, key=attrgetter("at")), 0
        for start in range(0, len(ordered), IMPORT_BATCH):
            if start:
                time.sleep(IMPORT_PAUSE_S)
            with self._transaction() as database:
                wallet = wallet_of(database, client_id)
                for reading in ordered[start : start + IMPORT_BATCH]:
                    if not is_known(database, wallet, reading.at):
                        store(database, wallet, reading)
                        count += 1
        with self._transaction() as database:
            wallet = wallet_of(database, client_id)
            peak = highest_since_top_up(database, wallet)
            database.execute(
                "UPDATE wallet SET full = ?, outlook = NULL WHERE id = ?", (peak, wallet)
            )
        return count

    def latest(self, client_id: str, now: datetime) -> Reading | None:
        """Return the newest reading of a wallet; what a wrong clock dated after ``now`` waits."""
        with self._transaction(writes=False) as database:
            cells = database.execute(
                f"{_READINGS} AND at <= ? ORDER BY at DESC LIMIT 1", (client_id, milliseconds(now))
            ).fetchone()
            if cells is None:
                return None
            _, until, balance = row_of(cells)
            return reading_of(min(until, milliseconds(now)), balance)

    def peak(self, client_id: str) -> Decimal | None:
        """Return the highest balance, in credits, since the last top-up."""
        with self._transaction(writes=False) as database:
            return _full(database, client_id)

    def readings(self, client_id: str, since: datetime, until: datetime) -> list[Reading]:
        """Return the readings of a wallet, oldest first, as far as ``since`` reaches back.

        Of a span come the first and the last.
        """
        return self._readings(client_id, since, until)[1]

    def points(self, client_id: str, since: datetime, until: datetime) -> list[Point]:
        """Return the same as numbers, which is several times as fast; no two times are equal."""
        return [(at / 1000, balance) for at, balance in self._rows(client_id, since, until)[1]]

    def each(self, client_id: str, since: datetime, until: datetime) -> Iterator[Reading]:
        """Return the same, however many there are, without holding them all in memory."""
        # Now, so that a file that cannot be read is known before anything is made of it.
        page = self._readings(client_id, since, until, PAGE_ROWS)[1]
        return self._each(page, client_id, until)

    def _each(self, page: list[Reading], client_id: str, until: datetime) -> Iterator[Reading]:
        while page:
            yield from page
            since = page[-1].at + MS
            page = self._readings(client_id, since, until, PAGE_ROWS)[1] if since <= until else []

    def _readings(
        self, client_id: str, since: datetime, until: datetime, most: int = -1
    ) -> tuple[Reading | None, list[Reading]]:
        """Return the last reading before ``since``, and those from then to ``until``."""
        before, rows = self._rows(client_id, since, until, most)
        return before and reading_of(*before), [reading_of(*row) for row in rows]

    def _rows(
        self, client_id: str, since: datetime, until: datetime, most: int = -1
    ) -> tuple[tuple[int, float] | None, list[tuple[int, float]]]:
        """Return the same as milliseconds and credits.

        No more than ``most`` spans are read, of which each may be two readings.
        """
        start, end = milliseconds(since), milliseconds(until)
        with self._transaction(writes=False) as database:
            before = database.execute(
                f"{_READINGS} AND at < ? ORDER BY at DESC LIMIT 1", (client_id, start)
            ).fetchone()
            found = database.execute(
                f"{_READINGS} AND at BETWEEN ? AND ? ORDER BY at LIMIT ?",
                (client_id, start, end, most),
            ).fetchall()
            before = before and row_of(before)
            rows = in_order(map(row_of, found))
        if before and before[1] >= start:
            # A span that reaches into the range: as much of it as lies there.
            rows.insert(0, (start, before[1], before[2]))
        points: list[tuple[int, float]] = []
        for at, last, balance in rows:
            points.append((at, balance))
            if last > at:
                points.append((min(last, end), balance))
        return (before[0], before[2]) if before else None, points

    def first(self, client_id: str) -> datetime | None:
        """Return the time of the oldest reading of a wallet."""
        with self._transaction(writes=False) as database:
            cells = database.execute(f"{_READINGS} ORDER BY at LIMIT 1", (client_id,)).fetchone()
            return datetime_of(row_of(cells)[0]) if cells else None

    def buckets(self, client_id: str, since: datetime, until: datetime) -> list[HistoryBucket]:
        """Return a range in pieces fine enough to draw 2,000 pixels wide, oldest first.

        No extreme is lost: LEVELS says what a piece is. Days are those of UTC.
        """
        size = next(size for longest, size in LEVELS if until - since <= longest)
        if size is None:
            return buckets_of(*self._readings(client_id, since, until))
        with self._transaction(writes=False) as database:
            rows = database.execute(
                "SELECT start, at, last, low, high, spent, added FROM stretch"
                " JOIN wallet ON wallet = id"
                " WHERE client_id = ? AND size = ? AND start BETWEEN ? AND ? ORDER BY start",
                (
                    client_id,
                    size // MS,
                    milliseconds(since) // (size // MS) * (size // MS),
                    milliseconds(until),
                ),
            ).fetchall()
            return [bucket_of(cells) for cells in rows]

    def alerts(self, client_id: str) -> AlertState:
        """Return the state of the alerts of a wallet."""
        with self._transaction(writes=False) as database:
            return _stored_alerts(database, client_id) or AlertState()

    def update_alerts(self, client_id: str, change: AlertChange) -> AlertState:
        """Store the state that ``change`` makes of the stored one, and return it.

        No other process can change the state in between.
        """
        with self._transaction() as database:
            stored = _stored_alerts(database, client_id)
            alerts = change(stored)
            if alerts != (stored or AlertState()):
                database.execute(
                    "UPDATE wallet SET alerts = ? WHERE id = ?",
                    (json.dumps(alerts.as_json()), wallet_of(database, client_id)),
                )
        return alerts

    def spending_model(self, client_id: str) -> SpendingModel | None:
        """Return what was last learnt of a wallet, None where that is to be done again."""
        try:
            with self._transaction(writes=False) as database:
                stored = _column(database, "outlook", client_id)
            return SpendingModel.from_json(stored) if stored else None
        except UNREADABLE:
            logger.warning("The spending model cannot be read: it is learnt anew.")
            return None

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def _transaction(self, *, writes: bool = True) -> Iterator[sqlite3.Connection]:
        try:
            if self._opened is not None and self._file != _identity(self._path):
                # Another process has set it aside.
                self.close()
            if self._opened is None:
                self._opened = self._open()
                self._file = _identity(self._path)
                self._is_newer = _version(self._opened) > NEWEST
            database = self._opened
            # Taken at once: another process may write between our reading and our writing.
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            try:
                yield database
                database.commit()
            except BaseException:
                database.rollback()
                raise
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not self._is_damage(error):
                raise StorageError(f"{self._path}: {error}") from None
            self.close()
            if self._file != _identity(self._path):
                # What is there now is sound.
                raise DamagedError(f"{self._path}, moved by another process") from None
            raise self._set_aside() from None
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None

    def _open(self) -> sqlite3.Connection:
        found = _identity(self._path)
        try:
            return _connect(self._path, self._busy_timeout_s)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not self._is_damage(error):
                raise
        if _identity(self._path) == found:
            self._set_aside()
        return _connect(self._path, self._busy_timeout_s)

    def _is_damage(self, error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
        """Tell a file that makes no sense to SQLite or to our queries from a computer's trouble."""
        if isinstance(error, UnicodeDecodeError):
            return True  # SQLite's message quotes what it cannot read
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_READONLY:
            return _is_marked_read_only(self._path)
        if code == sqlite3.SQLITE_ERROR and self._is_newer:
            return False  # A newer version of this program keeps other tables.
        return code is not None and code & 0xFF not in TROUBLES

    def _set_aside(self) -> StorageError:
        """Rename the damaged file and what belongs to it, and return what is to be told of it."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.damaged-{moment}")
        try:
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + suffix)
                if part.exists():
                    rename(part, aside.with_name(aside.name + suffix))
        except OSError as error:
            return StorageError(f"{self._path}: damaged, and not to be moved: {error.strerror}")
        self.damage = DamagedError(str(aside))
        logger.error("%s", self.damage)
        return self.damage


def _column(
    database: sqlite3.Connection, column: Literal["alerts", "full", "outlook"], client_id: str
) -> Any:
    row = database.execute(
        f"SELECT {column} FROM wallet WHERE client_id = ?",  # noqa: S608 - a literal
        (client_id,),
    ).fetchone()
    return row and row[0]


def _full(database: sqlite3.Connection, client_id: str) -> Decimal | None:
    peak = _column(database, "full", client_id)
    return None if peak is None else amount_of(peak)


def _store(database: sqlite3.Connection, client_id: str, reading: Reading) -> tuple[Decimal, ...]:
    """Store a reading and the peak balance; return the two balances before it, the newest last."""
    wallet = wallet_of(database, client_id)
    recent = tuple(islice(balances_before(database, wallet, reading.at), 2))[::-1]
    peak = peak_balance(_full(database, client_id), recent, reading.balance)
    store(database, wallet, reading)
    database.execute("UPDATE wallet SET full = ? WHERE id = ?", (as_number(peak), wallet))
    return recent


def _stored_alerts(database: sqlite3.Connection, client_id: str) -> AlertState | None:
    """Return the stored state of the alerts, None where there is none that can be read."""
    try:
        stored = json.loads(_column(database, "alerts", client_id) or "{}")
        return AlertState.from_json(stored) if stored != {} else None
    except UNREADABLE:
        logger.warning("The alerts' state cannot be read: it begins anew.")
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a file from another of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    private_folder.make(path.parent)
    # What others on this computer need not know; SQLite's own files beside it follow.
    path.touch(mode=0o600)
    database = sqlite3.connect(
        path, timeout=busy_timeout_s, isolation_level=None, factory=_Connection
    )
    # Whoever asked for the text says whether it can be used.
    database.text_factory = lambda text: text.decode(errors="replace")
    try:
        _write_ahead(database, busy_timeout_s)
        if _version(database) < NEWEST:
            # Another process may migrate at the same time: whoever is second finds it done.
            database.execute("BEGIN IMMEDIATE")
            version = _version(database)
            for statements in MIGRATIONS[version:]:
                for statement in statements.split(";"):
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {max(version, NEWEST)}")
            database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _write_ahead(database: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Switch the journal to WAL, which SQLite does not wait for while another process opens too."""
    end = time.monotonic() + busy_timeout_s
    while database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _is_marked_read_only(path: Path) -> bool:
    """Say whether the file itself, and not its permissions, forbids SQLite to write it.

    Byte 18 of its header is 2 for every file written here (SQLite's file format, 1.3.3).
    """
    with suppress(OSError), path.open("rb") as file:
        return file.read(20)[18:19] > b"\x02"
    return False
