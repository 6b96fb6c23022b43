"""Spending as a series: a balance that is wrong for one reading is not spending."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.forecast.series import STEP_S, series_of
from deepvue_tray.core.reading import Reading

MINUTE = 60.0


@given(
    falls=st.lists(st.integers(0, 100), min_size=2, max_size=12),
    apart=st.integers(1, 30),
    wrong=st.integers(0, 10_000),
    data=st.data(),
)
def test_a_decrease_that_is_reverted_within_an_hour_is_not_spending(
    falls: list[int], apart: int, wrong: int, data: st.DataObject
) -> None:
    balances = [5000.0]
    for fall in falls:
        balances.append(balances[-1] - fall)
    balances[data.draw(st.integers(1, len(balances) - 2))] = wrong
    points = [(number * apart * MINUTE, balance) for number, balance in enumerate(balances)]
    assert series_of(points).spent[0] == sum(falls)


def test_a_decrease_that_is_reverted_after_more_than_an_hour_is_spending() -> None:
    points = [(0.0, 500.0), (30 * MINUTE, 0.0), (61 * MINUTE, 500.0)]
    assert series_of(points).spent[0] == 500
    assert series_of([*points[:2], (60 * MINUTE, 500.0)]).spent[0] == 0


def test_the_latest_reading_replaces_stored_readings_of_its_time_or_later() -> None:
    hour = 6 * STEP_S
    latest = Reading(at=datetime.fromtimestamp(4 * hour, UTC), balance=Decimal(80))
    before = [(0.0, 100.0), (2 * hour, 90.0)]
    expected = series_of([*before, (4 * hour, 80.0)])
    for later in ([], [(4 * hour, 70.0)], [(4 * hour, 70.0), (6 * hour, 60.0)]):
        assert series_of([*before, *later], latest) == expected


def test_spending_between_two_readings_is_spread_evenly_over_the_steps() -> None:
    series = series_of([(0.0, 100.0), (4 * STEP_S, 60.0)])
    assert series.spent == [40.0, 30.0, 20.0, 10.0, 0.0]
