"""The sums of usage reports: each call counts once, in the day of its report."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.usage import (
    INDIA,
    Call,
    DayReport,
    Outcome,
    ProductUsage,
    Usage,
    UsageKey,
    balances_before,
    by_product,
    days_to_fetch,
    discrepancy,
    grown_product,
    outcome_of,
)

DAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)

charges = st.decimals(0, 10_000, places=6)
products = st.sampled_from(["PAN-Plus", "GST", "Aadhaar"])


def calls_between(start: datetime, end: datetime) -> st.SearchStrategy[list[Call]]:
    """Return calls in a range, in several time zones."""
    offsets = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
    seconds = st.integers(0, int((end - start).total_seconds()) - 1)
    times = st.builds(
        lambda second, zone: (start + timedelta(seconds=second)).astimezone(zone), seconds, offsets
    )
    return st.lists(st.builds(Call, times, products, st.sampled_from(Outcome), charges))


def summed(day: date, calls: Iterable[Call]) -> dict[str, Usage]:
    """Return the sum of each product that the report of a day has."""
    report = DayReport(day)
    for call in calls:
        report.add(call)
    rows = [(key.product, key.outcome, usage) for key, usage in report.sums().items()]
    return {each.product: each.total for each in by_product(rows)}


def expected(calls: Sequence[Call]) -> dict[str, Usage]:
    names = {call.product for call in calls}
    return {
        name: Usage(
            sum(call.product == name for call in calls),
            sum((call.charge for call in calls if call.product == name), Decimal(0)),
        )
        for name in names
    }


@given(calls_between(MIDNIGHT, MIDNIGHT + timedelta(days=1)), st.randoms())
def test_the_sums_of_a_day_are_those_of_its_calls_in_any_order(
    calls: list[Call], random: Random
) -> None:
    shuffled = [*calls]
    random.shuffle(shuffled)
    assert summed(DAY, shuffled) == expected(calls)


@given(calls_between(MIDNIGHT - timedelta(days=2), MIDNIGHT + timedelta(days=3)))
def test_every_call_counts_once_whether_the_server_s_days_are_those_of_utc_or_of_india(
    calls: list[Call],
) -> None:
    for ahead in (timedelta(0), INDIA):
        found: list[tuple[str, Outcome, Usage]] = []
        for number in range(-4, 6):
            day = DAY + timedelta(days=number)
            report = DayReport(day)
            for call in calls:
                if (call.at.astimezone(UTC) + ahead).date() == day:
                    report.add(call)
            found += [(k.product, k.outcome, usage) for k, usage in report.sums().items()]
        assert {each.product: each.total for each in by_product(found)} == expected(calls)


@given(calls_between(MIDNIGHT - timedelta(days=2), MIDNIGHT + timedelta(days=3)))
def test_every_call_counts_once_if_every_report_has_all_of_them(calls: list[Call]) -> None:
    anchor = Call(MIDNIGHT - timedelta(days=3), "GST", Outcome.FOUND, Decimal(1))
    everything = [anchor, *calls]
    found: list[tuple[str, Outcome, Usage]] = []
    for number in range(-3, 4):
        report = DayReport(DAY + timedelta(days=number))
        for call in everything:
            report.add(call)
        found += [(k.product, k.outcome, usage) for k, usage in report.sums().items()]
    assert {each.product: each.total for each in by_product(found)} == expected(everything)


@given(calls_between(MIDNIGHT, MIDNIGHT + timedelta(days=1)))
def test_a_call_belongs_to_its_hour_of_utc(calls: list[Call]) -> None:
    report = DayReport(DAY)
    for call in calls:
        report.add(call)
    hours = {key.hour for key in report.sums()}
    assert hours == {
        call.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) for call in calls
    }


@pytest.mark.parametrize(
    ("status", "message", "outcome"),
    [
        (200, "Pan Verified Successfully.", Outcome.FOUND),
        (200, "", Outcome.FOUND),
        (200, "Invalid Pan Number.", Outcome.NOT_FOUND),
        (200, "No record found", Outcome.NOT_FOUND),
        (200, "GSTIN does not exist", Outcome.NOT_FOUND),
        (404, "", Outcome.NOT_FOUND),
        (422, "Invalid Pan pattern", Outcome.FAILED),
        (503, "Source Unavailable", Outcome.FAILED),
    ],
)
def test_the_outcome_follows_from_status_and_message(
    status: int, message: str, outcome: Outcome
) -> None:
    assert outcome_of(status, message) is outcome


def test_a_call_at_the_end_of_all_calendars_is_left_out() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    assert summed(DAY, [Call(last, "PAN-Plus", Outcome.FOUND, Decimal(1))]) == {}


def test_the_product_with_the_highest_spending_comes_first() -> None:
    rows = [
        ("GST", Outcome.FOUND, Usage(9, Decimal(1))),
        ("PAN-Plus", Outcome.FOUND, Usage(2, Decimal(6))),
        ("PAN-Plus", Outcome.NOT_FOUND, Usage(1, Decimal(3))),
    ]
    first, second = by_product(rows)
    assert (first.product, first.total) == ("PAN-Plus", Usage(3, Decimal(9)))
    assert first.not_found == Usage(1, Decimal(3))
    assert second == ProductUsage(product="GST", outcomes={Outcome.FOUND: Usage(9, Decimal(1))})


def test_a_day_that_may_still_change_is_fetched_again_after_an_hour() -> None:
    now = MIDNIGHT + timedelta(hours=12)
    yesterday, long_ago = DAY - timedelta(days=1), DAY - timedelta(days=4)
    everything = [DAY - timedelta(days=number) for number in range(5)]
    assert days_to_fetch({}, 5, now) == everything
    fetched = {day: now - timedelta(minutes=59) for day in everything}
    assert days_to_fetch(fetched, 5, now) == []
    later = now + timedelta(minutes=1)
    assert days_to_fetch(fetched, 5, later) == [DAY, yesterday]
    assert long_ago not in days_to_fetch(fetched, 5, later + timedelta(days=30))


def test_the_first_day_is_the_present_one_in_india() -> None:
    assert days_to_fetch({}, 1, MIDNIGHT + timedelta(hours=19)) == [DAY + timedelta(days=1)]


def test_a_clock_that_was_wrong_does_not_keep_a_day_from_being_fetched_again() -> None:
    assert days_to_fetch({DAY: MIDNIGHT + timedelta(hours=20)}, 1, MIDNIGHT) == [DAY]


@pytest.mark.parametrize(
    ("charges", "fall", "agree"),
    [(0, 0, True), (100, 100, True), (96, 100, True), (94, 100, False), (100, 94, False)],
)
def test_charges_explain_the_fall_of_the_balance_within_5_percent(
    charges: int, fall: int, agree: bool
) -> None:
    assert (discrepancy(Decimal(charges), Decimal(fall)) is None) is agree


READING = Reading(at=MIDNIGHT + timedelta(hours=12, minutes=30), balance=Decimal(1000))


@given(calls_between(MIDNIGHT - timedelta(days=1), MIDNIGHT + timedelta(hours=12)))
def test_balances_before_a_reading_fall_by_what_was_charged(calls: list[Call]) -> None:
    sums: dict[UsageKey, Usage] = {}
    for number in (-1, 0):
        report = DayReport(DAY + timedelta(days=number))
        for call in calls:
            report.add(call)
        sums |= report.sums()
    since = MIDNIGHT - timedelta(days=1)
    points = balances_before(READING, sums, since)
    times, balances = zip(*points, strict=True)
    assert times[0] == since.timestamp()
    assert {after - before for before, after in pairwise(times)} == {3600}
    assert times[-1] == (READING.at - timedelta(minutes=30)).timestamp()
    assert all(before >= after for before, after in pairwise(balances))
    charged = sum((call.charge for call in calls), Decimal(0))
    assert balances[0] == pytest.approx(float(1000 + charged))
    assert balances[-1] == 1000


def test_there_are_no_balances_before_a_reading_without_reports() -> None:
    assert balances_before(READING, {}, READING.at + timedelta(seconds=1)) == []


def spent_each_hour(product: str, amount: int, hours: range) -> dict[UsageKey, Usage]:
    """Return a call each hour, counted back from READING."""
    now = READING.at.replace(minute=0)
    return {
        UsageKey(now - timedelta(hours=hour), product, Outcome.FOUND): Usage(1, Decimal(amount))
        for hour in hours
    }


def test_the_product_that_has_grown_most_is_named() -> None:
    steady = spent_each_hour("GST", 50, range(24 * 8))
    grown = spent_each_hour("PAN-Plus", 5, range(4, 24 * 8)) | spent_each_hour(
        "PAN-Plus", 40, range(4)
    )
    assert grown_product(steady | grown, READING.at) == "PAN-Plus"


def test_no_product_is_named_if_none_has_grown_or_all_have() -> None:
    assert grown_product({}, READING.at) == ""
    falling = spent_each_hour("GST", 50, range(4, 24 * 8))
    assert grown_product(falling, READING.at) == ""
    both = spent_each_hour("GST", 50, range(4)) | spent_each_hour("PAN-Plus", 50, range(4))
    assert grown_product(both, READING.at) == ""
