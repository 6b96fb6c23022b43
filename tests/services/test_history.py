"""Stored readings survive crashes, damage to the file, and other processes."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_channel import ChannelState
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, normalized_balance
from deepvue_tray.services.history import BUCKET_SIZES, History
from deepvue_tray.services.history_rows import DAY
from tests.support.platform import needs_posix_files, needs_windows

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
QUIET = AlertState()
LOW = AlertState(desktop=ChannelState(notified=frozenset({Alert.LOW})))

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

LENGTHS = [longest for longest, _size in BUCKET_SIZES[:-1]] + [timedelta(days=200)]
"""A range for each size of buckets."""

WRITE = """
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import History
history, first = History(Path(sys.argv[1])), int(sys.argv[2])
for number in range(first, first + int(sys.argv[3])):
    at = datetime(2026, 1, 1, tzinfo=UTC) + number * timedelta(minutes=5)
    reading = Reading(at=at, balance=Decimal(10**6 - number))
    history.append("live_1", reading, lambda _: AlertState())
    print(number, flush=True)
history.close()
"""

COUNT = """
import sys
from dataclasses import replace
from pathlib import Path
from deepvue_tray.services.history import History
history = History(Path(sys.argv[1]))
for _ in range(200):
    history.update_alerts("live_1", lambda state: replace(state, fast=state.fast + 1))
history.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    history = History(path)
    yield history
    history.close()


def series(balances: list[int], step: timedelta = STEP) -> list[Reading]:
    """Return readings of these balances, the last of them now."""
    last = len(balances) - 1
    return [
        Reading(at=NOW - (last - number) * step, balance=Decimal(balance))
        for number, balance in enumerate(balances)
    ]


def everything(history: History) -> list[Reading]:
    return history.readings("live_1", datetime(2020, 1, 1, tzinfo=UTC), NOW)


@same_folder
@given(st.decimals(-(2**53), 2**53, allow_nan=False) | st.floats(-1e6, 1e6).map(Decimal))
@example(Decimal("0.300000000000"))
@example(Decimal("1E+4"))
@example(Decimal("9007199254740990.7"))
def test_a_balance_reads_the_same_before_and_after_a_restart(path: Path, raw: Decimal) -> None:
    balance = normalized_balance(raw)
    if balance is None:
        return
    with closing(History(path)) as history:
        history.append("live_1", Reading(at=NOW, balance=balance), lambda _: QUIET)
    with closing(History(path)) as restarted:
        known = restarted.latest("live_1", NOW)
        assert known is not None
        assert str(known.balance) == str(balance)


def test_an_unknown_wallet_has_no_history(history: History) -> None:
    assert (history.latest("live_1", NOW), history.peak("live_1")) == (None, None)
    assert history.alerts("live_1") == QUIET
    assert everything(history) == []
    assert history.buckets("live_1", NOW - DAY, NOW) == []


@pytest.mark.parametrize("balance", ["6448", "6448.5", "0", "-3.25", "9007199254740991"])
def test_the_last_reading_is_known_after_a_restart(path: Path, balance: str) -> None:
    reading = Reading(at=NOW, balance=Decimal(balance))
    before, after = History(path), History(path)
    before.append("live_1", reading, lambda _: LOW)
    before.close()
    assert after.latest("live_1", NOW) == reading
    assert after.alerts("live_1") == LOW
    after.close()


def test_readings_stamped_in_the_future_are_ignored_until_then(history: History) -> None:
    wrong = Reading(at=NOW + timedelta(days=900), balance=Decimal(5))
    right = Reading(at=NOW, balance=Decimal(4))
    for reading in (wrong, right):
        history.append("live_1", reading, lambda _: QUIET)
    assert history.latest("live_1", NOW) == right
    assert everything(history) == [right]


def test_wallets_do_not_mix(history: History) -> None:
    history.append("live_1", Reading(at=NOW, balance=Decimal(7)), lambda _: LOW)
    assert history.latest("live_2", NOW) is None
    assert history.alerts("live_2") == QUIET
    assert history.buckets("live_2", NOW - DAY, NOW) == []


