"""The quiet time is a time of day on the person's clock, also past midnight."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import is_quiet
from deepvue_tray.core.quiet_time import QuietTime
from tests.support.platform import needs_time_zones, time_zone

NIGHT = QuietTime(time(22), time(7))
NOON = QuietTime(time(12), time(13, 30))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "is_included"),
    [
        (NIGHT, at(21, 59, 59), False),
        (NIGHT, at(22), True),
        (NIGHT, at(0), True),
        (NIGHT, at(6, 59, 59), True),
        (NIGHT, at(7), False),
        (NIGHT, at(12), False),
        (NOON, at(11, 59), False),
        (NOON, at(12), True),
        (NOON, at(13, 29, 59), True),
        (NOON, at(13, 30), False),
        (NOON, at(0), False),
    ],
)
def test_it_begins_with_its_first_and_ends_before_its_last_minute(
    quiet: QuietTime, now: datetime, is_included: bool
) -> None:
    assert quiet.includes(now) is is_included


@needs_time_zones
def test_it_is_a_local_time() -> None:
    with time_zone("Asia/Kolkata"):
        assert NIGHT.includes(at(16, 30))
        assert not NIGHT.includes(at(1, 30))


minutes = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


@given(st.lists(minutes, min_size=2, max_size=2, unique=True))
def test_a_day_is_quiet_for_as_long_as_the_two_times_say(ends: list[time]) -> None:
    quiet = QuietTime(*ends)
    included = sum(quiet.includes(at(0) + timedelta(minutes=n)) for n in range(24 * 60))
    start, end = (each.hour * 60 + each.minute for each in ends)
    assert included == (end - start) % (24 * 60)


@pytest.mark.parametrize("alert", Alert)
def test_only_critical_and_empty_do_not_wait_for_its_end(alert: Alert) -> None:
    waits = alert not in (Alert.CRITICAL, Alert.EMPTY)
    assert is_quiet(alert, at(23), NIGHT) is waits
    assert not is_quiet(alert, at(12), NIGHT)
    assert not is_quiet(alert, at(23), None)
