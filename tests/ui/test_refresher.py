"""One gate for every asker, one snapshot for every view."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.core.alerts import Alert
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
from deepvue_tray.ui.refresher import TICK, Refresher

QUICK = Snapshot(settings=Settings(interval=timedelta(milliseconds=1)))
HOURLY = Snapshot(settings=Settings(interval=timedelta(hours=1)))


class Wallet:
    """Takes requests, answers them when told to, and tells the time."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Snapshot], None], Callable[[Exception], None]]] = []
        self.prompts: list[bool] = []
        self.seconds = 100.0
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    @property
    def asked(self) -> int:
        return len(self.prompts)

    def look(
        self,
        prompt: bool,
        came: Callable[[Snapshot], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.prompts.append(prompt)
        self.waiting.append((came, failed))

    def answer(self, snapshot: Snapshot = HOURLY) -> None:
        came, _failed = self.waiting.pop(0)
        came(snapshot)

    def reading(self) -> Reading:
        return Reading(at=self.now, balance=Decimal(6448))

    def pass_time(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()
        self.now += time


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def refresher(qtbot: QtBot, wallet: Wallet) -> Iterator[Refresher]:
    refresher = Refresher(
        wallet.look, clock=lambda: wallet.seconds, now=lambda: wallet.now, chance=lambda: 1.0
    )
    yield refresher
    # Or some other thread might collect it, which its timers forbid.
    delete(refresher)


def tick(refresher: Refresher, wallet: Wallet, times: int = 1) -> None:
    """Let the clock go on for so many ticks, as it does while the machine is awake."""
    for _ in range(times):
        wallet.pass_time(TICK)
        refresher._on_tick()


def sleep(refresher: Refresher, wallet: Wallet, time: timedelta) -> None:
    """Let the machine sleep: the wall clock goes on, the other one does not."""
    wallet.now += time
    tick(refresher, wallet)


def test_each_minute_it_is_time_to_see_what_another_process_has_saved(
    qtbot: QtBot, refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(Snapshot(trouble=RejectedError()))
    with qtbot.waitSignal(refresher.ticked):
        tick(refresher, wallet)
    assert wallet.asked == 1


def test_a_hundred_clicks_in_a_row_are_one_request(refresher: Refresher, wallet: Wallet) -> None:
    for _ in range(100):
        refresher.refresh()
    assert wallet.asked == 1


def test_a_click_within_a_second_of_the_last_asks_nothing_more(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer()
    wallet.seconds += 0.9
    refresher.refresh()
    assert wallet.asked == 1
    wallet.seconds += 0.1
    refresher.refresh()
    assert wallet.asked == 2


def test_the_timer_asks_again_after_the_interval(
    qtbot: QtBot, refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.seconds += 5
    wallet.answer(QUICK)
    qtbot.waitUntil(lambda: wallet.asked == 2)


def test_the_snapshot_that_came_is_handed_on(
    qtbot: QtBot, refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    with qtbot.waitSignal(refresher.changed) as changed:
        wallet.answer(HOURLY)
    assert changed.args == [HOURLY]
    assert refresher.snapshot is HOURLY


def test_while_it_asks_it_says_so_and_keeps_what_was_known(
    refresher: Refresher, wallet: Wallet
) -> None:
    trouble = OfflineError()
    refresher.restart(replace(HOURLY, trouble=trouble))
    assert refresher.snapshot.refreshing
    assert refresher.snapshot.trouble is trouble


def test_an_alert_stays_due_until_the_next_answer(refresher: Refresher, wallet: Wallet) -> None:
    due: list[tuple[Alert, ...]] = []
    refresher.changed.connect(lambda snapshot: due.append(snapshot.due))
    refresher.refresh()
    wallet.answer(replace(HOURLY, due=(Alert.LOW,)))
    wallet.seconds += 5
    refresher.refresh()
    wallet.answer(HOURLY)
    assert due == [(), (Alert.LOW,), (Alert.LOW,), ()]


def test_after_a_new_sign_in_the_old_wallet_s_answer_does_not_count(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    refresher.restart(HOURLY)
    assert wallet.asked == 2
    wallet.answer(replace(HOURLY, trouble=OfflineError("the old one")))
    assert refresher.snapshot.trouble is None
    assert refresher.snapshot.refreshing
    wallet.answer(QUICK)
    assert refresher.snapshot is QUICK


def test_new_thresholds_are_shown_without_a_request(refresher: Refresher, wallet: Wallet) -> None:
    refresher.refresh()
    wallet.answer()
    refresher.rejudge(replace(HOURLY, settings=Settings(low=5)))
    assert refresher.snapshot.settings.low == 5
    assert wallet.asked == 1


def test_a_click_while_the_server_asks_for_patience_asks_at_most_once_a_minute(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, trouble=ThrottledError(retry_after=600)))
    for _ in range(60):
        wallet.pass_time(timedelta(seconds=1))
        refresher.refresh()
    assert wallet.asked == 2


@pytest.mark.parametrize(
    "trouble", [ThrottledError(retry_after=3600), ServerError(retry_after=3600), RejectedError()]
)
def test_a_wake_up_or_an_opened_window_does_not_break_a_promised_silence(
    refresher: Refresher, wallet: Wallet, trouble: DeepvueError
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, trouble=trouble))
    sleep(refresher, wallet, timedelta(minutes=30))
    refresher.nudge()
    assert wallet.asked == 1
    sleep(refresher, wallet, timedelta(minutes=30))
    assert wallet.asked == 2


def test_an_opened_window_asks_when_the_last_look_is_a_minute_old(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer()
    refresher.nudge()
    assert wallet.asked == 1
    wallet.pass_time(timedelta(minutes=1))
    refresher.nudge()
    assert wallet.asked == 2


def test_a_network_that_comes_back_is_a_hint_only_where_it_was_missed(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer()
    wallet.pass_time(timedelta(minutes=2))
    refresher.on_network()
    assert wallet.asked == 1
    refresher.refresh()
    wallet.answer(replace(HOURLY, trouble=OfflineError()))
    wallet.pass_time(timedelta(minutes=2))
    refresher.on_network()
    assert wallet.asked == 3


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(hours=-1)])
def test_after_sleep_or_a_changed_clock_it_asks_once(
    refresher: Refresher, wallet: Wallet, jump: timedelta
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    sleep(refresher, wallet, jump)
    assert wallet.asked == 2
    tick(refresher, wallet, 20)
    assert wallet.asked == 2


@pytest.mark.parametrize("jump", [timedelta(hours=8), timedelta(hours=-1)])
def test_a_look_that_comes_before_the_tick_knows_of_the_sleep(
    refresher: Refresher, wallet: Wallet, jump: timedelta
) -> None:
    wallet.pass_time(timedelta(seconds=20))
    wallet.now += jump
    refresher.refresh()
    assert refresher.awake_since == wallet.now


def test_short_naps_all_day_long_ask_no_more_often_than_the_interval(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    begin = wallet.now
    while wallet.now < begin + timedelta(days=1):
        sleep(refresher, wallet, timedelta(seconds=30))
        if refresher.snapshot.refreshing:
            wallet.answer(replace(HOURLY, reading=wallet.reading()))
    assert wallet.asked <= 25


def test_after_a_short_sleep_the_next_look_is_due_when_it_was_due(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    sleep(refresher, wallet, timedelta(minutes=40))
    assert wallet.asked == 1
    assert refresher._timer.remainingTime() < timedelta(minutes=21).total_seconds() * 1000


def test_while_the_machine_is_awake_the_clock_asks_nothing(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, reading=wallet.reading()))
    tick(refresher, wallet, 100)
    assert wallet.asked == 1


def test_a_reading_that_is_older_than_it_should_be_is_called_stale_until_the_next(
    refresher: Refresher, wallet: Wallet
) -> None:
    often = Snapshot(settings=Settings(interval=timedelta(minutes=5)), reading=wallet.reading())
    refresher.refresh()
    wallet.answer(often)
    refresher.refresh()
    tick(refresher, wallet, 2 * often.settings.interval // TICK + 1)
    assert not refresher.snapshot.stale
    tick(refresher, wallet)
    assert refresher.snapshot.condition is Condition.STALE
    assert refresher.snapshot.reading == often.reading
    wallet.pass_time(timedelta(seconds=1))
    refresher.refresh()
    wallet.answer(replace(often, reading=wallet.reading()))
    assert refresher.snapshot.condition.value == Condition.FRESH.value


def test_after_sleep_nothing_is_called_stale_before_the_answer(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(Snapshot(reading=wallet.reading()))
    sleep(refresher, wallet, timedelta(days=3))
    tick(refresher, wallet, 10)
    assert refresher.snapshot.condition is Condition.REFRESHING


def test_only_a_click_on_unlock_lets_the_keyring_prompt(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, trouble=KeyringLockedError()))
    refresher.unlock()
    assert wallet.prompts == [False, True]


def test_a_failure_is_followed_by_an_earlier_look(
    qtbot: QtBot, refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer(replace(HOURLY, trouble=ServerError()))
    assert refresher._timer.remainingTime() < 2 * FIRST_RETRY.total_seconds() * 1000


def test_a_fault_of_ours_is_raised_and_shown_and_does_not_end_the_looking(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    _came, failed = wallet.waiting.pop(0)
    with pytest.raises(ZeroDivisionError):
        failed(ZeroDivisionError())
    assert isinstance(refresher.snapshot.trouble, InternalError)
    assert refresher.snapshot.trouble.detail == "ZeroDivisionError"
    assert not refresher.snapshot.refreshing
    assert refresher._timer.isActive()


def test_an_error_that_can_be_explained_is_shown_and_is_no_fault(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    _came, failed = wallet.waiting.pop(0)
    failed(StorageError("settings.json: Permission denied"))
    assert isinstance(refresher.snapshot.trouble, StorageError)
    assert not refresher.snapshot.refreshing
