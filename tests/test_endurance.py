"""A simulated day of seven wallets with faults: no reading is lost, no alert missed or repeated."""

from datetime import timedelta
from functools import cache

import pytest

from deepvue_tray.app.clocks import TICK
from tests.benchmarks import endurance
from tests.support.alert_oracle import NOTICED_WITHIN
from tests.support.simulated_wallets import HABITS

simulated = cache(endurance.run)
"""All tests of a seed share one simulation."""

SEEDS = pytest.mark.parametrize("seed", [1, 2])
"""Seeds with every kind of fault within a day."""


@pytest.mark.soak
@SEEDS
def test_each_reading_is_stored_or_shown_as_not_stored_and_each_failure_is_shown(seed: int) -> None:
    result = simulated(1, seed)
    assert result.wrong == ()
    assert result.failures == result.failures_shown > 50
    assert result.stored > 200
    assert result.unstored > 0
    assert min(result.kills, result.restarts, result.sleeps, result.clock_changes) > 0


@pytest.mark.soak
@SEEDS
def test_each_alert_of_each_wallet_is_notified_as_often_as_the_table_of_alerts_says(
    seed: int,
) -> None:
    result = simulated(1, seed)
    assert result.notified == result.expected
    assert len(result.notified) == len(HABITS)
    alerts = {alert for notified in result.notified.values() for alert in notified}
    assert {"rejected", "critical", "top_up", "no_data"} <= alerts


def test_a_wake_up_is_noticed_as_soon_as_the_oracle_expects() -> None:
    assert timedelta(milliseconds=NOTICED_WITHIN) >= TICK


@pytest.mark.soak
@SEEDS
def test_no_day_of_a_wallet_has_more_than_four_hundred_requests(seed: int) -> None:
    assert 24 < simulated(1, seed).most_a_day <= 400
