"""One crossing, one alert: whatever is repeated, missed or restarted in between."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alerts import AlertState, judge
from deepvue_tray.core.reading import Alert, Reading
from deepvue_tray.core.settings import Settings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOBODY: AlertState = frozenset()
FIRED: AlertState = frozenset({Alert.LOW})

balances = st.lists(st.integers(-100, 3000))


def at(balance: int | str) -> Reading:
    return Reading(at=NOW, balance=Decimal(balance))


def alerts_of(readings: list[int], *, delivered: bool = True) -> int:
    """Judge balances one after the other, as a program with a memory does; count the alerts."""
    state, count = NOBODY, 0
    for balance in readings:
        state, due = judge(state, at(balance), Settings())
        count += len(due)
        state |= frozenset(due) if delivered else NOBODY
    return count


def test_coming_to_the_threshold_alerts() -> None:
    assert judge(NOBODY, at(1000), Settings()) == (NOBODY, (Alert.LOW,))


def test_staying_above_it_does_not() -> None:
    assert judge(NOBODY, at("1000.01"), Settings()) == (NOBODY, ())


def test_what_was_delivered_is_not_raised_again_below_110_percent() -> None:
    assert judge(FIRED, at(1100), Settings()) == (FIRED, ())


def test_it_is_armed_again_above_110_percent() -> None:
    assert judge(FIRED, at(1101), Settings()) == (NOBODY, ())


def test_a_threshold_that_is_off_neither_alerts_nor_stays_fired() -> None:
    assert judge(FIRED, at(5), Settings(low=None)) == (NOBODY, ())


def test_an_alert_that_is_switched_off_does_not_speak() -> None:
    assert judge(NOBODY, at(5), Settings(notify_low=False)) == (NOBODY, ())


@given(balances)
def test_repeating_readings_repeats_no_alert(readings: list[int]) -> None:
    repeated = [balance for balance in readings for _ in range(3)]
    assert alerts_of(repeated) == alerts_of(readings)


@given(balances)
def test_between_two_alerts_the_balance_was_above_110_percent(readings: list[int]) -> None:
    crossings, armed = 0, True
    for balance in readings:
        if armed and balance <= 1000:
            crossings, armed = crossings + 1, False
        elif balance > 1100:
            armed = True
    assert alerts_of(readings) == crossings


@given(balances)
def test_what_was_never_delivered_is_due_at_every_low_reading(readings: list[int]) -> None:
    low = sum(balance <= 1000 for balance in readings)
    assert alerts_of(readings, delivered=False) == low
