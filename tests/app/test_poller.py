"""One gate for every asker, one snapshot for every view."""

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
    """Takes requests, answers them when told to, and tells the time."""

    def __init__(self) -> None:
        super().__init__()
        self.prompts: list[bool] = []
        self.seconds = 100.0
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    @property
    def asked(self) -> int:
        return len(self.prompts)

    @property
    def monitor(self) -> "Wallet":
        """The backend's part that the job polls."""
        return self

    def poll(self, *, prompt: bool, awake_since: datetime) -> None:
        self.prompts.append(prompt)
        self.awake_since = awake_since

    def answer(self, snapshot: Snapshot = HOURLY) -> None:
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
    # Or some other thread might collect it, which its timers forbid.
    delete(poller)


def tick(poller: Poller, wallet: Wallet, times: int = 1) -> None:
    """Let the clock go on for so many ticks, as it does while the machine is awake."""
    for _ in range(times):
        wallet.pass_time(TICK)
        poller._on_tick()


def sleep(poller: Poller, wallet: Wallet, time: timedelta) -> None:
    """Let the machine sleep: both clocks go on, and no timer does."""
    wallet.pass_time(time)
    tick(poller, wallet)


def set_clock(poller: Poller, wallet: Wallet, change: timedelta) -> None:
    """Change the time of day alone, and let it be noticed."""
    wallet.now += change
    tick(poller, wallet)


def time_left(poller: Poller) -> timedelta:
    """Return the time until the timer asks."""
    return timedelta(milliseconds=poller._timer.remainingTime())


