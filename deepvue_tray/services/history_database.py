"""The history's database file: opening, migration, transactions, and handling of damage.

Other processes may read and write the same file at the same time.
"""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakSet

from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.services import private_folder
from deepvue_tray.services.atomic_file import rename, target_of
from deepvue_tray.services.history_schema import MIGRATIONS

logger = logging.getLogger(__name__)

SCHEMA_VERSION = len(MIGRATIONS)
"""The version of the file that this program writes."""

ENVIRONMENT_ERRORS = {
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
"""SQLite's errors that are not caused by the file, which may be usable later or on another disk."""

_WAL_RETRY_S = 0.02


class _Identity(NamedTuple):
    """Distinguishes a file from another one of the same name."""

    device: int
    inode: int


class _Connection(sqlite3.Connection):
    """A connection that closes its cursors with itself.

    SQLite keeps the file open until every statement is finished, and the frames of an exception
    keep cursors alive. Windows cannot rename a file that is open.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        """Execute a statement in a new cursor."""
        cursor = super().execute(*arguments)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        """Close the cursors and the file."""
        for cursor in [*self._cursors]:
            cursor.close()
        super().close()


class HistoryDatabase:
    """The database file at ``path``; opened with the first transaction.

    ``busy_timeout_s`` is how long a transaction waits for another process that writes.
    """

    def __init__(self, path: Path, busy_timeout_s: float) -> None:
        # SQLite creates its other two files beside the target of a link.
        self._path = target_of(path)
        self._busy_timeout_s = busy_timeout_s
        self._connection: sqlite3.Connection | None = None
        self._identity: _Identity | None = None
        self._is_newer = False
        self.damage: DamagedError | None = None
        """Set once a damaged file was renamed; ``detail`` is its new path."""

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[sqlite3.Connection]:
        """Run a transaction, which is rolled back after any exception.

        Raises StorageError if the file cannot be used. A damaged file is renamed and reported
        as DamagedError; the next transaction starts a new file.
        """
        try:
            if self._connection is not None and self._identity != _identity(self._path):
                # Another process has renamed the file.
                self.close()
            if self._connection is None:
                self._connection = self._open()
                self._identity = _identity(self._path)
                self._is_newer = _version(self._connection) > SCHEMA_VERSION
            database = self._connection
            # IMMEDIATE, so that no other process writes between our reading and our writing.
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
            if self._identity != _identity(self._path):
                # The path now belongs to another file.
                raise DamagedError(f"{self._path}, moved by another process") from None
            raise self._set_aside() from None
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None

    def close(self) -> None:
        """Close the file; the next transaction opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        identity = _identity(self._path)
        try:
            return _connect(self._path, self._busy_timeout_s)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not self._is_damage(error):
                raise
        if _identity(self._path) == identity:
            self._set_aside()
        return _connect(self._path, self._busy_timeout_s)

    def _is_damage(self, error: sqlite3.DatabaseError | UnicodeDecodeError) -> bool:
        """Return whether the file is damaged, as opposed to an error of its environment."""
        if isinstance(error, UnicodeDecodeError):
            return True  # SQLite's message quotes bytes of the file
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_READONLY:
            return _is_marked_read_only(self._path)
        if code == sqlite3.SQLITE_ERROR and self._is_newer:
            return False  # a newer version of this program may have other tables
        return code is not None and code & 0xFF not in ENVIRONMENT_ERRORS

    def _set_aside(self) -> StorageError:
        """Rename the damaged file and SQLite's files beside it; return the error to raise."""
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = self._path.with_name(f"{self._path.name}.damaged-{moment}")
        try:
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + suffix)
                if part.exists():
                    rename(part, aside.with_name(aside.name + suffix))
        except OSError as error:
            return StorageError(f"{self._path}: damaged, and cannot be renamed: {error.strerror}")
        self.damage = DamagedError(str(aside))
        logger.error("%s", self.damage)
        return self.damage


def _identity(path: Path) -> _Identity | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return _Identity(status.st_dev, status.st_ino)


def _connect(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    private_folder.make(path.parent)
    # Readable only by this user; SQLite gives its files beside it the same permissions.
    path.touch(mode=0o600)
    database = sqlite3.connect(
        path, timeout=busy_timeout_s, isolation_level=None, factory=_Connection
    )
    # Invalid UTF-8 raises no error here; the readers of a text validate it.
    database.text_factory = lambda text: text.decode(errors="replace")
    try:
        _enable_wal(database, busy_timeout_s)
        if _version(database) < SCHEMA_VERSION:
            # Another process may migrate at the same time, so the version is read again inside.
            database.execute("BEGIN IMMEDIATE")
            version = _version(database)
            for statements in MIGRATIONS[version:]:
                for statement in statements.split(";"):
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {max(version, SCHEMA_VERSION)}")
            database.execute("COMMIT")
    except BaseException:
        database.close()
        raise
    return database


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _enable_wal(database: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Switch the journal to WAL; SQLite's timeout does not apply while another process opens."""
    end = time.monotonic() + busy_timeout_s
    while database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(_WAL_RETRY_S)


def _is_marked_read_only(path: Path) -> bool:
    """Return whether the file's header, rather than its permissions, forbids writing.

    Byte 18 of the header is 2 in every file that this program writes (SQLite's file format, 1.3.3).
    """
    with suppress(OSError), path.open("rb") as file:
        return file.read(20)[18:19] > b"\x02"
    return False
