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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

from deepvue_tray.core.alerts import AlertState
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, Stretch, as_number
from deepvue_tray.services.history_rows import (
    DAY,
    HOUR,
    MS,
    QUARTER,
    credits_of,
    highest_since_top_up,
    is_known,
    milliseconds,
    reading_of,
    store,
    stretches_of,
    time_of,
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

BUSY = 5.0
"""Seconds to wait for another process that writes."""

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What JSON raises that is not what was stored, or was by another version."""

PAGE = 10_000
"""Readings that are read at once where all are passed on, so that ten years take no memory."""


class History:
    """The readings of each wallet, kept in the database file at ``path``.

    The file is opened at the first call. Every method raises StorageError where it cannot be
    used; a reading that was appended is on the disk. A file that turns out to be damaged is set
    aside, and a new one begun.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self.damage: DamagedError | None = None
        """That the file was damaged, and where it is now."""

    def append(
        self,
        client_id: str,
        reading: Reading,
        alerts: AlertState | None,
        model: SpendingModel | None = None,
    ) -> None:
        """Store a reading, the alerts' state after it and the model from it, all or nothing.

        None leaves what is stored as it is.
        A second reading of the same moment replaces the first.
        """
        try:
            self._append(client_id, reading, alerts, model)
        except DamagedError:
            # Set aside by now: the new file takes the reading.
            self._append(client_id, reading, alerts, model)

    def _append(
        self,
        client_id: str,
        reading: Reading,
        alerts: AlertState | None,
        model: SpendingModel | None,
    ) -> None:
        with self._transaction() as database:
            wallet = wallet_of(database, client_id)
            rose = store(database, wallet, reading) < 0
            database.execute(
                "UPDATE wallet SET alerts = coalesce(?, alerts), outlook = coalesce(?, outlook),"
                " full = iif(full IS NULL OR ?, ?, full) WHERE id = ?",
                (
                    json.dumps(alerts.as_json()) if alerts else None,
                    model.to_json() if model else None,
                    rose,
                    as_number(reading.balance),
                    wallet,
                ),
            )

    def merge(self, client_id: str, readings: Iterable[Reading]) -> int:
        """Store what is not known yet of many readings, in any order, all or none; say how many.

        Where the balance is known already, what is known stays. The spending model is to be learnt
        anew.
        """
        with self._transaction() as database:
            wallet, count = wallet_of(database, client_id), 0
            for reading in sorted(readings, key=attrgetter("at")):
                if not is_known(database, wallet, reading.at):
                    store(database, wallet, reading)
                    count += 1
            full = highest_since_top_up(database, wallet)
            database.execute(
                "UPDATE wallet SET full = ?, outlook = NULL WHERE id = ?", (full, wallet)
            )
        return count

    def latest(self, client_id: str, now: datetime) -> Reading | None:
        """Return the newest reading of a wallet; what a wrong clock dated after ``now`` waits."""
        with self._transaction(writes=False) as database:
            row = database.execute(
                "SELECT min(until, :now), balance FROM reading JOIN wallet ON wallet = id"
                " WHERE client_id = :client AND at <= :now ORDER BY at DESC LIMIT 1",
                {"client": client_id, "now": milliseconds(now)},
            ).fetchone()
        return reading_of(*row) if row else None

    def full(self, client_id: str) -> Decimal | None:
        """Return the highest balance, in credits, since the last top-up."""
        full = self._kept("full", client_id)
        return None if full is None else credits_of(full)

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
        page = self._readings(client_id, since, until, PAGE)[1]
        return self._each(page, client_id, until)

    def _each(self, page: list[Reading], client_id: str, until: datetime) -> Iterator[Reading]:
        while page:
            yield from page
            since = page[-1].at + MS
            page = self._readings(client_id, since, until, PAGE)[1] if since <= until else []

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
        select = "SELECT at, reading.until, balance FROM reading JOIN wallet ON wallet = id"
        with self._transaction(writes=False) as database:
            before = database.execute(
                f"{select} WHERE client_id = ? AND at < ? ORDER BY at DESC LIMIT 1",
                (client_id, start),
            ).fetchone()
            rows = database.execute(
                f"{select} WHERE client_id = ? AND at BETWEEN ? AND ? ORDER BY at LIMIT ?",
                (client_id, start, end, most),
            ).fetchall()
        if before and before[1] >= start:
            # A span that reaches into the range: as much of it as lies there.
            rows.insert(0, (start, before[1], before[2]))
        found: list[tuple[int, float]] = []
        for at, last, balance in rows:
            found.append((at, balance))
            if last > at:
                found.append((min(last, end), balance))
        return (before[0], before[2]) if before else None, found

    def first(self, client_id: str) -> datetime | None:
        """Return the time of the oldest reading of a wallet."""
        with self._transaction(writes=False) as database:
            row = database.execute(
                "SELECT at FROM reading JOIN wallet ON wallet = id WHERE client_id = ?"
                " ORDER BY at LIMIT 1",
                (client_id,),
            ).fetchone()
        return time_of(row[0]) if row else None

    def stretches(self, client_id: str, since: datetime, until: datetime) -> list[Stretch]:
        """Return a range in pieces fine enough to draw 2,000 pixels wide, oldest first.

        No extreme is lost: LEVELS says what a piece is. Days are those of UTC.
        """
        size = next(size for longest, size in LEVELS if until - since <= longest)
        if size is None:
            return stretches_of(*self._readings(client_id, since, until))
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
        return [
            Stretch(
                start=time_of(start),
                at=time_of(at),
                last=credits_of(last),
                low=credits_of(low),
                high=credits_of(high),
                spent=credits_of(spent),
                added=credits_of(added),
            )
            for start, at, last, low, high, spent, added in rows
        ]

    def alerts(self, client_id: str) -> AlertState:
        """Return the state of the alerts of a wallet."""
        try:
            return AlertState.from_json(json.loads(self._kept("alerts", client_id) or "{}"))
        except UNREADABLE:
            logger.warning("The alerts' state cannot be read: it begins anew.")
            return AlertState()

    def spending_model(self, client_id: str) -> SpendingModel | None:
        """Return what was last learnt of a wallet, None where that is to be done again."""
        try:
            stored = self._kept("outlook", client_id)
            return SpendingModel.from_json(stored) if stored else None
        except UNREADABLE:
            logger.warning("The spending model cannot be read: it is learnt anew.")
            return None

    def _kept(self, column: Literal["alerts", "full", "outlook"], client_id: str) -> Any:
        with self._transaction(writes=False) as database:
            row = database.execute(
                f"SELECT {column} FROM wallet WHERE client_id = ?",  # noqa: S608 - a literal
                (client_id,),
            ).fetchone()
        return row and row[0]

    def set_alerts(self, client_id: str, alerts: AlertState) -> None:
        """Remember the state of the alerts of a wallet."""
        with self._transaction() as database:
            database.execute(
                "UPDATE wallet SET alerts = ? WHERE id = ?",
                (json.dumps(alerts.as_json()), wallet_of(database, client_id)),
            )

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
            database = self._opened
            # Taken at once: another process may write between our reading and our writing.
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            try:
                yield database
            except BaseException:
                database.rollback()
                raise
            database.commit()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
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
            return _connect(self._path)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
        if _identity(self._path) == found:
            self._set_aside()
        return _connect(self._path)

    def _set_aside(self) -> StorageError:
        """Rename the damaged file and what belongs to it, and return what is to be told of it."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.damaged-{moment}")
        try:
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + suffix)
                if part.exists():
                    part.rename(aside.with_name(aside.name + suffix))
        except OSError as error:
            return StorageError(f"{self._path}: damaged, and not to be moved: {error.strerror}")
        self.damage = DamagedError(str(aside))
        logger.error("%s", self.damage)
        return self.damage


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a file from another of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # What others on this computer need not know; SQLite's own files beside it follow.
    path.touch(mode=0o600)
    database = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        _write_ahead(database)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version < len(MIGRATIONS):
            # Another process may migrate at the same time: whoever is second finds it done.
            database.execute("BEGIN IMMEDIATE")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            for statements in MIGRATIONS[version:]:
                for statement in statements.split(";"):
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {max(version, len(MIGRATIONS))}")
            database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Switch the journal to WAL, which SQLite does not wait for while another process opens too."""
    end = time.monotonic() + BUSY
    while database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
