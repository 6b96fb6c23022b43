"""The tray keeps running and shows the truth while the desktop changes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect

from deepvue_tray.services import desktop_entry
from tests.desktop.conftest import SIGNED_IN, Program
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, status
from tests.support.timeouts import TIMEOUT_S

PANEL_HEIGHT = 26
"""Pixels, at the top of the screen."""


def wait_for_tooltip(item: TrayItem, *words: str) -> None:
    wait_until(lambda: all(word in item.tooltip for word in words), f"a tooltip with {words}")


def window(desktop: Desktop, name: str = "deepvue-tray") -> str:
    found = desktop.run("xdotool", "search", "--onlyvisible", "--name", f"^{name}$")
    return found.strip()


def test_a_restarted_panel_shows_the_icon_again(program: Program) -> None:
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    program.desktop.stop_panel()
    program.desktop.start_panel("xfce4-panel")
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    assert not window(program.desktop)


def test_the_tray_is_in_the_desktop_s_menu_after_its_first_start(program: Program) -> None:
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    data = Path(program.desktop.env["HOME"], ".local/share")
    entry = desktop_entry.read(data / "applications/deepvue-tray.desktop")
    assert Path(entry["TryExec"]).is_file()
    assert Path(entry["Icon"]).is_file()


def test_the_demo_is_not_in_the_desktop_s_menu(program: Program) -> None:
    program.start("--demo")
    wait_for_tooltip(TrayItem.wait(program.desktop), "Live", "Trial")
    assert not [*Path(program.desktop.env["HOME"]).rglob("*.desktop")]


def test_a_restarted_xembed_panel_shows_the_icon_again(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel="tint2")

    def icon() -> bool:
        return '("deepvue-tray" "deepvue-tray")  22x22' in desktop.windows()

    Program(desktop, server.url).start(**SIGNED_IN)
    wait_until(icon, "the icon")
    desktop.stop("tint2")
    wait_until(lambda: not icon(), "the icon's end")
    desktop.start("tint2")
    wait_until(icon, "the icon again")


def test_a_window_replaces_the_icon_when_the_panel_is_gone(program: Program) -> None:
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    program.desktop.stop_panel()
    wait_until(lambda: window(program.desktop), "the window")
    program.desktop.start_panel("xfce4-panel")
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    wait_until(lambda: not window(program.desktop), "the window's end")


def test_a_second_start_shows_the_running_tray_and_ends(program: Program) -> None:
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    second = program.run()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    wait_until(lambda: window(program.desktop), "the card")


def test_after_a_kill_the_next_start_works_at_once(program: Program) -> None:
    killed = program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")
    killed.kill()
    killed.wait()
    wait_until(lambda: not TrayItem.all(program.desktop), "the icon's end")
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits")


def test_a_start_at_login_shows_no_window_until_a_second_start(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    program = Program(new_desktop(panel=None), server.url)
    program.start("--background")
    wait_until(lambda: "No tray" in program.output(), "the notice")
    assert not program.desktop.run("xdotool", "search", "--onlyvisible", "--class", "deepvue")
    assert program.run().returncode == 0
    wait_until(lambda: window(program.desktop), "the window")


def test_a_first_start_without_a_tray_gives_the_keyboard_focus_to_the_connect_window(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel=None)
    desktop.start("xfwm4", "--compositor=off")
    program = Program(desktop, server.url)
    program.start()
    wait_until(lambda: "No tray" in program.output(), "the notice")
    focused = ("xdotool", "getwindowfocus", "getwindowname")
    wait_until(lambda: desktop.run(*focused).startswith("Connect"), "the focus in the window")
    for keys in (("type", "live_1"), ("key", "Tab"), ("type", "s3cr3t-value"), ("key", "Return")):
        desktop.run("xdotool", *keys)
    wait_until(lambda: window(desktop), "the window with the balance")
    wait_until(lambda: server.requests, "a request")
    assert server.requests[-1].headers["x-api-key"] == "s3cr3t-value"


def test_closing_the_only_window_does_not_quit_and_a_second_start_shows_it_again(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel=None)
    desktop.start("xfwm4", "--compositor=off")
    program = Program(desktop, server.url)
    process = program.start(**SIGNED_IN)
    desktop.focus("deepvue-tray")
    before = window(desktop)
    desktop.run("xdotool", "key", "alt+F4")
    wait_until(
        lambda: window(desktop) and before not in window(desktop).split(),
        "the notice that the program continues, in place of the window",
    )
    [notice] = window(desktop).split()
    assert process.poll() is None
    assert program.run().returncode == 0
    wait_until(lambda: set(window(desktop).split()) - {notice}, "the window again")
    process.terminate()
    assert process.wait(TIMEOUT_S) == 0


def test_start_at_login_can_be_switched_on_in_the_settings(
    program: Program, server: FaultyServer
) -> None:
    desktop = program.desktop
    desktop.start("xfwm4", "--compositor=off")
    program.sign_in("live_1", "s3cr3t-value")
    program.start()
    item = TrayItem.wait(desktop)
    wait_for_tooltip(item, "6,448 credits")
    item.click("Settings…")
    desktop.focus("Settings")
    # From the list of pages: the general one, then past the interval.
    desktop.run("xdotool", "key", "Down", "Tab", "Tab", "space", "Return")
    entry = Path(desktop.env["HOME"], ".config", "autostart", "deepvue-tray.desktop")
    wait_until(entry.is_file, "the desktop entry")
    assert re.search(r'^Exec=".*deepvue-tray" "--background"$', entry.read_text(), re.M)


def test_the_windows_open_from_the_menu(program: Program) -> None:
    desktop = program.desktop
    desktop.start("xfwm4", "--compositor=off")
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    wait_for_tooltip(item, "6,448 credits")
    for entry, title in (("History…", "History"), ("About", "About deepvue-tray")):
        item.click(entry)
        desktop.focus(title)
        desktop.run("xdotool", "key", "Escape")
    assert program.output() == ""


def test_a_click_opens_the_card_beside_the_panel_and_it_closes_by_itself(
    program: Program,
) -> None:
    desktop = program.desktop
    desktop.start("xfwm4", "--compositor=off")
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    wait_for_tooltip(item, "6,448 credits")
    desktop.click_icon(1)
    desktop.focus("deepvue-tray")
    geometry = desktop.run("xdotool", "getwindowgeometry", "--shell", window(desktop))
    place = dict(line.split("=") for line in geometry.split())
    assert int(place["X"]) >= 0
    assert int(place["Y"]) >= PANEL_HEIGHT
    desktop.run("xdotool", "key", "Escape")
    wait_until(lambda: not window(desktop), "the card's end on Escape")
    desktop.click_icon(1)
    desktop.focus("deepvue-tray")
    item.click("About")
    desktop.focus("About")
    wait_until(lambda: not window(desktop), "the card's end when another window has the focus")
    assert program.output() == ""


@pytest.mark.parametrize("panel", ["xfce4-panel", "tint2"])
def test_on_a_high_resolution_screen_the_card_is_as_near_to_the_panel(
    new_desktop: Callable[..., Desktop], server: FaultyServer, panel: str
) -> None:
    desktop = new_desktop(panel=panel)
    if panel == "xfce4-panel":
        desktop.start("xfwm4", "--compositor=off")
    Program(desktop, server.url).start(QT_SCALE_FACTOR="2", **SIGNED_IN)
    wait_until(lambda: server.requests, "the first request, which follows the icon")
    desktop.click_icon(1)
    desktop.focus("deepvue-tray")
    geometry = desktop.run("xdotool", "getwindowgeometry", "--shell", window(desktop))
    top = int(dict(line.split("=") for line in geometry.split())["Y"])
    assert PANEL_HEIGHT <= top <= PANEL_HEIGHT + 16


def test_damaged_settings_are_shown_and_set_aside(program: Program) -> None:
    settings = Path(program.desktop.env["HOME"], ".config", "deepvue-tray", "settings.json")
    settings.parent.mkdir(parents=True)
    settings.write_text("{damaged")
    program.start(**SIGNED_IN)
    item = TrayItem.wait(program.desktop)
    wait_for_tooltip(item, "6,448 credits", "A file was damaged")
    assert settings.with_name("settings.json.damaged").read_text() == "{damaged"


def test_the_log_lists_the_events_and_no_file_contains_the_secret(
    program: Program, server: FaultyServer
) -> None:
    server.answer = status(401, "s3cr3t-value is wrong")
    process = program.start("--verbose", **SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "Credentials refused")
    process.terminate()
    assert process.wait(TIMEOUT_S) == 0
    home = Path(program.desktop.env["HOME"])
    [log] = home.rglob("deepvue-tray.log")
    assert "Credentials refused" in log.read_text()
    assert "Credentials refused" in program.output()
    written = [path for path in home.rglob("*") if path.is_file()]
    assert not any(b"s3cr3t-value" in path.read_bytes() for path in written)
    assert "s3cr3t-value" not in program.output()


def test_the_balance_is_shown_even_if_the_home_cannot_be_written(
    program: Program,
) -> None:
    home = Path(program.desktop.env["HOME"])
    share = home / ".local" / "share"
    share.mkdir(parents=True, exist_ok=True)
    # Root may write anywhere, so a file takes the folder's place.
    (share / "deepvue-tray").write_text("")
    program.start(**SIGNED_IN)
    wait_for_tooltip(TrayItem.wait(program.desktop), "6,448 credits", "A file could not be used")


@pytest.mark.parametrize(("screen", "scale"), [("800x480", "1"), ("1366x768", "2")])
def test_every_window_fits_on_a_small_screen(
    new_desktop: Callable[..., Desktop], server: FaultyServer, screen: str, scale: str
) -> None:
    desktop = new_desktop(screen=screen)
    desktop.start("xfwm4", "--compositor=off")
    program = Program(desktop, server.url)
    program.start(**SIGNED_IN, QT_SCALE_FACTOR=scale)
    item = TrayItem.wait(desktop)
    wait_for_tooltip(item, "6,448 credits")
    width, height = map(int, screen.split("x"))
    for label, title in (
        ("History…", "History"),
        ("Settings…", "Settings"),
        ("About", "About deepvue-tray"),
    ):
        item.click(label)
        desktop.focus(title)
        frame = frame_of_focused(desktop)
        assert QRect(0, PANEL_HEIGHT, width, height - PANEL_HEIGHT).contains(frame), title
        desktop.run("xdotool", "key", "Escape")


def frame_of_focused(desktop: Desktop) -> QRect:
    """Return the place of the focused window with its frame, in pixels of the screen."""
    window = desktop.run("xdotool", "getwindowfocus").strip()
    told = desktop.run("xwininfo", "-id", window, "-frame")
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    return QRect(*(int(re.findall(rf"{name}: +(-?\d+)", told)[0]) for name in names))
