"""With any damage, a call returns or raises a StorageError, and the next reading is stored."""

import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import BUCKET_SIZES, History
from tests.support.platform import needs_linux

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=20)
LONG_AGO = NOW - timedelta(days=300)


def unchanged(state: AlertState | None) -> AlertState:
    return state or AlertState()


def at(steps: float, balance: float) -> Reading:
    return Reading(at=NOW + steps * STEP, balance=Decimal(str(balance)))


def buckets_within(longest: timedelta) -> Callable[[History], object]:
    since = NOW - min(longest, NOW - LONG_AGO)
    return lambda history: history.buckets("live_1", since, NOW)


CALLS: dict[str, Callable[[History], object]] = {
    "latest": lambda history: history.latest("live_1", NOW),
    "peak": lambda history: history.peak("live_1"),
    "readings": lambda history: history.readings("live_1", LONG_AGO, NOW),
    "each": lambda history: [*history.each("live_1", LONG_AGO, NOW)],
    "first": lambda history: history.first("live_1"),
    "alerts": lambda history: history.alerts("live_1"),
    "update_alerts": lambda history: history.update_alerts("live_1", unchanged),
    "spending_model": lambda history: history.spending_model("live_1"),
    "merge": lambda history: history.merge("live_1", [at(-300.5, 3), at(0, 7)]),
    "append": lambda history: history.append("live_1", at(-0.5, 8), unchanged),
} | {f"buckets {longest}": buckets_within(longest) for longest, _ in BUCKET_SIZES}

