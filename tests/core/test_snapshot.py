"""The snapshot's two axes: how much is left, and what became of the last attempt."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from deepvue_tray.core.errors import Condition, OfflineError
from deepvue_tray.core.reading import Level, Reading, Snapshot, level_of
from deepvue_tray.core.settings import Settings

READING = Reading(at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), balance=Decimal(600))


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
    assert level_of(Decimal(balance), Settings()) is level


def test_without_thresholds_only_empty_is_told_apart() -> None:
    off = Settings(low=None, critical=None)
    assert level_of(Decimal(1), off) is Level.OK
    assert level_of(Decimal(0), off) is Level.EMPTY


def test_before_any_reading_the_level_is_unknown() -> None:
    assert Snapshot().level is Level.UNKNOWN


def test_trouble_does_not_change_the_level_of_the_last_good_reading() -> None:
    snapshot = Snapshot(reading=READING, trouble=OfflineError())
    assert (snapshot.level, snapshot.condition) == (Level.LOW, Condition.OFFLINE)


def test_a_new_attempt_does_not_hide_the_trouble_of_the_last() -> None:
    assert Snapshot(trouble=OfflineError(), refreshing=True).condition is Condition.OFFLINE


def test_the_gauge_is_filled_by_the_highest_balance_since_the_last_top_up() -> None:
    assert Snapshot(reading=READING, full=Decimal(2400)).fill == 0.25


@pytest.mark.parametrize("full", [None, Decimal(0), Decimal(-5)])
def test_the_gauge_is_empty_where_there_is_nothing_to_compare(full: Decimal | None) -> None:
    assert Snapshot(reading=READING, full=full).fill == 0
