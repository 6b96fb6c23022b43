"""The installed program passes each alert to the command of the settings, once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deepvue_tray.services.settings_file import SettingsFile
from tests.desktop.conftest import SIGNED_IN, Program, read
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance
from tests.support.timeouts import TIMEOUT_S

SCRIPT = """#!/bin/sh
{ /bin/cat; /usr/bin/env; } >> "$1" && echo >> "$1.count"
"""


class Command:
    """A person's script, which writes what it got and its environment to a file."""

    def __init__(self, desktop: Desktop) -> None:
        script = desktop.folder / "deepvue-alert"
        script.write_text(SCRIPT)
        script.chmod(0o700)
        self._written = desktop.folder / "got it"
        settings = Path(desktop.env["HOME"], ".config", "deepvue-tray", "settings.json")
        command = (str(script), str(self._written))
        SettingsFile(settings).update(lambda stored: replace(stored, alert_command=command))

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Wait until it has run ``count`` times, and return the alerts."""
        ended = self._written.with_name("got it.count")
        wait_until(lambda: ended.exists() and len(ended.read_bytes()) >= count, "the command")
        lines = self._written.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def text(self) -> str:
        """All that it has written."""
        return self._written.read_text()


@pytest.fixture
def command(desktop: Desktop) -> Command:
    return Command(desktop)


def test_a_low_balance_is_passed_to_the_command_once_also_after_a_restart(
    desktop: Desktop, server: FaultyServer, command: Command
) -> None:
    server.answer = balance(900)
    notifications = Notifications.of(desktop)
    program = Program(desktop, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    [low] = command.wait_for(1)
    assert low["version"] == 1
    assert low["wallet"] == {"client_id": "live_1", "name": "Live"}
    assert (low["alert"], low["level"], low["balance"]) == ("low", "low", 900)
    assert (low["title"], low["body"]) == ("900 Deepvue credits left", "Low: 1,000 or less.")
    assert "DEEPVUE_" not in command.text
    assert "s3cr3t-value" not in command.text
    read(item, server, 899)
    item.click("Quit")
    assert first.wait(TIMEOUT_S) == 0
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    read(item, server, 898)
    read(item, server, 200)
    assert [alert["alert"] for alert in command.wait_for(2)] == ["low", "critical"]
    # The desktop gets each alert too.
    notifications.wait_for("Critical")
    assert [each.body for each in notifications.all] == [
        "Low: 1,000 or less.",
        "Critical: 250 or less.",
    ]
