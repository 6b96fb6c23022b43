"""Spending as a series: a balance that is wrong for one reading is not spending."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate, pairwise

import pytest
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


pauses = st.integers(1, 180) | st.sampled_from([20, 60, 120])
moments = st.lists(pauses, max_size=59).map(lambda apart: [*accumulate(apart, initial=0)])


@given(moments=moments, spent=st.lists(st.integers(0, 50), min_size=60, max_size=60))
def test_the_segments_hold_every_whole_hour_and_what_was_spent_in_it(
    moments: list[int], spent: list[int]
) -> None:
    balances = [5000.0 - fallen for fallen in accumulate(spent)]
    series = series_of(
        [(at * MINUTE, balance) for at, balance in zip(moments, balances, strict=False)]
    )
    segments = list(series.segments())
    hours = sum(hours for hours, _known in segments)
    known = [known for _hours, known in segments if known is not None]
    assert hours == (moments[-1] - moments[0]) // 60
    assert len(known) == len(segments)
    assert sum(known) == pytest.approx(series.spent[0] - series.spent[hours * 6])


@given(moments=moments, balances=st.lists(st.integers(0, 5000), min_size=60, max_size=60))
def test_a_segment_ends_at_each_whole_hour_but_those_inside_a_gap_of_more_than_an_hour(
    moments: list[int], balances: list[int]
) -> None:
    points = [(at * MINUTE, float(balance)) for at, balance in zip(moments, balances, strict=False)]
    hours = [hour for hour, _known in series_of(points).segments()]
    first = moments[-1] - sum(hours) * 60
    ends = [first + 60 * hour for hour in accumulate(hours, initial=0)]
    gaps = [
        (begin, end)
        for (begin, before), (end, after) in pairwise(zip(moments, balances, strict=False))
        if end - begin > 60 and before != after
    ]
    assert ends == [
        end
        for end in range(first, moments[-1] + 1, 60)
        if end == first or not any(gap[0] < end < gap[1] for gap in gaps)
    ]
