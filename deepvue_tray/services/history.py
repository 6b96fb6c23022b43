"""What must survive a restart: every good reading and the alerts' state, in SQLite.

The one module that knows sqlite3. All calls are made on one thread.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from deepvue_tray.core.alerts import AlertState
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.reading import Alert, Reading

_SCHEMA = """
BEGIN;
CREATE TABLE wallet (id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, fired TEXT NOT NULL);
-- at: milliseconds since 1970 in UTC; balance: credits, INTEGER where whole, else REAL
CREATE TABLE reading (
  wallet INTEGER NOT NULL REFERENCES wallet, at INTEGER NOT NULL, balance NUMERIC NOT NULL,
  PRIMARY KEY (wallet, at)
) WITHOUT ROWID;
PRAGMA user_version = 1;
COMMIT;
"""


class History:
    """The readings of each wallet, kept in the database file at ``path``.

    The file is opened at the first call. Every method raises StorageError where it cannot be
    used; a reading that was appended is on the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None

    def append(self, client_id: str, reading: Reading) -> None:
        """Store a reading; a second one of the same moment replaces the first."""
        whole = reading.balance == reading.balance.to_integral_value()
        balance = int(reading.balance) if whole else float(reading.balance)
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?)",
                (_wallet(database, client_id), round(reading.at.timestamp() * 1000), balance),
            )

    def latest(self, client_id: str) -> Reading | None:
        """Return the newest reading of a wallet."""
        with self._transaction() as database:
            row = _newest_first(database, client_id).fetchone()
        if row is None:
            return None
        return Reading(at=datetime.fromtimestamp(row[0] / 1000, UTC), balance=_credits(row[1]))

    def full(self, client_id: str) -> Decimal | None:
        """Return the highest balance, in credits, since the last top-up.

        Between two top-ups a balance only falls, so it is the reading that rose last: found by
        walking back no further than to there.
        """
        full: float | None = None
        with self._transaction() as database:
            for _, balance in _newest_first(database, client_id):
                if full is not None and balance < full:
                    break
                full = balance
        return None if full is None else _credits(full)

    def fired(self, client_id: str) -> AlertState:
        """Return the alerts that were delivered for a wallet and are not re-armed."""
        with self._transaction() as database:
            row = database.execute(
                "SELECT fired FROM wallet WHERE client_id = ?", (client_id,)
            ).fetchone()
        known = {alert.value: alert for alert in Alert}
        return frozenset(
            known[name] for name in json.loads(row[0] if row else "[]") if name in known
        )

    def set_fired(self, client_id: str, fired: AlertState) -> None:
        """Remember the alerts that were delivered and are not re-armed."""
        with self._transaction() as database:
            database.execute(
                "UPDATE wallet SET fired = ? WHERE id = ?",
                (json.dumps(sorted(a.value for a in fired)), _wallet(database, client_id)),
            )

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._opened is None:
                self._opened = _open(self._path)
            with self._opened:
                yield self._opened
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{self._path}: {error}") from None


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=5)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        if database.execute("PRAGMA user_version").fetchone() == (0,):
            database.executescript(_SCHEMA)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _newest_first(database: sqlite3.Connection, client_id: str) -> sqlite3.Cursor:
    return database.execute(
        "SELECT at, balance FROM reading"
        " WHERE wallet = (SELECT id FROM wallet WHERE client_id = ?) ORDER BY at DESC",
        (client_id,),
    )


def _credits(balance: float) -> Decimal:
    return Decimal(str(balance))


def _wallet(database: sqlite3.Connection, client_id: str) -> int:
    database.execute("INSERT OR IGNORE INTO wallet VALUES (NULL, ?, '[]')", (client_id,))
    row = database.execute("SELECT id FROM wallet WHERE client_id = ?", (client_id,)).fetchone()
    return int(row[0])
