"""The stored usage reports: a day is stored once, however often it is fetched."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.usage import Outcome, Usage, UsageKey, UsageSums, by_product
from deepvue_tray.services.history import History
from deepvue_tray.services.history_database import HistoryDatabase
from deepvue_tray.services.usage_store import UsageStore

DAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
EVER = date(1990, 1, 1), date(2100, 1, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[UsageStore]:
    database = HistoryDatabase(path, 5)
    yield UsageStore(database)
    database.close()


def usage_at(hour: int, product: str, calls: int, spent: str = "1") -> UsageSums:
    key = UsageKey(MIDNIGHT + timedelta(hours=hour), product, Outcome.FOUND)
    return {key: Usage(calls, Decimal(spent))}


usages = st.builds(Usage, st.integers(1, 10**6), st.decimals(0, 10**9, places=6))
keys = st.builds(
    lambda hour, product, outcome: UsageKey(MIDNIGHT + timedelta(hours=hour), product, outcome),
    st.integers(-6, 23),
    st.sampled_from(["PAN-Plus", "GST", "आधार"]),
    st.sampled_from(Outcome),
)


@given(st.dictionaries(keys, usages, max_size=20), st.dictionaries(keys, usages, max_size=20))
def test_a_day_that_is_fetched_again_replaces_its_sums(old: UsageSums, new: UsageSums) -> None:
    with TemporaryDirectory() as folder:
        database = HistoryDatabase(Path(folder) / "history.sqlite3", 5)
        store = UsageStore(database)
        store.replace("live_1", DAY, old, MIDNIGHT)
        store.replace("live_1", DAY, new, MIDNIGHT + timedelta(hours=1))
        assert store.hours("live_1", DAY, DAY) == new
        rows = [(key.product, key.outcome, usage) for key, usage in new.items()]
        assert by_product(store.products("live_1", DAY, DAY)) == by_product(rows)
        assert store.fetched("live_1", DAY, DAY) == {DAY: MIDNIGHT + timedelta(hours=1)}
        database.close()


def test_a_range_has_the_days_from_its_first_to_its_last(store: UsageStore) -> None:
    for number in range(5):
        day = DAY + timedelta(days=number)
        store.replace("live_1", day, usage_at(24 * number, f"P{number}", 1), MIDNIGHT)
    products = store.products("live_1", DAY + timedelta(days=1), DAY + timedelta(days=3))
    assert [product for product, _, _ in products] == ["P1", "P2", "P3"]


def test_a_call_of_a_day_of_india_is_kept_with_its_hour_of_the_day_before(
    store: UsageStore,
) -> None:
    sums = usage_at(-5, "PAN-Plus", 3)
    store.replace("live_1", DAY, sums, MIDNIGHT)
    assert store.hours("live_1", DAY, DAY) == sums


def test_a_day_without_calls_counts_as_fetched(store: UsageStore) -> None:
    store.replace("live_1", DAY, {}, MIDNIGHT)
    assert store.products("live_1", *EVER) == []
    assert store.hours("live_1", *EVER) == {}
    assert list(store.fetched("live_1", *EVER)) == [DAY]


def test_no_wallet_sees_the_reports_of_another(store: UsageStore) -> None:
    store.replace("live_1", DAY, usage_at(1, "PAN-Plus", 3), MIDNIGHT)
    assert store.products("free_tier_2", *EVER) == []
    assert store.fetched("free_tier_2", *EVER) == {}


def test_deleting_a_wallet_s_history_deletes_its_reports(store: UsageStore, path: Path) -> None:
    for client_id in ("live_1", "free_tier_2"):
        store.replace(client_id, DAY, usage_at(1, "PAN-Plus", 3), MIDNIGHT)
    history = History(path)
    history.delete("live_1")
    history.close()
    assert store.products("live_1", *EVER) == []
    assert store.fetched("live_1", *EVER) == {}
    assert store.hours("live_1", *EVER) == {}
    assert store.products("free_tier_2", *EVER)


def test_two_processes_may_write_at_once(path: Path) -> None:
    databases = [HistoryDatabase(path, 5), HistoryDatabase(path, 5)]
    stores = [UsageStore(database) for database in databases]
    for number, store in enumerate(stores):
        day = DAY + timedelta(days=number)
        store.replace("live_1", day, usage_at(24 * number, "PAN-Plus", 1), MIDNIGHT)
    assert len(stores[0].fetched("live_1", *EVER)) == 2
    for database in databases:
        database.close()


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        UsageStore(HistoryDatabase(tmp_path / "file" / "x", 0.1)).fetched("live_1", *EVER)


@pytest.mark.parametrize(
    ("change", "call"),
    [
        ("UPDATE usage SET outcome = 7", "products"),
        ("UPDATE usage SET spent = 'x'", "by_day"),
        ("UPDATE usage_day SET fetched = -1", "fetched"),
        ("UPDATE usage_day SET hours = x'00'", "hours"),
        ("DELETE FROM product", "hours"),
    ],
)
def test_a_value_that_is_never_stored_is_damage_of_the_history(
    path: Path, change: str, call: str
) -> None:
    history = History(path)
    store = UsageStore(history.database)
    store.replace("live_1", DAY, usage_at(1, "PAN-Plus", 3), MIDNIGHT)
    with closing(sqlite3.connect(path)) as file:
        file.execute(change)
        file.commit()
    with pytest.raises(DamagedError):
        getattr(store, call)("live_1", *EVER)
    assert history.damage is not None
    history.close()
