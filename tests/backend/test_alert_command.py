"""Each alert reaches the command once, whatever fails, beside the desktop and other processes."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from deepvue_tray.backend.backend import MAX_RUNNING_COMMANDS, Backend, assemble
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_delivery import RESEND_PAUSE
from deepvue_tray.core.errors import AlertCommandError, InvalidInputError, NoAlertCommandError
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services import alert_command
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi
from tests.backend.home import CREDENTIALS, Home, home_in, known
from tests.support.alert_commands import RecordingCommand, set_alert_command
from tests.support.faulty_server import Answer, balance, status
from tests.support.timeouts import TIMEOUT_S

CLIENT = CREDENTIALS.client_id
ADDED = ("Title", "Body")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with home_in(tmp_path, balance(900)) as home:
        yield home


@pytest.fixture
def recording(tmp_path: Path) -> RecordingCommand:
    return RecordingCommand(tmp_path)


def deliver(backend: Backend, snapshot: Snapshot) -> None:
    """Pass the snapshot's alerts to the command, as the tray does after a poll."""
    for alert in snapshot.command_alerts:
        asyncio.run(backend.run_alert_command(alert, snapshot, *ADDED))


def poll(home: Home, backend: Backend, answer: Answer) -> Snapshot:
    """Poll and deliver; return what is known afterwards."""
    deliver(backend, home.poll(backend, answer))
    return known(backend)


@pytest.fixture
def tray(home: Home, recording: RecordingCommand) -> Backend:
    backend = home.session(CLIENT)
    set_alert_command(backend, recording.command)
    return backend


