"""The main job on GNOME, KDE and sway, from outside, as a person on that desktop would do it."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

from tests.desktop import secret_service
from tests.desktop.conftest import SIGNED_IN, Program
from tests.desktop.session import wait_until
from tests.desktop.status_notifier import TrayItem
from tests.desktop.wayland import DESKTOPS, Gnome, Kde, WaylandDesktop, Window
from tests.support.faulty_server import FaultyServer, balance
from tests.support.timeouts import TIMEOUT_S

pytestmark = pytest.mark.wayland

MARGIN = range(3, 11)
"""Pixels from a window's edge in which nothing is drawn, on each desktop."""

TITLE_BAR_PX = 60
"""More than any title bar is high."""

DOUBLE_CLICK_S = 1.0
"""Two clicks that are further apart are no double click."""

CARD = "deepvue-tray"


@pytest.fixture(params=DESKTOPS, ids=lambda kind: kind.name)
def desktop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WaylandDesktop]:
    with request.param(tmp_path) as desktop:
        yield desktop


@pytest.fixture
def program(desktop: WaylandDesktop, server: FaultyServer) -> Program:
    return Program(desktop, server.url)


def says(item: TrayItem, *words: str) -> None:
    wait_until(lambda: all(word in item.tooltip for word in words), f"a tooltip with {words}")


def click(desktop: WaylandDesktop, icon: QPoint) -> None:
    time.sleep(DOUBLE_CLICK_S)
    desktop.input.click(icon)


def open_card(desktop: WaylandDesktop, icon: QPoint) -> Window:
    """Open the card as a person does: on GNOME a click opens the menu, whose first entry does."""
    click(desktop, icon)
    if isinstance(desktop, Gnome):
        desktop.input.press("down", "return")
    return desktop.wait_for_window(CARD)


def is_whole(desktop: WaylandDesktop, title: str, above: int = TITLE_BAR_PX) -> bool:
    """Say whether a window's margins are empty: cut off or skewed, its content is in them."""
    window = desktop.wait_for_window(title, focused=False)
    picture, area = desktop.picture(), window.area
    rows = range(area.top() + above, area.bottom() - MARGIN.stop)
    columns = range(area.left() + MARGIN.stop, area.right() - MARGIN.stop)
    margins = (
        *(
            (x, y)
            for inset in MARGIN
            for x in (area.left() + inset, area.right() - inset)
            for y in rows
        ),
        *((x, area.bottom() - inset) for inset in MARGIN for x in columns),
    )
    return len({picture.pixel(x, y) for x, y in margins}) == 1


def wait_for_whole(desktop: WaylandDesktop, title: str, above: int = TITLE_BAR_PX) -> None:
    """Wait until a window is drawn, whole and straight."""
    wait_until(lambda: is_whole(desktop, title, above), f"{title!r}, whole")


def test_the_card_opens_whole_floats_moves_and_goes_away_by_itself(
    desktop: WaylandDesktop, program: Program
) -> None:
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    says(item, "6,448 credits")
    icon = desktop.icon()
    card = open_card(desktop, icon)
    assert card.floating
    assert card.area.width() == 320
    wait_for_whole(desktop, CARD, above=MARGIN.start)
    desktop.input.drag(card.area.bottomLeft() + QPoint(8, -8), QPoint(90, 60))
    wait_until(lambda: desktop.wait_for_window(CARD).area != card.area, "the card elsewhere")
    desktop.input.press("escape")
    wait_until(lambda: not desktop.window(CARD), "the card's end on Escape")
    open_card(desktop, icon)
    click(desktop, icon)
    wait_until(lambda: not desktop.window(CARD), "the card's end on a second click")
    if isinstance(desktop, Gnome):
        desktop.input.press("escape")  # the menu
    open_card(desktop, icon)
    wait_for_whole(desktop, CARD, above=MARGIN.start)
    item.click("About")
    desktop.wait_for_window("About")
    wait_until(lambda: not desktop.window(CARD), "the card's end without the focus")


def test_windows_are_whole_and_come_to_the_front_again(
    desktop: WaylandDesktop, program: Program
) -> None:
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    says(item, "6,448 credits")
    item.click("Settings…")
    before = desktop.wait_for_window("Settings").area
    wait_for_whole(desktop, "Settings")
    # To Test, whose answer makes the window taller.
    desktop.input.press("tab", "tab", "tab", "space")
    wait_until(
        lambda: desktop.wait_for_window("Settings").area.size() != before.size(), "an answer"
    )
    wait_for_whole(desktop, "Settings")
    item.click("About")
    desktop.wait_for_window("About")
    wait_for_whole(desktop, "About")
    item.click("Settings…")
    desktop.wait_for_window("Settings")
    assert program.run().returncode == 0
    desktop.wait_for_window(CARD)


