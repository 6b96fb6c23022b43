"""The tray passes each alert to the command with the texts of its notification."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.app.alert_command_controller import AlertCommandController
from deepvue_tray.app.poller import Poller
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import AlertCommandError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.held_worker import BackendWorker

LOW = Snapshot(
    wallet=WalletSettings(client_id="live_1", name="Live"),
    reading=Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(900)),
    command_alerts=(Alert.LOW,),
)
OTHER = replace(LOW, wallet=WalletSettings(client_id="free_tier_1", name="Trial"))


class Commands(BackendWorker):
    """A backend that records what it would pass to the command."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: list[tuple[Alert, str, str, str]] = []
        self.poller = Poller(self)
        self.controller = AlertCommandController(self, self.poller, "Demo")

    def run_alert_command(self, alert: Alert, snapshot: Snapshot, title: str, body: str) -> None:
        self.passed.append((alert, snapshot.client_id, title, body))

    def poll(self, *_: object, **__: object) -> None:
        pass

    def after_poll(self, snapshot: Snapshot, *others: Snapshot) -> None:
        self.poller.overview = Overview(snapshots=(snapshot, *others))
        self.poller.polled.emit(snapshot)


@pytest.fixture
def commands(qtbot: QtBot) -> Iterator[Commands]:
    commands = Commands()
    yield commands
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    delete(commands.poller)


def test_each_alert_of_a_poll_is_passed_on_with_the_texts_of_its_notification(
    commands: Commands,
) -> None:
    commands.after_poll(replace(LOW, command_alerts=(Alert.TOP_UP, Alert.LOW)))
    assert commands.passed == [
        (Alert.TOP_UP, "live_1", "Demo: 900 Deepvue credits left", "Credits were added."),
        (Alert.LOW, "live_1", "Demo: 900 Deepvue credits left", "Low."),
    ]


def test_what_the_desktop_alone_has_to_show_is_not_passed_on(commands: Commands) -> None:
    commands.after_poll(replace(LOW, to_notify=(Alert.LOW,), command_alerts=()))
    assert commands.passed == []


def test_with_several_wallets_the_title_names_the_one_that_was_polled(commands: Commands) -> None:
    commands.after_poll(OTHER, LOW)
    ((_, client_id, title, _),) = commands.passed
    assert (client_id, title) == ("free_tier_1", "Demo: 900 Deepvue credits left · Trial")


def test_while_the_next_poll_is_far_away_all_wallets_alerts_are_tried_again(
    commands: Commands,
) -> None:
    commands.after_poll(LOW, OTHER)
    commands.poller.waiting.emit()
    assert [client_id for _, client_id, _, _ in commands.passed] == [
        "live_1",
        "live_1",
        "free_tier_1",
    ]


def test_a_failure_is_shown_at_once(qtbot: QtBot, commands: Commands) -> None:
    commands.after_poll(LOW)
    failed = replace(LOW, alert_command_error=AlertCommandError("exit status 1"))
    with qtbot.waitSignal(commands.poller.changed) as changed:
        commands.held[-1].on_result(Overview(snapshots=(failed,)))
    (overview,) = changed.args
    assert overview.worst.alert_command_error is failed.alert_command_error
