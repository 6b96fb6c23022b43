"""Ticks are at round values, and never too many."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from deepvue_tray.ui.chart.scale import DAY, MONTH, Scale, amount_ticks, axis_limits, time_ticks
from tests.support.platform import needs_time_zones, time_zone

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@given(st.floats(-1e6, 1e15), st.floats(1e-3, 1e15), st.integers(2, 20))
def test_amounts_are_within_the_axis_and_not_too_many(
    lowest: float, length: float, max_steps: int
) -> None:
    highest = lowest + max(length, abs(lowest) * 0.02)
    ticks = amount_ticks(lowest, highest, max_steps)
    slack = (highest - lowest) * 1e-6
    assert all(lowest - slack <= tick <= highest + slack for tick in ticks)
    assert 1 <= len(ticks) <= max_steps + 1


def test_amounts_are_round() -> None:
    assert amount_ticks(0, 6448, 5) == [0, 2000, 4000, 6000]
    assert amount_ticks(29_900, 30_260, 5) == [29_900, 30_000, 30_100, 30_200]


@pytest.mark.parametrize(
    ("lowest", "highest", "limits"),
    [
        (800, 3000, (0, 3000)),
        (29_000, 30_000, (29_000, 30_000)),
        (1236, 1500, (1000, 1500)),
        (700, 900, (700, 1000)),
        (-50, 40, (-50, 40)),
        (30_000, 30_000, (29_700, 30_300)),
    ],
)
def test_an_axis_shows_zero_and_the_thresholds_only_where_they_are_near(
    lowest: float, highest: float, limits: tuple[float, float]
) -> None:
    assert axis_limits(lowest, highest, [1000, 250]) == limits


@given(st.floats(-1e6, 1e12), st.floats(0, 1e12), st.lists(st.floats(0, 1e12), max_size=2))
def test_an_axis_contains_all_amounts(lowest: float, rise: float, marks: list[float]) -> None:
    low, high = axis_limits(lowest, lowest + rise, marks)
    assert low <= lowest
    assert lowest + rise <= high
    assert low < high


def axis(since: datetime, length: timedelta, width: float) -> Scale:
    return Scale(QRectF(60, 0, width, 100), since, since + length, 0, 1)


def width_of(tick: datetime, step: timedelta) -> float:
    """Return the width of a label, roughly: 14:05, 1 Nov, Nov 2026."""
    return (40 if step < DAY else 50 if step < MONTH else 70) + tick.day % 10


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(hours=1), timedelta(days=3660)),
    st.floats(280, 2000),
)
def test_times_are_within_the_range_and_their_labels_do_not_overlap(
    since: datetime, length: timedelta, width: float
) -> None:
    scale = axis(since, length, width)
    ticks, step = time_ticks(scale, width_of)
    assert all(since <= tick <= since + length for tick in ticks)
    for one, other in pairwise(ticks):
        # February is shorter than the month that a step represents.
        spacing = (scale.x(other) - scale.x(one)) * (30 / 28 if step >= MONTH else 1)
        assert spacing >= width_of(one, step) * (1 - 1e-9)


@pytest.mark.parametrize("width", [296, 680, 1800])
@pytest.mark.parametrize("days", [1 / 24, 0.2, 1.3, 9.1, 39, 117, 366, 3660])
def test_every_range_has_at_least_three_times(width: float, days: float) -> None:
    assert len(time_ticks(axis(SINCE, timedelta(days=days), width), width_of)[0]) >= 3


def test_panning_keeps_the_times() -> None:
    before, _ = time_ticks(axis(SINCE, timedelta(days=30), 500), width_of)
    after, _ = time_ticks(axis(SINCE + timedelta(days=1), timedelta(days=30), 500), width_of)
    assert set(before[1:-1]) <= set(after)


@needs_time_zones
def test_days_begin_at_midnight_also_when_the_clocks_change() -> None:
    since = datetime(2026, 10, 20, tzinfo=UTC)  # five days before summer time ends
    with time_zone("Europe/Berlin"):
        ticks, _ = time_ticks(axis(since, timedelta(days=10), 800), width_of)
        assert {tick.astimezone().hour for tick in ticks} == {0}


def test_days_can_be_the_shortest_step_however_wide_the_axis_is() -> None:
    _, step = time_ticks(axis(SINCE, timedelta(days=7), 3000), width_of)
    assert step < DAY
    _, step = time_ticks(axis(SINCE, timedelta(days=7), 3000), width_of, DAY)
    assert step == DAY


def test_the_first_days_that_an_import_takes_have_times() -> None:
    ticks, _ = time_ticks(axis(datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=3), 500), width_of)
    assert len(ticks) >= 3


@given(st.floats(0, 1), st.floats(0, 5000))
def test_a_position_on_the_screen_gives_the_time_drawn_there(share: float, amount: float) -> None:
    area = QRectF(64, 12, 600, 300)
    scale = Scale(area, SINCE, SINCE + timedelta(days=7), 0, 5000)
    at = SINCE + share * timedelta(days=7)
    assert abs(scale.at(scale.x(at)) - at) < timedelta(seconds=1)
    assert area.top() - 1e-6 <= scale.y(amount) <= area.bottom() + 1e-6
