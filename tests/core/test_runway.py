"""The runway: properties for any wallet, and the results for simple ones."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from math import exp, log
from statistics import fmean, median
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepvue_tray.core.forecast import runway
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.forecast.series import Point, series_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SLOT = timedelta(minutes=5)


class Reading(NamedTuple):
    at: datetime
    balance: float


def at(moment: datetime, balance: float) -> Reading:
    return Reading(moment, balance)


def points(readings: Iterable[Reading]) -> list[Point]:
    return [(reading.at.timestamp(), reading.balance) for reading in readings]


def forecast_runway(readings: Iterable[Reading], now: datetime) -> Runway | None:
    return runway.forecast_runway(series_of(points(readings)), now)


def slots(days: float, now: datetime = NOW) -> list[datetime]:
    count = int(timedelta(days=days) / SLOT)
    return [now - SLOT * i for i in range(count, -1, -1)]


def wallet(
    rate: Callable[[datetime], float], left: float, *, days: float = 21, now: datetime = NOW
) -> list[Reading]:
    """Return readings every five minutes at ``rate`` credits an hour; the last is ``left``."""
    readings, balance = [], left
    for moment in reversed(slots(days, now)):
        readings.append(at(moment, round(balance, 6)))
        balance += rate(moment - SLOT) / 12
    return readings[::-1]


def steady(left: float = 240, *, days: float = 21, rate: float = 10) -> list[Reading]:
    return wallet(lambda _: rate, left, days=days)


def forecast(readings: Iterable[Reading], now: datetime = NOW) -> Runway:
    answer = forecast_runway(readings, now)
    assert answer is not None
    return answer


def hours(runway: Runway, now: datetime = NOW) -> float:
    return (runway.empty_at - now) / HOUR


def in_office(moment: datetime) -> bool:
    return moment.weekday() < 5 and 9 <= moment.hour < 18


# How much history is needed


def test_without_readings_there_is_no_forecast() -> None:
    assert forecast_runway([], NOW) is None


@pytest.mark.parametrize("left", [0.5, 240])
def test_with_less_than_a_day_of_spending_there_is_no_forecast(left: float) -> None:
    assert forecast_runway(steady(left, days=0.9), NOW) is None


def test_a_day_of_spending_is_enough() -> None:
    assert hours(forecast(steady(days=1.1))) == pytest.approx(24, rel=0.05)


def test_the_range_is_wide_after_a_day_of_spending() -> None:
    runway = forecast(steady(days=1.1))
    assert runway.earliest < NOW + 12 * HOUR
    assert runway.latest > NOW + 48 * HOUR


def test_an_empty_wallet_is_empty_now_with_a_short_history() -> None:
    runway = forecast([at(NOW - HOUR, 5), at(NOW, 0)])
    assert runway.earliest == runway.empty_at == runway.latest == NOW
    assert runway.burn_rate == 0


@pytest.mark.parametrize("left", [0, -5])
def test_an_empty_wallet_is_empty_now_with_a_long_history(left: float) -> None:
    runway = forecast(steady(left))
    assert runway.earliest == runway.empty_at == runway.latest == NOW
    assert runway.burn_rate == pytest.approx(240, rel=0.001)


def test_a_wallet_that_never_spent_lasts_to_the_horizon() -> None:
    runway = forecast([at(NOW - 9 * DAY, 70), at(NOW, 70)])
    assert runway.earliest == runway.empty_at == runway.latest == NOW + HORIZON
    assert runway.burn_rate == 0


def test_a_wallet_that_would_last_for_years_lasts_to_the_horizon() -> None:
    assert forecast(steady(10**6)).empty_at == NOW + HORIZON


# Simple wallets


@pytest.mark.parametrize("left", [2, 60, 240, 1680, 50_000])
def test_constant_spending_is_extrapolated(left: float) -> None:
    runway = forecast(steady(left))
    assert hours(runway) == pytest.approx(left / 10, rel=0.02)
    assert runway.burn_rate == pytest.approx(240, rel=0.001)


def test_constant_spending_has_a_narrow_range() -> None:
    runway = forecast(steady(240))
    assert runway.latest - runway.earliest < HOUR


def test_random_spending_has_a_wider_range() -> None:
    rng = random.Random(1)
    runway = forecast(wallet(lambda _: rng.expovariate(0.1), 240))
    assert hours(runway) == pytest.approx(24, rel=0.1)
    assert 0.5 * HOUR < runway.latest - runway.earliest < 12 * HOUR


def test_nights_are_quiet_when_they_always_were() -> None:
    readings = wallet(lambda moment: 10.0 if 8 <= moment.hour < 20 else 0.0, 120)
    assert hours(forecast(readings)) == pytest.approx(24, abs=1.5)


@pytest.mark.parametrize("seen", ["always", "in office hours"])
def test_a_wallet_used_on_workdays_rests_over_the_weekend(seen: str) -> None:
    friday = NOW - 3 * DAY + 5 * HOUR  # 17:00: an hour's worth today, four hours' on Monday
    used = wallet(lambda moment: 10.0 if in_office(moment) else 0.0, 50, days=28, now=friday)
    runway = forecast([r for r in used if seen == "always" or in_office(r.at)], friday)
    assert runway.empty_at.weekday() == 0


def test_a_week_without_spending_leaves_the_wallet_in_use() -> None:
    runway = forecast(wallet(lambda moment: 10.0 if moment < NOW - 7 * DAY else 0.0, 2400))
    assert 5 * DAY < runway.empty_at - NOW < 120 * DAY
    assert runway.burn_rate == 0


def test_after_a_lasting_rise_the_new_level_counts() -> None:
    readings = wallet(lambda moment: 30.0 if moment > NOW - 5 * DAY else 10.0, 720, days=28)
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.15)


@pytest.mark.parametrize("daily", [0.95, 1.05])
def test_the_answer_is_in_order_where_spending_grows_or_shrinks_steadily(daily: float) -> None:
    runway = forecast(wallet(lambda at: 10.0 * float(daily ** ((at - NOW) / DAY)), 720, days=28))
    assert NOW < runway.earliest <= runway.empty_at <= runway.latest


def test_two_days_of_a_daily_rhythm_are_enough() -> None:
    readings = wallet(lambda moment: 10.0 if 8 <= moment.hour < 20 else 0.0, 120, days=2.2)
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.1)


def test_hours_of_use_that_moved_three_weeks_ago_count_at_their_new_time() -> None:
    def rate(moment: datetime) -> float:
        return 10.0 if (moment.hour >= 12) == (moment > NOW - 21 * DAY) else 0.0

    assert hours(forecast(wallet(rate, 60, days=42))) == pytest.approx(6, abs=1.2)


def test_a_balance_above_all_past_spending_has_a_narrow_range() -> None:
    rng = random.Random(3)
    runway = forecast(wallet(lambda _: rng.expovariate(0.1), 24_000))
    assert runway.latest - NOW < 1.5 * (runway.earliest - NOW)


def test_one_burst_does_not_change_the_weekly_profile() -> None:
    def after_a_burst(days: int) -> float:
        begin = NOW - days * DAY
        used = wallet(lambda at: 200.0 if begin <= at < begin + HOUR else 10.0, 360, days=28)
        return hours(forecast(used))

    # If bursts were weekly, one that is six days old would repeat within a day; one that is three
    # days old would not.
    assert after_a_burst(6) > 0.9 * after_a_burst(3)


# Kinds of spending over five weeks, with forecasts from moments of the last two


def office_hours(rng: random.Random, hour: float) -> float:
    return rng.expovariate(1 / 6) if hour // 24 % 7 < 5 and 9 <= hour % 24 < 18 else 0.0


def nightly_batch(rng: random.Random, hour: float) -> float:
    return rng.gauss(100, 15) if 2 <= hour % 24 < 3 else 0.0


def growing(rng: random.Random, hour: float) -> float:
    return rng.expovariate(1 / 3) * exp(0.03 * hour / 24)


def mostly_idle(rng: random.Random, hour: float) -> float:
    return rng.lognormvariate(3, 1) if rng.random() < 0.01 else 0.0


def even(rng: random.Random, hour: float) -> float:
    return rng.expovariate(1 / 5)


def restless(rng: random.Random, hour: float) -> float:
    level = random.Random(hour // 12).lognormvariate(1, 1)  # it changes twice a day
    return level * rng.expovariate(1)


class Case(NamedTuple):
    error: float
    """The median's error, as the absolute logarithm of a ratio."""
    covered: bool
    """Whether the range contains the actual time, within the distance of two readings."""


