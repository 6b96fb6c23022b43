"""The card's texts: what a person reads of a wallet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import (
    AlertCommandError,
    DeepvueError,
    KeyringRefusedError,
    OfflineError,
    ProxyError,
    RejectedError,
    ServerError,
    StorageError,
    UnreadableError,
)
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import card_texts

pytestmark = pytest.mark.usefixtures("locale", "qapp")

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)
WALLET = WalletSettings(client_id="live_1", name="Live")


def known(balance: str, **values: Any) -> Snapshot:
    reading = Reading(at=NOW, balance=Decimal(balance))
    snapshot = Snapshot(wallet=WALLET, reading=reading)
    return replace(snapshot, **values)


def lasting(
    days: float, earliest: float | None = None, latest: float | None = None, pace: float = 113.4
) -> Runway:
    return Runway(
        empty_at=NOW + days * DAY,
        earliest=NOW + (days if earliest is None else earliest) * DAY,
        latest=NOW + (days if latest is None else latest) * DAY,
        burn_rate=pace,
    )


@pytest.mark.parametrize(
    ("balance", "days", "text"),
    [
        ("1001", 8, ""),
        ("1000", 8, "Low: 1,000 or less"),
        ("1001", 7, "Low: 7 days or less"),
        ("900", 5, "Low: 1,000 or less"),
        ("250", 8, "Critical: 250 or less"),
        ("900", 2, "Critical: 2 days or less"),
        ("0", 0, "Empty"),
    ],
)
def test_the_pill_gives_the_threshold_that_is_reached_and_of_two_the_credits(
    balance: str, days: float, text: str
) -> None:
    assert card_texts.pill_text(known(balance, runway=lasting(days))) == text


def test_the_pill_of_a_threshold_that_only_the_early_end_has_reached_says_maybe() -> None:
    snapshot = known("6448", runway=lasting(9, 6.5, 13))
    assert card_texts.pill_text(snapshot) == "Low: maybe 7 days"


def test_the_pill_of_a_threshold_of_one_day_is_in_the_singular() -> None:
    wallet = replace(WALLET, critical_days=1)
    snapshot = known("6448", runway=lasting(0.5), wallet=wallet)
    assert card_texts.pill_text(snapshot) == "Critical: 1 day or less"


def test_before_the_first_reading_and_for_a_paused_wallet_there_is_no_pill() -> None:
    assert card_texts.pill_text(Snapshot()) == ""
    assert card_texts.pill_text(known("10", wallet=replace(WALLET, is_paused=True))) == ""


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (8 * 24 + 1, "About 8 days left, until Tue 1 Dec"),
        (2, "About 2 hours left, today 16:05"),
        (9.75, "About 10 hours left, tonight 23:50"),
        (28, "About 28 hours left, tomorrow 18:05"),
        (47, "About 47 hours left, Wed 25 Nov, 13:05"),
        (366 * 24, "More than a year left"),
        (-1, "May be empty by now"),
    ],
)
def test_the_runway_is_shown_with_its_day_and_for_less_than_two_days_with_the_hour(
    hours: float, text: str
) -> None:
    assert card_texts.runway_text(known("6448", runway=lasting(hours / 24)), NOW, "") == text


def test_with_several_wallets_the_runway_names_its_wallet() -> None:
    snapshot = known("6448", runway=lasting(28 / 24))
    text = card_texts.runway_text(snapshot, NOW, "Trial")
    assert text == "Trial: about 28 hours left, tomorrow 18:05"
    offline = Snapshot(wallet=WALLET, trouble=OfflineError())
    assert card_texts.runway_text(offline, NOW, "Trial") == "Trial"


def test_without_a_forecast_the_reason_is_given() -> None:
    assert card_texts.runway_text(known("6448"), NOW, "") == "Forecast after a day of use"
    assert card_texts.runway_text(Snapshot(), NOW, "") == "Checking…"
    assert card_texts.runway_text(Snapshot(trouble=OfflineError()), NOW, "") == ""
    empty = known("0", runway=lasting(0))
    assert card_texts.runway_text(empty, NOW, "") == "Paid calls fail until credits are added"
    assert card_texts.outlook_text(empty, NOW) == ""


@pytest.mark.parametrize(
    ("pace", "text"),
    [
        (113.4, "between 7 and 10 days · about 113 a day"),
        (1234567, "between 7 and 10 days · about 1,234,567 a day"),
        (2.54, "between 7 and 10 days · about 2.50 a day"),
        (0, "between 7 and 10 days"),
    ],
)
def test_the_range_is_shown_with_the_pace(pace: float, text: str) -> None:
    snapshot = known("900", runway=lasting(8, 7, 10, pace))
    assert card_texts.outlook_text(snapshot, NOW) == text


def test_the_head_shows_the_time_of_this_and_of_the_next_reading() -> None:
    snapshot = known("900", next_at=NOW + timedelta(minutes=5))
    assert card_texts.times_text(snapshot, NOW) == "as of 14:05 · next 14:10"
    assert card_texts.times_text(known("900"), NOW) == "as of 14:05"
    refreshing = known("900", refreshing=True)
    assert card_texts.times_text(refreshing, NOW) == "as of 14:05"
    # The notice has the time of the next try.
    assert card_texts.times_text(replace(snapshot, trouble=OfflineError()), NOW) == "as of 14:05"


@pytest.mark.parametrize(
    ("trouble", "text"),
    [
        (OfflineError("[Errno -2]"), "Trying again at 14:20."),
        (ServerError("Source Unavailable"), "Source Unavailable. Trying again at 14:20."),
        (ServerError("try later."), "Try later. Trying again at 14:20."),
        (RejectedError("Bad"), RejectedError.remedy),
        (ProxyError(), ProxyError.remedy),
        (UnreadableError(), UnreadableError.remedy),
        (KeyringRefusedError("code 5"), f"Code 5. {KeyringRefusedError.remedy}"),
    ],
)
def test_trouble_is_followed_by_the_next_try_or_by_what_the_person_can_do(
    trouble: DeepvueError, text: str
) -> None:
    snapshot = known("900", trouble=trouble, next_at=NOW + timedelta(minutes=15))
    assert card_texts.notice_text(snapshot, NOW) == text
    assert card_texts.notice_title(snapshot) == trouble.title


def test_a_file_that_fails_and_an_old_reading_are_trouble_too() -> None:
    full = known("900", storage=StorageError("/home/a/history.sqlite: disk full"))
    assert card_texts.notice_title(full) == "A file could not be used"
    assert card_texts.notice_text(full, NOW).startswith("/home/a/history.sqlite: disk full. ")
    stale = known("900", stale=True, refreshing=True)
    assert card_texts.notice_title(stale) == "Out of date"
    assert card_texts.notice_text(stale, NOW) == "Trying again now."


def test_a_failed_alert_command_is_named_with_its_reason_and_the_next_try() -> None:
    soon = NOW + timedelta(minutes=4)
    for retry_at, alerts, text in (
        (soon, (Alert.LOW,), "Alert command: exit status 1. Trying again after 14:09."),
        (NOW, (Alert.LOW,), "Alert command: exit status 1. Trying again automatically."),
        (soon, (), "Alert command: exit status 1."),
    ):
        error = AlertCommandError("exit status 1", retry_at=retry_at)
        failed = known("900", alert_command_error=error, command_alerts=alerts)
        assert card_texts.alert_command_text(failed, NOW) == text
    assert card_texts.alert_command_text(known("900"), NOW) == ""


def test_a_row_says_what_is_wrong_or_how_long_the_credits_last() -> None:
    snapshot = known("900", runway=lasting(8))
    assert card_texts.row_text(snapshot, NOW) == "About 8 days left"
    assert card_texts.row_text(replace(snapshot, trouble=OfflineError()), NOW) == "No connection"
    paused = replace(snapshot, wallet=replace(WALLET, is_paused=True), trouble=OfflineError())
    assert card_texts.row_text(paused, NOW) == "Paused"
    assert card_texts.row_text(known("900"), NOW) == "Forecast after a day of use"


def test_a_snooze_is_shown_with_its_end() -> None:
    morning = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    for until, text in (
        (morning, "Snoozed until tomorrow 09:00"),
        (NOW + timedelta(hours=1), "Snoozed until 15:05"),
        (None, "Snoozed until the next top-up"),
    ):
        snoozed = known("900", snoozed=Snooze(until, frozenset()))
        assert card_texts.snooze_text(snoozed, NOW) == text
    assert card_texts.snooze_text(known("900"), NOW) == ""


def test_the_head_names_the_program_or_the_demo_and_counts_wallets() -> None:
    assert card_texts.head_text(Overview(), "") == "Deepvue"
    assert card_texts.head_text(Overview(), "Demo") == "Demo"
    three = Overview(snapshots=(Snapshot(),) * 3)
    assert card_texts.head_text(three, "") == "Deepvue · 3 wallets"
