"""What is due reaches the person once, natively or at least in the tray."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app.notification_controller import NotificationController
from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot

LOW = Snapshot(
    client_id="live_1",
    reading=Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(900)),
    to_notify=(Alert.LOW,),
)


class Desktop:
    """A notification service that answers when told to, and a tray with or without balloons."""

    def __init__(self) -> None:
        self.has_balloons = False
        self.notes: list[Notification] = []
        self.answers: list[Callable[[bool], None]] = []
        self.balloons: list[str] = []
        self.acknowledged: list[Alert] = []
        self.remembered: list[Callable[[object], None]] = []
        self.notifications = NotificationController(
            tell=lambda _alert, _client_id, notification, done: self.show(notification, done),
            show=self.show,
            balloon=self.balloon,
            acknowledge=self.acknowledge,
            prefix="",
        )

    def show(self, notification: Notification, done: Callable[[bool], None]) -> None:
        self.notes.append(notification)
        self.answers.append(done)

    def answer(self, told: bool) -> None:
        self.answers.pop(0)(told)

    def balloon(self, title: str, _body: str) -> bool:
        if self.has_balloons:
            self.balloons.append(title)
        return self.has_balloons

    def acknowledge(self, alert: Alert, _client_id: str, done: Callable[[object], None]) -> None:
        self.acknowledged.append(alert)
        self.remembered.append(done)


@pytest.fixture
def desktop(qtbot: QtBot) -> Desktop:
    return Desktop()


def test_what_is_due_is_told_with_its_balance(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    assert [(notification.kind, notification.body) for notification in desktop.notes] == [
        ("balance", "900 credits left.")
    ]


def test_nothing_due_is_nothing_shown(desktop: Desktop) -> None:
    desktop.notifications.raise_due(Snapshot())
    assert desktop.notes == []


def test_what_has_not_been_answered_is_not_sent_again(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.notifications.raise_due(replace(LOW, refreshing=True))
    desktop.notifications.service_appeared.emit()
    assert len(desktop.notes) == 1


def test_another_wallet_s_alert_does_not_wait_for_the_first_one_s(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.notifications.raise_due(replace(LOW, client_id="live_2"))
    assert len(desktop.notes) == 2


def test_what_was_told_natively_brings_no_balloon(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.notifications.raise_due(LOW)
    desktop.answer(told=True)
    assert desktop.balloons == []


def test_without_a_service_a_balloon_shows_it_once(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.notifications.raise_due(LOW)
    desktop.answer(told=False)
    # Before it is remembered, the next snapshot says that it is due.
    desktop.notifications.raise_due(LOW)
    assert desktop.balloons == ["Deepvue credits are low"]
    assert desktop.acknowledged == [Alert.LOW]
    assert len(desktop.notes) == 1


def test_what_nobody_could_show_is_not_acknowledged_and_comes_with_the_next_snapshot(
    desktop: Desktop,
) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.answer(told=False)
    assert desktop.acknowledged == []
    desktop.notifications.raise_due(LOW)
    assert len(desktop.notes) == 2


def test_what_nobody_could_show_comes_as_soon_as_a_service_does(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.answer(told=False)
    desktop.notifications.service_appeared.emit()
    assert len(desktop.notes) == 2


def test_a_service_that_came_up_while_an_attempt_failed_is_tried(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.notifications.service_appeared.emit()
    desktop.answer(told=False)
    assert len(desktop.notes) == 2


def test_what_is_no_longer_due_when_a_service_comes_is_not_told(desktop: Desktop) -> None:
    desktop.notifications.raise_due(LOW)
    desktop.answer(told=False)
    desktop.notifications.raise_due(replace(LOW, to_notify=()))
    desktop.notifications.service_appeared.emit()
    assert len(desktop.notes) == 1


@pytest.mark.parametrize(
    ("shown", "balloons"), [(True, []), (False, ["Internal error in deepvue-tray"])]
)
def test_a_fault_is_told_natively_or_by_a_balloon(
    desktop: Desktop, shown: bool, balloons: list[str]
) -> None:
    desktop.has_balloons = True
    desktop.notifications.tell_of_fault()
    desktop.answer(shown)
    assert [notification.title for notification in desktop.notes] == [
        "Internal error in deepvue-tray"
    ]
    assert desktop.balloons == balloons


@pytest.mark.parametrize(("button", "action"), [("dashboard", Action.DASHBOARD), ("", Action.CARD)])
def test_a_press_asks_for_its_action(
    qtbot: QtBot, desktop: Desktop, button: str, action: Action
) -> None:
    with qtbot.waitSignal(desktop.notifications.action_requested) as asked:
        desktop.notifications.pressed.emit(button)
    assert asked.args == [action]
