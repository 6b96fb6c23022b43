"""The main tasks on Windows, with the wheel, in the order in which a person does them.

Each test depends on the ones before it: all share one user, one wallet and one desktop.
"""

import json
import subprocess

import pytest

from tests.support.faulty_server import balance
from tests.support.timeouts import TIMEOUT_S
from tests.windows.conftest import PYTHON, WITHOUT_CONSOLE, Windows

CARD = "deepvue-tray"
QUIT, ABOUT, SETTINGS, HISTORY, REFRESH = 1, 2, 3, 6, 7
"""The positions of the menu's entries, counted from its end."""


def test_signing_in_stores_the_secret_in_the_credential_manager(windows: Windows) -> None:
    status, output = windows.deepvue_tray("login", "--client-id", "live_1", typed="s3cr3t-value\n")
    assert status == 0, output
    assert "Signed in as live_1: 6,448 credits" in output
    settings = windows.profile / "deepvue-tray" / "settings.json"
    assert json.loads(settings.read_text())["client_id"] == "live_1"
    assert "s3cr3t" not in settings.read_text()


def test_check_prints_the_balance_in_every_format(windows: Windows) -> None:
    assert windows.deepvue_tray("check")[1].startswith("DEEPVUE OK - 6448 credits, ")
    assert json.loads(windows.deepvue_tray("check", "--json")[1])["balance"] == 6448
    output = windows.deepvue_tray("check", "--prometheus")[1]
    assert 'deepvue_balance_credits{client_id="live_1"} 6448' in output
    written = windows.profile / "ä ж.prom"
    target = "C:\\" + str(written).partition("/drive_c/")[2].replace("/", "\\")
    assert windows.deepvue_tray("check", "--prometheus", "--output", target) == (0, "")
    assert written.read_text().startswith("# HELP deepvue_up ")


def test_the_printed_history_can_be_imported(windows: Windows) -> None:
    status, output = windows.deepvue_tray("history")
    assert status == 0
    assert output.splitlines()[0] == "at,balance"
    known = len(output.splitlines()) - 1
    assert known > 0
    again = windows.deepvue_tray("history", "import", "-", typed=output)
    assert again == (0, f"0 readings imported, {known} already known.\n")


@pytest.fixture(scope="module")
def tray(windows: Windows) -> "subprocess.Popen[bytes]":
    """Return the tray after its first request."""
    return started(windows, *WITHOUT_CONSOLE, "--background")


def started(windows: Windows, *command: str) -> "subprocess.Popen[bytes]":
    requests = len(windows.server.requests)
    process = windows.start(*command)
    windows.wait_for(lambda: len(windows.server.requests) > requests, "the tray sends no request")
    return process


def test_a_click_opens_the_card(windows: Windows, tray: "subprocess.Popen[bytes]") -> None:
    windows.point_at_icon()
    windows.wait_for(lambda: any("tooltips" in w["kind"] for w in windows.windows()), "no tooltip")
    windows.take_picture("tooltip")
    windows.click(1)
    windows.wait_for(lambda: CARD in windows.titles(), "no card")
    windows.take_picture("card")
    windows.close(CARD)


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        (HISTORY, "History - deepvue-tray"),
        (SETTINGS, "Settings - deepvue-tray"),
        (ABOUT, "About deepvue-tray"),
    ],
)
def test_the_menu_opens_each_window(
    windows: Windows, tray: "subprocess.Popen[bytes]", entry: int, title: str
) -> None:
    windows.choose(entry)
    windows.wait_for(lambda: title in windows.titles(), f"no {title}")
    windows.take_picture(title.partition(" ")[0].lower())
    windows.close(title)


def test_a_second_start_shows_the_card_and_ends(
    windows: Windows, tray: "subprocess.Popen[bytes]"
) -> None:
    assert windows.deepvue_tray() == (0, "")
    windows.wait_for(lambda: CARD in windows.titles(), "no card")
    windows.close(CARD)


def test_without_toasts_low_credits_notify_with_a_balloon(
    windows: Windows, tray: "subprocess.Popen[bytes]"
) -> None:
    def has_balloon() -> bool:
        kinds = {window["kind"]: window["edges"] for window in windows.windows()}
        _, top, _, bottom = kinds.get("tooltips_class32", (0, 0, 0, 0))
        # A tooltip has one line.
        return bool(bottom - top > 30)

    windows.server.answer = balance(900)
    windows.choose(REFRESH)
    windows.wait_for(has_balloon, "no balloon")
    windows.take_picture("balloon")


def test_after_a_kill_the_tray_can_be_started_again_and_quits_from_its_menu(
    windows: Windows, tray: "subprocess.Popen[bytes]"
) -> None:
    tray.kill()
    tray.wait()
    # Windows removes its icon when the pointer is on it.
    windows.point_at_icon()
    second = started(windows, *WITHOUT_CONSOLE, "--background")
    windows.choose(QUIT)
    assert second.wait(TIMEOUT_S) == 0


SWITCH_START_AT_LOGIN = r"""
import json, sys, winreg
from pathlib import Path
from deepvue_tray.services.autostart import autostart_in

autostart = autostart_in(Path())
autostart.switch(on=sys.argv[1] == "on")
run = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Microsoft\Windows\CurrentVersion\Run")
values = [winreg.EnumValue(run, number) for number in range(winreg.QueryInfoKey(run)[1])]
print(json.dumps([autostart.is_on(), *(value for name, value, _ in values if "deepvue" in name)]))
"""


def test_the_start_at_login_runs_the_tray_without_a_console(windows: Windows) -> None:
    command = [*WITHOUT_CONSOLE, "--background"]
    output = windows.run(PYTHON, "-c", SWITCH_START_AT_LOGIN, "on").stdout
    assert json.loads(output) == [True, subprocess.list2cmdline(command)]
    tray = started(windows, *command)
    windows.choose(QUIT)
    assert tray.wait(TIMEOUT_S) == 0
    output = windows.run(PYTHON, "-c", SWITCH_START_AT_LOGIN, "off").stdout
    assert json.loads(output) == [False]


def test_the_log_contains_no_traceback(windows: Windows) -> None:
    assert windows.log()
    assert "Traceback" not in windows.log()
    assert "Unhandled" not in windows.log()


def test_signing_out_removes_the_secret(windows: Windows) -> None:
    assert "Signed out" in windows.deepvue_tray("logout")[1]
    status, output = windows.deepvue_tray("check")
    assert status == 3
    assert "Not set up" in output
