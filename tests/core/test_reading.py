"""What counts as added credits, and which digits of a balance are kept."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.reading import (
    LARGEST_BALANCE,
    as_number,
    believable,
    credits_of,
    is_top_up,
    peak_balance,
)


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
def test_a_top_up_is_a_rise_beyond_noise_and_beyond_what_vanished_a_reading_ago(
    before: list[Decimal], now: str, topped_up: bool
) -> None:
    assert is_top_up(before, Decimal(now)) is topped_up


def test_servers_that_lag_by_a_credit_never_add_any() -> None:
    for level in (5, 60, 5000):
        answers = [Decimal(level - number % 2) for number in range(288)]
        assert not any(is_top_up(answers[:n], answers[n]) for n in range(1, 288))


@given(st.lists(st.integers(0, 3000).map(Decimal), min_size=1))
def test_the_peak_is_no_less_than_any_balance_since_the_last_top_up(read: list[Decimal]) -> None:
    peak, since = None, 0
    for number, balance in enumerate(read):
        peak = peak_balance(peak, read[:number], balance)
        since = number if is_top_up(read[:number], balance) else since
        assert peak == max(read[since : number + 1])


@given(st.decimals(-LARGEST_BALANCE, LARGEST_BALANCE, allow_nan=False, allow_infinity=False))
def test_a_balance_is_the_same_number_after_it_was_stored(sent: Decimal) -> None:
    balance = believable(sent)
    if balance is not None:
        assert credits_of(as_number(balance)) == balance
        assert abs(balance - sent) < Decimal("0.6")


def test_a_balance_with_more_digits_than_are_stored_is_no_top_up_after_a_restart() -> None:
    sent = Decimal("1234567.123456789012345678")
    live = believable(sent)
    assert live is not None
    stored = credits_of(as_number(live))
    assert str(stored) == str(live)
    assert not any(is_top_up([before], after) for before, after in pairwise([live, stored, live]))
