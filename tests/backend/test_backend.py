"""An alert is shown and stored as notified, also after refusals, interruptions and restarts."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_delivery import RESEND_PAUSE
from deepvue_tray.core.notification import Notification, OnPress
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi

CLIENT = "live_1"
LOW = Snapshot(wallet=WalletSettings(client_id=CLIENT))
NOTE = Notification(kind="balance", title="Credits are low", body="900 left")


class Service:
    """A notification service that accepts notifications while ``accepts`` is set."""

    def __init__(self) -> None:
        self.name = ":1.7"
        self.sent: list[Notification] = []
        self.was_called = asyncio.Event()
        self.accepts = True

    def listen(self, on_press: OnPress, on_service: Callable[[], object]) -> None:
        raise NotImplementedError

    async def service(self) -> str:
        return self.name

    async def show(self, notification: Notification) -> bool:
        self.sent.append(notification)
        return self.accepts

    def close(self) -> None:
        pass


class Silent(Service):
    """A notification service that never replies."""

    async def show(self, notification: Notification) -> bool:
        self.sent.append(notification)
        self.was_called.set()
        await asyncio.Event().wait()
        raise AssertionError


class Home:
    """A person's files, over any number of sessions."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.below(folder)
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def session(self, service: Service) -> Backend:
        environ = {"DEEPVUE_CLIENT_ID": CLIENT, "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
        backend = assemble(
            self.paths,
            CredentialStore(environ, MemoryKeyring()),
            WalletApi("http://127.0.0.1:1"),
            XdgAutostart(self.paths.autostart, [sys.executable]),
            now=lambda: self.now,
        )
        backend.notifier = service
        backend.overview()
        return backend

    def deliver(self, service: Service, snapshot: Snapshot = LOW) -> bool:
        """Deliver an alert in a separate session."""
        backend = self.session(service)
        is_done = asyncio.run(backend.notify(Alert.LOW, snapshot, NOTE))
        backend.close()
        return is_done

    def quit_before_the_reply(self, service: Silent) -> None:
        async def quit_while_waiting(backend: Backend) -> None:
            delivery = asyncio.create_task(backend.notify(Alert.LOW, LOW, NOTE))
            await service.was_called.wait()
            delivery.cancel()
            await asyncio.wait([delivery])

        backend = self.session(service)
        asyncio.run(quit_while_waiting(backend))
        backend.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_delivered_alert_is_not_repeated_by_any_session(home: Home) -> None:
    service = Service()
    assert [home.deliver(service) for _ in range(3)] == [True] * 3
    assert len(service.sent) == 1


def test_without_a_service_no_alert_counts_as_notified(home: Home) -> None:
    service = Service()
    service.name = ""
    assert not home.deliver(service)
    service.name = ":1.8"
    assert home.deliver(service)
    assert len(service.sent) == 1


def test_a_refused_notification_is_sent_again_until_it_is_accepted(home: Home) -> None:
    service = Service()
    service.accepts = False
    assert not home.deliver(service)
    service.accepts = True
    assert home.deliver(service)
    assert len(service.sent) == 2


def test_quitting_before_the_reply_does_not_repeat_it_at_the_next_start(home: Home) -> None:
    silent, service = Silent(), Service()
    home.quit_before_the_reply(silent)
    home.now += RESEND_PAUSE - timedelta(seconds=1)
    # True: a balloon must not show the alert either.
    assert home.deliver(service)
    assert service.sent == []


@pytest.mark.parametrize("pause", [RESEND_PAUSE, -timedelta(hours=1)])
def test_a_notification_without_a_reply_is_sent_again_after_a_pause_or_with_another_clock(
    home: Home, pause: timedelta
) -> None:
    silent, service = Silent(), Service()
    home.quit_before_the_reply(silent)
    home.now += pause
    assert home.deliver(service)
    assert len(service.sent) == 1


def test_a_notification_without_a_reply_is_sent_at_once_to_another_service(home: Home) -> None:
    silent, service = Silent(), Service()
    service.name = ":1.9"
    home.quit_before_the_reply(silent)
    assert home.deliver(service)
    assert len(service.sent) == 1


def test_in_the_quiet_time_a_notification_waits_for_its_end_and_no_balloon_replaces_it(
    home: Home,
) -> None:
    service = Service()
    file = SettingsFile(home.paths.settings)
    quiet_time = QuietTime(home.now.time(), time(17))
    file.update(lambda settings: replace(settings, quiet_time=quiet_time))
    assert home.deliver(service)
    service.name = ""
    assert home.deliver(service)
    assert service.sent == []
    service.name = ":1.7"
    home.now = home.now.replace(hour=17)
    assert home.deliver(service)
    assert len(service.sent) == 1


def test_an_alert_of_an_older_reading_is_not_sent(home: Home) -> None:
    service = Service()
    before = Reading(at=home.now, balance=Decimal(900))
    assert home.deliver(service, replace(LOW, reading=before))
    assert service.sent == []


def test_an_alert_of_another_wallet_does_not_notify(home: Home) -> None:
    service = Service()
    assert home.deliver(service, Snapshot(wallet=WalletSettings(client_id="live_2")))
    assert service.sent == []
