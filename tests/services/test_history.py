"""What was read once is known after a restart."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.reading import Alert, Reading
from deepvue_tray.services.history import History

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def fill(history: History, balances: list[Decimal]) -> None:
    for number, balance in enumerate(balances):
        at = NOW + number * timedelta(minutes=5)
        history.append("live_1", Reading(at=at, balance=balance))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


def test_an_unknown_wallet_has_no_past(path: Path) -> None:
    history = History(path)
    assert (history.latest("live_1"), history.full("live_1")) == (None, None)
    assert history.fired("live_1") == frozenset()
    history.close()


@pytest.mark.parametrize("balance", ["6448", "6448.5", "0", "-3.25", "9007199254740991"])
def test_the_last_reading_outlives_the_program(path: Path, balance: str) -> None:
    reading = Reading(at=NOW, balance=Decimal(balance))
    before = History(path)
    before.append("live_1", reading)
    before.close()
    after = History(path)
    assert after.latest("live_1") == reading
    after.close()


def test_the_newest_reading_is_the_latest_though_it_was_stored_first(path: Path) -> None:
    history = History(path)
    newest = Reading(at=NOW, balance=Decimal(5))
    history.append("live_1", newest)
    history.append("live_1", Reading(at=NOW - timedelta(days=1), balance=Decimal(9)))
    assert history.latest("live_1") == newest
    history.close()


def test_wallets_do_not_mix(path: Path) -> None:
    history = History(path)
    fill(history, [Decimal(7)])
    history.set_fired("live_1", frozenset({Alert.LOW}))
    assert history.latest("live_2") is None
    assert history.fired("live_2") == frozenset()
    history.close()


def test_a_delivered_alert_is_remembered_after_a_restart(path: Path) -> None:
    before = History(path)
    before.set_fired("live_1", frozenset({Alert.LOW}))
    before.close()
    after = History(path)
    assert after.fired("live_1") == {Alert.LOW}
    after.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(balances=st.lists(st.integers(0, 50).map(Decimal), min_size=1))
def test_full_is_the_highest_balance_since_the_last_rise(
    tmp_path: Path, balances: list[Decimal]
) -> None:
    rises = [n for n in range(1, len(balances)) if balances[n] > balances[n - 1]]
    history = History(tmp_path / "fresh.sqlite")
    fill(history, balances)
    assert history.full("live_1") == max(balances[rises[-1] if rises else 0 :])
    history.close()
    (tmp_path / "fresh.sqlite").unlink()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"history\.sqlite"):
        History(tmp_path / "data" / "history.sqlite").latest("live_1")