@same_folder
@given(balances=st.lists(st.integers(0, 50) | st.integers(2000, 2040), min_size=1))
@example(balances=[60, 49, 49, 55])
@example(balances=[60, 49, 55])
def test_the_peak_is_the_highest_balance_since_the_last_top_up(
    tmp_path: Path, balances: list[int]
) -> None:
    rises = [
        n
        for n in range(1, len(balances))
        if balances[n] - balances[n - 1] >= max(1, balances[n - 1] / 100)
        and (n == 1 or balances[n] > balances[n - 2])
    ]
    history = History(tmp_path / "fresh.sqlite")
    history.merge("merged", series(balances))
    for reading in series(balances):
        history.append("live_1", reading, lambda _: QUIET)
    highest = Decimal(max(balances[rises[-1] if rises else 0 :]))
    assert (history.peak("merged"), history.peak("live_1")) == (highest, highest)
    history.close()
    (tmp_path / "fresh.sqlite").unlink()


def test_an_unchanged_balance_is_one_row_and_is_drawn_the_same(
    history: History, path: Path
) -> None:
    readings = series([9, 9, 9, 9, 7, 7, 7])
    for reading in readings:
        history.append("live_1", reading, lambda _: QUIET)
        assert history.latest("live_1", NOW) == reading
    assert everything(history) == [readings[i] for i in (0, 3, 4, 6)]
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM reading").fetchone() == (2,)
    database.close()


def test_a_span_that_begins_before_the_range_is_part_of_it(history: History) -> None:
    history.merge("live_1", series([1000] * 480 + [700], timedelta(minutes=30)))
    for days in (1, 7):
        pieces = history.buckets("live_1", NOW - timedelta(days=days), NOW)
        assert pieces[0].start == NOW - timedelta(days=days)
        assert [piece.last for piece in pieces] == [1000, 1000, 700]
        assert sum(piece.spent for piece in pieces) == 300
    assert history.readings("live_1", NOW - DAY, NOW)[0].balance == 1000


def test_two_processes_change_the_alerts_at_once_and_no_change_is_lost(
    history: History, path: Path
) -> None:
    history.update_alerts("live_1", lambda _: AlertState(fast=1))
    counters = [subprocess.Popen([sys.executable, "-c", COUNT, str(path)]) for _ in range(2)]
    assert [counter.wait() for counter in counters] == [0, 0]
    assert history.alerts("live_1").fast == 401


def test_a_change_of_the_alerts_gets_the_stored_state_or_none(
    history: History,
) -> None:
    given: list[AlertState | None] = []
    made = replace(LOW, balances=(Decimal(9),))

    def change(stored: AlertState | None) -> AlertState:
        given.append(stored)
        return made

    history.merge("live_1", [Reading(at=NOW - DAY, balance=Decimal(9))])
    assert history.update_alerts("live_1", change) == made
    assert history.append("live_1", Reading(at=NOW, balance=Decimal(5)), change) == made
    assert given == [None, made]


def test_a_change_that_changes_nothing_writes_nothing(history: History, path: Path) -> None:
    history.update_alerts("live_1", lambda stored: stored or QUIET)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM wallet").fetchone() == (0,)
    database.close()


def test_an_older_version_s_state_gets_the_last_balances(history: History, path: Path) -> None:
    history.merge("live_1", series([700, 600, 500]))
    history.close()
    with sqlite3.connect(path) as database:
        database.execute("""UPDATE wallet SET alerts = '{"fired": ["low"]}'""")
    database.close()
    reading = Reading(at=NOW + STEP, balance=Decimal(2000))
    given = history.append("live_1", reading, lambda stored: stored or QUIET)
    assert given == replace(LOW, balances=(Decimal(600), Decimal(500)))


def test_a_change_of_the_alerts_that_fails_stores_nothing(history: History) -> None:
    def fail(_: AlertState | None) -> AlertState:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.append("live_1", Reading(at=NOW, balance=Decimal(5)), fail)
    assert everything(history) == []


def test_an_unreadable_state_of_the_alerts_is_replaced_by_an_empty_one(
    history: History, path: Path
) -> None:
    history.append("live_1", Reading(at=NOW, balance=Decimal(5)), lambda _: LOW)
    history.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE wallet SET alerts = '[]'")
    database.close()
    assert history.alerts("live_1") == QUIET


def test_a_spending_model_is_stored_until_an_import_changes_the_history(history: History) -> None:
    latest = Reading(at=NOW, balance=Decimal(5))
    model = SpendingModel.of([], latest)
    history.append("live_1", latest, lambda _: QUIET, model)
    history.append("live_1", Reading(at=NOW + STEP, balance=Decimal(4)), lambda _: QUIET)
    assert history.spending_model("live_1") == model
    assert history.spending_model("live_2") is None
    history.merge("live_1", [Reading(at=NOW - DAY, balance=Decimal(9))])
    assert history.spending_model("live_1") is None


