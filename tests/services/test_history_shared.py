"""Several processes share one history: none blocks another for long, and no reading is lost."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.backend.backend import tray_backend
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.services import history as history_module
from deepvue_tray.services.history import TRAY_BUSY_TIMEOUT_S, History

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    """Return a history without a busy timeout; the tray's is short."""
    with closing(History(path, busy_timeout_s=0)) as history:
        yield history


@contextmanager
def another_writer(path: Path) -> Iterator[None]:
    """Hold the lock for writing."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield


def at(number: int, balance: int) -> Reading:
    return Reading(at=NOW + number * STEP, balance=Decimal(balance))


def append(history: History, reading: Reading, client_id: str = "live_1") -> None:
    history.append(client_id, reading, lambda state: state or AlertState())


def everything(history: History, client_id: str = "live_1") -> list[Reading]:
    return history.readings(client_id, NOW - 10**4 * STEP, NOW + 10**4 * STEP)


def test_a_reading_that_could_not_be_stored_is_stored_with_the_next_one(
    history: History, path: Path
) -> None:
    append(history, at(0, 900))
    with another_writer(path):
        for reading in (at(1, 5000), at(2, 4990)):
            with pytest.raises(StorageError, match="locked"):
                append(history, reading)
        with pytest.raises(StorageError, match="locked"):
            append(history, at(3, 7), "live_2")
    assert everything(history) == [at(0, 900)]
    append(history, at(4, 4980))
    assert everything(history) == [at(0, 900), at(1, 5000), at(2, 4990), at(4, 4980)]
    assert history.peak("live_1") == 5000
    # Each wallet's with its own: this one may have been removed.
    assert everything(history, "live_2") == []
    append(history, at(5, 6), "live_2")
    assert everything(history, "live_2") == [at(3, 7), at(5, 6)]


def test_a_locked_history_can_be_read(history: History, path: Path) -> None:
    append(history, at(0, 9))
    with another_writer(path):
        assert history.latest("live_1", NOW) == at(0, 9)
        assert history.peak("live_1") == 9


def test_the_tray_s_other_jobs_do_not_wait_for_a_locked_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deepvue_tray.services.log.to_file", lambda _: None)
    backend = tray_backend({"DEEPVUE_CLIENT_ID": "live_1"})
    backend.overview()
    database = backend.history._history.database._connection
    assert database is not None
    [milliseconds] = database.execute("PRAGMA busy_timeout").fetchone()
    assert milliseconds == TRAY_BUSY_TIMEOUT_S * 1000 < 500
    backend.close()


def test_other_processes_can_write_during_an_import(
    history: History, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = [at(number, 1000 - number) for number in range(30)]
    others = iter([at(100, 50), at(101, 40), at(102, 30)])

    def write(_: float) -> None:
        with closing(History(path, busy_timeout_s=0)) as other:
            append(other, next(others))

    monkeypatch.setattr(history_module, "IMPORT_BATCH", 10)
    monkeypatch.setattr(time, "sleep", write)
    assert history.merge("live_1", imported) == 30
    assert everything(history) == [*imported, at(100, 50), at(101, 40)]
    assert history.peak("live_1") == 1000


def test_an_interrupted_import_is_completed_by_importing_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    imported = [at(number, 1000 - number) for number in range(30)]
    monkeypatch.setattr(history_module, "IMPORT_BATCH", 10)
    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            history.merge("live_1", imported[::-1])
    assert everything(history) == imported[:10]
    assert history.merge("live_1", imported) == 20
    assert history.merge("complete", imported) == 30
    assert everything(history) == everything(history, "complete") == imported
    assert history.peak("live_1") == 1000
