"""A balance is the same live, stored and read back, and short where a person reads it."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deepvue_tray.core.reading import (
    LARGEST_BALANCE,
    MOST_DECIMALS,
    as_number,
    believable,
    rounded_for_display,
)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
BALANCES = st.decimals(-(2**53), 2**53, allow_nan=False) | st.floats(-1e6, 1e6).map(Decimal)


@given(DECIMALS | BALANCES)
@example(Decimal("9007199254740990.7"))
@example(Decimal("9007199254.1234565"))
@example(Decimal("1E+999999"))
@example(Decimal("-0.0000000001"))
def test_what_is_believed_once_is_believed_unchanged(told: Decimal) -> None:
    balance = believable(told)
    if balance is None:
        assert abs(told) > LARGEST_BALANCE
        return
    again = believable(balance)
    assert str(again) == str(balance)
    assert believable(Decimal(repr(as_number(balance)))) == balance


@given(BALANCES)
@example(Decimal("1E+4"))
@example(Decimal("0.300000000000"))
@example(Decimal("6448.0"))
def test_what_is_believed_has_no_trailing_zeros_and_no_positive_exponent(told: Decimal) -> None:
    balance = believable(told)
    if balance is None:
        return
    exponent = balance.as_tuple().exponent
    assert isinstance(exponent, int)
    assert -MOST_DECIMALS <= exponent <= 0
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
def test_a_person_reads_two_decimals_and_more_only_where_they_would_be_lost(
    amount: str, text: str
) -> None:
    assert f"{rounded_for_display(Decimal(amount)):f}" == text


@given(BALANCES)
def test_no_balance_but_zero_is_read_as_zero_or_as_a_whole_number_that_it_is_not(
    told: Decimal,
) -> None:
    balance = believable(told)
    if balance is not None:
        shown = rounded_for_display(balance)
        assert (shown == 0) == (balance == 0)
        assert (shown == int(shown)) == (balance == int(balance))