def test_an_unreadable_spending_model_is_learnt_again(history: History, path: Path) -> None:
    history.append("live_1", Reading(at=NOW, balance=Decimal(5)), lambda _: QUIET)
    history.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE wallet SET outlook = '[1]'")
    database.close()
    assert history.spending_model("live_1") is None


def test_points_are_the_readings_as_seconds_and_credits_oldest_first(history: History) -> None:
    for reading in series([9, 9, 9, 7, 8])[::-1]:
        history.append("live_1", reading, lambda _: QUIET)
    readings = history.readings("live_1", NOW - DAY, NOW)
    points = history.points("live_1", NOW - DAY, NOW)
    assert points == [(r.at.timestamp(), float(r.balance)) for r in readings]
    assert [time for time, _ in points] == sorted({time for time, _ in points})


def test_a_long_gap_between_two_equal_balances_stays_visible(history: History) -> None:
    readings = series([9, 9], timedelta(hours=8))
    history.merge("live_1", readings)
    assert everything(history) == readings


@same_folder
@given(
    balances=st.lists(st.integers(0, 9), min_size=1, max_size=60),
    minutes=st.sampled_from([5, 20, 60 * 7]),
    length=st.sampled_from(LENGTHS),
)
def test_no_range_loses_an_extreme_or_a_credit_spent(
    tmp_path: Path, balances: list[int], minutes: int, length: timedelta
) -> None:
    readings = series(balances, timedelta(minutes=minutes))
    history = History(tmp_path / "fresh.sqlite")
    history.merge("live_1", readings)
    pieces = history.buckets("live_1", NOW - length, NOW)
    seen = [r for r in readings if pieces and r.at >= pieces[0].start]
    falls = [a.balance - b.balance for a, b in pairwise(readings) if b.at >= pieces[0].start]
    assert min(p.low for p in pieces) == min(r.balance for r in seen)
    assert max(p.high for p in pieces) == max(r.balance for r in seen)
    assert (pieces[-1].at, pieces[-1].last) == (NOW, readings[-1].balance)
    if len(seen) == len(readings):
        assert sum(p.spent for p in pieces) == sum(max(fall, Decimal(0)) for fall in falls)
        assert sum(p.added for p in pieces) == sum(max(-fall, Decimal(0)) for fall in falls)
    history.close()
    (tmp_path / "fresh.sqlite").unlink()


@pytest.mark.parametrize("length", LENGTHS)
def test_the_sum_of_a_range_is_that_of_its_buckets(history: History, length: timedelta) -> None:
    since, until = NOW.replace(hour=0) - length, NOW.replace(hour=0)
    start, count = since - 2 * DAY, (length + 4 * DAY) // timedelta(hours=5)
    history.merge(
        "live_1",
        [
            Reading(at=start + n * timedelta(hours=5), balance=Decimal(n * 37 % 1000))
            for n in range(count)
        ],
    )
    buckets = history.buckets("live_1", since, until)
    spent = sum(bucket.spent for bucket in buckets if bucket.start < until)
    assert history.spent("live_1", since, until) == spent > 0
    assert history.spent("live_2", since, until) == 0


def test_buckets_are_small_enough_to_draw_and_not_smaller(history: History) -> None:
    history.merge("live_1", series([*range(4000, 0, -1)], timedelta(minutes=30)))
    for length, (_longest, size) in zip(LENGTHS, BUCKET_SIZES, strict=True):
        starts = [piece.start for piece in history.buckets("live_1", NOW - length, NOW)]
        if size is None:
            assert len(starts) == length / timedelta(minutes=30) + 1
        else:
            assert all(not start.timestamp() % size.total_seconds() for start in starts)


def test_the_first_version_s_file_is_migrated_without_loss(history: History, path: Path) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.executescript(
        """
        CREATE TABLE wallet (
          id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, fired TEXT NOT NULL
        );
        CREATE TABLE reading (
          wallet INTEGER NOT NULL REFERENCES wallet, at INTEGER NOT NULL, balance NUMERIC NOT NULL,
          PRIMARY KEY (wallet, at)
        ) WITHOUT ROWID;
        INSERT INTO wallet VALUES (1, 'live_1', '["low"]');
        PRAGMA user_version = 1;
        """
    )
    readings = series([500, 300, 900, 850, 800, 700])
    rows = [(round(r.at.timestamp() * 1000), int(r.balance)) for r in readings]
    old.executemany("INSERT INTO reading VALUES (1, ?, ?)", rows)
    old.commit()
    old.close()
    assert everything(history) == readings
    assert history.alerts("live_1") == LOW
    assert history.peak("live_1") == 900
    pieces = history.buckets("live_1", NOW - LENGTHS[-2], NOW)
    assert sum(piece.spent for piece in pieces) == 400
    assert sum(piece.added for piece in pieces) == 600
    assert pieces[-1].last == 700


