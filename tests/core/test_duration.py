"""Durations are shown in the unit that suits their length."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.duration import Unit, rough

LENGTH = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.MONTH: timedelta(days=30.44),
}


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(0), (0, Unit.MINUTE)),
        (timedelta(minutes=59, seconds=29), (59, Unit.MINUTE)),
        (timedelta(minutes=59, seconds=31), (1, Unit.HOUR)),
        (timedelta(hours=36), (36, Unit.HOUR)),
        (timedelta(hours=47, minutes=29), (47, Unit.HOUR)),
        (timedelta(hours=47, minutes=31), (2, Unit.DAY)),
        (timedelta(days=45), (45, Unit.DAY)),
        (timedelta(days=59, hours=13), (2, Unit.MONTH)),
        (timedelta(days=365), (12, Unit.MONTH)),
    ],
)
def test_a_full_count_of_one_unit_is_shown_in_the_next(
    time: timedelta, expected: tuple[int, Unit]
) -> None:
    assert rough(time) == expected


@given(st.timedeltas(timedelta(0), timedelta(days=400)))
def test_the_rounding_error_is_at_most_half_a_unit(time: timedelta) -> None:
    count, unit = rough(time)
    assert abs(count * LENGTH[unit] - time) <= LENGTH[unit] / 2
