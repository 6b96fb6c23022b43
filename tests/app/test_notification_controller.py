"""Each alert notifies the person once, natively or with a balloon."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deepvue_tray.app.notification_controller import NotificationController
from deepvue_tray.app.poller import Poller
from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.notification import Notification, OnPress
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.held_worker import BackendWorker

LOW = Snapshot(
    wallet=WalletSettings(client_id="live_1", name="Live"),
    reading=Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(900)),
    to_notify=(Alert.LOW,),
)
OTHER = replace(LOW, wallet=WalletSettings(client_id="free_tier_1", name="Trial"))


class Desktop(BackendWorker):
    """A notification service whose replies the test sends, and a tray with or without balloons."""

    def __init__(self) -> None:
        super().__init__()
        self.has_balloons = False
        self.sent: list[Notification] = []
        self.balloons: list[str] = []
        self.marked: list[tuple[str, Alert]] = []
        self.poller = Poller(self)
        self.notifications = NotificationController(self, self.poller, self.balloon, "")
        self.held.clear()

    # The parts of the backend that the jobs use.

    @property
    def notifier(self) -> "Desktop":
        return self

    def listen(self, on_press: OnPress, on_service: Callable[[], None]) -> None:
        self.press, self.start_service = on_press, on_service

    def notify(self, _alert: Alert, _snapshot: Snapshot, notification: Notification) -> None:
        self.show(notification)

    def show(self, notification: Notification) -> None:
        self.sent.append(notification)

    def mark_notified(self, client_id: str, alert: Alert) -> None:
        self.marked.append((client_id, alert))

    # Events on the desktop.

    def reply(self, *, is_notified: bool) -> None:
        self.held.pop(0).on_result(is_notified)

    def balloon(self, title: str, _body: str) -> bool:
        if self.has_balloons:
            self.balloons.append(title)
        return self.has_balloons

    def poll(self, snapshot: Snapshot, *others: Snapshot) -> None:
        """Deliver the result of a poll; ``others`` are the other wallets."""
        self.publish(snapshot, *others)
        self.poller.polled.emit(snapshot)

    def publish(self, *snapshots: Snapshot) -> None:
        self.poller.overview = Overview(snapshots=snapshots)
        self.poller.changed.emit(self.poller.overview)


@pytest.fixture
def desktop(qtbot: QtBot) -> Iterator[Desktop]:
    desktop = Desktop()
    yield desktop
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    delete(desktop.poller)


def test_an_alert_is_sent_with_the_balance(desktop: Desktop) -> None:
    desktop.poll(LOW)
    assert [(notification.title, notification.body) for notification in desktop.sent] == [
        ("900 Deepvue credits left", "Low: 1000 or less.")
    ]


def test_without_an_alert_nothing_is_sent(desktop: Desktop) -> None:
    desktop.poll(Snapshot())
    assert desktop.sent == []


def test_an_alert_is_not_sent_again_before_the_service_has_replied(desktop: Desktop) -> None:
    desktop.poll(LOW)
    desktop.publish(replace(LOW, refreshing=True))
    desktop.start_service()
    assert len(desktop.sent) == 1


def test_another_wallet_s_alert_does_not_wait_for_the_reply_to_the_first(desktop: Desktop) -> None:
    desktop.poll(LOW, OTHER)
    desktop.poll(OTHER, LOW)
    assert [notification.title for notification in desktop.sent] == [
        "900 Deepvue credits left · Live",
        "900 Deepvue credits left · Trial",
    ]


def test_an_alert_that_was_shown_natively_shows_no_balloon(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.poll(LOW)
    desktop.reply(is_notified=True)
    assert desktop.balloons == []


def test_without_a_service_a_balloon_shows_the_alert_once(desktop: Desktop) -> None:
    desktop.has_balloons = True
    desktop.poll(LOW)
    desktop.reply(is_notified=False)
    # Until the alert is stored as notified, the next snapshot still contains it.
    desktop.poll(LOW)
    assert desktop.balloons == ["900 Deepvue credits left"]
    assert desktop.marked == [("live_1", Alert.LOW)]
    assert len(desktop.sent) == 1


def test_an_alert_that_could_not_be_shown_is_sent_again_with_the_next_snapshot(
    desktop: Desktop,
) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=False)
    assert desktop.marked == []
    desktop.poll(LOW)
    assert len(desktop.sent) == 2


def test_an_alert_that_could_not_be_shown_is_sent_when_a_service_starts(desktop: Desktop) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=False)
    desktop.start_service()
    assert len(desktop.sent) == 2


def test_while_the_next_poll_is_far_away_an_alert_that_had_to_wait_is_sent_again(
    desktop: Desktop,
) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=True)  # also the reply in the quiet time
    desktop.poller.waiting.emit()
    assert len(desktop.sent) == 2


def test_a_service_that_starts_during_a_failing_attempt_gets_the_alert(desktop: Desktop) -> None:
    desktop.poll(LOW)
    desktop.start_service()
    desktop.reply(is_notified=False)
    assert len(desktop.sent) == 2


def test_a_service_that_starts_during_a_request_gets_the_last_reading_s_alert(
    desktop: Desktop,
) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=False)
    desktop.publish(replace(LOW, refreshing=True))
    desktop.start_service()
    assert len(desktop.sent) == 2


def test_the_start_of_a_request_does_not_repeat_the_last_reading_s_alerts(desktop: Desktop) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=True)
    desktop.publish(replace(LOW, refreshing=True))
    assert len(desktop.sent) == 1


def test_an_alert_that_has_ended_before_a_service_starts_is_not_sent(desktop: Desktop) -> None:
    desktop.poll(LOW)
    desktop.reply(is_notified=False)
    desktop.poll(replace(LOW, to_notify=()))
    desktop.start_service()
    assert len(desktop.sent) == 1


@pytest.mark.parametrize(
    ("shown", "balloons"), [(True, []), (False, ["Internal error in deepvue-tray"])]
)
def test_a_bug_is_reported_natively_or_with_a_balloon(
    desktop: Desktop, shown: bool, balloons: list[str]
) -> None:
    desktop.has_balloons = True
    desktop.notifications.notify_crash()
    desktop.reply(is_notified=shown)
    assert [notification.title for notification in desktop.sent] == [
        "Internal error in deepvue-tray"
    ]
    assert desktop.balloons == balloons


@pytest.mark.parametrize(("button", "action"), [("dashboard", Action.DASHBOARD), ("", Action.CARD)])
def test_a_pressed_button_requests_its_action(
    qtbot: QtBot, desktop: Desktop, button: str, action: Action
) -> None:
    with qtbot.waitSignal(desktop.notifications.action_requested) as requested:
        desktop.press("live_1", button)
    assert requested.args == [action, "live_1"]


def test_a_service_that_starts_gets_the_alerts_of_all_wallets(desktop: Desktop) -> None:
    for first, second in ((LOW, OTHER), (OTHER, LOW)):
        desktop.poll(first, second)
        desktop.reply(is_notified=False)
    desktop.start_service()
    assert len(desktop.sent) == 4
    assert len({notification.subject for notification in desktop.sent}) == 2


def test_the_poll_of_one_wallet_sends_no_alert_of_another(desktop: Desktop) -> None:
    desktop.poll(replace(OTHER, to_notify=()), LOW)
    assert desktop.sent == []
