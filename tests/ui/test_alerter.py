"""What is due reaches the person once, natively or at least in the tray."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.core.alerts import Alert
from deepvue_tray.core.errors import Action
from deepvue_tray.core.note import Note
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.alerter import Alerter

LOW = Snapshot(
    client_id="live_1",
    reading=Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(900)),
    due=(Alert.LOW,),
)


class Desktop:
    """A notification service that answers when told to, and a tray with or without balloons."""

    def __init__(self) -> None:
        self.has_balloons = False
        self.notes: list[Note] = []
        self.answers: list[Callable[[bool], None]] = []
        self.balloons: list[str] = []
        self.acknowledged: list[Alert] = []
        self.remembered: list[Callable[[object], None]] = []
        self.alerter = Alerter(
            tell=lambda _alert, _client_id, note, done: self.show(note, done),
            show=self.show,
            balloon=self.balloon,
            acknowledge=self.acknowledge,
            prefix="",
        )

    def show(self, note: Note, done: Callable[[bool], None]) -> None:
        self.notes.append(note)
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
    desktop.alerter.raise_due(LOW)
    assert [(note.kind, note.body) for note in desktop.notes] == [("balance", "900 credits left.")]


def test_nothing_due_is_nothing_shown(desktop: Desktop) -> None:
    desktop.alerter.raise_due(Snapshot())
    assert desktop.notes == []


def test_what_has_not_been_answered_is_not_sent_again(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.alerter.raise_due(replace(LOW, refreshing=True))
    desktop.alerter.service_appeared.emit()
    assert len(desktop.notes) == 1


def test_another_wallet_s_alert_does_not_wait_for_the_first_one_s(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.alerter.raise_due(replace(LOW, client_id="live_2"))
    assert len(desktop.notes) == 2


def test_what_was_told_natively_brings_no_balloon(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.alerter.raise_due(LOW)
    desktop.answer(told=True)
    assert desktop.balloons == []


def test_without_a_service_a_balloon_shows_it_once(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.alerter.raise_due(LOW)
    desktop.answer(told=False)
    # Before it is remembered, the next snapshot says that it is due.
    desktop.alerter.raise_due(LOW)
    assert desktop.balloons == ["Deepvue credits are low"]
    assert desktop.acknowledged == [Alert.LOW]
    assert len(desktop.notes) == 1


def test_what_nobody_could_show_is_not_acknowledged_and_comes_with_the_next_snapshot(
    desktop: Desktop,
) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.answer(told=False)
    assert desktop.acknowledged == []
    desktop.alerter.raise_due(LOW)
    assert len(desktop.notes) == 2


def test_what_nobody_could_show_comes_as_soon_as_a_service_does(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.answer(told=False)
    desktop.alerter.service_appeared.emit()
    assert len(desktop.notes) == 2


def test_a_service_that_came_up_while_an_attempt_failed_is_tried(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.alerter.service_appeared.emit()
    desktop.answer(told=False)
    assert len(desktop.notes) == 2


def test_what_is_no_longer_due_when_a_service_comes_is_not_told(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    desktop.answer(told=False)
    desktop.alerter.raise_due(replace(LOW, due=()))
    desktop.alerter.service_appeared.emit()
    assert len(desktop.notes) == 1


@pytest.mark.parametrize(("shown", "balloons"), [(True, []), (False, ["A fault in deepvue-tray"])])
def test_a_fault_is_told_natively_or_by_a_balloon(
    desktop: Desktop, shown: bool, balloons: list[str]
) -> None:
    desktop.has_balloons = True
    desktop.alerter.tell_of_fault()
    desktop.answer(shown)
    assert [note.title for note in desktop.notes] == ["A fault in deepvue-tray"]
    assert desktop.balloons == balloons


@pytest.mark.parametrize(("button", "action"), [("dashboard", Action.DASHBOARD), ("", Action.CARD)])
def test_a_press_asks_for_its_action(
    qtbot: QtBot, desktop: Desktop, button: str, action: Action
) -> None:
    with qtbot.waitSignal(desktop.alerter.asked) as asked:
        desktop.alerter.pressed.emit(button)
    assert asked.args == [action]