@needs_posix_files
def test_no_other_user_can_read_the_readings(history: History, path: Path) -> None:
    history.append("live_1", Reading(at=NOW, balance=Decimal(5)), lambda _: QUIET)
    assert {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {
        "history.sqlite": 0,
        "history.sqlite-shm": 0,
        "history.sqlite-wal": 0,
    }


def test_an_error_names_the_file_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"history\.sqlite"):
        History(tmp_path / "data" / "history.sqlite").latest("live_1", NOW)


def test_a_damaged_file_is_renamed_and_a_new_one_started(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    history = History(path)
    reading = Reading(at=NOW, balance=Decimal(5))
    history.append("live_1", reading, lambda _: QUIET)
    assert history.latest("live_1", NOW) == reading
    assert isinstance(history.damage, DamagedError)
    assert Path(history.damage.detail).read_bytes() == b"not a database" * 1000
    history.close()


def test_damage_found_later_loses_no_further_reading(path: Path) -> None:
    before = History(path)
    before.merge("live_1", series([*range(5000, 0, -1)]))
    before.close()
    content = bytearray(path.read_bytes())
    content[8192:] = random.Random(1).randbytes(len(content) - 8192)
    path.write_bytes(content)
    history = History(path)
    history.append("live_1", Reading(at=NOW, balance=Decimal(5)), lambda _: QUIET)
    assert history.latest("live_1", NOW) == Reading(at=NOW, balance=Decimal(5))
    assert history.damage is not None
    assert Path(history.damage.detail).stat().st_size == len(content)
    history.close()


@needs_posix_files
def test_a_file_renamed_by_another_process_is_not_written_to_any_more(path: Path) -> None:
    first, other = History(path), History(path)
    first.append("live_1", Reading(at=NOW - 2 * STEP, balance=Decimal(9)), lambda _: QUIET)
    path.rename(path.with_name("aside"))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").rename(path.with_name(f"aside{suffix}"))
    other.append("live_1", Reading(at=NOW - STEP, balance=Decimal(8)), lambda _: QUIET)
    first.append("live_1", Reading(at=NOW, balance=Decimal(7)), lambda _: QUIET)
    assert [reading.balance for reading in everything(other)] == [8, 7]
    first.close()
    other.close()


def damaged_while_open(path: Path) -> tuple[History, History]:
    """Return two processes' histories, opened before their file was damaged."""
    first, other = History(path), History(path)
    first.merge("live_1", series([*range(5000, 0, -1)]))
    first.close()
    for history in (first, other):
        assert history.alerts("live_1") == QUIET
    with path.open("r+b") as file:
        file.seek(16_384)
        file.write(random.Random(1).randbytes(path.stat().st_size - 16_384))
    return first, other


@needs_windows
def test_a_damaged_file_that_another_process_has_open_is_renamed_by_that_one(path: Path) -> None:
    first, other = damaged_while_open(path)
    with pytest.raises(StorageError, match="damaged, and cannot be renamed"):
        first.append("live_1", Reading(at=NOW - STEP, balance=Decimal(8)), lambda _: QUIET)
    other.append("live_1", Reading(at=NOW, balance=Decimal(7)), lambda _: QUIET)
    first.append("live_1", Reading(at=NOW + STEP, balance=Decimal(6)), lambda _: QUIET)
    found = first.readings("live_1", NOW - STEP, NOW + STEP)
    assert [reading.balance for reading in found] == [8, 7, 6]
    assert len([*path.parent.glob("*.damaged-*[0-9]")]) == 1
    first.close()
    other.close()


@needs_posix_files
def test_a_damaged_file_used_by_two_processes_is_renamed_once(path: Path) -> None:
    first, other = damaged_while_open(path)
    for number, history in enumerate((first, other)):
        history.append(
            "live_1", Reading(at=NOW + (number - 1) * STEP, balance=Decimal(8)), lambda _: QUIET
        )
    assert [reading.at for reading in everything(first)] == [NOW - STEP, NOW]
    assert len([*path.parent.glob("*.damaged-*[0-9]")]) == 1
    first.close()
    other.close()


def test_two_processes_write_at_once_and_nothing_is_lost(history: History, path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(path), str(first), "100"], stdout=subprocess.PIPE
        )
        for first in (0, 1000)
    ]
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert len(everything(history)) == 200