def test_during_a_long_rest_each_minute_it_is_time_to_see_what_another_process_has_saved(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(Snapshot(trouble=RejectedError()))
    with qtbot.waitSignal(poller.waiting):
        tick(poller, wallet)
    assert wallet.asked == 1


def test_at_the_default_interval_nothing_wakes_the_worker_between_two_polls(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(Snapshot(reading=wallet.reading()))
    with qtbot.assertNotEmitted(poller.waiting):
        tick(poller, wallet, 4)


def test_a_hundred_clicks_in_a_row_are_one_request(poller: Poller, wallet: Wallet) -> None:
    for _ in range(100):
        poller.refresh()
    assert wallet.asked == 1


def test_a_click_within_a_second_of_the_last_asks_nothing_more(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer()
    wallet.seconds += 0.9
    poller.refresh()
    assert wallet.asked == 1
    wallet.seconds += 0.1
    poller.refresh()
    assert wallet.asked == 2


def test_the_timer_asks_again_after_the_interval(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.seconds += 5
    wallet.answer(QUICK)
    qtbot.waitUntil(lambda: wallet.asked == 2)


def test_the_snapshot_that_came_is_handed_on(qtbot: QtBot, poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    with qtbot.waitSignal(poller.changed) as changed:
        wallet.answer(HOURLY)
    assert changed.args == [HOURLY]
    assert poller.snapshot is HOURLY


def test_while_it_asks_it_says_so_and_keeps_what_was_known(poller: Poller, wallet: Wallet) -> None:
    trouble = OfflineError()
    poller.reset_and_poll(replace(HOURLY, trouble=trouble))
    assert poller.snapshot.refreshing
    assert poller.snapshot.trouble is trouble


def test_the_start_of_a_request_does_not_repeat_the_alerts_of_the_last_reading(
    poller: Poller, wallet: Wallet
) -> None:
    due: list[tuple[Alert, ...]] = []
    poller.changed.connect(lambda snapshot: due.append(snapshot.to_notify))
    poller.refresh()
    wallet.answer(replace(HOURLY, to_notify=(Alert.LOW,)))
    wallet.seconds += 5
    poller.refresh()
    wallet.answer(HOURLY)
    assert due == [(), (Alert.LOW,), (), ()]


def test_after_a_new_sign_in_the_old_wallet_s_answer_does_not_count(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    poller.reset_and_poll(HOURLY)
    assert wallet.asked == 2
    wallet.answer(replace(HOURLY, trouble=OfflineError("the old one")))
    assert poller.snapshot.trouble is None
    assert poller.snapshot.refreshing
    wallet.answer(QUICK)
    assert poller.snapshot is QUICK


def test_new_thresholds_are_shown_without_a_request(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.answer()
    poller.reevaluate(replace(HOURLY, settings=Settings(low=5)))
    assert poller.snapshot.settings.low == 5
    assert wallet.asked == 1


def test_a_click_while_the_server_asks_for_patience_asks_at_most_once_a_minute(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=ThrottledError(retry_after=600)))
    for _ in range(60):
        wallet.pass_time(timedelta(seconds=1))
        poller.refresh()
    assert wallet.asked == 2


@pytest.mark.parametrize(
    "trouble", [ThrottledError(retry_after=3600), ServerError(retry_after=3600), RejectedError()]
)
def test_a_wake_up_or_an_opened_window_does_not_break_a_promised_silence(
    poller: Poller, wallet: Wallet, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=trouble))
    sleep(poller, wallet, timedelta(minutes=30))
    poller.refresh_if_due()
    assert wallet.asked == 1
    sleep(poller, wallet, timedelta(minutes=30))
    assert wallet.asked == 2


def test_an_opened_window_asks_when_the_last_look_is_a_minute_old(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer()
    poller.refresh_if_due()
    assert wallet.asked == 1
    wallet.pass_time(timedelta(minutes=1))
    poller.refresh_if_due()
    assert wallet.asked == 2


def test_a_network_that_comes_back_is_a_hint_only_where_it_was_missed(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer()
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert wallet.asked == 1
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=OfflineError()))
    wallet.pass_time(timedelta(minutes=2))
    poller.on_network()
    assert wallet.asked == 3


def test_after_sleep_it_asks_once(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    sleep(poller, wallet, timedelta(hours=8))
    assert wallet.asked == 2
    tick(poller, wallet, 20)
    assert wallet.asked == 2


CHANGES = [timedelta(hours=-5.5), timedelta(days=-10_000), timedelta(hours=8), timedelta(days=90)]
TROUBLES = [None, RejectedError(), ThrottledError(retry_after=1800), OfflineError()]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_clock_that_is_set_neither_stops_nor_hurries_the_next_look(
    poller: Poller, wallet: Wallet, change: timedelta, trouble: DeepvueError | None
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=trouble))
    due = time_left(poller)
    set_clock(poller, wallet, change)
    tick(poller, wallet, 3)
    assert wallet.asked == 1
    assert timedelta(0) < time_left(poller) <= due
    sleep(poller, wallet, timedelta(hours=1))
    assert wallet.asked == 2


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("trouble", TROUBLES[1:3])
def test_a_clock_that_is_set_does_not_lengthen_a_silence(
    poller: Poller, wallet: Wallet, change: timedelta, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=trouble))
    set_clock(poller, wallet, change)
    poller.refresh_if_due()
    assert wallet.asked == 1
    tick(poller, wallet, 60)
    poller.refresh_if_due()
    assert wallet.asked == 2


@pytest.mark.parametrize("change", CHANGES)
def test_old_readings_are_called_stale_whatever_the_clock_says(
    poller: Poller, wallet: Wallet, change: timedelta
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    set_clock(poller, wallet, change)
    poller.refresh()
    tick(poller, wallet, 119)
    assert not poller.snapshot.stale
    tick(poller, wallet, 2)
    assert poller.snapshot.stale


@pytest.mark.parametrize("seconds", [60.0, 2.0**31, 1e300, float("inf")])
def test_no_wish_to_wait_is_longer_than_a_timer_can_be(
    poller: Poller, wallet: Wallet, seconds: float
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=ServerError(retry_after=seconds)))
    assert timedelta(0) < time_left(poller) < timedelta(days=1, minutes=1)
    sleep(poller, wallet, timedelta(days=1))
    assert wallet.asked == 2


def test_the_clock_counts_on_and_is_not_the_time_of_day() -> None:
    # Sleep is in the one and not in the other.
    awake, counted = time.monotonic(), seconds_since_boot()
    assert awake <= counted <= seconds_since_boot()
    assert counted < 10**9  # seconds since 1970 are more


def test_snoozing_or_a_threshold_does_not_postpone_the_next_look(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    often = replace(QUICK, settings=Settings(interval=timedelta(milliseconds=300)))
    again = QTimer(interval=50)
    again.timeout.connect(lambda: poller.reevaluate(often))
    poller.refresh()
    wallet.answer(often)
    again.start()
    qtbot.waitUntil(lambda: wallet.asked == 2)
    again.stop()


@pytest.mark.parametrize(("interval", "left"), [(24, 23.5), (2, 1.5), (0.5, 0.0), (0.1, 0.0)])
def test_a_changed_interval_counts_from_the_last_look(
    poller: Poller, wallet: Wallet, interval: float, left: float
) -> None:
    poller.refresh()
    wallet.answer()
    wallet.pass_time(timedelta(minutes=30))
    poller.reevaluate(replace(HOURLY, settings=Settings(interval=timedelta(hours=interval))))
    assert abs(time_left(poller) - timedelta(hours=left)) < timedelta(minutes=1)


@pytest.mark.parametrize("trouble", [RejectedError(), ThrottledError(retry_after=7200)])
def test_a_shorter_interval_does_not_break_a_silence(
    poller: Poller, wallet: Wallet, trouble: DeepvueError
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=trouble))
    quick = Settings(interval=timedelta(minutes=1))
    poller.reevaluate(replace(HOURLY, settings=quick, trouble=trouble))
    assert time_left(poller) > timedelta(minutes=59)


def test_a_longer_interval_does_not_postpone_the_retry_of_a_failure(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=OfflineError()))
    daily = Settings(interval=timedelta(hours=24))
    poller.reevaluate(replace(HOURLY, settings=daily, trouble=OfflineError()))
    assert time_left(poller) < timedelta(minutes=1)


def test_another_wallet_found_in_the_settings_is_asked_at_once(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=RejectedError()))
    poller.reevaluate(replace(HOURLY, client_id="live_2"))
    assert wallet.asked == 2


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(hours=-1)])
def test_a_look_that_comes_before_the_tick_knows_of_a_changed_clock(
    poller: Poller, wallet: Wallet, jump: timedelta
) -> None:
    wallet.pass_time(timedelta(seconds=20))
    wallet.now += jump
    poller.refresh()
    assert poller.awake_since == wallet.now


