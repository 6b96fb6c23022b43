"""The snapshot's level and condition."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from deepvue_tray.core.errors import (
    Condition,
    DeepvueError,
    OfflineError,
    ServerError,
    ThrottledError,
)
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Level, Snapshot

READING = Reading(at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), balance=Decimal(600))


def at(balance: str) -> Snapshot:
    return Snapshot(reading=replace(READING, balance=Decimal(balance)))


@pytest.mark.parametrize(
    ("balance", "level"),
    [
        ("1001", Level.OK),
        ("1000", Level.LOW),
        ("250.5", Level.LOW),
        ("250", Level.CRITICAL),
        ("0.01", Level.CRITICAL),
        ("0", Level.EMPTY),
        ("-3", Level.EMPTY),
    ],
)
def test_a_level_begins_at_its_threshold(balance: str, level: Level) -> None:
    assert at(balance).level is level


def test_without_thresholds_only_empty_has_its_own_level() -> None:
    off = WalletSettings(low=None, critical=None)
    assert replace(at("1"), wallet=off).level is Level.OK
    assert replace(at("0"), wallet=off).level is Level.EMPTY


@pytest.mark.parametrize(
    ("days", "level"), [(7.1, Level.OK), (7, Level.LOW), (2.1, Level.LOW), (2, Level.CRITICAL)]
)
def test_the_runway_s_early_end_counts_too(days: float, level: Level) -> None:
    early, late = READING.at + timedelta(days=days), READING.at + timedelta(days=99)
    runway = Runway(empty_at=late, earliest=early, latest=late, burn_rate=1)
    assert replace(at("5000"), runway=runway).level is level


def test_before_any_reading_the_level_is_unknown() -> None:
    assert Snapshot().level is Level.UNKNOWN


def test_trouble_does_not_change_the_level_of_the_last_good_reading() -> None:
    snapshot = Snapshot(reading=READING, trouble=OfflineError())
    assert (snapshot.level, snapshot.condition) == (Level.LOW, Condition.OFFLINE)


def test_a_new_attempt_does_not_hide_the_trouble_of_the_last() -> None:
    assert Snapshot(trouble=OfflineError(), refreshing=True).condition is Condition.OFFLINE


def test_the_gauge_is_filled_by_the_highest_balance_since_the_last_top_up() -> None:
    assert Snapshot(reading=READING, peak=Decimal(2400)).fill == 0.25


@pytest.mark.parametrize("peak", [None, Decimal(0), Decimal(-5)])
def test_the_gauge_is_empty_without_a_balance_or_a_peak(peak: Decimal | None) -> None:
    assert Snapshot(reading=READING, peak=peak).fill == 0


def test_a_paused_wallet_keeps_its_level_and_shows_no_other_condition() -> None:
    paused = WalletSettings(is_paused=True)
    snapshot = Snapshot(reading=READING, wallet=paused, trouble=OfflineError())
    assert (snapshot.level, snapshot.condition) == (Level.LOW, Condition.PAUSED)


@pytest.mark.parametrize(
    ("trouble", "demands_pause"),
    [
        (ThrottledError(), True),
        (ServerError(retry_after=60), True),
        (ServerError(), False),
        (OfflineError(), False),
        (None, False),
    ],
)
def test_a_pause_that_the_server_demands_ends_with_the_next_attempt(
    trouble: DeepvueError | None, demands_pause: bool
) -> None:
    next_at = READING.at + timedelta(minutes=10)
    snapshot = replace(at("600"), trouble=trouble, next_at=next_at)
    assert snapshot.pause_until == (next_at if demands_pause else None)
