"""One gate for all requests, one snapshot for all views."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.app.poller import TICK, Poller, seconds_since_boot
from deepvue_tray.core.alert import Alert
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
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.schedule import FIRST_RETRY
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.held_worker import BackendWorker

QUICK = Snapshot(settings=Settings(interval=timedelta(milliseconds=1)))
HOURLY = Snapshot(settings=Settings(interval=timedelta(hours=1)))


class Wallet(BackendWorker):
    """Receives requests, responds when the test says so, and has the clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.prompts: list[bool] = []
        self.seconds = 100.0
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    @property
    def requests(self) -> int:
        return len(self.prompts)

    @property
    def monitor(self) -> "Wallet":
        """The part of the backend that a poll's job calls."""
        return self

    def poll(self, *, prompt: bool, awake_since: datetime) -> None:
        self.prompts.append(prompt)
        self.awake_since = awake_since

    def respond(self, snapshot: Snapshot = HOURLY) -> None:
        self.held.pop(0).on_result(snapshot)

    def fail(self, error: Exception) -> None:
        self.held.pop(0).on_error(error)

    def reading(self) -> Reading:
        return Reading(at=self.now, balance=Decimal(6448))

    def pass_time(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()
        self.now += time


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def poller(qtbot: QtBot, wallet: Wallet) -> Iterator[Poller]:
    poller = Poller(
        wallet, clock=lambda: wallet.seconds, now=lambda: wallet.now, chance=lambda: 1.0
    )
    yield poller
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    delete(poller)


def tick(poller: Poller, wallet: Wallet, times: int = 1) -> None:
    """Advance both clocks by this many ticks, as while the machine is awake."""
    for _ in range(times):
        wallet.pass_time(TICK)
        poller._on_tick()


def sleep(poller: Poller, wallet: Wallet, time: timedelta) -> None:
    """Let the machine sleep: both clocks advance, and no timer runs."""
    wallet.pass_time(time)
    tick(poller, wallet)


def set_clock(poller: Poller, wallet: Wallet, change: timedelta) -> None:
    """Change only the time of day, and let the next tick notice it."""
    wallet.now += change
    tick(poller, wallet)


def time_left(poller: Poller) -> timedelta:
    """Return the time until the timer starts the next poll."""
    return timedelta(milliseconds=poller._timer.remainingTime())


def test_during_a_long_pause_changes_by_other_processes_are_loaded_each_minute(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(Snapshot(trouble=RejectedError()))
    with qtbot.waitSignal(poller.waiting):
        tick(poller, wallet)
    assert wallet.requests == 1


def test_at_the_default_interval_nothing_wakes_the_worker_between_two_polls(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(Snapshot(reading=wallet.reading()))
    with qtbot.assertNotEmitted(poller.waiting):
        tick(poller, wallet, 4)


def test_a_hundred_clicks_in_a_row_send_one_request(poller: Poller, wallet: Wallet) -> None:
    for _ in range(100):
        poller.refresh()
    assert wallet.requests == 1


def test_a_click_within_a_second_of_the_last_poll_sends_no_request(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.seconds += 0.9
    poller.refresh()
    assert wallet.requests == 1
    wallet.seconds += 0.1
    poller.refresh()
    assert wallet.requests == 2


def test_the_timer_polls_again_after_the_interval(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.seconds += 5
    wallet.respond(QUICK)
    qtbot.waitUntil(lambda: wallet.requests == 2)


def test_the_snapshot_of_a_poll_is_published(qtbot: QtBot, poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    with qtbot.waitSignal(poller.changed) as changed:
        wallet.respond(HOURLY)
    assert changed.args == [HOURLY]
    assert poller.snapshot is HOURLY


def test_during_a_poll_the_snapshot_is_marked_as_refreshing_and_keeps_the_last_trouble(
    poller: Poller, wallet: Wallet
) -> None:
    trouble = OfflineError()
    poller.reset_and_poll(replace(HOURLY, trouble=trouble))
    assert poller.snapshot.refreshing
    assert poller.snapshot.trouble is trouble


def test_the_start_of_a_request_does_not_repeat_the_alerts_of_the_last_reading(
    poller: Poller, wallet: Wallet
) -> None:
    to_notify: list[tuple[Alert, ...]] = []
    poller.changed.connect(lambda snapshot: to_notify.append(snapshot.to_notify))
    poller.refresh()
    wallet.respond(replace(HOURLY, to_notify=(Alert.LOW,)))
    wallet.seconds += 5
    poller.refresh()
    wallet.respond(HOURLY)
    assert to_notify == [(), (Alert.LOW,), (Alert.LOW,), ()]


def test_after_a_new_sign_in_the_old_wallet_s_response_is_ignored(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    poller.reset_and_poll(HOURLY)
    assert wallet.requests == 2
    wallet.respond(replace(HOURLY, trouble=OfflineError("the old one")))
    assert poller.snapshot.trouble is None
    assert poller.snapshot.refreshing
    wallet.respond(QUICK)
    assert poller.snapshot is QUICK


def test_new_thresholds_are_shown_without_a_request(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond()
    poller.reevaluate(replace(HOURLY, settings=Settings(low=5)))
    assert poller.snapshot.settings.low == 5
    assert wallet.requests == 1


def test_while_the_server_demands_a_pause_clicks_send_at_most_one_request_a_minute(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=ThrottledError(retry_after=600)))
    for _ in range(60):
        wallet.pass_time(timedelta(seconds=1))
        poller.refresh()
    assert wallet.requests == 2


@pytest.mark.parametrize(
    "trouble", [ThrottledError(retry_after=3600), ServerError(retry_after=3600), RejectedError()]
)
def test_neither_a_wake_up_nor_an_opened_window_polls_before_the_end_of_a_long_pause(
    poller: Poller, wallet: Wallet, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=trouble))
    sleep(poller, wallet, timedelta(minutes=30))
    poller.refresh_if_due()
    assert wallet.requests == 1
    sleep(poller, wallet, timedelta(minutes=30))
    assert wallet.requests == 2


def test_an_opened_window_polls_if_the_last_poll_is_a_minute_old(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond()
    poller.refresh_if_due()
    assert wallet.requests == 1
    wallet.pass_time(timedelta(minutes=1))
    poller.refresh_if_due()
    assert wallet.requests == 2


def test_a_restored_network_causes_a_poll_only_if_the_last_one_was_offline(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert wallet.requests == 1
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=OfflineError()))
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert wallet.requests == 3


def test_after_sleep_it_polls_once(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    sleep(poller, wallet, timedelta(hours=8))
    assert wallet.requests == 2
    tick(poller, wallet, 20)
    assert wallet.requests == 2


CHANGES = [timedelta(hours=-5.5), timedelta(days=-10_000), timedelta(hours=8), timedelta(days=90)]
TROUBLES = [None, RejectedError(), ThrottledError(retry_after=1800), OfflineError()]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_changed_clock_neither_delays_nor_advances_the_next_poll(
    poller: Poller, wallet: Wallet, change: timedelta, trouble: DeepvueError | None
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=trouble))
    due = time_left(poller)
    set_clock(poller, wallet, change)
    tick(poller, wallet, 3)
    assert wallet.requests == 1
    assert timedelta(0) < time_left(poller) <= due
    sleep(poller, wallet, timedelta(hours=1))
    assert wallet.requests == 2


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES[1:3])
def test_a_changed_clock_does_not_lengthen_a_long_pause(
    poller: Poller, wallet: Wallet, change: timedelta, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=trouble))
    set_clock(poller, wallet, change)
    poller.refresh_if_due()
    assert wallet.requests == 1
    tick(poller, wallet, 60)
    poller.refresh_if_due()
    assert wallet.requests == 2


@pytest.mark.parametrize("change", CHANGES)
def test_an_old_reading_is_marked_as_stale_also_after_a_changed_clock(
    poller: Poller, wallet: Wallet, change: timedelta
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    set_clock(poller, wallet, change)
    poller.refresh()
    tick(poller, wallet, 119)
    assert not poller.snapshot.stale
    tick(poller, wallet, 2)
    assert poller.snapshot.stale


@pytest.mark.parametrize("seconds", [60.0, 2.0**31, 1e300, float("inf")])
def test_a_retry_after_of_any_length_delays_the_next_poll_by_at_most_a_day(
    poller: Poller, wallet: Wallet, seconds: float
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=ServerError(retry_after=seconds)))
    assert timedelta(0) < time_left(poller) < timedelta(days=1, minutes=1)
    sleep(poller, wallet, timedelta(days=1))
    assert wallet.requests == 2


def test_the_deadlines_clock_includes_sleep_and_is_not_the_time_of_day() -> None:
    # seconds_since_boot() includes sleep, time.monotonic() does not.
    awake, since_boot = time.monotonic(), seconds_since_boot()
    assert awake <= since_boot <= seconds_since_boot()
    assert since_boot < 10**9  # the seconds since 1970 are more


def test_neither_a_snooze_nor_a_new_threshold_postpones_the_next_poll(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    often = replace(QUICK, settings=Settings(interval=timedelta(milliseconds=300)))
    again = QTimer(interval=50)
    again.timeout.connect(lambda: poller.reevaluate(often))
    poller.refresh()
    wallet.respond(often)
    again.start()
    qtbot.waitUntil(lambda: wallet.requests == 2)
    again.stop()


@pytest.mark.parametrize(("interval", "left"), [(24, 23.5), (2, 1.5), (0.5, 0.0), (0.1, 0.0)])
def test_a_changed_interval_counts_from_the_last_poll(
    poller: Poller, wallet: Wallet, interval: float, left: float
) -> None:
    poller.refresh()
    wallet.respond()
    wallet.pass_time(timedelta(minutes=30))
    poller.reevaluate(replace(HOURLY, settings=Settings(interval=timedelta(hours=interval))))
    assert abs(time_left(poller) - timedelta(hours=left)) < timedelta(minutes=1)


@pytest.mark.parametrize("trouble", [RejectedError(), ThrottledError(retry_after=7200)])
def test_a_shorter_interval_does_not_shorten_a_long_pause(
    poller: Poller, wallet: Wallet, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=trouble))
    quick = Settings(interval=timedelta(minutes=1))
    poller.reevaluate(replace(HOURLY, settings=quick, trouble=trouble))
    assert time_left(poller) > timedelta(minutes=59)


def test_a_longer_interval_does_not_postpone_the_retry_of_a_failure(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=OfflineError()))
    daily = Settings(interval=timedelta(hours=24))
    poller.reevaluate(replace(HOURLY, settings=daily, trouble=OfflineError()))
    assert time_left(poller) < timedelta(minutes=1)


def test_another_wallet_in_the_settings_is_polled_at_once(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=RejectedError()))
    poller.reevaluate(replace(HOURLY, client_id="live_2"))
    assert wallet.requests == 2


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(hours=-1)])
def test_a_poll_before_the_next_tick_takes_a_changed_clock_into_account(
    poller: Poller, wallet: Wallet, jump: timedelta
) -> None:
    wallet.pass_time(timedelta(seconds=20))
    wallet.now += jump
    poller.refresh()
    assert poller.awake_since == wallet.now


