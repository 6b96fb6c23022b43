"""The main tasks on Windows, with wheel or bundle, in the order in which a person does them.

Each test depends on the ones before it: all share one user, one wallet and one desktop.
"""

import json
import subprocess
from collections.abc import Iterator
from functools import partial

import pytest

from tests.support.faulty_server import balance, by_client
from tests.support.timeouts import TIMEOUT_S
from tests.windows.conftest import WITHOUT_CONSOLE, Windows

CARD, SETTINGS_TITLE = "deepvue-tray", "Settings - deepvue-tray"
CONNECT_TITLE = "Connect your Deepvue wallet - deepvue-tray"
QUIT, ABOUT, SETTINGS, HISTORY, REFRESH = 1, 2, 3, 6, 7
"""The positions of the menu's entries, counted from its end."""

VIEWS = [
    (HISTORY, "History - deepvue-tray"),
    (SETTINGS, SETTINGS_TITLE),
    (ABOUT, "About deepvue-tray"),
]


def test_the_first_start_asks_for_credentials(windows: Windows) -> None:
    tray = windows.start(*WITHOUT_CONSOLE)
    windows.wait_for(lambda: CONNECT_TITLE in windows.titles(), "no connect window")
    windows.take_picture("first-start")
    windows.close(CONNECT_TITLE)
    windows.choose(QUIT)
    assert tray.wait(TIMEOUT_S) == 0


def test_signing_in_stores_the_secret_in_the_credential_manager(windows: Windows) -> None:
    status, output = windows.deepvue_tray("login", "--client-id", "live_1", typed="s3cr3t-value\n")
    assert status == 0, output
    assert "Signed in as live_1: 6,448 credits" in output
    settings = windows.profile / "deepvue-tray" / "settings.json"
    [wallet] = json.loads(settings.read_text())["wallets"]
    assert (wallet["client_id"], wallet["name"]) == ("live_1", "Live")
    assert "s3cr3t" not in settings.read_text()


def test_check_prints_the_balance_in_every_format(windows: Windows) -> None:
    assert windows.deepvue_tray("check")[1].startswith("DEEPVUE OK - 6448 credits, ")
    assert json.loads(windows.deepvue_tray("check", "--json")[1])["balance"] == 6448
    output = windows.deepvue_tray("check", "--prometheus")[1]
    assert 'deepvue_balance_credits{client_id="live_1",wallet="Live"} 6448' in output
    written = windows.profile / "ä ж.prom"
    target = windows.name_of(written)
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

    def has_asked() -> bool:
        assert process.poll() is None, "the tray has ended"
        return len(windows.server.requests) > requests

    windows.wait_for(has_asked, "the tray sends no request")
    return process


def choose_window(windows: Windows, entry: int, title: str) -> None:
    windows.choose(entry)
    windows.wait_for(lambda: title in windows.titles(), f"no {title}")


def test_a_click_opens_the_card(windows: Windows, tray: "subprocess.Popen[bytes]") -> None:
    windows.point_at_icon()
    windows.wait_for(lambda: any("tooltips" in w["kind"] for w in windows.windows()), "no tooltip")
    windows.take_picture("tooltip")
    windows.click(1)
    windows.wait_for(lambda: CARD in windows.titles(), "no card")
    windows.take_picture("card")
    windows.close(CARD)


@pytest.mark.parametrize(("entry", "title"), VIEWS)
def test_the_menu_opens_each_window(
    windows: Windows, tray: "subprocess.Popen[bytes]", entry: int, title: str
) -> None:
    choose_window(windows, entry, title)
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


START_AT_LOGIN = r"""
import json, winreg

run = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Microsoft\Windows\CurrentVersion\Run")
values = [winreg.EnumValue(run, number) for number in range(winreg.QueryInfoKey(run)[1])]
print(json.dumps([value for name, value, _ in values if name == "deepvue-tray"]))
"""


def switch_start_at_login(windows: Windows) -> list[str]:
    """Switch it in the settings; return the command lines of the program that Windows starts."""
    choose_window(windows, SETTINGS, SETTINGS_TITLE)
    # The list of pages has the focus; the general page follows that of the wallets.
    windows.press(SETTINGS_TITLE, "Down", "alt+g", "Return")
    windows.wait_for(lambda: SETTINGS_TITLE not in windows.titles(), "the settings stay")
    return list(json.loads(windows.python(START_AT_LOGIN)))


def test_what_windows_starts_at_login_is_the_tray_without_a_console(windows: Windows) -> None:
    command = [*WITHOUT_CONSOLE, "--background"]
    by_hand = started(windows, *WITHOUT_CONSOLE)
    assert switch_start_at_login(windows) == [subprocess.list2cmdline(command)]
    windows.choose(QUIT)
    assert by_hand.wait(TIMEOUT_S) == 0
    at_login = started(windows, *command)
    assert switch_start_at_login(windows) == []
    windows.choose(QUIT)
    assert at_login.wait(TIMEOUT_S) == 0