@pytest.mark.soak
def test_two_hundred_kills_while_writing_lose_no_stored_reading(path: Path) -> None:
    chance, stored = random.Random(2026), 0
    for _ in range(200):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE, str(path), str(stored), "100000"],
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout is not None
            printed = [writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.02))
            writer.kill()
            printed += writer.stdout.readlines()
        stored = max(stored, *(int(line) + 1 for line in printed if line.endswith("\n")))
    history = History(path)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    readings = history.readings("live_1", start, start + timedelta(days=3650))
    balances = [10**6 - int(reading.balance) for reading in readings]
    # Beyond the printed readings, at most one per kill was stored and not printed.
    assert balances == [*range(len(balances))]
    assert stored <= len(balances) <= stored + 1
    assert history.damage is None
    history.close()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_span_longer_than_the_range_is_cut_to_the_range(history: History) -> None:
    history.merge("live_1", series([9, 9, 9, 9]))
    begin, end = NOW - 2.5 * STEP, NOW - 1.5 * STEP
    printed = history.readings("live_1", begin, end)
    assert printed == [Reading(at=begin, balance=Decimal(9)), Reading(at=end, balance=Decimal(9))]
    assert [*history.each("live_1", begin, end)] == printed
    assert history.latest("live_1", end) == printed[-1]
    assert [piece.at for piece in history.buckets("live_1", begin, end)] == [begin, end]


def test_every_wallet_that_was_signed_in_is_named_also_without_a_reading(tmp_path: Path) -> None:
    with closing(History(tmp_path / "history.sqlite")) as history:
        assert history.client_ids() == []
        assert history.add("live_2")
        assert not history.add("live_2")
        history.append("live_1", Reading(at=NOW, balance=Decimal(900)), lambda _: QUIET)
        history.add("live_1")
        assert history.client_ids() == ["live_2", "live_1"]
        assert history.latest("live_2", NOW) is None


def test_a_deleted_history_leaves_the_client_id_alone_and_the_other_wallets_untouched(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.sqlite"
    with closing(History(path)) as history:
        for number in range(40):
            reading = Reading(at=NOW + number * STEP, balance=Decimal(9000 - number))
            for client_id in ("live_1", "live_2"):
                history.append(client_id, reading, lambda _: LOW)
        kept = history.readings("live_2", NOW, NOW + DAY)
        history.delete("live_1")
        assert history.readings("live_1", NOW, NOW + DAY) == []
        assert history.buckets("live_1", NOW, NOW + timedelta(days=20)) == []
        assert (history.peak("live_1"), history.alerts("live_1")) == (None, QUIET)
        assert history.spending_model("live_1") is None
        assert history.readings("live_2", NOW, NOW + DAY) == kept
        assert (history.peak("live_2"), history.alerts("live_2")) == (Decimal(9000), LOW)
        assert history.client_ids() == ["live_1", "live_2"]


def test_a_reading_that_could_not_be_stored_is_not_stored_after_its_wallet_was_removed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.sqlite"
    with closing(History(path, busy_timeout_s=0)) as history:
        history.add("live_1")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for client_id in ("live_1", "live_2"):
                with pytest.raises(StorageError):
                    history.append(client_id, Reading(at=NOW, balance=Decimal(9)), lambda _: QUIET)
        history.discard_unstored("live_1")
        for client_id, count in (("live_1", 1), ("live_2", 2)):
            later = Reading(at=NOW + timedelta(hours=2), balance=Decimal(7))
            history.append(client_id, later, lambda _: QUIET)
            assert len(history.readings(client_id, NOW, NOW + DAY)) == count


def test_only_a_wallet_without_a_reading_can_be_removed_again(tmp_path: Path) -> None:
    with closing(History(tmp_path / "history.sqlite")) as history:
        history.append("live_1", Reading(at=NOW, balance=Decimal(900)), lambda _: QUIET)
        history.add("live_2")
        for client_id in ("live_1", "live_2", "live_3"):
            history.remove(client_id)
        assert history.client_ids() == ["live_1"]
        assert history.latest("live_1", NOW) is not None