@cache
def cases(law: Callable[[random.Random, float], float], seen: str, days: float) -> list[Case]:
    """Forecast at 24 moments how long the amount lasts that is spent in the next ``days``."""
    rng = random.Random(f"{law.__name__}, {seen}, {days}")
    start = datetime(2026, 9, 28, tzinfo=UTC)  # a Monday
    moments = [start + i * SLOT for i in range(48 * 288)]
    times = [moment.timestamp() for moment in moments]
    spent = [0.0, *accumulate(law(rng, i / 12) for i in range(len(moments) - 1))]
    slots = [i for i, moment in enumerate(moments) if seen == "always" or in_office(moment)]
    found = []
    for slot in rng.sample([i for i in slots if 20 <= i / 288 < 40], 24):
        empty = spent[slot + int(days * 288)]
        truth = (bisect_left(spent, empty) - slot) * SLOT
        known = [(times[i], empty - spent[i]) for i in slots if i <= slot]
        found_runway = runway.forecast_runway(series_of(known), moments[slot])
        assert found_runway is not None
        earliest, middle, latest = (
            time - moments[slot]
            for time in (found_runway.earliest, found_runway.empty_at, found_runway.latest)
        )
        error = abs(log(max(middle, SLOT) / max(truth, SLOT)))
        found.append(Case(error, earliest - SLOT <= truth <= latest + SLOT))
    return found


