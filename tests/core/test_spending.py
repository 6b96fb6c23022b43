"""Spending is summed by local days, weeks and months."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.spending import (
    Period,
    first_day,
    midnight,
    next_period,
    period_for,
    spent_by,
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
        assert days == {date(2026, 11, 23): Decimal(5), date(2026, 11, 24): Decimal(7)}
        assert midnight(date(2026, 11, 24)) == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    sunday = NOW + timedelta(days=6)
    assert first_day(Period.WEEK, sunday) == date(2026, 11, 23)
    assert first_day(Period.MONTH, sunday) == date(2026, 11, 1)


@given(at=moments, period=st.sampled_from(Period))
def test_every_moment_lies_in_exactly_one_period(at: datetime, period: Period) -> None:
    first = first_day(period, at)
    assert midnight(first) <= at < midnight(next_period(period, first))


@given(st.lists(st.tuples(st.integers(0, 100), moments)), st.sampled_from(Period))
def test_no_credit_is_lost_in_the_sums(parts: list[tuple[int, datetime]], period: Period) -> None:
    sums = spent_by(period, [spent(amount, at) for amount, at in parts])
    assert sum(sums.values()) == sum(amount for amount, _ in parts)


@given(st.timedeltas(timedelta(hours=1), timedelta(days=3660)))
def test_no_range_has_more_bars_than_are_legible(length: timedelta) -> None:
    days = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 28}[period_for(length)]
    assert length / timedelta(days=days) <= 131


@given(at=moments, period=st.sampled_from(Period))
def test_a_period_ends_when_the_next_one_begins(at: datetime, period: Period) -> None:
    first = first_day(period, at)
    after = next_period(period, first)
    assert first_day(period, midnight(after)) == after
    assert first_day(period, midnight(after) - timedelta(microseconds=1)) == first


def test_the_spending_of_the_days_of_a_week_is_one_sum() -> None:
    sums = spent_by(Period.WEEK, [spent(5, NOW), spent(7, NOW + timedelta(days=6))])
    assert sums == {date(2026, 11, 23): Decimal(12)}


@pytest.mark.parametrize(
    ("length", "period"),
    [
        (timedelta(days=130), Period.DAY),
        (timedelta(days=130, seconds=1), Period.WEEK),
        (timedelta(weeks=130), Period.WEEK),
        (timedelta(weeks=130, seconds=1), Period.MONTH),
    ],
)
def test_a_range_has_the_finest_bars_of_which_there_are_no_more_than_130(
    length: timedelta, period: Period
) -> None:
    assert period_for(length) is period
