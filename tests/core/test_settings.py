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