@pytest.fixture
def dark(windows: Windows) -> Iterator[None]:
    key = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
    windows.run("reg", "add", key, "/v", "AppsUseLightTheme", "/t", "REG_DWORD", "/d", "0", "/f")
    yield
    windows.run("reg", "delete", key, "/f")


def is_dark(windows: Windows, title: str) -> bool:
    picture = windows.take_picture(f"{title.partition(' ')[0].lower()}-dark")
    left, _, _, bottom = next(w["edges"] for w in windows.windows() if w["title"] == title)
    # Darker than the desktop, which shows until the window is drawn.
    return picture.pixelColor(left + 10, bottom - 10).lightness() < 70


def test_where_windows_is_dark_the_windows_are(windows: Windows, dark: None) -> None:
    tray = started(windows, *WITHOUT_CONSOLE, "--background")
    for entry, title in VIEWS:
        choose_window(windows, entry, title)
        windows.wait_for(partial(is_dark, windows, title), f"{title} is not dark")
        windows.close(title)
    windows.choose(QUIT)
    assert tray.wait(TIMEOUT_S) == 0


LOG_OFF = """
import ctypes
from ctypes import wintypes

QUERY_END_SESSION, END_SESSION, LOG_OFF = 0x11, 0x16, 0x80000000
user, windows = ctypes.windll.user32, []
user.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]

@ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
def note(window, _):
    kind = ctypes.create_unicode_buffer(300)
    user.GetClassNameW(window, kind, 300)
    if kind.value.startswith("Qt"):
        windows.append(window)
    return True

user.EnumWindows(note, 0)
print({user.SendMessageW(window, QUERY_END_SESSION, 0, LOG_OFF) for window in windows})
for window in windows:
    user.SendMessageW(window, END_SESSION, 1, LOG_OFF)
"""


def test_the_tray_does_not_hold_up_logging_off(windows: Windows) -> None:
    """Sends what Windows sends to each window before it ends the process; Wine does not end it."""
    tray = started(windows, *WITHOUT_CONSOLE, "--background")
    assert windows.python(LOG_OFF) == "{1}\n"
    tray.kill()
    tray.wait()


STORED = """
import keyring

print([keyring.get_password("deepvue-tray", client_id) for client_id in ("live_1", "live_2")])
"""


def test_a_second_wallet_has_its_line_in_the_menu_and_its_row_in_the_card(
    windows: Windows,
) -> None:
    # Balances that cause no alert, whose balloon would cover the menu.
    windows.server.answer = by_client({"live_1": balance(900), "live_2": balance(6448)})
    tray = started(windows, *WITHOUT_CONSOLE, "--background")
    height = card_height(windows)
    entries = windows.choose(QUIT)
    assert tray.wait(TIMEOUT_S) == 0
    status, output = windows.deepvue_tray(
        "login", "--client-id", "live_2", "--name", "Agency", typed="s3cr3t-value\n"
    )
    assert status == 0, output
    assert "Signed in to Agency (live_2)" in output
    assert windows.python(STORED) == "['s3cr3t-value', 's3cr3t-value']\n"
    both = windows.deepvue_tray("check")[1]
    assert "WARNING - Live: 900 credits" in both
    assert "OK - Agency: 6448 credits" in both
    known = len(windows.server.requests)
    tray = windows.start(*WITHOUT_CONSOLE, "--background")

    def requested() -> set[str]:
        return {request.headers["client-id"] for request in windows.server.requests[known:]}

    windows.wait_for(lambda: requested() == {"live_1", "live_2"}, "a wallet is not requested")
    assert card_height(windows) > height
    assert windows.choose(QUIT) == entries + 1
    assert tray.wait(TIMEOUT_S) == 0


def card_height(windows: Windows) -> int:
    """Open the card with a click, and close it; return its height in pixels."""
    windows.click(1)
    windows.wait_for(lambda: CARD in windows.titles(), "no card")
    [(_, top, _, bottom)] = [w["edges"] for w in windows.windows() if w["title"] == CARD]
    windows.close(CARD)
    return int(bottom - top)


def test_the_log_contains_no_traceback(windows: Windows) -> None:
    assert windows.log()
    assert "Traceback" not in windows.log()
    assert "Unhandled" not in windows.log()


def test_signing_out_of_all_removes_the_secrets(windows: Windows) -> None:
    output = windows.deepvue_tray("logout", "--all")[1]
    assert "no longer holds a secret for live_1, live_2." in output
    assert windows.python(STORED) == "[None, None]\n"
    status, output = windows.deepvue_tray("check")
    assert status == 3
    assert "Not set up" in output
