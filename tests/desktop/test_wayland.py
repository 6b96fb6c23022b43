"""The main job on GNOME, KDE and sway, from outside, as a person on that desktop would do it."""

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor

from tests.desktop import secret_service
from tests.desktop.conftest import SIGNED_IN, Program, read, refresh_until
from tests.desktop.session import PASSWORD, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.desktop.wayland import DESKTOPS, Gnome, Kde, Sway, WaylandDesktop, Window
from tests.support.faulty_server import FaultyServer, balance, by_client
from tests.support.timeouts import TIMEOUT_S

pytestmark = pytest.mark.wayland

MARGIN = range(3, 8)
"""Pixels from a window's edge in which nothing is drawn, on each desktop."""

TITLE_BAR_PX = 60
"""More than any title bar is high."""

DOUBLE_CLICK_S = 1.0
"""Two clicks that are further apart are no double click."""

LIGHT = 220
"""The least lightness, of 255, of a light theme's windows; KDE 3 had 211."""

ROWS_PX = 12
"""Pixels from the card's left edge to where only the ground of the selected wallet's row is."""

FREE_PLACE = QPoint(4, 400)
"""A place for the pointer at the edge of the screen, where it is on no window."""

CARD, CONNECT = "deepvue-tray", "Connect your Deepvue wallet"


@pytest.fixture(params=DESKTOPS, ids=lambda kind: kind.name)
def desktop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WaylandDesktop]:
    with request.param(tmp_path) as desktop:
        yield desktop


@pytest.fixture
def program(desktop: WaylandDesktop, server: FaultyServer) -> Program:
    return Program(desktop, server.url)


def says(item: TrayItem, *words: str) -> None:
    wait_until(lambda: all(word in item.tooltip for word in words), f"a tooltip with {words}")


def start(desktop: WaylandDesktop, program: Program) -> TrayItem:
    """Start the program signed in, and wait until its tray shows the balance."""
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    says(item, "6,448 credits")
    return item


def click(desktop: WaylandDesktop, icon: QPoint) -> None:
    time.sleep(DOUBLE_CLICK_S)
    desktop.input.click(icon)


def open_card(desktop: WaylandDesktop, icon: QPoint) -> Window:
    """Open the card as a person does: on GNOME a click opens the menu, whose first entry does."""
    if isinstance(desktop, Gnome):
        desktop.input.click(desktop.open_menu(icon))
    else:
        click(desktop, icon)
    return desktop.wait_for_window(CARD)


def is_whole(desktop: WaylandDesktop, title: str, above: int = TITLE_BAR_PX) -> bool:
    """Return whether a window's margins are empty: cut off or skewed, its content is in them."""
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
    item = start(desktop, program)
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
        desktop.close_menu()
    open_card(desktop, icon)
    wait_for_whole(desktop, CARD, above=MARGIN.start)
    item.click("About")
    desktop.wait_for_window("About")
    wait_until(lambda: not desktop.window(CARD), "the card's end without the focus")


def test_windows_are_whole_and_come_to_the_front_again(
    desktop: WaylandDesktop, program: Program
) -> None:
    item = start(desktop, program)
    item.click("Settings…")
    desktop.wait_for_window("Settings")
    wait_for_whole(desktop, "Settings")
    # Add a wallet, from within the settings.
    desktop.input.press_with_alt("a")
    before = desktop.wait_for_window(CONNECT).area
    wait_for_whole(desktop, CONNECT)
    wait_until(partial(is_resized_by_a_reason, desktop, before), "the reason below a field")
    wait_for_whole(desktop, CONNECT)
    desktop.input.press("escape")
    desktop.wait_for_window("Settings")
    item.click("About")
    desktop.wait_for_window("About")
    wait_for_whole(desktop, "About")
    for _ in range(5):
        # At once: the program may not have learnt yet which of its windows has the focus.
        for entry in ("Settings…", "History…", "About"):
            item.click(entry)
            desktop.wait_for_window(entry.rstrip("…"))


def is_resized_by_a_reason(desktop: WaylandDesktop, before: QRect) -> bool:
    """Connect without a client ID, which is then asked for; return whether the window is taller."""
    desktop.input.press_with_alt("o")
    return desktop.wait_for_window(CONNECT).area.size() != before.size()


