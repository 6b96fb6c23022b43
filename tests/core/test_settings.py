"""Invalid settings are reported by field."""

from datetime import timedelta

import pytest

from deepvue_tray.core.settings import Settings, problems


def test_the_defaults_are_valid() -> None:
    assert not problems(Settings())


def test_thresholds_may_be_off() -> None:
    assert not problems(Settings(low=None, critical=None))
    assert not problems(Settings(low=None, critical=5000))
    assert not problems(Settings(low_days=None, critical_days=30))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (Settings(low=0), "low"),
        (Settings(low=10**10), "low"),
        (Settings(critical=-5), "critical"),
        (Settings(low=500, critical=500), "critical"),
        (Settings(low_days=2, critical_days=2), "critical_days"),
        (Settings(low_days=2, critical_days=3), "critical_days"),
        (Settings(low_days=0), "low_days"),
        (Settings(critical_days=366, low_days=None), "critical_days"),
        (Settings(interval=timedelta(seconds=59)), "interval"),
        (Settings(interval=timedelta(hours=25)), "interval"),
    ],
)
def test_an_invalid_value_is_reported_with_its_field(settings: Settings, field: str) -> None:
    assert field in problems(settings)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(low=2, critical=1, low_days=2, critical_days=1),
        Settings(low=1, critical=None, low_days=1, critical_days=None),
        Settings(low=10**9, critical=10**9 - 1, low_days=365, critical_days=364),
        Settings(interval=timedelta(minutes=1)),
        Settings(interval=timedelta(hours=24)),
    ],
)
def test_the_ends_of_each_range_are_valid(settings: Settings) -> None:
    assert not problems(settings)


def test_each_invalid_field_has_its_own_reason() -> None:
    amount = "Must be from 1 to 1,000,000,000 credits."
    days = "Must be from 1 to 365 days."
    below = "Must be below the low threshold."
    assert problems(Settings(low=0, critical=None, low_days=0, critical_days=None)) == {
        "low": amount,
        "low_days": days,
    }
    assert problems(Settings(critical=0, critical_days=0)) == {
        "critical": amount,
        "critical_days": days,
    }
    assert problems(Settings(low=250, low_days=2, interval=timedelta(0))) == {
        "critical": below,
        "critical_days": below,
        "interval": "Must be from 1 minute to 24 hours.",
    }
