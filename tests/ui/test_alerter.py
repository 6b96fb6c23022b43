"""What is due reaches the person once, natively or at least in the tray."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.core.alerts import Alert
from deepvue_tray.core.errors import Action
from deepvue_tray.core.note import Note
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.alerter import Alerter, Press

LOW = Snapshot(
    reading=Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(900)),
    due=(Alert.LOW,),
)


class Desktop:
    """A notification service and a tray that can be switched off."""

    def __init__(self) -> None:
        self.native = self.tray = True
        self.notes: list[Note] = []
        self.messages: list[str] = []
        self.acknowledged: list[Alert] = []
        self.press: Press = lambda *_: None
        self.alerter = Alerter(
            deliver=self.deliver,
            fallback=self.fallback,
            acknowledge=lambda alert, _client_id: self.acknowledged.append(alert),
            prefix="",
        )

    def deliver(self, note: Note, press: Press, done: Callable[[bool], None]) -> None:
        self.press = press
        self.notes.append(note)
        done(self.native)

    def fallback(self, title: str, _body: str) -> bool:
        self.messages.append(title)
        return self.tray


@pytest.fixture
def desktop(qtbot: QtBot) -> Desktop:
    return Desktop()


def test_what_was_delivered_is_acknowledged(desktop: Desktop) -> None:
    desktop.alerter.raise_due(LOW)
    assert [note.kind for note in desktop.notes] == ["balance"]
    assert desktop.acknowledged == [Alert.LOW]
    assert desktop.messages == []


def test_without_a_service_the_tray_shows_it(desktop: Desktop) -> None:
    desktop.native = False
    desktop.alerter.raise_due(LOW)
    assert desktop.messages == ["Deepvue credits are low"]
    assert desktop.acknowledged == [Alert.LOW]


def test_what_nobody_could_show_is_not_acknowledged(desktop: Desktop) -> None:
    desktop.native = desktop.tray = False
    desktop.alerter.raise_due(LOW)
    assert desktop.acknowledged == []


def test_nothing_due_is_nothing_shown(desktop: Desktop) -> None:
    desktop.alerter.raise_due(Snapshot())
    assert desktop.notes == []


@pytest.mark.parametrize(("button", "action"), [("dashboard", Action.DASHBOARD), ("", Action.CARD)])
def test_a_press_asks_for_its_action(
    qtbot: QtBot, desktop: Desktop, button: str, action: Action
) -> None:
    desktop.alerter.raise_due(LOW)
    with qtbot.waitSignal(desktop.alerter.asked) as asked:
        desktop.press("low", button)
    assert asked.args == [action]
