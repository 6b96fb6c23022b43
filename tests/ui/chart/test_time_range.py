"""Ranges begin with a full bar, and panning and zooming stop at the ends of what is known."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.spending import Period, start_of
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.chart.time_range import (
    DAY,
    HOUR,
    MIN_RANGE,
    end_of,
    panned,
    start_for,
    zoomed,
)

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
FIRST = NOW - 100 * DAY
RUNWAY = Runway(empty_at=NOW + 4 * DAY, earliest=NOW + 3 * DAY, latest=NOW + 5 * DAY, burn_rate=240)
LAST = end_of(FIRST, NOW, RUNWAY)


def plot(since: datetime, until: datetime) -> Plot:
    snapshot = Snapshot(runway=RUNWAY)
    return Plot(since=since, until=until, buckets=[], snapshot=snapshot, now=NOW, first=FIRST)


@pytest.mark.parametrize("days", [7, 30, 90])
def test_a_range_of_days_begins_at_a_midnight_and_has_that_many_bars(days: int) -> None:
    since = start_for(days * DAY, NOW)
    assert since == start_of(Period.DAY, since)
    assert (NOW.astimezone().date() - since.date()).days == days - 1


def test_a_range_of_24_hours_begins_at_a_full_hour() -> None:
    since = start_for(DAY, NOW)
    assert since == start_of(Period.HOUR, since)
    assert 23 * HOUR <= NOW - since < 24 * HOUR


def test_a_range_shows_the_end_of_a_near_forecast_and_the_start_of_a_far_one() -> None:
    for length in (7 * DAY, 30 * DAY, 90 * DAY):
        ahead = end_of(NOW - length, NOW, RUNWAY) - NOW
        assert RUNWAY.latest - NOW < ahead if length > 10 * DAY else length * 0.2 < ahead
        assert ahead <= length / 2
    assert end_of(NOW - DAY, NOW, None) == NOW
    assert end_of(NOW - DAY, RUNWAY.latest + DAY, RUNWAY) == RUNWAY.latest + DAY


shares = st.floats(0, 1)


@given(shares, shares, st.timedeltas(-200 * DAY, 200 * DAY))
def test_panning_keeps_the_length_and_stops_at_the_ends(
    start: float, share: float, offset: timedelta
) -> None:
    since = FIRST + start * (LAST - FIRST - HOUR)
    until = since + HOUR + share * (LAST - since - HOUR)
    moved = panned(plot(since, until), offset)
    assert moved[1] - moved[0] == until - since
    assert moved[0] >= FIRST
    assert moved[1] <= LAST


@given(shares, shares, shares, st.floats(0.01, 100))
def test_zooming_stays_within_what_is_known(
    start: float, share: float, at: float, factor: float
) -> None:
    since = FIRST + start * (LAST - FIRST - HOUR)
    until = since + HOUR + share * (LAST - since - HOUR)
    near, far = zoomed(plot(since, until), factor, at)
    assert far - near >= MIN_RANGE - timedelta(milliseconds=1)
    assert near >= FIRST - timedelta(milliseconds=1)
    assert far <= LAST + timedelta(milliseconds=1)


def test_a_range_that_shows_more_than_is_known_does_not_move() -> None:
    shown = plot(FIRST - DAY, LAST + DAY)
    for offset in (-DAY, DAY):
        assert panned(shown, offset) == (shown.since, shown.until)
    assert zoomed(shown, 2.0, 0.5) == (shown.since, shown.until)