def test_a_look_that_comes_before_the_tick_knows_of_the_sleep(
    poller: Poller, wallet: Wallet
) -> None:
    wallet.pass_time(timedelta(hours=8))
    poller.refresh()
    assert poller.awake_since == wallet.now


def test_short_naps_all_day_long_ask_no_more_often_than_the_interval(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    begin = wallet.now
    while wallet.now < begin + timedelta(days=1):
        sleep(poller, wallet, timedelta(seconds=30))
        if poller.snapshot.refreshing:
            wallet.answer(replace(HOURLY, reading=wallet.reading()))
    assert wallet.asked <= 25


def test_after_a_short_sleep_the_next_look_is_due_when_it_was_due(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    sleep(poller, wallet, timedelta(minutes=40))
    assert wallet.asked == 1
    assert poller._timer.remainingTime() < timedelta(minutes=21).total_seconds() * 1000


def test_while_the_machine_is_awake_the_clock_asks_nothing(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    tick(poller, wallet, 100)
    assert wallet.asked == 1


def test_a_reading_that_is_older_than_it_should_be_is_called_stale_until_the_next(
    poller: Poller, wallet: Wallet
) -> None:
    often = Snapshot(settings=Settings(interval=timedelta(minutes=5)), reading=wallet.reading())
    poller.refresh()
    wallet.answer(often)
    poller.refresh()
    tick(poller, wallet, 2 * often.settings.interval // TICK + 1)
    assert not poller.snapshot.stale
    tick(poller, wallet)
    assert poller.snapshot.condition is Condition.STALE
    assert poller.snapshot.reading == often.reading
    wallet.pass_time(timedelta(seconds=1))
    poller.refresh()
    wallet.answer(replace(often, reading=wallet.reading()))
    assert poller.snapshot.condition.value == Condition.FRESH.value


def test_after_sleep_nothing_is_called_stale_before_the_answer(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(Snapshot(reading=wallet.reading()))
    sleep(poller, wallet, timedelta(days=3))
    tick(poller, wallet, 10)
    assert poller.snapshot.condition is Condition.REFRESHING


def test_only_a_click_on_unlock_lets_the_keyring_prompt(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=KeyringLockedError()))
    poller.unlock()
    assert wallet.prompts == [False, True]


def test_a_failure_is_followed_by_an_earlier_look(
    qtbot: QtBot, poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, trouble=ServerError()))
    assert poller._timer.remainingTime() < 2 * FIRST_RETRY.total_seconds() * 1000


def test_a_fault_of_ours_is_raised_and_shown_and_does_not_end_the_looking(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    with pytest.raises(ZeroDivisionError):
        wallet.fail(ZeroDivisionError())
    assert isinstance(poller.snapshot.trouble, InternalError)
    assert poller.snapshot.trouble.detail == "ZeroDivisionError"
    assert not poller.snapshot.refreshing
    assert poller._timer.isActive()


def test_a_fault_of_ours_makes_no_old_reading_a_fresh_one(poller: Poller, wallet: Wallet) -> None:
    poller.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    for _ in range(3):
        tick(poller, wallet, 60)
        poller.refresh()
        with pytest.raises(ZeroDivisionError):
            wallet.fail(ZeroDivisionError())
    tick(poller, wallet)
    assert poller.snapshot.condition is not Condition.FRESH


def test_an_error_that_can_be_explained_is_shown_and_is_no_fault(
    poller: Poller, wallet: Wallet
) -> None:
    poller.refresh()
    wallet.fail(StorageError("settings.json: Permission denied"))
    assert isinstance(poller.snapshot.trouble, StorageError)
    assert not poller.snapshot.refreshing