few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A valid file with several pages of each table."""
    path = tmp_path_factory.mktemp("sound") / "history.sqlite"
    chance, balance, readings = random.Random(3), 5000.0, []
    for number in range(1200):
        balance += 3000 if number % 400 == 399 else -chance.choice([0, 0, 1, 2.5])
        readings.append(at(number - 1200, balance))
    history = History(path)
    history.merge("live_1", readings[:-1])
    history.merge("live_2", readings[:50])
    points = [(reading.at.timestamp(), float(reading.balance)) for reading in readings[:-1]]
    model = SpendingModel.of(points, readings[-1])
    history.append("live_1", readings[-1], unchanged, model)
    history.close()
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


def assert_usable(path: Path, content: bytes, calls: list[str]) -> History:
    """Make the calls on a file with this content; then store a new reading."""
    for remaining in path.parent.glob("history.sqlite*"):
        remaining.unlink()
    path.write_bytes(content)
    history = History(path)
    for name in calls:
        with suppress(DamagedError):
            CALLS[name](history)
    new = at(1, 78)
    history.append("live_1", new, unchanged)
    assert history.latest("live_1", new.at) == new
    history.close()
    return history


@few
@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=1))),
    calls=st.permutations([*CALLS]),
)
def test_bytes_that_changed_anywhere_keep_no_reading_from_being_stored(
    path: Path, sound: bytes, flips: list[tuple[float, bytes]], calls: list[str]
) -> None:
    content = bytearray(sound)
    for place, byte in flips:
        content[int(place * len(content))] = ord(byte)
    assert_usable(path, bytes(content), calls)


@pytest.mark.parametrize("place", range(100))
def test_no_byte_of_the_header_keeps_a_reading_from_being_stored(
    path: Path, sound: bytes, place: int
) -> None:
    content = bytearray(sound)
    content[place] ^= 0x85
    assert_usable(path, bytes(content), [*CALLS])


def in_table(path: Path, statement: str, cell: object) -> bytes:
    """Return the file after a statement that this program never executes."""
    with sqlite3.connect(path) as database:
        assert database.execute(statement, (cell,)).rowcount
    database.close()
    return path.read_bytes()


INVALID_CELLS = {
    "text": "much",
    "no text": b"\xff\xfe",
    "infinite": 9e999,
    "too large": 10**17,
    "beyond a double": -(2**63),
}


@pytest.mark.parametrize("cell", INVALID_CELLS.values(), ids=INVALID_CELLS)
@pytest.mark.parametrize("column", ["at", "until", "balance"])
@pytest.mark.parametrize("call", CALLS)
def test_an_invalid_reading_counts_as_damage(
    path: Path, sound: bytes, column: str, cell: object, call: str
) -> None:
    path.write_bytes(sound)
    content = in_table(
        path,
        f"UPDATE reading SET {column} = ? WHERE at = (SELECT max(at) FROM reading)",
        cell,
    )
    assert_usable(path, content, [call])


@needs_linux
@pytest.mark.parametrize("call", CALLS)
def test_a_renamed_damaged_file_is_not_kept_open(path: Path, sound: bytes, call: str) -> None:
    # On Windows the test is not needed: an open file could not be renamed.
    path.write_bytes(sound)
    newest = "(SELECT max(at) FROM reading)"
    content = in_table(path, f"UPDATE reading SET balance = ? WHERE at = {newest}", "much")
    path.write_bytes(content)
    history = History(path)
    kept: list[DamagedError] = []
    try:
        CALLS[call](history)
    except DamagedError as error:
        # While the error exists, its frames keep their local variables alive.
        kept.append(error)
    history.close()
    opened = Path("/proc/self/fd").iterdir()
    assert [file for file in map(os.path.realpath, opened) if file.startswith(str(path))] == []


@pytest.mark.parametrize("column", ["start", "at", "last", "low", "high", "spent", "added"])
@pytest.mark.parametrize("cell", ["much", b"\xff", 9e999])
def test_an_invalid_sum_counts_as_damage_when_it_is_drawn(
    path: Path, sound: bytes, column: str, cell: object
) -> None:
    path.write_bytes(sound)
    newest = "(SELECT max(start) FROM stretch WHERE size = 900000)"
    content = in_table(
        path,
        f"UPDATE stretch SET {column} = ? WHERE wallet = 1 AND size = 900000 AND start = {newest}",
        cell,
    )
    drawn = assert_usable(path, content, [f"buckets {BUCKET_SIZES[1][0]}"])
    if column != "start":  # the query filters by start
        assert drawn.damage is not None
        assert Path(drawn.damage.detail).is_file()


def test_readings_out_of_order_do_not_block_an_export_forever(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    with sqlite3.connect(path) as database:
        first, *_, last = (
            row[0] for row in database.execute("SELECT at FROM reading WHERE wallet = 1")
        )
    database.close()
    content = sound.replace(last.to_bytes(6), first.to_bytes(6))
    assert content != sound
    assert_usable(path, content, ["each"])


READ_BY = {"alerts": "alerts", "outlook": "spending_model"}
"""The call that reads each column."""


@pytest.mark.parametrize("column", READ_BY)
@pytest.mark.parametrize(
    "cell",
    [
        b"\xff",
        5,
        '{"fired": 5}',
        "[" * 100_000,
        '{"made_at": 1e999}',
        "null",
        "[1]",
        '{"a": "\xff"}',
    ],
)
def test_an_unreadable_state_is_replaced_and_loses_no_reading(
    path: Path, sound: bytes, column: str, cell: object
) -> None:
    path.write_bytes(sound)
    content = in_table(path, f"UPDATE wallet SET {column} = ?", cell)
    assert assert_usable(path, content, [READ_BY[column]]).damage is None


def test_a_file_of_a_newer_version_stays_unchanged(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE reading RENAME COLUMN balance TO credits")
        database.execute("PRAGMA user_version = 99")
    database.close()
    history = History(path)
    with pytest.raises(StorageError, match="no such column"):
        history.latest("live_1", NOW)
    history.close()
    assert not [*path.parent.glob("*.damaged*")]


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Return a function that limits the size of files, in bytes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_after_a_full_disk_the_next_reading_is_stored(
    path: Path, sound: bytes, small_disk: Callable[[int], None]
) -> None:
    path.write_bytes(sound)
    history = History(path)
    history.append("live_1", at(1, 78), unchanged)
    small_disk(path.with_name("history.sqlite-wal").stat().st_size)
    with pytest.raises(StorageError):
        history.append("live_1", at(2, 77), unchanged)
    small_disk(-1)
    history.append("live_1", at(3, 76), unchanged)
    assert [r.balance for r in history.readings("live_1", NOW, at(3, 0).at)][-1] == 76
    assert history.damage is None
    history.close()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own on Windows")
def test_a_link_to_a_damaged_file_stays_and_its_target_is_renamed(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    path.symlink_to(elsewhere / "readings")
    (elsewhere / "readings").write_bytes(b"not a database" * 1000)
    history = History(path)
    history.append("live_1", at(0, 5), unchanged)
    assert history.latest("live_1", NOW) == at(0, 5)
    history.close()
    assert path.readlink() == elsewhere / "readings"
    assert len([*elsewhere.glob("readings.damaged-*")]) == 1
