"""A page of the history: whole bars, and the sums of the range, of months and of top-ups."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.backend.history_queries import HistoryQueries
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spending import Period, start_of
from deepvue_tray.services.history import History

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLIENT_ID = "live_1"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.sqlite")
    yield history
    history.close()


def store(history: History, hours: int, per_hour: int = 5, start: int = 10_000) -> None:
    """Store a reading every hour until now, each ``per_hour`` credits lower."""
    history.merge(
        CLIENT_ID,
        [
            Reading(at=NOW - n * HOUR, balance=Decimal(start - (hours - n) * per_hour))
            for n in range(hours + 1)
        ],
    )


def test_the_first_bar_is_whole_and_not_counted_beyond_the_range(history: History) -> None:
    store(history, 10 * 24)
    since = start_of(Period.DAY, NOW - 3 * DAY) + 10 * HOUR
    page = HistoryQueries(history).page(CLIENT_ID, since, None, NOW)
    assert page.since == since
    assert page.buckets[0].start < since - 9 * HOUR
    assert page.summary is not None
    inside = [bucket for bucket in page.buckets if since <= bucket.at <= NOW]
    assert page.summary.spent == 5 * len(inside)


def test_the_average_is_that_of_a_day_and_is_compared_with_the_time_before(
    history: History,
) -> None:
    store(history, 4 * 24, per_hour=10)
    lower = history.readings(CLIENT_ID, NOW - 5 * DAY, NOW)[0].balance
    slow = [Reading(at=NOW - (96 + n) * HOUR, balance=lower + 5 * n) for n in range(1, 20 * 24)]
    history.merge(CLIENT_ID, slow)
    page = HistoryQueries(history).page(CLIENT_ID, NOW - 4 * DAY, None, NOW)
    assert page.summary is not None
    assert page.summary.per_day == pytest.approx(Decimal(240), rel=Decimal("0.02"))
    assert page.summary.change == pytest.approx(1, rel=0.05)


def test_what_was_not_watched_is_unknown(history: History) -> None:
    queries = HistoryQueries(history)
    assert queries.page(CLIENT_ID, None, None, NOW).summary is None
    store(history, 3)
    page = queries.page(CLIENT_ID, None, None, NOW)
    assert page.since == NOW - DAY
    assert page.first == NOW - 3 * HOUR
    assert page.summary is not None
    assert page.summary.spent == 15
    assert page.summary.per_day is None
    assert page.summary.change is None
    assert page.summary.last_month is None


def test_months_are_those_of_now_whatever_the_range(history: History) -> None:
    store(history, 70 * 24)
    queries = HistoryQueries(history)
    pages = [queries.page(CLIENT_ID, NOW - n * DAY, NOW - (n - 1) * DAY, NOW) for n in (1, 30)]
    this_month = start_of(Period.MONTH, NOW)
    hours = (NOW - this_month) // HOUR
    for page in pages:
        assert page.summary is not None
        assert page.summary.this_month == pytest.approx(5 * hours, abs=5)
        assert page.summary.last_month == pytest.approx(5 * 31 * 24, abs=10)


def test_a_top_up_is_found_in_a_range_of_days_with_its_amount_and_time(history: History) -> None:
    store(history, 200 * 24, per_hour=2)
    at = NOW - 50 * DAY
    balance = history.readings(CLIENT_ID, at - 2 * HOUR, at)[-1].balance
    history.merge(CLIENT_ID, [Reading(at=at + 10 * timedelta(minutes=1), balance=balance + 3000)])
    page = HistoryQueries(history).page(CLIENT_ID, NOW - 150 * DAY, None, NOW)
    assert page.summary is not None
    [top_up] = page.summary.top_ups
    assert top_up.amount == 3000
    assert abs(top_up.at - at) <= DAY
    none = HistoryQueries(history).page(CLIENT_ID, NOW - 3 * DAY, None, NOW)
    assert none.summary is not None
    assert none.summary.top_ups == ()
