"""One gate for every asker, one snapshot for every view."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import OfflineError
from deepvue_tray.core.reading import Alert, Snapshot
from deepvue_tray.core.settings import Settings
from deepvue_tray.ui.refresher import Refresher

QUICK = Snapshot(settings=Settings(interval=timedelta(milliseconds=1)))
HOURLY = Snapshot(settings=Settings(interval=timedelta(hours=1)))


class Wallet:
    """Takes requests, answers them when told to, and tells the time."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[Snapshot], None]] = []
        self.asked = 0
        self.clock = 100.0

    def look(self, came: Callable[[Snapshot], None]) -> None:
        self.asked += 1
        self.waiting.append(came)

    def answer(self, snapshot: Snapshot = HOURLY) -> None:
        self.waiting.pop(0)(snapshot)


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def refresher(qtbot: QtBot, wallet: Wallet) -> Refresher:
    return Refresher(wallet.look, lambda: wallet.clock)


def test_a_hundred_clicks_in_a_row_are_one_request(refresher: Refresher, wallet: Wallet) -> None:
    for _ in range(100):
        refresher.refresh()
    assert wallet.asked == 1


def test_a_click_within_a_second_of_the_last_asks_nothing_more(
    refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.answer()
    wallet.clock += 0.9
    refresher.refresh()
    assert wallet.asked == 1
    wallet.clock += 0.1
    refresher.refresh()
    assert wallet.asked == 2


def test_the_timer_asks_again_after_the_interval(
    qtbot: QtBot, refresher: Refresher, wallet: Wallet
) -> None:
    refresher.refresh()
    wallet.clock += 5
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


def test_an_alert_is_handed_on_once(refresher: Refresher, wallet: Wallet) -> None:
    due: list[tuple[Alert, ...]] = []
    refresher.changed.connect(lambda snapshot: due.append(snapshot.due))
    refresher.refresh()
    wallet.answer(replace(HOURLY, due=(Alert.LOW,)))
    wallet.clock += 5
    refresher.refresh()
    assert due == [(), (Alert.LOW,), ()]


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