LAWS = (office_hours, nightly_batch, growing, mostly_idle, even)


@pytest.mark.parametrize(
    ("law", "days", "error"),
    [
        (office_hours, 1, 0.08),
        (office_hours, 3, 0.25),
        (nightly_batch, 3, 0.3),
        (growing, 3, 0.06),
        (mostly_idle, 3, 0.5),
        (even, 1, 0.07),
        (even, 3, 0.03),
        (restless, 1 / 8, 0.38),
    ],
)
def test_the_median_is_as_near_as_the_kind_of_spending_allows(
    law: Callable[[random.Random, float], float], days: float, error: float
) -> None:
    assert median(case.error for case in cases(law, "always", days)) < error


@pytest.mark.soak
@pytest.mark.parametrize("seen", ["always", "in office hours"])
def test_the_range_contains_the_truth_about_eight_times_in_ten(seen: str) -> None:
    covered = [case.covered for law in LAWS for days in (1, 3) for case in cases(law, seen, days)]
    assert 0.7 < fmean(covered) < 0.88


@pytest.mark.soak
def test_the_range_contains_the_truth_as_often_if_the_history_has_few_such_runs() -> None:
    covered = [case.covered for law in LAWS for case in cases(law, "always", 5)]
    assert fmean(covered) > 0.83


# Top-ups, gaps, corrections


def test_a_top_up_is_not_negative_spending() -> None:
    topped_up = [
        at(r.at, r.balance - 5000 if r.at < NOW - 2 * DAY else r.balance) for r in steady()
    ]
    assert hours(forecast(topped_up)) == pytest.approx(24, rel=0.02)


def test_a_top_up_within_a_gap_hides_only_the_spending_of_the_gap() -> None:
    readings = [
        at(r.at, r.balance - 5000 if r.at < NOW - 2 * DAY else r.balance)
        for r in steady()
        if not NOW - 4 * DAY < r.at < NOW - 2 * DAY
    ]
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.02)


def test_spending_right_before_a_top_up_counts_if_readings_are_days_apart() -> None:
    # A top-up after each Monday's reading hides the spending until Friday's reading.
    readings = [
        at(r.at, r.balance - 3000 * ((NOW - r.at) // (7 * DAY)))
        for r in steady(days=28)
        if r.at.hour == 12 and r.at.minute == 0 and r.at.weekday() in (0, 4)
    ]
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.05)


def test_a_day_hidden_by_a_top_up_does_not_count_as_known() -> None:
    assert forecast_runway([at(NOW - 5 * DAY, 10), at(NOW, 500)], NOW) is None


def test_a_single_wrong_balance_is_not_spending() -> None:
    readings = steady()
    for i, wrong in ((-500, 10**6), (-900, 0)):
        readings[i] = at(readings[i].at, wrong)
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.02)


def test_a_refund_does_not_make_the_wallet_last_longer_than_its_spending() -> None:
    readings = [at(r.at, r.balance - 30 if r.at < NOW - DAY else r.balance) for r in steady()]
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.02)


