"""Alerts are shown in time, once, and not during a snooze, by a real notification service."""

import signal
from collections.abc import Callable

import pytest

from tests.desktop.conftest import SIGNED_IN, Program, read
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.fake_notification_service import FakeNotificationService
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.timeouts import TIMEOUT_S

QUITS_WITHIN_S = 5.0
"""Long enough for a busy machine; waiting for a service that never answers takes longer."""


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


def test_a_more_severe_alert_replaces_the_milder_one(
    started: TrayItem, server: FaultyServer, notifications: Notifications
) -> None:
    notifications.wait_for("Low")
    read(started, server, 200)
    notifications.wait_for("Critical")
    read(started, server, 0)
    notifications.wait_for("No Deepvue credits left")
    wait_until(lambda: len(notifications.displayed) == 1, "one notification")
    assert len(notifications.all) == 3


def test_refused_credentials_notify_and_the_button_opens_the_settings(
    started: TrayItem, server: FaultyServer, notifications: Notifications
) -> None:
    desktop = started.desktop
    server.answer = status(401, "Invalid client_id")

    def is_notified() -> bool:
        started.click("Refresh")
        return any("refuses" in notification.summary for notification in notifications.displayed)

    wait_until(is_notified, "the notification")
    notifications.press("Settings")
    search = ("xdotool", "search", "--onlyvisible", "--name", "^Settings")
    wait_until(lambda: desktop.run(*search).strip(), "the settings window")


def test_a_snooze_from_the_notification_is_shown_in_the_menu_and_ends_there(
    started: TrayItem, notifications: Notifications
) -> None:
    notifications.wait_for("Low")
    assert "Snooze alerts" in started.labels()
    notifications.press("Snooze until morning")

    def snoozed() -> bool:
        return any(label.startswith("Alerts snoozed until") for label in started.labels())

    wait_until(snoozed, "the snooze's end in the menu")
    started.click("Resume alerts")
    wait_until(lambda: not snoozed(), "the end of the snooze")


def test_a_snooze_survives_a_restart_and_silences_shown_alerts_but_not_more_severe_ones(
    desktop: Desktop, server: FaultyServer, notifications: Notifications
) -> None:
    program = Program(desktop, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    notifications.wait_for("Low")
    item.click("1 hour")
    wait_until(lambda: "Resume alerts" in item.labels(), "the snooze")
    item.click("Quit")
    assert first.wait(TIMEOUT_S) == 0
    program.start(**SIGNED_IN)
    item = TrayItem.wait(desktop)
    for left in (2000, 900, 100):
        read(item, server, left)
    notifications.wait_for("Critical")
    events = [notification.body for notification in notifications.all]
    assert events == [
        "Low: 1,000 or less.",
        "1,100 credits were added.",
        "Critical: 250 or less.",
    ]


def test_a_click_on_the_notification_shows_the_card(
    started: TrayItem, notifications: Notifications
) -> None:
    desktop = started.desktop
    notifications.wait_for("Low")
    desktop.run("dunstctl", "action")
    search = ("xdotool", "search", "--onlyvisible", "--name", "^deepvue-tray$")
    wait_until(lambda: desktop.run(*search).strip(), "the card")


@pytest.fixture
def no_service(new_desktop: Callable[..., Desktop], server: FaultyServer) -> Desktop:
    """Start a desktop with a StatusNotifier tray and no notification service."""
    return new_desktop(keyring=False, notifications=False)


def test_a_pending_alert_is_shown_once_when_a_service_starts(
    no_service: Desktop, server: FaultyServer
) -> None:
    program = Program(no_service, server.url)
    program.start(**SIGNED_IN)
    item = TrayItem.wait(no_service)
    read(item, server, 900)
    read(item, server, 899)
    with FakeNotificationService(no_service.bus, accepts_all=True) as first:
        assert "Low" in first.calls.get(timeout=TIMEOUT_S).body
        read(item, server, 898)
    # Another service does not get an alert again.
    with FakeNotificationService(no_service.bus, accepts_all=True) as second:
        read(item, server, 200)
        assert "Critical" in second.calls.get(timeout=TIMEOUT_S).body
        assert first.calls.empty()
        assert second.calls.empty()


def test_a_service_that_never_answers_blocks_nothing_and_gets_an_alert_once(
    no_service: Desktop, server: FaultyServer
) -> None:
    program = Program(no_service, server.url)
    with FakeNotificationService(no_service.bus) as service:
        for left in (890, 880, 870):
            process = program.start(**SIGNED_IN)
            item = TrayItem.wait(no_service)
            service.wait_for_client(TIMEOUT_S)
            # Two refreshes give the program the chance to send it again.
            read(item, server, left)
            read(item, server, left - 1)
            item.click("Quit")
            assert process.wait(QUITS_WITHIN_S) == 0
        assert "Low" in service.calls.get(timeout=TIMEOUT_S).body
        assert service.calls.empty()


def test_a_stopped_service_blocks_nothing_and_shows_the_alert_once_it_continues(
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
    notifications.wait_for("Low")
    read(item, server, 200)
    notifications.wait_for("Critical")
    assert len(notifications.all) == 2


def test_a_late_answer_counts_as_shown(no_service: Desktop, server: FaultyServer) -> None:
    program = Program(no_service, server.url)
    first = program.start(**SIGNED_IN)
    item = TrayItem.wait(no_service)
    with FakeNotificationService(no_service.bus) as service:
        call = service.calls.get(timeout=TIMEOUT_S)
        read(item, server, 899)
        read(item, server, 898)
        service.accept(call)
        service.press("Snooze until morning")
        wait_until(lambda: "Resume alerts" in item.labels(), "the snooze of the alert")
        item.click("Resume alerts")
        wait_until(lambda: "Resume alerts" not in item.labels(), "its end")
        item.click("Quit")
        assert first.wait(TIMEOUT_S) == 0
    with FakeNotificationService(no_service.bus, accepts_all=True) as another:
        program.start(**SIGNED_IN)
        item = TrayItem.wait(no_service)
        read(item, server, 200)
        assert "Critical" in another.calls.get(timeout=TIMEOUT_S).body


def test_an_xembed_tray_shows_a_balloon_without_a_service(
    new_desktop: Callable[..., Desktop], server: FaultyServer
) -> None:
    desktop = new_desktop(panel="tint2", keyring=False, notifications=False)
    Program(desktop, server.url).start(**SIGNED_IN)
    windows = '("deepvue-tray" "deepvue-tray")'
    wait_until(lambda: desktop.windows().count(windows) == 2, "a balloon beside the icon")
