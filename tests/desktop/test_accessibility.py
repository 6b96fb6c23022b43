"""What a screen reader is told of the windows, over the accessibility bus."""

from collections.abc import Callable, Iterator

import pytest
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.desktop.accessibility import Accessible
from tests.desktop.conftest import SIGNED_IN, Program, tooltip
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance

READ = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
"""Lets Qt act as if a screen reader ran."""


@pytest.fixture
def desktop(new_desktop: Callable[..., Desktop]) -> Desktop:
    desktop = new_desktop(keyring=False, notifications=False)
    desktop.start("xfwm4", "--compositor=off")
    return desktop


@pytest.fixture
def reader(desktop: Desktop) -> Iterator[Accessible]:
    """Return the root of all windows."""
    connections: list[DBusConnection] = []

    def connect(address: str) -> DBusConnection:
        connections.append(open_dbus_connection(address))
        return connections[-1]

    yield Accessible.desktop(desktop, connect)
    for connection in connections:
        connection.close()


def wait_for(reader: Accessible, role: str, label: str) -> Accessible:
    found = wait_until(lambda: reader.find(role, label), f"{role} {label!r}")
    assert found  # what is not true is not returned
    return found


def test_the_balance_and_what_it_means_is_read_when_the_card_opens(
    desktop: Desktop, program: Program, server: FaultyServer, reader: Accessible
) -> None:
    server.answer = balance(900)
    program.start(**SIGNED_IN, **READ)
    tooltip(TrayItem.wait(desktop), "900")
    desktop.click_icon(1)
    card = wait_for(reader, "frame", "deepvue-tray")
    assert card.description == "900 credits. Low: 1,000 or less. Forecast after a day of use"
    parts = [(part.role, part.label) for part in card.shown_parts() if part.label]
    times = parts.pop(1)[1]
    assert times.startswith("as of ")
    assert parts == [
        ("label", "Deepvue · from the environment"),
        ("label", "900 credits"),
        ("label", "Low: 1,000 or less"),
        ("label", "Forecast after a day of use"),
        ("push button", "Top up…"),
        ("push button", "Refresh"),
        ("push button", "History…"),
        ("push button", "Settings…"),
    ]


def test_every_window_says_what_it_is_and_what_each_of_its_parts_is_for(
    desktop: Desktop, program: Program, reader: Accessible
) -> None:
    program.start("--demo", **READ)
    item = TrayItem.wait(desktop)
    tooltip(item, "Trial")
    desktop.click_icon(1)
    card = wait_for(reader, "frame", "Demo — deepvue-tray")
    assert pictures(card) == ["Spent in the last 7 days"]
    check(card)
    item.click("History…")
    history = wait_for(reader, "frame", "Demo · History — deepvue-tray")
    assert pictures(history) == ["Balance over time"]
    check(history)
    item.click("Settings…")
    check(wait_for(reader, "dialog", "Demo · Settings — deepvue-tray"))


def pictures(window: Accessible) -> list[str]:
    return [part.label for part in window.shown_parts() if part.role == "chart"]


def check(window: Accessible) -> None:
    """Check that every text and control has a name, and that no control has another one's."""
    parts = list(window.shown_parts())
    named = [part for part in parts if part.is_focusable or part.role in ("label", "chart")]
    assert [part for part in named if not part.label] == []
    controls = [(part.role, part.label) for part in parts if part.is_focusable]
    assert len(set(controls)) == len(controls)