def test_spans_of_one_balance_count_like_all_their_readings() -> None:
    every = wallet(lambda moment: 12.0 if moment.hour % 6 == 0 else 0.0, 48)
    ends = [
        r
        for before, r, after in zip(every, every[1:], every[2:], strict=False)
        if not before.balance == r.balance == after.balance
    ]
    spans = [every[0], *ends, every[-1]]
    assert len(spans) < len(every) / 3
    assert hours(forecast(spans)) == pytest.approx(hours(forecast(every)), rel=0.02)


def test_readings_while_a_laptop_is_awake_are_enough() -> None:
    rng = random.Random(2)
    awake = {day: (rng.uniform(6, 10), rng.uniform(14, 23)) for day in range(1, 32)}
    readings = [
        r
        for r in steady()
        if awake[r.at.day][0] < r.at.hour + r.at.minute / 60 < awake[r.at.day][1]
    ]
    assert hours(forecast(readings)) == pytest.approx(24, rel=0.05)


def test_the_time_since_the_last_reading_has_passed() -> None:
    runway = forecast(steady(240), NOW + 10 * HOUR)
    assert hours(runway, NOW) == pytest.approx(24, rel=0.02)


def test_a_forecast_that_has_passed_ends_now() -> None:
    assert forecast(steady(240), NOW + 9 * DAY).latest == NOW + 9 * DAY


# Properties of any history

moments = st.integers(-20 * 24 * 60, 0).map(lambda minute: NOW + minute * SLOT / 5)
balances = st.floats(-(2**53), 2**53) | st.decimals(-5, 300, places=2).map(float)
histories = st.dictionaries(moments, balances, max_size=60).map(
    lambda known: [at(moment, known[moment]) for moment in sorted(known)]
)


def seeded(seed: int, left: float = 300) -> list[Reading]:
    """Return readings of a wallet with random level, bursts, daily rhythm, gaps and top-up."""
    rng = random.Random(seed)
    level, day = rng.lognormvariate(2, 1), rng.random()
    used = wallet(
        lambda moment: level * (moment.hour > 24 * day) * rng.lognormvariate(0, 1),
        left,
        days=rng.uniform(2, 30),
    )
    gap = rng.uniform(0, 20)
    return [r for r in used if not gap * DAY < NOW - r.at < (gap + 1) * DAY or r.at == NOW]


seeds = st.integers(0, 10**6).map(seeded)


@given(histories, st.timedeltas(timedelta(0), 900 * DAY))
@settings(max_examples=400)
def test_the_times_of_any_history_s_forecast_are_in_order(
    history: list[Reading], age: timedelta
) -> None:
    now = (history[-1].at if history else NOW) + age
    runway = forecast_runway(history, now)
    if runway:
        assert now <= runway.earliest <= runway.empty_at <= runway.latest <= now + HORIZON
        assert runway.burn_rate >= 0
        assert runway.empty_at.tzinfo is UTC


@given(seeds)
@settings(max_examples=20)
def test_the_times_of_a_used_wallet_s_forecast_are_in_order(history: list[Reading]) -> None:
    runway = forecast(history)
    assert NOW <= runway.earliest <= runway.empty_at <= runway.latest <= NOW + HORIZON


@given(seeds, st.sampled_from([0.001, 7.0, 1e6]))
@settings(max_examples=20)
def test_scaling_all_amounts_does_not_change_the_runway(
    history: list[Reading], factor: float
) -> None:
    scaled = forecast([Reading(at=r.at, balance=r.balance * factor) for r in history])
    assert hours(scaled) == pytest.approx(hours(forecast(history)), rel=1e-6)


@given(seeds, st.integers(300, 10**5), st.floats(0.1, 1))
@settings(max_examples=20)
def test_a_top_up_makes_it_last_longer(history: list[Reading], more: int, when: float) -> None:
    moment = history[int(when * (len(history) - 1))].at
    topped_up = [at(r.at, r.balance + more if r.at >= moment else r.balance) for r in history]
    before = forecast_runway(history, NOW)
    after = forecast_runway(topped_up, NOW)
    if before and after:
        assert after.empty_at >= before.empty_at


@given(st.integers(0, 100))
@settings(max_examples=10)
def test_half_as_much_does_not_last_longer(seed: int) -> None:
    assert forecast(seeded(seed, 150)).empty_at <= forecast(seeded(seed, 300)).empty_at