@pytest.mark.parametrize("desktop", [Gnome, Kde], ids=lambda kind: kind.name, indirect=True)
def test_colours_follow_the_desktop_at_the_start_and_live(
    desktop: WaylandDesktop, program: Program
) -> None:
    desktop.dark(on=True)
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    says(item, "6,448 credits")
    item.click("Settings…")
    desktop.wait_for_window("Settings")
    for on in (True, False, True):
        desktop.dark(on=on)
        wait_until(partial(is_wholly, desktop, "Settings", dark=on), f"{on=} in all of the window")


def is_wholly(desktop: WaylandDesktop, title: str, *, dark: bool) -> bool:
    """Say whether nearly all of a window is dark, or light; its text is the other."""
    area = desktop.wait_for_window(title, focused=False).area.adjusted(4, TITLE_BAR_PX, -4, -4)
    picture = desktop.picture().copy(area)
    places = [(x, y) for x in range(0, area.width(), 2) for y in range(0, area.height(), 2)]
    dark_ones = sum(picture.pixelColor(x, y).lightness() < 128 for x, y in places)
    return (dark_ones if dark else len(places) - dark_ones) > 0.93 * len(places)


@pytest.mark.parametrize("desktop", [Kde], ids=["kde"], indirect=True)
def test_kwallet_is_used_when_open_and_started_and_unlocked_when_not(
    desktop: Kde, program: Program
) -> None:
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    assert program.run("check").stdout.startswith("DEEPVUE OK - 6448 credits")
    desktop.end_wallet()
    program.start()
    item = TrayItem.wait(desktop)
    says(item, "The keyring is locked")
    assert desktop.shown() == []  # no prompt that nobody asked for
    item.click("Unlock the keyring…")
    desktop.wait_for_window("KDE Wallet Service")
    desktop.input.type("password")
    desktop.input.press("return")
    wait_until(lambda: "locked" not in item.tooltip, "the balance")
    says(item, "6,448 credits")


@pytest.mark.parametrize("desktop", [Gnome], ids=["gnome"], indirect=True)
def test_gnome_keyring_is_used_when_open_and_locked_without_a_prompt(
    desktop: Gnome, program: Program
) -> None:
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    assert program.run("check").stdout.startswith("DEEPVUE OK - 6448 credits")
    secret_service.lock(desktop)
    assert "The keyring is locked" in program.run("check").stdout
    assert not secret_service.prompts(desktop)


def test_the_main_job_from_signing_in_to_quitting(
    desktop: WaylandDesktop, program: Program, server: FaultyServer, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o700)
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    server.answer = balance(900)
    process = program.start(PATH=str(tmp_path))
    item = TrayItem.wait(desktop)
    says(item, "900 credits")
    assert item.labels()[0] == "900 credits"
    wait_until(lambda: press_top_up(desktop) or opened.exists(), "the browser")
    wait_until(opened.exists, "the browser")
    assert opened.read_text() == "https://dashboard.deepvue.ai\n"
    assert program.run().returncode == 0
    desktop.wait_for_window(CARD)
    item.click("Quit")
    assert process.wait(TIMEOUT_S) == 0


def press_top_up(desktop: WaylandDesktop) -> bool:
    """Press the first button of the notification, if it is shown; say whether it was."""
    if isinstance(desktop, Gnome):
        # What a click on the banner's button calls.
        action = (
            "Main.messageTray.getSources().flatMap(s => s.notifications)"
            ".flatMap(n => n.actions).find(a => a.label == 'Top up')"
        )
        return bool(desktop.evaluate(f"{action}.callback(); true"))
    if isinstance(desktop, Kde):
        desktop.input.click(QPoint(1056, 702))
        return False
    return "Top up" in desktop.run("makoctl", "list") and not desktop.run(
        "makoctl", "invoke", "dashboard"
    )


def test_the_icon_comes_back_with_the_tray(desktop: WaylandDesktop, program: Program) -> None:
    program.start(**SIGNED_IN)
    says(TrayItem.wait(desktop), "6,448 credits")
    desktop.stop_tray()
    desktop.start_tray()
    says(TrayItem.wait(desktop), "6,448 credits")
    desktop.icon()
