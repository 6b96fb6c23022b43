"""One gate for all requests, one overview for all views; here with one wallet."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.app.clocks import TICK
from deepvue_tray.app.poller import Poller
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import (
    Condition,
    DeepvueError,
    InternalError,
    KeyringLockedError,
    OfflineError,
    RejectedError,
    ServerError,
    StorageError,
    ThrottledError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.schedule import FIRST_RETRY
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.polled_wallets import HOUR, PolledWallets


@pytest.fixture
def wallet() -> PolledWallets:
    return PolledWallets()


@pytest.fixture
def poller(qtbot: QtBot, wallet: PolledWallets) -> Iterator[Poller]:
    poller = Poller(wallet, clock=wallet.clock, now=lambda: wallet.now, chance=lambda: 1.0)
    yield poller
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    delete(poller)


def shown(poller: Poller) -> Snapshot:
    """Return the wallet's snapshot."""
    (snapshot,) = poller.overview.snapshots
    return snapshot


def without_next(overview: Overview) -> Overview:
    """Return an overview without what only the poller knows: when the next poll begins."""
    snapshots = (replace(snapshot, next_at=None) for snapshot in overview.snapshots)
    return replace(overview, snapshots=tuple(snapshots))


def tick(poller: Poller, wallet: PolledWallets, times: int = 1) -> None:
    """Advance both clocks by this many ticks, as while the machine is awake."""
    for _ in range(times):
        wallet.pass_time(TICK)
        poller._on_tick()


def sleep(poller: Poller, wallet: PolledWallets, time: timedelta) -> None:
    """Let the machine sleep: both clocks advance, and no timer runs."""
    wallet.pass_time(time)
    tick(poller, wallet)


def set_clock(poller: Poller, wallet: PolledWallets, change: timedelta) -> None:
    """Change only the time of day, and let the next tick notice it."""
    wallet.now += change
    tick(poller, wallet)


def time_left(poller: Poller) -> timedelta:
    """Return the time until the timer starts the next poll."""
    return timedelta(milliseconds=poller._timer.remainingTime())


def test_during_a_long_pause_changes_by_other_processes_are_loaded_each_minute(
    qtbot: QtBot, poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=RejectedError())
    with qtbot.waitSignal(poller.waiting):
        tick(poller, wallet)
    assert len(wallet.requests) == 1


def test_at_the_default_interval_nothing_wakes_the_worker_between_two_polls(
    qtbot: QtBot, poller: Poller, wallet: PolledWallets
) -> None:
    wallet.update_interval(Settings().interval)
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    with qtbot.assertNotEmitted(poller.waiting):
        tick(poller, wallet, 4)


def test_a_hundred_clicks_in_a_row_send_one_request(poller: Poller, wallet: PolledWallets) -> None:
    for _ in range(100):
        poller.refresh()
    assert len(wallet.requests) == 1