def test_the_settings_grow_with_a_wallet_that_is_added_in_them(
    desktop: WaylandDesktop, program: Program
) -> None:
    program.start()
    item = TrayItem.wait(desktop)
    desktop.wait_for_window(CONNECT)
    type_credentials(desktop, "live1")
    says(item, "6,448 credits")
    item.click("Settings…")
    before = desktop.wait_for_window("Settings").area
    desktop.input.press_with_alt("o")
    desktop.wait_for_window("Add a wallet")
    type_credentials(desktop, "live2")
    wait_until(lambda: desktop.window("Add a wallet") is None, "the end of the smaller window")
    # The focus returns to the settings while they grow.
    wait_until(
        lambda: desktop.wait_for_window("Settings").area.height() > before.height(),
        "the list of two wallets",
    )


def type_credentials(desktop: WaylandDesktop, client_id: str) -> None:
    desktop.input.type(client_id)
    desktop.input.press("tab")
    desktop.input.type("s3cr3tvalue")
    desktop.input.press("return")


def test_a_second_start_brings_the_card_to_the_front(
    desktop: WaylandDesktop, program: Program
) -> None:
    item = start(desktop, program)
    item.click("Settings…")
    for _ in range(3):
        desktop.wait_for_window("Settings")
        assert program.run().returncode == 0
        desktop.wait_for_window(CARD)
        item.click("Settings…")


def test_colours_follow_the_desktop_at_the_start_and_live(
    desktop: WaylandDesktop, program: Program
) -> None:
    item = start(desktop, program)
    item.click("Settings…")
    # Before a person has chosen anything, neither dark nor in the grey of KDE 3.
    desktop.wait_for_window("Settings")
    wait_until(lambda: ground(desktop, "Settings").lightness() > LIGHT, "a light window")
    item.click("Quit")
    wait_until(lambda: not TrayItem.all(desktop), "the end")
    desktop.dark(on=True)
    item = start(desktop, program)
    item.click("Settings…")
    desktop.wait_for_window("Settings")
    for on in (True, False, True):
        desktop.dark(on=on)
        wait_until(partial(is_wholly, desktop, "Settings", dark=on), f"{on=} in all of the window")


def ground(desktop: WaylandDesktop, title: str) -> QColor:
    """Return the colour of a window at its lower left corner, where nothing is drawn."""
    area = desktop.wait_for_window(title, focused=False).area
    return desktop.picture().pixelColor(area.bottomLeft() + QPoint(MARGIN.stop, -MARGIN.stop))


def is_wholly(desktop: WaylandDesktop, title: str, *, dark: bool) -> bool:
    """Return whether nearly all of a window is dark, or light; its text is the other."""
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
    desktop.input.type(PASSWORD)
    desktop.input.press("return")
    wait_until(lambda: "locked" not in item.tooltip, "the balance")
    says(item, "6,448 credits")


@pytest.mark.parametrize("desktop", [Gnome, Sway], ids=lambda kind: kind.name, indirect=True)
def test_gnome_keyring_is_used_when_open_and_unlocked_on_demand_when_not(
    desktop: Gnome | Sway, program: Program
) -> None:
    assert program.login("live_1", "s3cr3t-value").returncode == 0
    assert program.run("check").stdout.startswith("DEEPVUE OK - 6448 credits")
    secret_service.lock(desktop)
    program.start()
    item = TrayItem.wait(desktop)
    says(item, "The keyring is locked")
    assert not desktop.has_prompt()  # that nobody asked for
    item.click("Unlock the keyring…")
    wait_until(desktop.has_prompt, "the prompt")
    desktop.input.type(PASSWORD)
    desktop.input.press("return")
    says(item, "6,448 credits")


