"""A few simulated days of everything that goes wrong: nothing is lost, missed or said twice."""

from datetime import timedelta
from functools import cache

import pytest

from deepvue_tray.app.poller import TICK
from tests.benchmarks import endurance
from tests.support.alert_oracle import NOTICED_WITHIN

lived_through = cache(endurance.run)
"""One simulation serves all tests of its seed."""

SEEDS = pytest.mark.parametrize("seed", [3, 9])
"""Worlds in which each kind of trouble comes up within three days."""


@pytest.mark.soak
@SEEDS
def test_each_reading_is_stored_or_said_not_to_be_and_each_failure_shown(seed: int) -> None:
    lived = lived_through(3, seed)
    assert lived.wrong == ()
    assert lived.failures == lived.failures_shown > 50
    assert lived.stored > 200
    assert lived.unstored > 0
    assert min(lived.kills, lived.restarts, lived.sleeps, lived.clock_changes) > 0


@pytest.mark.soak
@SEEDS
def test_each_alert_is_told_as_often_as_the_table_of_alerts_says(seed: int) -> None:
    lived = lived_through(3, seed)
    assert lived.told == lived.expected
    assert {"rejected", "critical", "top_up", "blind"} <= lived.told.keys()


def test_the_machine_s_waking_up_is_noticed_as_soon_as_the_oracle_expects() -> None:
    assert timedelta(milliseconds=NOTICED_WITHIN) >= TICK


@pytest.mark.soak
@SEEDS
def test_no_day_asks_more_than_four_hundred_times(seed: int) -> None:
    assert 24 < lived_through(3, seed).most_a_day <= 400
