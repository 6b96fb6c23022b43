"""The main job with two wallets: the tray and the terminal are two processes, as a person's are."""

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from deepvue_tray.core.snapshot import Level
from deepvue_tray.services.readings_csv import timestamp
from deepvue_tray.ui.icon import COLOURS
from tests.desktop import secret_service
from tests.desktop.conftest import Program, has_bars, refresh_until, tooltip
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance, by_client

CLIPBOARD = """
from PySide6.QtGui import QGuiApplication

print(QGuiApplication([]).clipboard().text())
"""


def set_balances(server: FaultyServer, live: int, agency: int) -> None:
    server.answer = by_client({"live_1": balance(live), "free_tier_1": balance(agency)})


@pytest.fixture
def live(program: Program, server: FaultyServer) -> Program:
    """Sign in to the first wallet."""
    set_balances(server, 6448, 900)
    program.sign_in("live_1", "live-s3cr3t")
    return program


@pytest.fixture
def both(live: Program) -> Program:
    live.sign_in("free_tier_1", "trial-s3cr3t", "Agency")
    return live


def start(program: Program, *words: str) -> TrayItem:
    program.start()
    item = TrayItem.wait(program.desktop)
    tooltip(item, *(words or ("Live 6,448", "Agency 900")))
    return item


def has_colour(item: TrayItem, level: Level) -> bool:
    """Return whether the icon is in the colour of a level."""
    argb = COLOURS[level].rgba().to_bytes(4, "big")
    return any(argb in pixels for pixels in item.pixels.values())


def test_both_are_named_and_the_icon_is_that_of_the_worst(
    both: Program, server: FaultyServer
) -> None:
    item = start(both)
    assert item.tooltip == "Deepvue · Live 6,448 · Agency 900, low"
    assert item.labels()[:3] == [
        "Live: 6,448 credits, forecast after a day of use",
        "Agency: 900 credits, forecast after a day of use · Low",
        "Refresh",
    ]
    wait_until(partial(has_colour, item, Level.LOW), "the icon of Agency")
    set_balances(server, 100, 900)
    refresh_until(item, lambda: "Live 100, critical" in item.tooltip, "the balance of Live")
    wait_until(partial(has_colour, item, Level.CRITICAL), "the icon of Live")
    set_balances(server, 6448, 2000)
    refresh_until(item, lambda: item.tooltip == "Deepvue · Live 6,448 · Agency 2,000", "both well")
    wait_until(partial(has_colour, item, Level.OK), "the icon of a wallet that is well")


def test_an_entry_of_the_menu_opens_the_card_at_its_wallet(both: Program) -> None:
    desktop = both.desktop
    desktop.start("xfwm4", "--compositor=off")
    item = start(both)
    for entry, left in zip(item.labels(), ("6,448 credits", "900 credits"), strict=False):
        item.click(entry)
        desktop.focus("deepvue-tray")
        wait_until(partial(has_copied, desktop, left), f"{left} in the card")
        desktop.run("xdotool", "key", "Escape")
    assert both.output() == ""


def has_copied(desktop: Desktop, text: str) -> bool:
    """Copy the balance of the card's wallet, and return whether it is ``text``."""
    desktop.run("xdotool", "key", "ctrl+c")
    return desktop.run(sys.executable, "-c", CLIPBOARD).strip() == text


def test_a_low_wallet_notifies_with_its_name_and_its_button_snoozes_it_alone(
    both: Program, server: FaultyServer
) -> None:
    notifications = Notifications.of(both.desktop)
    item = start(both)
    assert notifications.wait_for("Low").summary == "900 Deepvue credits left · Agency"
    notifications.press("Snooze until morning")
    wait_until(lambda: "Agency: Resume alerts" in item.labels(), "the snooze")
    assert "Live: Until tomorrow morning" in item.labels()
    item.click("Agency: Resume alerts")
    wait_until(lambda: "Agency: Until tomorrow morning" in item.labels(), "its end")
    set_balances(server, 800, 2000)
    refresh_until(item, lambda: "Live 800" in item.tooltip, "the balance of Live")
    assert notifications.wait_for("800").summary == "800 Deepvue credits left · Live"


def test_the_history_shows_the_wallet_that_is_chosen(both: Program) -> None:
    desktop = both.desktop
    desktop.start("xfwm4", "--compositor=off")
    now = datetime.now(UTC)
    days = (f"{timestamp(now - timedelta(days=n))},{6448 + 10 * n}\n" for n in range(6, 0, -1))
    text = "".join(("at,balance\n", *days))
    imported = both.run("history", "import", "--wallet", "Live", "-", input=text)
    assert imported.returncode == 0, imported.stderr
    item = start(both)
    item.click("History…")
    desktop.focus("History")
    window = desktop.run("xdotool", "getwindowfocus").strip()
    # The worst wallet, which has spent nothing yet.
    assert not has_bars(desktop, window)
    # From the chart to the choice of the wallet, then to its first entry.
    desktop.run("xdotool", "key", "--delay", "100", "Tab", "Home")
    wait_until(partial(has_bars, desktop, window), "the bars of the other wallet")


def test_a_wallet_that_the_terminal_adds_and_removes_appears_and_disappears_at_a_refresh(
    live: Program, server: FaultyServer
) -> None:
    item = start(live, "6,448 credits")
    alone = item.tooltip
    assert "Live" not in alone
    added = live.login("free_tier_1", "trial-s3cr3t", "--name", "Agency")
    assert "Signed in to Agency (free_tier_1): 900 credits" in added.stdout
    refresh_until(item, lambda: "Agency 900" in item.tooltip, "the wallet")
    assert "Live 6,448" in item.tooltip
    removed = live.run("logout", "--wallet", "agency")
    assert removed.returncode == 0, removed.stderr
    refresh_until(item, lambda: "Agency" not in item.tooltip, "its end")
    assert item.labels()[:2] == ["6,448 credits, forecast after a day of use", "Refresh"]
    requests = len(server.requests)
    refresh_until(item, lambda: len(server.requests) > requests + 1, "more requests")
    assert {request.headers["client-id"] for request in server.requests[requests:]} == {"live_1"}
    assert live.output() == ""


def test_signing_out_of_all_leaves_no_secret_in_the_keyring(both: Program) -> None:
    item = start(both)
    desktop = both.desktop
    stored = secret_service.stored(desktop, service="deepvue-tray")
    assert sorted(stored) == ["live-s3cr3t", "trial-s3cr3t"]
    assert both.run("logout", "--all").stdout.startswith("Signed out")
    assert secret_service.stored(desktop, service="deepvue-tray") == []
    refresh_until(item, lambda: "Not set up" in item.tooltip, "the end of both")
    home = Path(desktop.env["HOME"])
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not any(b"s3cr3t" in path.read_bytes() for path in files)
