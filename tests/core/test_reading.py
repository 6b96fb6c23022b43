"""A balance is stored and read unchanged, and only significant rises are added credits."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deepvue_tray.core.reading import (
    MAX_BALANCE,
    MAX_DECIMALS,
    as_number,
    balance_from_number,
    is_top_up,
    normalized_balance,
    peak_balance,
    rounded_for_display,
)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
BALANCES = st.decimals(-(2**53), 2**53, allow_nan=False) | st.floats(-1e6, 1e6).map(Decimal)


@given(DECIMALS | BALANCES)
@example(Decimal("9007199254740990.7"))
@example(Decimal("9007199254.1234565"))
@example(Decimal("1E+999999"))
@example(Decimal("-0.0000000001"))
def test_a_normalized_balance_stays_unchanged_when_normalized_again(raw: Decimal) -> None:
    balance = normalized_balance(raw)
    if balance is None:
        assert abs(raw) > MAX_BALANCE
        return
    again = normalized_balance(balance)
    assert str(again) == str(balance)
    assert normalized_balance(Decimal(repr(as_number(balance)))) == balance


@given(BALANCES)
@example(Decimal("1E+4"))
@example(Decimal("0.300000000000"))
@example(Decimal("6448.0"))
def test_a_normalized_balance_has_no_trailing_zeros_and_no_positive_exponent(raw: Decimal) -> None:
    balance = normalized_balance(raw)
    if balance is None:
        return
    exponent = balance.as_tuple().exponent
    assert isinstance(exponent, int)
    assert -MAX_DECIMALS <= exponent <= 0
    assert exponent == 0 or balance.as_tuple().digits[-1] != 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("6448", "6448"),
        ("6448.000", "6448"),
        ("1E+4", "10000"),
        ("6448.5", "6448.50"),
        ("6448.126", "6448.13"),
        ("0.3", "0.30"),
        ("0.30000000000000004", "0.30"),
        ("5.999999999999", "6"),
        ("0.001", "0.001"),
        ("0.0000124", "0.00001"),
        ("999.999", "999.999"),
        ("-0.37", "-0.37"),
    ],
)
def test_two_decimals_are_shown_and_more_only_if_two_would_be_zero(amount: str, text: str) -> None:
    assert f"{rounded_for_display(Decimal(amount)):f}" == text


@given(BALANCES)
def test_only_zero_is_shown_as_zero_and_only_whole_amounts_as_whole(
    raw: Decimal,
) -> None:
    balance = normalized_balance(raw)
    if balance is not None:
        shown = rounded_for_display(balance)
        assert (shown == 0) == (balance == 0)
        assert (shown == int(shown)) == (balance == int(balance))


def balances(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("before", "now", "topped_up"),
    [
        (balances(), "5000", False),
        (balances("50"), "51", True),
        (balances("50"), "50.99", False),
        (balances("1000"), "1010", True),
        (balances("1000"), "1009.99", False),
        (balances("0"), "1", True),
        (balances("-500"), "-499", True),
        (balances("50", "49"), "50", False),
        (balances("5000", "0"), "5000", False),
        (balances("5000", "0"), "4000", False),
        (balances("5000", "4000"), "5001", True),
        (balances("5000", "4000", "4000"), "5000", True),
    ],
)
def test_a_top_up_is_a_significant_rise_that_restores_no_vanished_balance(
    before: list[Decimal], now: str, topped_up: bool
) -> None:
    assert is_top_up(before, Decimal(now)) is topped_up


def test_servers_that_lag_by_a_credit_never_add_any() -> None:
    for level in (5, 60, 5000):
        answers = [Decimal(level - number % 2) for number in range(288)]
        assert not any(is_top_up(answers[:n], answers[n]) for n in range(1, 288))


@given(st.lists(st.integers(0, 3000).map(Decimal), min_size=1))
@example(balances("1000", "1005", "1000"))
def test_the_peak_is_no_less_than_any_balance_since_the_last_top_up(read: list[Decimal]) -> None:
    peak, since = None, 0
    for number, balance in enumerate(read):
        peak = peak_balance(peak, read[:number], balance)
        since = number if is_top_up(read[:number], balance) else since
        assert peak == max(read[since : number + 1])


@given(st.decimals(-MAX_BALANCE, MAX_BALANCE, allow_nan=False, allow_infinity=False))
def test_a_balance_is_the_same_number_after_it_was_stored(sent: Decimal) -> None:
    balance = normalized_balance(sent)
    if balance is not None:
        assert balance_from_number(as_number(balance)) == balance
        assert abs(balance - sent) < Decimal("0.6")


def test_a_balance_with_more_digits_than_are_stored_is_no_top_up_after_a_restart() -> None:
    sent = Decimal("1234567.123456789012345678")
    live = normalized_balance(sent)
    assert live is not None
    stored = balance_from_number(as_number(live))
    assert str(stored) == str(live)
    assert not any(is_top_up([before], after) for before, after in pairwise([live, stored, live]))


def test_the_largest_balances_are_accepted_and_nothing_beyond() -> None:
    for largest in (Decimal(MAX_BALANCE), Decimal(-MAX_BALANCE)):
        assert normalized_balance(largest) == largest
        assert normalized_balance(largest + largest / abs(largest)) is None


def test_a_whole_balance_is_stored_as_a_whole_number() -> None:
    assert repr(as_number(Decimal("6448.0"))) == "6448"


def test_only_the_last_decrease_counts_as_a_vanished_balance() -> None:
    assert not is_top_up(balances("10", "5000", "4000"), Decimal(5000))
