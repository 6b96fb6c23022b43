"""Spending is summed by local hours, days, weeks and months."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.spending import (
    Period,
    next_start,
    period_for,
    spent_by,
    start_of,
)
from tests.support.platform import needs_time_zones, time_zone

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def spent(amount: int, at: datetime) -> HistoryBucket:
    nothing = Decimal(0)
    return HistoryBucket(
        start=at,
        at=at,
        last=nothing,
        low=nothing,
        high=nothing,
        spent=Decimal(amount),
        added=nothing,
    )


@needs_time_zones
def test_a_day_begins_at_the_person_s_own_midnight() -> None:
    before, after = spent(5, NOW - timedelta(hours=2)), spent(7, NOW)
    with time_zone("Asia/Kolkata"):
        days = spent_by(Period.DAY, [before, after])
        midnight = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
        assert days == {midnight - timedelta(days=1): Decimal(5), midnight: Decimal(7)}


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    sunday = NOW + timedelta(days=6)
    with time_zone("UTC"):
        assert start_of(Period.WEEK, sunday) == datetime(2026, 11, 23, tzinfo=UTC)
        assert start_of(Period.MONTH, sunday) == datetime(2026, 11, 1, tzinfo=UTC)


@needs_time_zones
def test_an_hour_begins_at_the_person_s_own_full_hour() -> None:
    with time_zone("Asia/Kolkata"):
        start = start_of(Period.HOUR, NOW)
        assert start == NOW - timedelta(minutes=30)
        assert next_start(Period.HOUR, start) == NOW + timedelta(minutes=30)


@given(at=moments, period=st.sampled_from(Period))
def test_every_moment_lies_in_exactly_one_period(at: datetime, period: Period) -> None:
    start = start_of(period, at)
    assert start <= at < next_start(period, start)


@given(st.lists(st.tuples(st.integers(0, 100), moments)), st.sampled_from(Period))
def test_no_credit_is_lost_in_the_sums(parts: list[tuple[int, datetime]], period: Period) -> None:
    sums = spent_by(period, [spent(amount, at) for amount, at in parts])
    assert sum(sums.values()) == sum(amount for amount, _ in parts)


@given(st.timedeltas(timedelta(hours=1), timedelta(days=3660)))
def test_no_range_has_more_bars_than_are_legible(length: timedelta) -> None:
    hours = {Period.HOUR: 1, Period.DAY: 24, Period.WEEK: 168, Period.MONTH: 672}
    assert length / timedelta(hours=hours[period_for(length)]) <= 141


@given(at=moments, period=st.sampled_from(Period))
def test_a_period_ends_when_the_next_one_begins(at: datetime, period: Period) -> None:
    start = start_of(period, at)
    after = next_start(period, start)
    assert start_of(period, after) == after
    assert start_of(period, after - timedelta(microseconds=1)) == start


def test_the_spending_of_the_days_of_a_week_is_one_sum() -> None:
    sums = spent_by(Period.WEEK, [spent(5, NOW), spent(7, NOW + timedelta(days=6))])
    assert list(sums.values()) == [Decimal(12)]


@pytest.mark.parametrize(
    ("length", "period"),
    [
        (timedelta(hours=60), Period.HOUR),
        (timedelta(hours=60, seconds=1), Period.DAY),
        (timedelta(days=140), Period.DAY),
        (timedelta(days=140, seconds=1), Period.WEEK),
        (timedelta(weeks=140), Period.WEEK),
        (timedelta(weeks=140, seconds=1), Period.MONTH),
    ],
)
def test_a_range_has_the_finest_bars_of_which_there_are_no_more_than_140(
    length: timedelta, period: Period
) -> None:
    assert period_for(length) is period
