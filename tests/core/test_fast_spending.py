"""Fast spending is spending far above the wallet's usual, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.forecast import fast_spending
from deepvue_tray.core.forecast.fast_spending import learn_limits
from deepvue_tray.core.forecast.series import Series, series_of
from deepvue_tray.core.reading import MAX_BALANCE, Reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
INTERVAL = timedelta(minutes=5)
HOUR, DAY = 12, 288  # in readings

moments = st.integers(-70 * DAY, 0).map(lambda slot: NOW + slot * INTERVAL)
balances = st.decimals(-MAX_BALANCE, MAX_BALANCE, places=2)
anything = st.dictionaries(moments, balances, max_size=60).map(
    lambda known: [Reading(at=at, balance=known[at]) for at in sorted(known)]
)
rates = st.integers(1, 10_000)


def series(readings: list[Reading], until: datetime) -> Series:
    return series_of([(r.at.timestamp(), float(r.balance)) for r in readings if r.at <= until])


def is_fast_spending(readings: list[Reading], now: datetime, age: timedelta = timedelta(0)) -> bool:
    """Return the result with limits that were learnt ``age`` before ``now``."""
    limits = learn_limits(series(readings, now - age))
    return fast_spending.is_fast_spending(series(readings, now), limits, now)


def wallet(spend: Callable[[int], float], days: int = 20) -> list[Reading]:
    """Return readings every 5 minutes until NOW; ``spend`` returns the n-th last spending."""
    balance, readings = Decimal(10**9), []
    for before in range(days * DAY, -1, -1):
        balance -= Decimal(spend(before))
        readings.append(Reading(at=NOW - before * INTERVAL, balance=balance))
    return readings


def steady(before: int) -> int:
    return 20


def fast(before: int) -> int:
    return 200 if before < 4 else 20


def replaced(readings: list[Reading], before: int, change: int) -> list[Reading]:
    """Add ``change`` to the balances from the n-th last reading on."""
    at = len(readings) - 1 - before
    return readings[:at] + [
        Reading(at=reading.at, balance=reading.balance + change) for reading in readings[at:]
    ]


@given(readings=anything, now=moments)
def test_no_history_raises_an_error(readings: list[Reading], now: datetime) -> None:
    assert is_fast_spending(readings, now) in (True, False)


@given(rate=rates)
def test_steady_spending_is_never_fast(rate: int) -> None:
    assert not is_fast_spending(wallet(lambda _: rate, days=15), NOW)


@given(rate=rates, slots=st.integers(4, 6))
def test_a_tenfold_spend_is_found_within_half_an_hour(rate: int, slots: int) -> None:
    readings = wallet(lambda before: rate * (10 if before < slots else 1), days=15)
    assert is_fast_spending(readings, NOW)


@given(
    used=st.lists(st.integers(0, 9), min_size=HOUR, max_size=HOUR),
    more=st.integers(0, 300),
    factor=st.sampled_from([Decimal("0.001"), Decimal("0.37"), Decimal(3), Decimal(10**6)]),
)
def test_scaling_all_amounts_changes_nothing(used: list[int], more: int, factor: Decimal) -> None:
    readings = wallet(lambda n: more if n < 4 else used[n * 7 % 11], days=15)
    scaled = [Reading(at=r.at, balance=r.balance * factor) for r in readings]
    assert is_fast_spending(scaled, NOW) == is_fast_spending(readings, NOW)


@given(before=st.integers(0, 15 * DAY), amount=st.integers(0, 10**9))
def test_a_top_up_is_not_spending(before: int, amount: int) -> None:
    readings = wallet(steady, days=15)
    assert not is_fast_spending(replaced(readings, before, amount), NOW)


def test_a_top_up_an_hour_ago_hides_no_fast_spending() -> None:
    assert is_fast_spending(replaced(wallet(fast), HOUR, 10**6), NOW)


def test_one_large_purchase_is_not_fast_spending() -> None:
    assert not is_fast_spending(wallet(lambda before: 10**6 if before == 1 else 20), NOW)


def test_one_large_purchase_while_four_readings_failed_is_not_fast_spending() -> None:
    readings = wallet(lambda before: 10**6 if before == 4 else 20)
    assert not is_fast_spending(readings[:-5] + readings[-1:], NOW)


def test_one_corrected_balance_is_not_fast_spending() -> None:
    readings = wallet(steady)
    assert not is_fast_spending(replaced(replaced(readings, 2, -(10**6)), 1, 10**6), NOW)


@pytest.mark.parametrize("days", [0, 1, 7, 12, 13])
def test_less_than_two_weeks_of_history_is_never_fast(days: int) -> None:
    assert not is_fast_spending(wallet(fast, days), NOW)


def test_without_readings_spending_is_not_fast() -> None:
    assert not is_fast_spending([], NOW)


def test_a_wallet_without_a_recent_reading_is_not_fast() -> None:
    assert not is_fast_spending(wallet(fast), NOW + timedelta(minutes=11))


@pytest.mark.parametrize("late", [0, 3, -2])
def test_a_nightly_batch_is_not_fast_spending(late: int) -> None:
    def nightly(before: int) -> int:
        shift = late if before < HOUR else 0
        return 500 if (before + shift) % DAY < 6 else 5

    assert not is_fast_spending(wallet(nightly), NOW)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=23)])
@pytest.mark.parametrize("late", [HOUR, -HOUR])
def test_a_nightly_batch_an_hour_late_or_early_is_not_fast_spending(
    late: int, age: timedelta
) -> None:
    readings = wallet(lambda before: 500 if before < 6 or (before - late) % DAY < 6 else 5)
    assert not is_fast_spending(readings, NOW, age)


def test_a_nightly_batch_after_an_evening_asleep_is_not_fast_spending() -> None:
    readings = wallet(lambda before: 500 if before % DAY < 6 else 5)
    awake = [r for r in readings if not 5 < (NOW - r.at) / timedelta(hours=1) < 8]
    assert not is_fast_spending(awake, NOW)


def test_a_batch_at_an_unusual_hour_is_fast_spending() -> None:
    assert is_fast_spending(
        wallet(lambda before: 500 if before < 6 or (before - 8 * HOUR) % DAY < 6 else 5), NOW
    )


@given(age=st.integers(0, 30 * HOUR), is_fast=st.booleans())
def test_limits_learnt_earlier_still_apply_to_their_hours(age: int, is_fast: bool) -> None:
    def nightly(before: int) -> int:
        return 500 if before % DAY < 6 else 5

    def at_any_hour(before: int) -> int:
        return 500 if before < 6 else nightly(before - 8 * HOUR)

    readings = wallet(at_any_hour if is_fast else nightly)
    assert is_fast_spending(readings, NOW, age * INTERVAL) is is_fast


def test_many_times_the_spending_of_a_quiet_hour_is_not_fast_spending() -> None:
    def spend(before: int) -> int:
        return 10 if before < 6 else 1 if before % DAY < 3 * HOUR else 100

    assert not is_fast_spending(wallet(spend), NOW)


def test_a_burst_that_a_sparse_wallet_has_at_any_hour_is_not_fast_spending() -> None:
    bursts = {day * DAY + day * 7919 % DAY for day in range(1, 20)}
    assert not is_fast_spending(
        wallet(lambda n: 40 if n < 6 or any(n - k in bursts for k in range(6)) else 0), NOW
    )


@pytest.mark.parametrize(("slots", "is_fast"), [(4, False), (6, False), (8, True), (24, True)])
def test_spending_that_outlasts_the_wallets_own_bursts_of_half_an_hour_is_found(
    slots: int, is_fast: bool
) -> None:
    bursts = {day * DAY + day * 7919 % DAY for day in range(1, 20)}
    readings = wallet(
        lambda n: 50 if n < slots else 190 if any(n - k in bursts for k in range(6)) else 4
    )
    assert is_fast_spending(readings, NOW) is is_fast


@pytest.mark.parametrize("unit", [Decimal("0.001"), Decimal(1)])
@pytest.mark.parametrize(("amount", "is_fast"), [(40, False), (100, False), (400, True)])
def test_a_wallet_used_twice_in_eight_weeks_is_compared_with_these_two_uses(
    amount: int, is_fast: bool, unit: Decimal
) -> None:
    busy = (20 * DAY, 40 * DAY)
    readings = wallet(
        lambda n: amount if n < 6 else 40 if any(0 <= n - k < 6 for k in busy) else 0, days=56
    )
    scaled = [Reading(at=r.at, balance=r.balance * unit) for r in readings]
    assert is_fast_spending(scaled, NOW) is is_fast


def test_a_repeated_event_is_not_fast_spending_despite_rounding() -> None:
    def spend(before: int) -> int:
        event = before < 6 or 0 <= before - (5 * DAY + 7 * HOUR) < 6
        return 61 if event else 7  # in floating point, 61 / 7 * 7 is slightly less than 61

    assert not is_fast_spending(wallet(spend), NOW)


def test_a_long_gap_is_not_fast_spending() -> None:
    readings = wallet(steady)
    asleep = readings[: -8 * HOUR] + readings[-1:]
    assert not is_fast_spending(replaced(asleep, 0, -(10**6)), NOW, timedelta(hours=9))


def test_fast_spending_is_found_although_the_computer_sleeps_at_night() -> None:
    awake = [r for r in wallet(fast, days=25) if r.at.weekday() < 5 and 8 <= r.at.hour < 18]
    assert is_fast_spending(awake, NOW)


@pytest.mark.parametrize("unit", [Decimal("0.001"), Decimal(1)])
def test_fast_spending_is_found_at_an_hour_without_earlier_readings(
    unit: Decimal,
) -> None:
    awake = [
        Reading(at=r.at, balance=r.balance * unit)
        for r in wallet(fast, days=25)
        if 12 <= r.at.hour < 20 or NOW - r.at < timedelta(hours=1)
    ]
    assert is_fast_spending(awake, NOW)


def test_a_burst_counts_no_longer_than_the_readings_since_the_wake_up_show() -> None:
    bursts = {day * DAY + day * 7919 % DAY for day in range(1, 20)}
    readings = wallet(
        lambda n: 50 if n < 14 else 190 if any(n - k in bursts for k in range(12)) else 4
    )
    limits = learn_limits(series(readings, NOW))
    for known in (readings, readings[-15:]):
        assert not fast_spending.is_fast_spending(series(known, NOW), limits, NOW)


def test_spending_in_an_idle_hour_is_fast_although_it_happened_twice_in_eight_weeks() -> None:
    def spend(before: int) -> int:
        if before // DAY in (0, 20, 40) and before % DAY < 6:
            return 400
        return 20 if 4 * HOUR <= before % DAY < 12 * HOUR else 0

    assert is_fast_spending(wallet(spend, days=56), NOW)


def test_the_first_and_the_last_reading_of_an_unchanged_balance_are_enough() -> None:
    readings = wallet(lambda n: 0 if n % DAY > 8 * HOUR else 10 * fast(n))
    spans = [
        reading
        for before, reading, after in zip(
            [None, *readings], readings, [*readings[1:], None], strict=False
        )
        if not (before and after and before.balance == reading.balance == after.balance)
    ]
    assert len(spans) < len(readings) / 2
    assert is_fast_spending(spans, NOW) == is_fast_spending(readings, NOW) is True


def test_a_wallet_that_was_never_spent_has_no_limits() -> None:
    assert not is_fast_spending(wallet(lambda n: 100 if n < 4 else 0), NOW)


@pytest.mark.parametrize(("times", "is_fast"), [(3, False), (4, True)])
def test_spending_is_fast_above_the_middle_between_usual_and_tenfold(
    times: int, is_fast: bool
) -> None:
    readings = wallet(lambda before: 20 * times if before < 6 else 20)
    assert is_fast_spending(readings, NOW) is is_fast


def test_spending_hidden_by_a_daily_gap_does_not_count_as_usual() -> None:
    def in_gap(before: int) -> bool:
        return 2 * HOUR < (before + 4 * HOUR) % DAY < 6 * HOUR and before > DAY // 2

    readings = wallet(lambda before: 2000 if in_gap(before) else fast(before))
    awake = [r for before, r in enumerate(reversed(readings)) if not in_gap(before)][::-1]
    assert is_fast_spending(awake, NOW)
