"""Alerts reach a person's command from cron; a test shows whether they would."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deepvue_tray.cli.alerts import alert_texts
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import InactiveError, OfflineError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from tests.support.alert_commands import RecordingCommand
from tests.support.command import run
from tests.support.faulty_server import FaultyServer, balance
from tests.support.file_keyring import FileKeyring

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "s3cr3t-value"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    with FaultyServer(balance(900)) as server:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")
        monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", SECRET)
        yield server


@pytest.fixture
def command(tmp_path: Path) -> RecordingCommand:
    """Return a command that is set in the settings."""
    recording = RecordingCommand(tmp_path)
    set_command(*recording.command)
    return recording


def set_command(*command: str) -> None:
    SettingsFile(Paths.of_user().settings).update(
        lambda settings: replace(settings, alert_command=command)
    )


def let_pause_pass() -> None:
    """Change the stored time of the failures to an hour ago."""
    with closing(sqlite3.connect(Paths.of_user().history, isolation_level=None)) as database:
        for client_id, alerts in database.execute("SELECT client_id, alerts FROM wallet"):
            state: dict[str, Any] = json.loads(alerts)
            for failure in state["command"]["failures"]:
                failure["at"] = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
            database.execute(
                "UPDATE wallet SET alerts = ? WHERE client_id = ?", (json.dumps(state), client_id)
            )


def test_check_passes_each_alert_to_the_command_once(
    server: FaultyServer, command: RecordingCommand
) -> None:
    ran = [run("check", "--notify") for _ in range(2)]
    assert [(r.returncode, r.stderr) for r in ran] == [(1, "")] * 2
    (message,) = command.messages
    assert (message["alert"], message["balance"]) == ("low", 900)
    assert message["wallet"] == {"client_id": "live_1", "name": "Live"}
    assert (message["title"], message["body"]) == ("900 Deepvue credits left", "Low.")
    server.answer = balance(200)
    command.fail("broken")
    ran = [run("check", "--notify")]
    # Critical is worse than unknown.
    assert (ran[0].returncode, ran[0].stdout[:16]) == (2, "DEEPVUE CRITICAL")
    assert "(exit status 1: broken)" in ran[0].stderr
    assert command.alerts == ["low", "critical"]


def test_a_failure_is_unknown_to_monitoring_until_the_command_succeeds(
    server: FaultyServer, command: RecordingCommand
) -> None:
    run("check")
    assert command.alerts == []
    server.answer = balance(5000)
    command.fail("no route to host")
    for _ in range(2):
        ran = run("check", "--notify")
        assert (ran.returncode, ran.stdout[:10]) == (3, "DEEPVUE OK")
        assert ran.stderr.startswith("The alert command failed (exit status 1: no route to host).")
        assert ran.stderr.count("\n") == 1
        assert command.alerts == ["top_up"]
    command.succeed()
    let_pause_pass()
    ran = run("check", "--notify")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert command.alerts == ["top_up"] * 2


def test_without_a_command_check_asks_nobody_and_says_so(server: FaultyServer) -> None:
    ran = run("check", "--notify")
    assert ran.returncode == 3
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - No alert command is set. ")
    assert ran.stdout.count("\n") == 1
    assert server.requests == []


def test_each_of_several_wallets_is_told_with_its_name(
    two: FaultyServer, command: RecordingCommand, keyring: FileKeyring
) -> None:
    two.answer = balance(900)
    run("check", "--notify", **keyring.env)
    assert sorted(message["title"] for message in command.messages) == [
        "900 Deepvue credits left · Live",
        "900 Deepvue credits left · Trial",
    ]


def test_only_the_chosen_wallet_is_told(
    two: FaultyServer, command: RecordingCommand, keyring: FileKeyring
) -> None:
    two.answer = balance(900)
    run("check", "--notify", "--wallet", "Trial", **keyring.env)
    assert [message["wallet"]["name"] for message in command.messages] == ["Trial"]


def test_a_test_sends_a_made_up_alert_and_tells_that_it_arrived(command: RecordingCommand) -> None:
    ran = run("alert-test")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"{command.command[0]} got a test alert, and ended with exit status 0.\n"
    (message,) = command.messages
    assert message["alert"] == "test"
    assert "Test" in message["title"]


def test_a_failed_test_tells_why(command: RecordingCommand) -> None:
    command.fail("no route to host")
    ran = run("alert-test")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("The alert command failed (exit status 1: no route to host). ")
    assert ran.stderr.count("\n") == 1


def test_a_test_without_a_command_says_so() -> None:
    ran = run("alert-test")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("No alert command is set. ")


LOW = Snapshot(
    wallet=WalletSettings(client_id="live_1", name="Live"),
    reading=Reading(at=NOW, balance=Decimal(6448)),
    runway=Runway(
        earliest=NOW + timedelta(days=9),
        empty_at=NOW + timedelta(days=11),
        latest=NOW + timedelta(days=14),
        burn_rate=1,
    ),
)


@pytest.mark.parametrize(
    ("alert", "snapshot", "title", "body"),
    [
        (Alert.LOW, LOW, "6,448 Deepvue credits left", "Low: about 11 days left."),
        (
            Alert.CRITICAL,
            replace(LOW, runway=None, reading=Reading(at=NOW, balance=Decimal(1))),
            "1 Deepvue credit left",
            "Critical.",
        ),
        (
            Alert.FAST_SPENDING,
            LOW,
            "6,448 Deepvue credits left",
            "Spending far faster than usual: about 11 days left.",
        ),
        (
            Alert.TOP_UP,
            LOW,
            "6,448 Deepvue credits left",
            "Credits were added: about 11 days left.",
        ),
        (
            Alert.EMPTY,
            replace(LOW, reading=Reading(at=NOW, balance=Decimal(0))),
            "No Deepvue credits left",
            "Paid calls fail until credits are added.",
        ),
        (
            Alert.REJECTED,
            replace(LOW, trouble=RejectedError("401")),
            "Deepvue refuses the credentials",
            str(RejectedError("401")),
        ),
        (
            Alert.REJECTED,
            replace(LOW, trouble=InactiveError()),
            "The Deepvue account is inactive",
            str(InactiveError()),
        ),
        (
            Alert.NO_DATA,
            replace(LOW, trouble=OfflineError()),
            "Deepvue balance unknown for an hour",
            str(OfflineError()),
        ),
    ],
)
def test_the_title_has_the_number_and_the_body_what_has_happened(
    alert: Alert, snapshot: Snapshot, title: str, body: str
) -> None:
    assert alert_texts(alert, snapshot, NOW, names_wallet=False) == (title, body)
    assert alert_texts(alert, snapshot, NOW, names_wallet=True)[0] == f"{title} · Live"
