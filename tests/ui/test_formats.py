"""Numbers and durations follow the locale, and are rounded for display."""

from datetime import timedelta
from decimal import Decimal

import pytest

from deepvue_tray.ui import formats

pytestmark = pytest.mark.usefixtures("locale")


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en_GB", "1,234,567"), ("en_IN", "12,34,567"), ("de_DE", "1.234.567")],
    indirect=["locale"],
)
def test_numbers_are_grouped_as_the_locale_does(text: str) -> None:
    assert formats.format_number(Decimal(1234567)) == text


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        ("6448", "6,448"),
        ("6448.0", "6,448"),
        ("6448.5", "6,448.50"),
        ("6448.126", "6,448.13"),
        ("0.300000000000", "0.30"),
        ("0.001", "0.001"),
        ("-3", "-3"),
        ("-0.37", "-0.37"),
        ("1E+3", "1,000"),
        ("9007199254740991", "9,007,199,254,740,991"),
    ],
)
def test_two_decimals_are_shown_if_they_are_not_zero(balance: str, text: str) -> None:
    assert formats.format_number(Decimal(balance)) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ((9 * 24, 14 * 24), "between 9 and 14 days"),
        ((24, 4 * 24), "between 24 hours and 4 days"),
        ((1, 3), "between 1 and 3 hours"),
    ],
)
def test_a_range_names_its_unit_once_if_both_ends_share_it(
    hours: tuple[int, int], text: str
) -> None:
    shortest, longest = (timedelta(hours=count) for count in hours)
    assert formats.format_duration_range(shortest, longest) == text
