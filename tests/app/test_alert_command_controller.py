"""The tray passes each alert to the command with the texts of its notification."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.app.alert_command_controller import AlertCommandController
from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import AlertCommandError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.backend.home import CREDENTIALS, Home, home_in
from tests.support.alert_commands import RecordingCommand, set_alert_command
from tests.support.faulty_server import balance
from tests.support.held_worker import BackendWorker
from tests.support.timeouts import TIMEOUT_S

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
        (Alert.LOW, "live_1", "Demo: 900 Deepvue credits left", "Low: 1000 or less."),
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


# A real backend on the worker's thread


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with home_in(tmp_path, balance(900)) as home:
        yield home


Start = Callable[..., Worker[Backend]]


@pytest.fixture
def start(home: Home, qtbot: QtBot) -> Iterator[Start]:
    """Return a function that sets a command, and starts polling."""
    worker = Worker(home.session, Backend.close)
    poller = Poller(worker)
    controller = AlertCommandController(worker, poller, "")

    def start(*command: str) -> Worker[Backend]:
        set_alert_command(home.session(CREDENTIALS.client_id), command)
        worker.start()
        worker.submit(lambda backend: backend.overview(), poller.show)
        return worker

    yield start
    worker.stop(TIMEOUT_S)
    delete(poller)
    delete(controller)


def test_a_poll_runs_the_command_once(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    recording = RecordingCommand(tmp_path)
    worker = start(*recording.command)
    pending: list[tuple[Alert, ...]] = []

    def is_told() -> bool:
        worker.submit(
            lambda backend: backend.overview().worst,
            lambda snapshot: pending.append((*snapshot.to_notify, *snapshot.command_alerts)),
        )
        return pending[-1:] == [(Alert.LOW,)] and recording.alerts == ["low"]

    qtbot.waitUntil(is_told)
    assert recording.messages[0]["title"] == "900 Deepvue credits left"


def test_quitting_ends_a_command_that_is_running(start: Start, qtbot: QtBot) -> None:
    connects = (
        "import socket, sys;socket.create_connection(('127.0.0.1', int(sys.argv[1]))).recv(1)"
    )
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        worker = start(sys.executable, "-c", connects, str(server.getsockname()[1]))
        connections: list[socket.socket] = []

        def is_running() -> bool:
            with suppress(BlockingIOError):
                connections.append(server.accept()[0])
            return bool(connections)

        qtbot.waitUntil(is_running)
        assert worker.stop(TIMEOUT_S)
    (connection,) = connections
    connection.settimeout(TIMEOUT_S)
    with closing(connection), suppress(ConnectionResetError):
        assert connection.recv(1) == b""
