"""Labels stand at round places, and are never too many."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from deepvue_tray.ui.scale import Scale, amount_ticks, time_ticks

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@given(st.floats(0, 1e15), st.integers(1, 20))
def test_amounts_begin_at_zero_and_end_at_or_above_the_highest(highest: float, most: int) -> None:
    ticks = amount_ticks(highest, most)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * (1 - 1e-9)
    assert len(ticks) <= most + 2


def test_amounts_are_round() -> None:
    assert amount_ticks(6448, 5) == [0, 2000, 4000, 6000, 8000]


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(hours=1), timedelta(days=3660)),
    st.integers(2, 20),
)
def test_times_lie_within_the_range_and_are_few(
    since: datetime, length: timedelta, most: int
) -> None:
    ticks, step = time_ticks(since, since + length, most)
    assert all(since <= tick <= since + length for tick in ticks)
    assert len(ticks) <= most + 1
    assert step > timedelta(0)


@given(st.floats(0, 1), st.floats(0, 5000))
def test_a_place_on_the_screen_is_the_time_it_was_drawn_for(part: float, amount: float) -> None:
    area = QRectF(64, 12, 600, 300)
    scale = Scale(area, SINCE, SINCE + timedelta(days=7), 0, 5000)
    at = SINCE + part * timedelta(days=7)
    assert abs(scale.at(scale.x(at)) - at) < timedelta(seconds=1)
    assert area.top() - 1e-6 <= scale.y(amount) <= area.bottom() + 1e-6
