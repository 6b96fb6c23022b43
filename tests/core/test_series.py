"""Spending as a series: what is wrong for one reading is none."""

from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.forecast.series import series_of

MINUTE = 60.0


@given(
    falls=st.lists(st.integers(0, 100), min_size=2, max_size=12),
    apart=st.integers(1, 30),
    wrong=st.integers(0, 10_000),
    data=st.data(),
)
def test_a_balance_that_the_next_reading_within_the_hour_takes_back_is_no_spending(
    falls: list[int], apart: int, wrong: int, data: st.DataObject
) -> None:
    balances = [5000.0]
    for fall in falls:
        balances.append(balances[-1] - fall)
    balances[data.draw(st.integers(1, len(balances) - 2))] = wrong
    points = [(number * apart * MINUTE, balance) for number, balance in enumerate(balances)]
    assert series_of(points).spent[0] == sum(falls)


def test_a_balance_that_is_taken_back_after_more_than_an_hour_was_spent_and_added() -> None:
    points = [(0.0, 500.0), (30 * MINUTE, 0.0), (61 * MINUTE, 500.0)]
    assert series_of(points).spent[0] == 500
    assert series_of([*points[:2], (60 * MINUTE, 500.0)]).spent[0] == 0