def test_the_main_job_from_signing_in_to_quitting(
    desktop: WaylandDesktop, program: Program, server: FaultyServer, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o700)
    process = program.start(PATH=str(tmp_path))
    item = TrayItem.wait(desktop)
    # At the first start a window asks for the client ID, which has the focus.
    desktop.wait_for_window(CONNECT)
    type_credentials(desktop, "live1")
    says(item, "6,448 credits")
    assert item.labels()[0].startswith("6,448 credits, ")
    # Another process has the secret from the keyring.
    assert program.run("check").stdout.startswith("DEEPVUE OK - 6448 credits")
    assert server.requests[-1].headers["x-api-key"] == "s3cr3tvalue"
    desktop.input.click(desktop.open_menu(desktop.icon()))
    desktop.wait_for_window(CARD)
    desktop.dismiss_notifications()
    read(item, server, 900)
    desktop.press_in_notification("Top up")
    wait_until(opened.exists, "the browser")
    assert opened.read_text() == "https://dashboard.deepvue.ai\n"
    desktop.restart_notifications()
    desktop.dismiss_notifications()
    read(item, server, 200)
    desktop.press_in_notification("Snooze until morning")
    wait_until(
        lambda: any(label.startswith("Alerts snoozed until") for label in item.labels()),
        "the snooze",
    )
    assert program.run().returncode == 0
    desktop.wait_for_window(CARD)
    item.click("Quit")
    assert process.wait(TIMEOUT_S) == 0


def test_two_wallets_have_entries_in_the_menu_rows_in_the_card_and_alerts_of_their_own(
    desktop: WaylandDesktop, program: Program, server: FaultyServer
) -> None:
    live, trial = balance(6448), balance(2000)
    server.answer = by_client({"live_1": live, "free_tier_1": trial})
    for client_id in ("live_1", "free_tier_1"):
        assert program.login(client_id, "s3cr3t-value").returncode == 0
    process = program.start()
    item = TrayItem.wait(desktop)
    says(item, "Deepvue · Live 6,448 · Trial 2,000")
    first, second = item.labels()[:2]
    assert first.startswith("Live: 6,448 credits, ")
    assert second.startswith("Trial: 2,000 credits, ")
    icon = desktop.icon()
    desktop.input.click(desktop.open_menu(icon))
    wait_for_whole(desktop, CARD, above=MARGIN.start)
    live_row = wait_until(partial(selected_row, desktop), "the row of Live")
    card = desktop.wait_for_window(CARD).area
    desktop.input.click(card.topLeft() + QPoint(ROWS_PX, live_row.stop + len(live_row) // 2))
    desktop.input.move(FREE_PLACE)

    def is_trial_selected() -> bool:
        # GNOME may report a window that did not get the focus with a banner, which covers the card.
        desktop.dismiss_notifications()
        return selected_row(desktop).start >= live_row.stop

    wait_until(is_trial_selected, "the row of Trial")
    desktop.wait_for_window(CARD)
    desktop.input.press("escape")
    wait_until(lambda: not desktop.window(CARD), "the card's end")
    item.click(second)
    wait_until(is_trial_selected, "the card opened at Trial")
    desktop.wait_for_window(CARD)
    desktop.input.press("escape")
    desktop.dismiss_notifications()
    server.answer = by_client({"live_1": live, "free_tier_1": balance(900)})
    refresh_until(item, lambda: "Trial 900, low" in item.tooltip, "the low balance")
    desktop.press_in_notification("Snooze until morning")
    wait_until(lambda: "Trial: Resume alerts" in item.labels(), "the snooze of Trial")
    assert "Live: Until tomorrow morning" in item.labels()
    item.click("Quit")
    assert process.wait(TIMEOUT_S) == 0


def selected_row(desktop: WaylandDesktop) -> range:
    """Return the selected row of the card, in pixels from its top; empty if none is drawn yet."""
    area, picture = desktop.wait_for_window(CARD, focused=False).area, desktop.picture()
    across = area.left() + ROWS_PX
    ground = picture.pixel(across, area.top() + MARGIN.start)
    rows = range(area.top() + MARGIN.start, area.bottom() - MARGIN.start)
    drawn = [y - area.top() for y in rows if picture.pixel(across, y) != ground]
    return range(drawn[0], drawn[-1] + 1) if drawn else range(0)


def test_the_icon_comes_back_with_the_tray(desktop: WaylandDesktop, program: Program) -> None:
    program.start(**SIGNED_IN)
    says(TrayItem.wait(desktop), "6,448 credits")
    desktop.stop_tray()
    desktop.start_tray()

    def is_back() -> bool:
        with suppress(LookupError):  # an item that goes or comes at this moment
            return any("6,448 credits" in item.tooltip for item in TrayItem.all(desktop))
        return False

    wait_until(is_back, "the icon with its balance")
    desktop.icon()
