"""Warned in time, once, and silent when asked to be: seen on a real notification service."""

import signal
from collections.abc import Callable

import pytest

from tests.desktop.conftest import SIGNED_IN, Program
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.fake_notification_service import FakeNotificationService
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.timeouts import TIMEOUT_S

QUITS_WITHIN_S = 5.0
"""For a busy machine; what waits for a service that never answers takes for ever."""


@pytest.fixture(autouse=True)
def low(server: FaultyServer) -> None:
    server.answer = balance(900)


@pytest.fixture
def notifications(desktop: Desktop) -> Notifications:
    return Notifications.of(desktop)


@pytest.fixture
def started(desktop: Desktop, server: FaultyServer, notifications: Notifications) -> TrayItem:
    Program(desktop, server.url).start(**SIGNED_IN)
    return TrayItem.wait(desktop)


def read(item: TrayItem, server: FaultyServer, left: int) -> None:
    """Let the server say a balance, and click until the tray says it."""
    server.answer = balance(left)

    def said() -> bool:
        item.click("Refresh")
        return item.tooltip.startswith(f"{left:,} credits")

    wait_until(said, f"{left} credits")


def test_what_is_worse_takes_the_place_of_what_was_bad(
    started: TrayItem, server: FaultyServer, notifications: Notifications
) -> None:
    notifications.wait_for("low")
    read(started, server, 200)
    notifications.wait_for("nearly used up")
    read(started, server, 0)
    notifications.wait_for("are used up")
    wait_until(lambda: len(notifications.displayed) == 1, "one notification")
    assert len(notifications.all) == 3


def test_refused_credentials_are_told_and_the_button_opens_the_settings(
    started: TrayItem, server: FaultyServer, notifications: Notifications
) -> None:
    desktop = started.desktop
    server.answer = status(401, "Invalid client_id")

    def told() -> bool:
        started.click("Refresh")
        return any("refuses" in notification.summary for notification in notifications.displayed)

    wait_until(told, "the notification")
    notifications.press("Settings")
    search = ("xdotool", "search", "--onlyvisible", "--name", "^Settings")
    wait_until(lambda: desktop.run(*search).strip(), "the settings window")


def test_snoozing_on_the_notification_is_shown_in_the_menu_and_can_be_ended_there(
    started: TrayItem, notifications: Notifications
) -> None:
    notifications.wait_for("low")
    assert "Snooze alerts" in started.labels()
    notifications.press("Snooze until morning")

    def snoozed() -> bool:
        return any(label.startswith("Alerts snoozed until") for label in started.labels())

    wait_until(snoozed, "the snooze's end in the menu")
    started.click("Resume")
    wait_until(lambda: not snoozed(), "the end of the snooze")


def test_a_snooze_outlives_the_program_and_silences_what_had_fired_but_not_what_is_worse(
    desktop: Desktop, server: FaultyServer, notifications: Notifications
) -> None:
    program = Program(desktop, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    notifications.wait_for("low")
    item.click("1 hour")
    wait_until(lambda: "Resume" in item.labels(), "the snooze")
    item.click("Quit")
    assert first.wait(TIMEOUT_S) == 0
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    for left in (2000, 900, 100):
        read(item, server, left)
    notifications.wait_for("nearly used up")
    said = [notification.summary.split(" ", 2)[2] for notification in notifications.all]
    assert said == ["are low", "were added", "are nearly used up"]


def test_a_click_on_the_notification_shows_the_card(
    started: TrayItem, notifications: Notifications
) -> None:
    desktop = started.desktop
    notifications.wait_for("low")
    desktop.run("dunstctl", "action")
    search = ("xdotool", "search", "--onlyvisible", "--name", "^deepvue-tray$")
    wait_until(lambda: desktop.run(*search).strip(), "the card")


@pytest.fixture
def bus_alone(new_desktop: Callable[..., Desktop], server: FaultyServer) -> Desktop:
    """Start a desktop with a StatusNotifier tray, on which nobody shows notifications yet."""
    return new_desktop(keyring=False, notifications=False)


def test_what_nobody_could_show_is_told_once_when_a_service_comes_up(
    bus_alone: Desktop, server: FaultyServer
) -> None:
    program = Program(bus_alone, server.url)
    program.start(**SIGNED_IN)
    item = TrayItem.wait(bus_alone)
    read(item, server, 900)
    read(item, server, 899)
    with FakeNotificationService(bus_alone.bus, accepts_all=True) as first:
        assert "low" in first.calls.get(timeout=TIMEOUT_S).title
        read(item, server, 898)
    # Another service does not bring again what was told.
    with FakeNotificationService(bus_alone.bus, accepts_all=True) as second:
        read(item, server, 200)
        assert "nearly used up" in second.calls.get(timeout=TIMEOUT_S).title
        assert first.calls.empty()
        assert second.calls.empty()


def test_a_service_that_never_answers_freezes_nothing_and_is_sent_an_alert_once(
    bus_alone: Desktop, server: FaultyServer
) -> None:
    program = Program(bus_alone, server.url)
    with FakeNotificationService(bus_alone.bus) as service:
        for left in (890, 880, 870):
            process = program.start(**SIGNED_IN)
            item = TrayItem.wait(bus_alone)
            service.wait_for_client(TIMEOUT_S)
            # So that there is time to send it again.
            read(item, server, left)
            read(item, server, left - 1)
            item.click("Quit")
            assert process.wait(QUITS_WITHIN_S) == 0
        assert "low" in service.calls.get(timeout=TIMEOUT_S).title
        assert service.calls.empty()


def test_a_service_that_is_frozen_freezes_nothing_and_shows_an_alert_once_it_goes_on(
    desktop: Desktop, server: FaultyServer, notifications: Notifications
) -> None:
    desktop.signal("dunst", signal.SIGSTOP)
    program = Program(desktop, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    read(item, server, 899)
    item.click("Quit")
    assert first.wait(QUITS_WITHIN_S) == 0
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    read(item, server, 898)
    desktop.signal("dunst", signal.SIGCONT)
    notifications.wait_for("low")
    read(item, server, 200)
    notifications.wait_for("nearly used up")
    assert len(notifications.all) == 2


def test_an_answer_that_comes_late_is_remembered(bus_alone: Desktop, server: FaultyServer) -> None:
    program = Program(bus_alone, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(bus_alone)
    with FakeNotificationService(bus_alone.bus) as service:
        call = service.calls.get(timeout=TIMEOUT_S)
        read(item, server, 899)
        read(item, server, 898)
        service.accept(call)
        service.press("Snooze until morning")
        wait_until(lambda: "Resume" in item.labels(), "the snooze of what was told")
        item.click("Resume")
        wait_until(lambda: "Resume" not in item.labels(), "its end")
        item.click("Quit")
        assert first.wait(5) == 0
    with FakeNotificationService(bus_alone.bus, accepts_all=True) as another:
        program.start(**SIGNED_IN)
        item = TrayItem.wait(bus_alone)
        read(item, server, 200)
        assert "nearly used up" in another.calls.get(timeout=TIMEOUT_S).title


def test_an_xembed_tray_shows_a_balloon_where_there_is_no_service(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel="tint2", keyring=False, notifications=False)
    Program(desktop, server.url).start(**SIGNED_IN)
    windows = '("deepvue-tray" "deepvue-tray")'
    wait_until(lambda: desktop.windows().count(windows) == 2, "a balloon beside the icon")
