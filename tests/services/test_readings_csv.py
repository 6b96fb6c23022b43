"""Readings are written to and read from CSV files."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.external_text import MAX_LENGTH
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.readings_csv import BadLine, lines, parse

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

readings = st.builds(
    Reading,
    at=st.datetimes(datetime(1970, 1, 1), NOW.replace(tzinfo=None), timezones=st.just(UTC)),
    balance=st.decimals(-(10**12), 10**12, allow_nan=False, places=2).map(abs),
)


def test_each_reading_is_a_line_with_its_digits() -> None:
    balances = ["6448", "6448.50", "1E+3", "-3"]
    written = lines(Reading(at=NOW, balance=Decimal(balance)) for balance in balances)
    assert "".join(written).splitlines() == [
        "at,balance",
        "2026-11-23T09:00:00Z,6448",
        "2026-11-23T09:00:00Z,6448.50",
        "2026-11-23T09:00:00Z,1000",
        "2026-11-23T09:00:00Z,-3",
    ]


@given(st.lists(readings))
def test_written_readings_are_read_unchanged(known: list[Reading]) -> None:
    assert parse(lines(known), NOW) == (known, [])


@given(st.lists(st.text()))
def test_each_line_of_any_file_is_a_reading_or_reported(text: list[str]) -> None:
    found, bad = parse(["at,balance\n", *text], NOW)
    assert all(reading.at <= NOW for reading in found)
    assert all(line.number >= 1 and line.reason for line in bad)


def test_columns_may_be_in_any_order_and_among_others() -> None:
    found, bad = parse(["note, balance ,at\n", "x,5,2026-11-23T09:00:00Z\n", "\n"], NOW)
    assert (found, bad) == ([Reading(at=NOW, balance=Decimal(5))], [])


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    india = NOW.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    assert parse(["at,balance\n", f"{india},5\n"], NOW)[0][0].at == NOW


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("yesterday,5", "'yesterday' is not a time"),
        ("2026-11-23T09:00:00,5", "no time zone"),
        ("2026-11-23T09:00:01Z,5", "not between 1970 and now"),
        ("1969-12-31T23:59:59Z,5", "not between 1970 and now"),
        ("2026-11-23T09:00:00Z,", "not a balance"),
        ("2026-11-23T09:00:00Z,NaN", "not a balance"),
        ("2026-11-23T09:00:00Z,-inf", "not a balance"),
        ('2026-11-23T09:00:00Z,"6,448"', "not a balance"),
        ("2026-11-23T09:00:00Z,1e16", "not a balance"),
        ("2026-11-23T09:00:00Z", "has fewer than 2 columns"),
    ],
)
def test_a_bad_line_is_reported_with_the_reason(line: str, reason: str) -> None:
    found, [bad] = parse(["at,balance\n", "2026-11-23T09:00:00Z,7\n", f"{line}\n"], NOW)
    assert len(found) == 1
    assert bad.number == 3
    assert reason in bad.reason


@pytest.mark.parametrize("text", [[], ["\n"], ["time,credits\n"], ["2026-11-23T09:00:00Z,5\n"]])
def test_a_file_without_column_names_is_refused(text: list[str]) -> None:
    assert parse(text, NOW) == (
        [],
        [BadLine(1, "the first line must name the columns at and balance")],
    )


def test_a_long_bad_line_is_shortened_in_the_report() -> None:
    _, bad = parse(["at,balance\n", f"2026-11-23T09:00:00Z,{'x' * 50_000}\n"], NOW)
    assert len(bad[0].reason) == MAX_LENGTH
    assert bad[0].reason.endswith(" is not a balance such as 6448 or 6448.50")