def test_a_click_within_a_second_of_the_last_poll_sends_no_request(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.seconds += 0.9
    poller.refresh()
    assert len(wallet.requests) == 1
    wallet.seconds += 0.1
    poller.refresh()
    assert len(wallet.requests) == 2


def test_the_timer_polls_again_after_the_interval(qtbot: QtBot, wallet: PolledWallets) -> None:
    poller = Poller(wallet, clock=lambda: wallet.seconds + time.monotonic())
    poller.refresh()
    wallet.seconds += 5
    wallet.update_interval(timedelta(milliseconds=1))
    wallet.respond()
    qtbot.waitUntil(lambda: len(wallet.requests) == 2)
    delete(poller)


def test_the_overview_of_a_poll_is_published(
    qtbot: QtBot, poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    with qtbot.waitSignals([poller.changed, poller.polled]):
        wallet.respond(reading=wallet.reading())
    assert without_next(poller.overview) == wallet.overview


def test_the_time_of_the_next_poll_is_published_unless_one_is_running(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    assert shown(poller).next_at is None
    wallet.respond(reading=wallet.reading())
    assert shown(poller).next_at == wallet.now + HOUR
    poller.show(wallet.update(wallet=WalletSettings(is_paused=True)))
    assert shown(poller).next_at is None


def test_during_a_poll_the_snapshot_is_marked_as_refreshing_and_keeps_the_last_trouble(
    poller: Poller, wallet: PolledWallets
) -> None:
    trouble = OfflineError()
    poller.show(wallet.update(trouble=trouble))
    assert shown(poller).refreshing
    assert shown(poller).trouble is trouble


def test_the_views_are_updated_before_the_worker_begins_a_poll(
    poller: Poller, wallet: PolledWallets
) -> None:
    """While both threads run Python, each wakes the other again and again."""
    begun: list[int] = []
    poller.changed.connect(lambda _: begun.append(len(wallet.requests)))
    poller.refresh()
    assert begun == [0]
    assert len(wallet.requests) == 1


def test_the_start_of_a_request_does_not_repeat_the_alerts_of_the_last_reading(
    poller: Poller, wallet: PolledWallets
) -> None:
    to_notify: list[tuple[Alert, ...]] = []
    poller.polled.connect(lambda snapshot: to_notify.append(snapshot.to_notify))
    poller.refresh()
    wallet.respond(to_notify=(Alert.LOW,))
    wallet.seconds += 5
    poller.refresh()
    wallet.respond()
    assert to_notify == [(Alert.LOW,), ()]


def test_the_first_overview_is_followed_by_a_poll_also_before_the_first_sign_in(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.show(wallet.overview)
    assert len(wallet.requests) == 1


def test_after_a_new_sign_in_the_response_to_the_old_credentials_is_ignored(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.seconds += 5
    poller.show(wallet.overview, changed=[""])
    assert len(wallet.requests) == 2
    wallet.respond(trouble=OfflineError("with the old ones"))
    assert shown(poller).trouble is None
    assert shown(poller).refreshing
    wallet.respond()
    assert without_next(poller.overview) == wallet.overview


def test_a_response_within_a_second_of_a_new_sign_in_does_not_postpone_its_poll(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    poller.show(wallet.overview, changed=[""])
    wallet.respond(trouble=RejectedError("the old ones"))
    assert shown(poller).trouble is None
    assert shown(poller).refreshing
    assert time_left(poller) < timedelta(seconds=2)


def test_after_a_new_sign_in_the_first_retry_of_a_failure_is_soon(
    poller: Poller, wallet: PolledWallets
) -> None:
    for _ in range(8):
        poller.refresh()
        wallet.respond(trouble=OfflineError())
        wallet.pass_time(timedelta(minutes=30))
    poller.show(wallet.overview, changed=[""])
    wallet.respond(trouble=OfflineError())
    assert time_left(poller) < 2 * FIRST_RETRY


def test_new_thresholds_are_shown_without_a_request(poller: Poller, wallet: PolledWallets) -> None:
    poller.refresh()
    wallet.respond()
    poller.show(wallet.update(wallet=WalletSettings(low=5)))
    assert shown(poller).wallet.low == 5
    assert len(wallet.requests) == 1


def test_while_the_server_demands_a_pause_clicks_send_at_most_one_request_a_minute(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=ThrottledError(retry_after=600))
    for _ in range(60):
        wallet.pass_time(timedelta(seconds=1))
        poller.refresh()
    assert len(wallet.requests) == 2


def test_a_click_soon_after_too_many_requests_sends_no_request(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=ThrottledError())
    wallet.pass_time(timedelta(seconds=5))
    poller.refresh()
    assert len(wallet.requests) == 1


@pytest.mark.parametrize(
    "trouble", [ThrottledError(retry_after=3600), ServerError(retry_after=3600), RejectedError()]
)
def test_neither_a_wake_up_nor_an_opened_window_polls_before_the_end_of_a_long_pause(
    poller: Poller, wallet: PolledWallets, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(trouble=trouble)
    sleep(poller, wallet, timedelta(minutes=30))
    poller.refresh_if_due()
    assert len(wallet.requests) == 1
    sleep(poller, wallet, timedelta(minutes=30))
    assert len(wallet.requests) == 2


def test_an_opened_window_polls_if_the_last_poll_is_a_minute_old(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond()
    poller.refresh_if_due()
    assert len(wallet.requests) == 1
    wallet.pass_time(timedelta(minutes=1))
    poller.refresh_if_due()
    assert len(wallet.requests) == 2


def test_a_restored_network_causes_a_poll_only_if_the_last_one_was_offline(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert len(wallet.requests) == 1
    poller.refresh()
    wallet.respond(trouble=OfflineError())
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert len(wallet.requests) == 3


def test_after_sleep_it_polls_once(poller: Poller, wallet: PolledWallets) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    sleep(poller, wallet, timedelta(hours=8))
    assert len(wallet.requests) == 2
    tick(poller, wallet, 20)
    assert len(wallet.requests) == 2


CHANGES = [timedelta(hours=-5.5), timedelta(days=-10_000), timedelta(hours=8), timedelta(days=90)]
TROUBLES = [None, RejectedError(), ThrottledError(retry_after=1800), OfflineError()]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_changed_clock_neither_delays_nor_advances_the_next_poll(
    poller: Poller, wallet: PolledWallets, change: timedelta, trouble: DeepvueError | None
) -> None:
    poller.refresh()
    wallet.respond(trouble=trouble)
    due = time_left(poller)
    set_clock(poller, wallet, change)
    tick(poller, wallet, 3)
    assert len(wallet.requests) == 1
    assert timedelta(0) < time_left(poller) <= due
    sleep(poller, wallet, timedelta(hours=1))
    assert len(wallet.requests) == 2


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES[1:3])
def test_a_changed_clock_does_not_lengthen_a_long_pause(
    poller: Poller, wallet: PolledWallets, change: timedelta, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(trouble=trouble)
    set_clock(poller, wallet, change)
    poller.refresh_if_due()
    assert len(wallet.requests) == 1
    tick(poller, wallet, 60)
    poller.refresh_if_due()
    assert len(wallet.requests) == 2


@pytest.mark.parametrize("change", CHANGES)
def test_an_old_reading_is_marked_as_stale_also_after_a_changed_clock(
    poller: Poller, wallet: PolledWallets, change: timedelta
) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    set_clock(poller, wallet, change)
    poller.refresh()
    tick(poller, wallet, 119)
    assert not shown(poller).stale
    tick(poller, wallet, 2)
    assert shown(poller).stale


@pytest.mark.parametrize("seconds", [60.0, 2.0**31, 1e300, float("inf")])
def test_a_retry_after_of_any_length_delays_the_next_poll_by_at_most_a_day(
    poller: Poller, wallet: PolledWallets, seconds: float
) -> None:
    poller.refresh()
    wallet.respond(trouble=ServerError(retry_after=seconds))
    assert timedelta(0) < time_left(poller) < timedelta(days=1, minutes=1)
    sleep(poller, wallet, timedelta(days=1))
    assert len(wallet.requests) == 2


def test_neither_a_snooze_nor_a_new_threshold_postpones_the_next_poll(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond()
    for _ in range(5):
        wallet.pass_time(timedelta(minutes=10))
        poller.show(wallet.update(snoozed=Snooze(None, frozenset())))
    assert time_left(poller) < timedelta(minutes=11)
    assert len(wallet.requests) == 1


@pytest.mark.parametrize(("interval", "left"), [(24, 23.5), (2, 1.5), (0.5, 0.0), (0.1, 0.0)])
def test_a_changed_interval_counts_from_the_last_poll(
    poller: Poller, wallet: PolledWallets, interval: float, left: float
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.pass_time(timedelta(minutes=30))
    poller.show(wallet.update_interval(timedelta(hours=interval)))
    assert abs(time_left(poller) - timedelta(hours=left)) < timedelta(minutes=1)


@pytest.mark.parametrize("trouble", [RejectedError(), ThrottledError(retry_after=7200)])
def test_a_shorter_interval_does_not_shorten_a_long_pause(
    poller: Poller, wallet: PolledWallets, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(trouble=trouble)
    poller.show(wallet.update_interval(timedelta(minutes=1)))
    assert time_left(poller) > timedelta(minutes=59)


def test_a_longer_interval_does_not_postpone_the_retry_of_a_failure(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=OfflineError())
    poller.show(wallet.update_interval(timedelta(hours=24)))
    assert time_left(poller) < timedelta(minutes=1)


def test_another_wallet_in_the_settings_is_polled_at_once(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=RejectedError())
    wallet.seconds += 5
    poller.show(wallet.update(wallet=WalletSettings(client_id="live_2"), trouble=None))
    assert wallet.requests[-1].client_id == "live_2"


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(hours=-1)])
def test_a_poll_before_the_next_tick_takes_a_changed_clock_into_account(
    poller: Poller, wallet: PolledWallets, jump: timedelta
) -> None:
    wallet.pass_time(timedelta(seconds=20))
    wallet.now += jump
    poller.refresh()
    assert wallet.awake_since == wallet.now


def test_a_poll_before_the_next_tick_takes_sleep_into_account(
    poller: Poller, wallet: PolledWallets
) -> None:
    wallet.pass_time(timedelta(hours=8))
    poller.refresh()
    assert wallet.awake_since == wallet.now


def test_many_short_sleeps_cause_no_more_polls_than_the_interval(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    begin = wallet.now
    while wallet.now < begin + timedelta(days=1):
        sleep(poller, wallet, timedelta(seconds=30))
        if shown(poller).refreshing:
            wallet.respond(reading=wallet.reading())
    assert len(wallet.requests) <= 25


def test_a_short_sleep_does_not_move_the_next_poll(poller: Poller, wallet: PolledWallets) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    sleep(poller, wallet, timedelta(minutes=40))
    assert len(wallet.requests) == 1
    assert poller._timer.remainingTime() < timedelta(minutes=21).total_seconds() * 1000


def test_while_the_machine_is_awake_no_tick_causes_a_poll(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    tick(poller, wallet, 100)
    assert len(wallet.requests) == 1


def test_a_reading_older_than_expected_is_marked_as_stale_until_the_next_one(
    poller: Poller, wallet: PolledWallets
) -> None:
    reading = wallet.reading()
    wallet.update_interval(timedelta(minutes=5))
    poller.refresh()
    wallet.respond(reading=reading)
    poller.refresh()
    tick(poller, wallet, timedelta(minutes=10) // TICK + 1)
    assert not shown(poller).stale
    tick(poller, wallet)
    assert shown(poller).condition is Condition.STALE
    assert shown(poller).reading == reading
    wallet.pass_time(timedelta(seconds=1))
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    assert shown(poller).condition.value == Condition.FRESH.value


def test_after_sleep_no_reading_is_marked_as_stale_before_the_response(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    sleep(poller, wallet, timedelta(days=3))
    tick(poller, wallet, 10)
    assert shown(poller).condition is Condition.REFRESHING


def test_only_a_click_on_unlock_lets_the_keyring_prompt(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=KeyringLockedError())
    poller.unlock()
    assert [request.prompt for request in wallet.requests] == [False, True]


def test_after_a_failure_the_next_poll_is_earlier(
    qtbot: QtBot, poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(trouble=ServerError())
    assert poller._timer.remainingTime() < 2 * FIRST_RETRY.total_seconds() * 1000


def test_a_bug_in_a_poll_is_raised_and_shown_and_polling_continues(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    with pytest.raises(ZeroDivisionError):
        wallet.fail(ZeroDivisionError())
    trouble = shown(poller).trouble
    assert isinstance(trouble, InternalError)
    assert trouble.detail == "ZeroDivisionError"
    assert not shown(poller).refreshing
    assert poller._timer.isActive()


def test_a_bug_in_a_poll_does_not_make_an_old_reading_look_fresh(
    poller: Poller, wallet: PolledWallets
) -> None:
    poller.refresh()
    wallet.respond(reading=wallet.reading())
    for _ in range(3):
        tick(poller, wallet, 60)
        poller.refresh()
        with pytest.raises(ZeroDivisionError):
            wallet.fail(ZeroDivisionError())
    tick(poller, wallet)
    assert shown(poller).condition is not Condition.FRESH


def test_an_explained_error_is_shown_and_not_raised(poller: Poller, wallet: PolledWallets) -> None:
    poller.refresh()
    wallet.fail(StorageError("settings.json: Permission denied"))
    assert isinstance(shown(poller).trouble, StorageError)
    assert not shown(poller).refreshing
