"""Invalid settings are reported by field; wallets are added, removed and changed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.settings import Settings, WalletSettings, is_valid_interval, problems


def test_the_defaults_are_valid() -> None:
    assert not problems(WalletSettings())


def test_thresholds_may_be_off() -> None:
    assert not problems(WalletSettings(low=None, critical=None))
    assert not problems(WalletSettings(low=None, critical=5000))
    assert not problems(WalletSettings(low_days=None, critical_days=30))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (WalletSettings(low=0), "low"),
        (WalletSettings(low=10**10), "low"),
        (WalletSettings(critical=-5), "critical"),
        (WalletSettings(low=500, critical=500), "critical"),
        (WalletSettings(low_days=2, critical_days=2), "critical_days"),
        (WalletSettings(low_days=2, critical_days=3), "critical_days"),
        (WalletSettings(low_days=0), "low_days"),
        (WalletSettings(critical_days=366, low_days=None), "critical_days"),
    ],
)
def test_an_invalid_value_is_reported_with_its_field(settings: WalletSettings, field: str) -> None:
    assert field in problems(settings)


@pytest.mark.parametrize(
    "settings",
    [
        WalletSettings(low=2, critical=1, low_days=2, critical_days=1),
        WalletSettings(low=1, critical=None, low_days=1, critical_days=None),
        WalletSettings(low=10**9, critical=10**9 - 1, low_days=365, critical_days=364),
    ],
)
def test_the_ends_of_each_range_are_valid(settings: WalletSettings) -> None:
    assert not problems(settings)


def test_each_invalid_field_has_its_own_reason() -> None:
    amount = "Must be from 1 to 1,000,000,000 credits."
    days = "Must be from 1 to 365 days."
    below = "Must be below the low threshold."
    assert problems(WalletSettings(low=0, critical=None, low_days=0, critical_days=None)) == {
        "low": amount,
        "low_days": days,
    }
    assert problems(WalletSettings(critical=0, critical_days=0)) == {
        "critical": amount,
        "critical_days": days,
    }
    assert problems(WalletSettings(low=250, low_days=2)) == {
        "critical": below,
        "critical_days": below,
    }


@pytest.mark.parametrize(
    ("interval", "is_valid"),
    [
        (timedelta(seconds=59), False),
        (timedelta(minutes=1), True),
        (timedelta(hours=24), True),
        (timedelta(hours=25), False),
    ],
)
def test_an_interval_is_from_one_minute_to_a_day(interval: timedelta, is_valid: bool) -> None:
    assert is_valid_interval(interval) is is_valid


def test_the_first_wallet_gets_the_thresholds_that_were_set_before_it() -> None:
    settings = Settings(wallets=(WalletSettings(low=500),)).with_wallet("live_1", "Live")
    assert settings.wallets == (WalletSettings(client_id="live_1", name="Live", low=500),)


def test_a_new_wallet_begins_with_the_thresholds_and_alerts_of_the_first_one() -> None:
    first = WalletSettings(client_id="live_1", name="Live", low=500, alerts=frozenset())
    settings = Settings(wallets=(replace(first, is_paused=True),)).with_wallet("free_1", "Trial")
    assert settings.wallets[1] == replace(first, client_id="free_1", name="Trial")


def test_the_last_wallet_leaves_its_thresholds_and_alerts() -> None:
    only = WalletSettings(client_id="live_1", name="Live", low=500, is_paused=True)
    settings = Settings(wallets=(only,)).without_wallet("live_1")
    assert settings.wallets == (WalletSettings(low=500),)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["live_1", "live_2", "free_1"])), max_size=12)
)
def test_the_wallets_are_those_that_were_added_and_not_removed(
    changes: list[tuple[bool, str]],
) -> None:
    settings, expected = Settings(), list[str]()
    for is_added, client_id in changes:
        if is_added:
            settings = settings.with_wallet(client_id, client_id)
            expected += [client_id] if client_id not in expected else []
        else:
            settings = settings.without_wallet(client_id)
            expected = [known for known in expected if known != client_id]
        assert settings.client_ids == tuple(expected)
        assert len(settings.wallets) == max(1, len(expected))


def test_only_the_values_that_a_person_changed_are_changed() -> None:
    live = WalletSettings(client_id="live_1", name="Live")
    trial = WalletSettings(client_id="free_1", name="Trial")
    before = Settings(wallets=(live, trial))
    after = replace(before, number_icon=True, wallets=(replace(live, low=700), trial))
    renamed = replace(live, name="Production")
    added = WalletSettings(client_id="live_2", name="Second")
    stored = Settings(wallets=(renamed, added), interval=timedelta(hours=1))
    assert stored.with_changes(before, after) == Settings(
        wallets=(replace(renamed, low=700), added), interval=timedelta(hours=1), number_icon=True
    )
