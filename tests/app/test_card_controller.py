"""The card opens with the wallet that was asked for, and gets that wallet's history."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from deepvue_tray.app.card_controller import CardController
from deepvue_tray.core.actions import Action
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.chart.day_bars import DayBars
from deepvue_tray.ui.wallet_list import WalletList

NOW = datetime.now(UTC)
SPENT = {"live_1": 62, "trial_1": 7}


def wallet(client_id: str, balance: int) -> Snapshot:
    ends = NOW + timedelta(days=20)
    return Snapshot(
        wallet=WalletSettings(client_id=client_id, name=client_id),
        reading=Reading(at=NOW, balance=Decimal(balance)),
        runway=Runway(empty_at=ends, earliest=ends, latest=ends, burn_rate=9),
    )


TWO = Overview(snapshots=(wallet("live_1", 6448), wallet("trial_1", 120)))


class World(QObject):
    """The parts around the controller: the worker, the poller, the icon and the settings."""

    changed = Signal(Overview)
    tray_found = Signal()
    closed = Signal()
    is_in_tray = True
    is_open = False

    def __init__(self) -> None:
        super().__init__()
        self.overview = TWO
        self.menu = QMenu()
        self.history = self
        self.asked: list[str] = []

    def submit(
        self, job: Callable[[Any], Any], on_result: Callable[[Any], object], _: object
    ) -> None:
        on_result(job(self))

    def buckets(self, client_id: str, since: datetime, until: datetime) -> list[HistoryBucket]:
        self.asked.append(client_id)
        amount = Decimal(SPENT[client_id])
        bucket = HistoryBucket(
            start=until, at=until, last=amount, low=amount, high=amount, spent=amount, added=amount
        )
        return [bucket]

    def place(self) -> QRect:
        return QRect(400, 776, 24, 24)

    def refresh_if_due(self) -> None:
        pass


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def controller(qtbot: QtBot, world: World) -> CardController:
    parts: Any = world
    return CardController(parts, parts, parts, parts, "")


def card_of(controller: CardController, qtbot: QtBot) -> Card:
    card = controller._card
    assert card is not None
    qtbot.addWidget(card)
    return card


def spent_today(card: Card) -> str:
    [bars] = card.findChildren(DayBars)
    return bars.accessibleDescription().rpartition(", ")[2]


def test_it_opens_with_the_worst_wallet_and_its_history(
    qtbot: QtBot, controller: CardController
) -> None:
    controller.open()
    card = card_of(controller, qtbot)
    assert card.shown.client_id == "trial_1"
    assert spent_today(card) == "Today: 7 credits"


def test_it_opens_with_the_wallet_that_was_asked_for_and_later_with_the_worst_again(
    qtbot: QtBot, controller: CardController
) -> None:
    controller.open("live_1")
    card = card_of(controller, qtbot)
    assert spent_today(card) == "Today: 62 credits"
    card.hide()
    controller.open()
    assert spent_today(card) == "Today: 7 credits"


def test_a_wallet_that_the_person_selects_gets_its_history(
    qtbot: QtBot, controller: CardController
) -> None:
    controller.open()
    card = card_of(controller, qtbot)
    [rows] = card.findChildren(WalletList)
    QTest.keyClick(rows, Qt.Key.Key_Up)
    assert spent_today(card) == "Today: 62 credits"


def test_a_new_reading_is_followed_by_the_history_while_the_card_is_open(
    qtbot: QtBot, controller: CardController, world: World
) -> None:
    controller.open()
    card = card_of(controller, qtbot)
    live, trial = TWO.snapshots
    world.changed.emit(Overview(snapshots=(live, wallet("trial_1", 119))))
    assert world.asked == ["trial_1", "trial_1"]
    card.hide()
    world.changed.emit(Overview(snapshots=(live, trial)))
    assert len(world.asked) == 2


def test_the_history_is_not_read_again_for_a_poll_of_another_wallet(
    qtbot: QtBot, controller: CardController, world: World
) -> None:
    controller.open()
    card_of(controller, qtbot)
    _, trial = TWO.snapshots
    world.changed.emit(Overview(snapshots=(wallet("live_1", 6447), trial)))
    assert world.asked == ["trial_1"]


def test_an_action_names_its_wallet(qtbot: QtBot, controller: CardController) -> None:
    controller.open("live_1")
    card = card_of(controller, qtbot)
    with qtbot.waitSignal(controller.action_requested) as requested:
        card.action_requested.emit(Action.HISTORY, card.shown.client_id)
    assert requested.args == [Action.HISTORY, "live_1"]


def test_a_second_click_on_the_icon_closes_it(qtbot: QtBot, controller: CardController) -> None:
    controller.toggle()
    card = card_of(controller, qtbot)
    assert card.isVisible()
    controller.toggle()
    assert not card.isVisible()
    QApplication.processEvents()