def test_the_command_and_the_desktop_are_told_independently(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    snapshot = poll(home, tray, balance(900))
    assert (snapshot.to_notify, snapshot.command_alerts) == ((Alert.LOW,), ())
    tray.mark_notified(CLIENT, Alert.LOW)
    snapshot = home.poll(tray, balance(200))
    tray.mark_notified(CLIENT, Alert.CRITICAL)
    deliver(tray, snapshot)
    assert recording.alerts == ["low", "critical"]
    assert home.poll(home.session(), balance(190)).command_alerts == ()


def test_the_message_has_the_reading_and_the_texts(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    poll(home, tray, balance(900))
    assert recording.messages == [
        {
            "version": 1,
            "alert": "low",
            "wallet": {"client_id": CLIENT, "name": "Live"},
            "balance": 900,
            "level": "low",
            "runway": None,
            "at": home.now.isoformat().replace("+00:00", "Z"),
            "title": "Title",
            "body": "Body",
        }
    ]


def test_a_command_that_is_set_while_a_wallet_is_low_is_told_so_and_of_no_old_top_up(
    home: Home, recording: RecordingCommand
) -> None:
    backend = home.session(CLIENT)
    home.poll(backend, balance(100))
    assert home.poll(backend, balance(900)).command_alerts == ()
    set_alert_command(backend, recording.command)
    poll(home, backend, balance(890))
    assert recording.alerts == ["low"]


def test_a_command_that_is_switched_off_gets_nothing(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    snapshot = home.poll(tray, balance(900))
    set_alert_command(tray, ())
    assert known(tray).command_alerts == ()
    deliver(tray, snapshot)
    assert recording.alerts == []


def test_a_failure_is_shown_logged_once_and_retried_after_a_longer_and_longer_pause(
    home: Home,
    tray: Backend,
    recording: RecordingCommand,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    recording.fail("no route to host")
    minutes = []
    start = home.now
    for _ in range(32):
        before = len(recording.alerts)
        snapshot = poll(home, tray, balance(900))
        assert snapshot.command_alerts == (Alert.LOW,)
        error = snapshot.alert_command_error
        assert error is not None
        assert error.detail == "exit status 1: no route to host"
        if len(recording.alerts) > before:
            minutes.append((home.now - start) // timedelta(minutes=1))
    assert minutes == [5, 10, 15, 20, 30, 50, 85, 145]
    assert caplog.text.count("no route to host") == len(minutes)
    recording.succeed()
    home.now += timedelta(hours=1)
    snapshot = poll(home, home.session(), balance(900))
    assert (snapshot.command_alerts, snapshot.alert_command_error) == ((), None)


def test_a_worse_alert_does_not_wait_for_the_pause_after_a_milder_one_has_failed(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    recording.fail("no route to host")
    poll(home, tray, balance(900))
    recording.succeed()
    home.now -= timedelta(minutes=5)
    snapshot = poll(home, tray, balance(200))
    assert recording.alerts == ["low", "critical"]
    assert snapshot.alert_command_error is None


def test_another_command_is_tried_at_once_and_does_not_show_the_failure_of_the_first(
    home: Home, tray: Backend, recording: RecordingCommand, tmp_path: Path
) -> None:
    set_alert_command(tray, (str(tmp_path / "missing"),))
    assert poll(home, tray, balance(900)).alert_command_error is not None
    set_alert_command(tray, recording.command)
    assert known(tray).alert_command_error is None
    home.now -= timedelta(minutes=5)
    poll(home, tray, balance(890))
    assert recording.alerts == ["low"]


def test_a_success_for_one_wallet_ends_the_pause_of_the_others(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    home.session("live_2")
    tray.reload_if_changed()
    recording.fail("no route to host")
    for _ in range(9):
        poll(home, tray, balance(900))
    recording.succeed()
    deliver(tray, home.poll(tray, balance(900), "live_2"))
    assert known(tray).alert_command_error is None
    home.now -= timedelta(minutes=5)
    poll(home, tray, balance(900))
    assert [message["wallet"]["client_id"] for message in recording.messages[-2:]] == [
        "live_2",
        CLIENT,
    ]


def test_a_successful_test_ends_the_pause_and_the_sign_of_the_failure(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    recording.fail("no route to host")
    poll(home, tray, balance(900))
    with pytest.raises(AlertCommandError, match="no route to host"):
        asyncio.run(tray.test_alert_command(recording.command, *ADDED))
    assert known(tray).alert_command_error is not None
    recording.succeed()
    other = (*recording.command, "another argument")
    asyncio.run(tray.test_alert_command(other, *ADDED))
    assert known(tray).alert_command_error is not None
    terminal = home.session()
    asyncio.run(terminal.test_alert_command(recording.command, *ADDED))
    home.now -= timedelta(minutes=5)
    assert poll(home, tray, balance(900)).alert_command_error is None
    assert recording.alerts == ["low", "test", "test", "test", "low"]


def test_a_test_without_a_command_or_with_an_invalid_one_is_refused(tray: Backend) -> None:
    with pytest.raises(NoAlertCommandError):
        asyncio.run(tray.test_alert_command((), *ADDED))
    with pytest.raises(InvalidInputError, match="absolute path"):
        asyncio.run(tray.test_alert_command(("notify",), *ADDED))


def test_a_test_sends_a_low_balance_that_is_made_up(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    asyncio.run(tray.test_alert_command(recording.command, *ADDED))
    (message,) = recording.messages
    assert message.pop("runway").keys() == {"earliest", "empty_at", "latest"}
    assert message == {
        "version": 1,
        "alert": "test",
        "wallet": {"client_id": CLIENT, "name": "Live"},
        "balance": 900,
        "level": "low",
        "at": home.now.isoformat().replace("+00:00", "Z"),
        "title": "Title",
        "body": "Body",
    }


def test_a_snooze_silences_the_command_too_but_no_worse_alert(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    recording.fail("no route to host")
    poll(home, tray, balance(900))
    tray.mark_notified(CLIENT, Alert.LOW)
    waiting = known(tray)
    tray.snooze(home.now + timedelta(hours=9))
    home.now += timedelta(hours=1)
    deliver(tray, waiting)
    assert poll(home, tray, balance(890)).command_alerts == ()
    recording.succeed()
    poll(home, tray, balance(200))
    assert recording.alerts == ["low", "critical"]


def test_in_the_quiet_time_the_command_waits_for_its_end_unless_the_alert_is_critical(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    settings = tray.accounts.settings
    quiet = replace(settings, quiet_time=QuietTime(time(22), time(7)))
    asyncio.run(tray.save(settings, quiet, start_at_login=False))
    home.now = home.now.replace(hour=23)
    snapshot = poll(home, tray, balance(900))
    assert recording.alerts == []
    assert snapshot.alert_command_error is None
    home.now += timedelta(hours=9)
    deliver(tray, snapshot)  # as without another poll
    assert recording.alerts == ["low"]
    home.now = home.now.replace(hour=23)
    poll(home, tray, balance(200))
    poll(home, tray, balance(90_000))
    assert recording.alerts == ["low", "critical"]
    home.now += timedelta(hours=9)
    poll(home, tray, balance(90_000))
    assert recording.alerts == ["low", "critical", "top_up"]


def test_an_alert_of_an_older_reading_is_not_passed_on(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    before = home.poll(tray, balance(900))
    home.poll(tray, balance(5000))
    deliver(tray, before)
    assert recording.alerts == []


@pytest.mark.parametrize(("answer", "alert"), [(status(401), "rejected"), (status(503), "no_data")])
def test_after_a_failed_request_the_balance_in_the_message_is_unknown(
    home: Home, tray: Backend, recording: RecordingCommand, answer: Answer, alert: str
) -> None:
    home.poll(tray, balance(5000))
    home.now += timedelta(hours=1)
    poll(home, tray, answer)
    (message,) = recording.messages
    assert message["alert"] == alert
    assert (message["balance"], message["level"], message["runway"]) == (None, "unknown", None)
    assert message["at"] == home.now.isoformat().replace("+00:00", "Z")


def test_a_command_that_was_running_when_the_program_quit_runs_again_after_ten_minutes(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    class Quit(BaseException):
        pass

    snapshot = home.poll(tray, balance(900))
    with pytest.MonkeyPatch.context() as patch:

        async def quit_now(*_: object) -> None:
            raise Quit

        patch.setattr(alert_command, "run", quit_now)
        with pytest.raises(Quit):
            deliver(tray, snapshot)
    restarted = home.session()
    poll(home, restarted, balance(900))
    assert recording.alerts == []
    home.now += RESEND_PAUSE
    poll(home, restarted, balance(900))
    assert recording.alerts == ["low"]


def test_commands_for_many_wallets_run_a_few_at_a_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_ids = [f"live_{number}" for number in range(10)]
    backend = home.session(*client_ids)
    set_alert_command(backend, (sys.executable,))
    snapshots = [home.poll(backend, balance(900), client_id) for client_id in client_ids]
    running: list[str] = []
    most = 0

    async def run(_command: object, message: str) -> None:
        nonlocal most
        running.append(json.loads(message)["wallet"]["client_id"])
        most = max(most, len(running))
        for _ in client_ids:
            await asyncio.sleep(0)
        running.pop()

    async def deliver_all() -> None:
        await asyncio.gather(
            *(backend.run_alert_command(Alert.LOW, snapshot, *ADDED) for snapshot in snapshots)
        )

    monkeypatch.setattr(alert_command, "run", run)
    asyncio.run(deliver_all())
    assert most == MAX_RUNNING_COMMANDS
    assert not any(known(backend, client_id).command_alerts for client_id in client_ids)


def poll_and_deliver(folder: str, url: str, now: str) -> None:
    """Poll and deliver once, in a process of its own, when a line arrives."""
    paths, at = Paths.below(Path(folder)), datetime.fromisoformat(now)
    environ = {"DEEPVUE_CLIENT_ID": CLIENT, "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
    backend = assemble(
        paths,
        CredentialStore(environ, MemoryKeyring()),
        WalletApi(url, now=lambda: at),
        XdgAutostart(paths.autostart, [sys.executable]),
        now=lambda: at,
    )
    print("ready", flush=True)
    sys.stdin.readline()
    deliver(backend, asyncio.run(backend.poll_all()).snapshots[0])
    backend.close()


def test_two_processes_that_see_the_same_balance_at_once_run_the_command_once(
    home: Home, tray: Backend, recording: RecordingCommand
) -> None:
    call = f"import sys; from {__name__} import *; poll_and_deliver(*sys.argv[1:])"
    root = Path(__file__).parents[2]
    folder = home.paths.settings.parent
    command = (sys.executable, "-c", call, folder, home.server.url, home.now.isoformat())
    processes = [
        subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("\n", timeout=TIMEOUT_S)
    assert [process.returncode for process in processes] == [0, 0]
    assert recording.alerts == ["low"]
