"""Readings stored late, twice or in any order give the same history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.reading import Reading
from deepvue_tray.services import history as history_module
from deepvue_tray.services.history import History
from deepvue_tray.services.history_rows import DAY

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=20)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.sqlite")
    yield history
    history.close()


@contextmanager
def new_history() -> Iterator[History]:
    with TemporaryDirectory() as folder:
        history = History(Path(folder, "history.sqlite"))
        yield history
        history.close()


def at(number: int, balance: int) -> Reading:
    return Reading(at=NOW - 40 * DAY + number * STEP, balance=Decimal(balance))


def everything(history: History, client_id: str) -> list[Reading]:
    return history.readings(client_id, NOW - 99 * DAY, NOW)


def sums(history: History, client_id: str) -> list[Any]:
    """Return the buckets of every size."""
    return [history.buckets(client_id, NOW - n * DAY, NOW) for n in (31, 99, 200)]


def step_line(readings: list[Reading], moments: list[datetime]) -> list[Decimal | None]:
    """Return the known balance at each moment."""
    return [next((r.balance for r in reversed(readings) if r.at <= at), None) for at in moments]


def shuffled_and_sorted(
    data: st.DataObject, balances: list[int]
) -> tuple[list[Reading], list[Reading]]:
    readings = [at(number, balance) for number, balance in enumerate(balances)]
    return data.draw(st.permutations(readings)), readings


@given(data=st.data(), balances=st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_a_file_in_any_order_gives_the_same_history(
    data: st.DataObject, balances: list[int]
) -> None:
    shuffled, readings = shuffled_and_sorted(data, balances)
    with new_history() as history:
        assert history.merge("sorted", readings) == history.merge("shuffled", shuffled)
        assert everything(history, "shuffled") == everything(history, "sorted")
        line = step_line(everything(history, "sorted"), [r.at for r in readings])
        assert line == [r.balance for r in readings]
        assert sums(history, "shuffled") == sums(history, "sorted")
        assert history.peak("shuffled") == history.peak("sorted")


@given(data=st.data(), balances=st.lists(st.integers(0, 99), min_size=1, max_size=30, unique=True))
def test_late_readings_give_the_same_sums_as_readings_in_order(
    data: st.DataObject, balances: list[int]
) -> None:
    late, readings = shuffled_and_sorted(data, balances)
    with new_history() as history:
        history.merge("sorted", readings)
        for reading in late:
            history.append("late", reading, lambda _: AlertState())
        assert everything(history, "late") == readings
        assert sums(history, "late") == sums(history, "sorted")


def test_an_import_does_not_change_known_readings(history: History) -> None:
    history.merge("live_1", [at(0, 9), at(1, 9), at(2, 9)])
    before = sums(history, "live_1")
    assert history.merge("live_1", [at(0, 5), at(2, 5)]) == 0
    assert everything(history, "live_1") == [at(0, 9), at(2, 9)]
    assert sums(history, "live_1") == before


def test_an_import_does_not_contradict_a_span(history: History) -> None:
    history.merge("live_1", [at(0, 9), at(1, 9), at(2, 9), at(3, 9)])
    assert history.merge("live_1", [Reading(at=at(1, 0).at + STEP / 2, balance=Decimal(7))]) == 0
    assert everything(history, "live_1") == [at(0, 9), at(3, 9)]


def test_a_reading_after_the_clock_was_set_back_splits_the_span_around_it(history: History) -> None:
    history.merge("live_1", [at(0, 9), at(1, 9), at(2, 9), at(3, 9)])
    again = Reading(at=at(1, 0).at + STEP / 2, balance=Decimal(7))
    history.append("live_1", again, lambda _: AlertState())
    assert everything(history, "live_1") == [at(0, 9), again, at(3, 9)]


def test_imported_readings_restore_the_peak(history: History) -> None:
    history.append("live_1", at(9, 500), lambda _: AlertState())
    history.merge("live_1", [at(0, 100), at(1, 900)])
    assert history.peak("live_1") == 900


def test_importing_leaves_the_alerts_as_they_are(history: History) -> None:
    state = AlertState(fast=1)
    history.append("live_1", at(9, 500), lambda _: state)
    history.merge("live_1", [at(0, 100)])
    assert history.alerts("live_1") == state


def test_an_interrupted_write_stores_nothing(history: History) -> None:
    def broken() -> Iterator[Reading]:
        yield at(0, 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.merge("live_1", broken())
    assert everything(history, "live_1") == []


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_reading_in_pages_returns_the_same_as_at_once(
    history: History, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(history_module, "PAGE_ROWS", page)
    history.merge("live_1", [at(number, number // 4) for number in range(30)])
    for since in (NOW - 99 * DAY, at(5, 0).at, at(6, 0).at + STEP / 2):
        for until in (NOW, at(13, 0).at):
            found = list(history.each("live_1", since, until))
            assert found == history.readings("live_1", since, until)
            assert found