def test_a_poll_before_the_next_tick_takes_sleep_into_account(
    poller: Poller, wallet: Wallet
) -> None:
    wallet.pass_time(timedelta(hours=8))
    poller.refresh()
    assert poller.awake_since == wallet.now


def test_many_short_sleeps_cause_no_more_polls_than_the_interval(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    begin = wallet.now
    while wallet.now < begin + timedelta(days=1):
        sleep(poller, wallet, timedelta(seconds=30))
        if poller.snapshot.refreshing:
            wallet.respond(replace(HOURLY, reading=wallet.reading()))
    assert wallet.requests <= 25


def test_a_short_sleep_does_not_move_the_next_poll(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    sleep(poller, wallet, timedelta(minutes=40))
    assert wallet.requests == 1
    assert poller._timer.remainingTime() < timedelta(minutes=21).total_seconds() * 1000


def test_while_the_machine_is_awake_no_tick_causes_a_poll(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    tick(poller, wallet, 100)
    assert wallet.requests == 1


def test_a_reading_older_than_expected_is_marked_as_stale_until_the_next_one(
    poller: Poller, wallet: Wallet
) -> None:
    often = Snapshot(settings=Settings(interval=timedelta(minutes=5)), reading=wallet.reading())
    poller.refresh()
    wallet.respond(often)
    poller.refresh()
    tick(poller, wallet, 2 * often.settings.interval // TICK + 1)
    assert not poller.snapshot.stale
    tick(poller, wallet)
    assert poller.snapshot.condition is Condition.STALE
    assert poller.snapshot.reading == often.reading
    wallet.pass_time(timedelta(seconds=1))
    poller.refresh()
    wallet.respond(replace(often, reading=wallet.reading()))
    assert poller.snapshot.condition.value == Condition.FRESH.value


def test_after_sleep_no_reading_is_marked_as_stale_before_the_response(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(Snapshot(reading=wallet.reading()))
    sleep(poller, wallet, timedelta(days=3))
    tick(poller, wallet, 10)
    assert poller.snapshot.condition is Condition.REFRESHING


def test_only_a_click_on_unlock_lets_the_keyring_prompt(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=KeyringLockedError()))
    poller.unlock()
    assert wallet.prompts == [False, True]


def test_after_a_failure_the_next_poll_is_earlier(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, trouble=ServerError()))
    assert poller._timer.remainingTime() < 2 * FIRST_RETRY.total_seconds() * 1000


def test_a_bug_in_a_poll_is_raised_and_shown_and_polling_continues(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    with pytest.raises(ZeroDivisionError):
        wallet.fail(ZeroDivisionError())
    assert isinstance(poller.snapshot.trouble, InternalError)
    assert poller.snapshot.trouble.detail == "ZeroDivisionError"
    assert not poller.snapshot.refreshing
    assert poller._timer.isActive()


def test_a_bug_in_a_poll_does_not_make_an_old_reading_look_fresh(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.respond(replace(HOURLY, reading=wallet.reading()))
    for _ in range(3):
        tick(poller, wallet, 60)
        poller.refresh()
        with pytest.raises(ZeroDivisionError):
            wallet.fail(ZeroDivisionError())
    tick(poller, wallet)
    assert poller.snapshot.condition is not Condition.FRESH


def test_an_explained_error_is_shown_and_not_raised(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.fail(StorageError("settings.json: Permission denied"))
    assert isinstance(poller.snapshot.trouble, StorageError)
    assert not poller.snapshot.refreshing
