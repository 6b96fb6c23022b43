"""The requests of the settings and the connect window are executed, and their results are shown."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.settings_controller import SettingsController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.backend.demo import wallet_server
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import NotSetUpError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi
from deepvue_tray.ui.connect_dialog import ConnectDialog
from deepvue_tray.ui.settings_dialog import SettingsDialog
from tests.support.alert_commands import RecordingCommand
from tests.support.held_worker import HeldWorker
from tests.support.person import Person
from tests.support.timeouts import TIMEOUT_S

ACCEPTED = Secret("demo")
"""The secret that the demo's server accepts."""
READING = Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(6448))
LIVE = WalletSettings(client_id="live_1", name="Live")
TRIAL = WalletSettings(client_id="free_tier_17", name="Trial")


class Home:
    """A person's files and keyring, a wallet server, and the windows that use them."""

    def __init__(self, folder: Path, server: str) -> None:
        self.paths = Paths.below(folder)
        self.server = server
        self.keyring = MemoryKeyring({"live_1": ACCEPTED, "live_2": ACCEPTED})
        self.worker: Worker[Backend] = Worker(self._build, close=lambda backend: backend.close())
        self.poller = Poller(HeldWorker())
        self.controller = SettingsController(self.worker, self.poller, "")

    def _build(self) -> Backend:
        store = CredentialStore({}, self.keyring)
        autostart = XdgAutostart(self.paths.autostart, [sys.executable])
        return assemble(self.paths, store, WalletApi(self.server), autostart)

    def store(self, *wallets: WalletSettings) -> None:
        SettingsFile(self.paths.settings).update(
            lambda stored: replace(stored, wallets=wallets or stored.wallets)
        )

    def stored(self) -> Settings:
        return SettingsFile(self.paths.settings).load()

    def secret(self, client_id: str) -> Secret | None:
        return asyncio.run(self.keyring.get([client_id], prompt=True)).get(client_id)

    @property
    def dialog(self) -> SettingsDialog:
        assert self.controller._dialog is not None
        return self.controller._dialog

    @property
    def connect(self) -> ConnectDialog:
        assert self.controller._connect is not None
        return self.controller._connect

    def enter(self, client_id: str, secret: str) -> Person:
        """Type credentials into the open connect window."""
        person = Person(self.connect)
        person.type("Client ID", client_id)
        person.type("Client secret", secret)
        return person


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    ids = ("live_1", "live_2", "free_tier_17", "free_tier_18")
    with wallet_server({client_id: lambda: 6448 for client_id in ids}, {}) as address:
        yield address


@pytest.fixture
def home(qtbot: QtBot, tmp_path: Path, server: str) -> Iterator[Home]:
    home = Home(tmp_path, server)
    home.worker.start()
    yield home
    for window in (home.controller._connect, home.controller._dialog):
        if window:
            window.reject()
    assert home.worker.stop(TIMEOUT_S)
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    home.poller.deleteLater()
    QCoreApplication.sendPostedEvents(home.poller, QEvent.Type.DeferredDelete)


def open_settings(qtbot: QtBot, home: Home, *wallets: WalletSettings, show: str = "") -> Person:
    """Store wallets, load them as a start does, and open the settings."""
    home.store(*wallets)

    def on_result(overview: Overview) -> None:
        home.poller.show(overview)
        home.controller.open(show)

    def load(backend: Backend) -> Overview:
        backend.accounts.reload()
        return backend.overview()

    home.worker.submit(load, on_result)
    qtbot.waitUntil(lambda: home.controller._dialog is not None)
    return Person(home.dialog)


def not_set_up(client_id: str = "") -> Overview:
    wallet = WalletSettings(client_id=client_id)
    return Overview(snapshots=(Snapshot(wallet=wallet, trouble=NotSetUpError()),))


def test_at_a_first_start_the_connect_window_opens_once(home: Home) -> None:
    home.controller.open_at_first_start(not_set_up())
    home.connect.reject()
    home.controller.open_at_first_start(not_set_up())
    assert home.controller._connect is None


def test_it_does_not_open_by_itself_once_there_was_a_balance(home: Home) -> None:
    known = replace(not_set_up(), snapshots=(Snapshot(reading=READING),))
    home.controller.open_at_first_start(known)
    home.controller.open_at_first_start(not_set_up())
    assert not home.controller.is_open


def test_it_does_not_open_by_itself_for_one_of_several_wallets(home: Home) -> None:
    lacking = Snapshot(wallet=TRIAL, trouble=NotSetUpError())
    for other in (Snapshot(wallet=LIVE, reading=READING), Snapshot(wallet=LIVE, refreshing=True)):
        home.controller.open_at_first_start(Overview(snapshots=(lacking, other)))
        assert not home.controller.is_open


def test_a_first_wallet_is_checked_stored_and_polled(qtbot: QtBot, home: Home) -> None:
    home.controller.open_at_first_start(not_set_up())
    person = home.enter("live_1", "demo")
    with qtbot.waitSignal(home.connect.accepted):
        person.press("Connect")
    assert home.stored().wallets == (LIVE,)
    assert home.secret("live_1") == ACCEPTED
    assert [s.client_id for s in home.poller.overview.snapshots] == ["live_1"]
    assert home.poller.overview.refreshing


def test_refused_credentials_are_not_stored_until_the_person_insists(
    qtbot: QtBot, home: Home
) -> None:
    home.controller.open_connect()
    person = home.enter("live_9", "wrong")
    person.press("Connect")
    qtbot.waitUntil(lambda: person.sees("Credentials refused"))
    assert home.stored().client_ids == ()
    assert home.secret("live_9") is None
    with qtbot.waitSignal(home.connect.accepted):
        person.press("Save anyway")
    assert home.stored().client_ids == ("live_9",)
    assert home.secret("live_9") == Secret("wrong")


def test_an_empty_secret_is_the_one_that_the_keyring_holds(qtbot: QtBot, home: Home) -> None:
    home.controller.open_connect()
    person = home.enter("free_tier_17", "")
    person.press("Connect")
    qtbot.waitUntil(lambda: person.sees("The keyring has no secret for this client ID."))
    person.type("Client ID", "live_2")
    with qtbot.waitSignal(home.connect.accepted):
        person.press("Connect")
    assert home.stored().client_ids == ("live_2",)


def test_a_further_wallet_is_added_named_and_selected_while_other_edits_stay(
    qtbot: QtBot, home: Home
) -> None:
    settings = open_settings(qtbot, home, LIVE)
    home.dialog._wallets._thresholds["low"].setValue(900)
    settings.press("Add another wallet…")
    person = home.enter("free_tier_17", "demo")
    with qtbot.waitSignal(home.connect.accepted):
        person.press("Connect")
    assert home.stored().wallets == (LIVE, TRIAL)
    assert settings.field("Name").text() == "Trial"
    with qtbot.waitSignal(home.dialog.accepted):
        settings.press("Save")
    assert home.stored().wallets == (replace(LIVE, low=900), TRIAL)


def test_a_new_secret_is_stored_and_the_wallet_polled(qtbot: QtBot, home: Home) -> None:
    settings = open_settings(qtbot, home, TRIAL, LIVE)
    settings.press("New secret…")
    person = Person(home.connect)
    person.type("Client secret", "demo")
    with qtbot.waitSignal(home.connect.accepted):
        person.press("Connect")
    assert home.secret("free_tier_17") == ACCEPTED
    assert home.stored().wallets == (TRIAL, LIVE)


def test_settings_open_with_the_wallet_that_the_person_came_for(qtbot: QtBot, home: Home) -> None:
    settings = open_settings(qtbot, home, LIVE, TRIAL, show="free_tier_17")
    assert settings.field("Name").text() == "Trial"
    home.controller.open("live_1")
    assert settings.field("Name").text() == "Live"


def test_saving_keeps_what_another_process_has_stored_meanwhile(qtbot: QtBot, home: Home) -> None:
    settings = open_settings(qtbot, home, LIVE, TRIAL)
    settings.type("Name", "Production")
    home.store(replace(LIVE, critical=100), replace(TRIAL, low=900))
    with qtbot.waitSignal(home.dialog.accepted):
        settings.press("Save")
    assert home.stored().wallets == (
        replace(LIVE, name="Production", critical=100),
        replace(TRIAL, low=900),
    )
    assert home.poller.overview.settings == home.stored()


def test_what_another_process_has_stored_is_shown_in_the_open_window(
    qtbot: QtBot, home: Home
) -> None:
    settings = open_settings(qtbot, home, LIVE)
    home.store(LIVE, TRIAL)

    def reload(backend: Backend) -> Overview:
        backend.reload_if_changed()
        return backend.overview()

    home.worker.submit(reload, home.poller.show)
    qtbot.waitUntil(lambda: settings.can("Add…"))
    assert home.dialog._after.client_ids == ("live_1", "free_tier_17")


def test_a_save_that_fails_after_the_window_was_closed_opens_it_with_the_reason(
    qtbot: QtBot, home: Home
) -> None:
    settings = open_settings(qtbot, home, LIVE, TRIAL)
    home.paths.settings.unlink()
    home.paths.settings.mkdir()
    settings.type("Name", "Production")
    settings.press("Save")
    settings.window.close()
    qtbot.waitUntil(settings.window.isVisible)
    assert settings.sees("settings.json")
    assert settings.field("Name").text() == "Production"


@pytest.mark.parametrize("delete_history", [False, True])
def test_a_removal_takes_effect_at_once_and_keeps_other_edits(
    qtbot: QtBot, home: Home, delete_history: bool
) -> None:
    settings = open_settings(qtbot, home, LIVE, TRIAL)
    home.dialog.select("free_tier_17")
    settings.type("Name", "Test")
    home.dialog.select("live_1")
    settings.press("Remove…")
    settings.question().checkBox().setChecked(delete_history)
    settings.confirm()
    qtbot.waitUntil(lambda: settings.can("Add another wallet…"))
    assert home.stored().wallets == (TRIAL,)
    assert home.secret("live_1") is None
    assert home.secret("live_2") == ACCEPTED
    with qtbot.waitSignal(home.dialog.accepted):
        settings.press("Save")
    assert home.stored().wallets == (replace(TRIAL, name="Test"),)


def test_a_request_that_fails_after_both_windows_were_closed_opens_the_connect_window_again(
    qtbot: QtBot, home: Home
) -> None:
    settings = open_settings(qtbot, home, LIVE)
    settings.press("Add another wallet…")
    person = home.enter("live_9", "wrong")
    person.press("Connect")
    person.press("Cancel")
    settings.press("Cancel")
    assert home.controller.is_open
    qtbot.waitUntil(person.window.isVisible)
    assert person.sees("Credentials refused")
    assert person.field("Client secret").text() == "wrong"
    with qtbot.waitSignal(home.controller.closed):
        person.press("Cancel")
    assert not home.controller.is_open


def test_a_test_alert_is_passed_to_the_command_and_its_outcome_is_shown(
    qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    recorder = RecordingCommand(tmp_path)
    home.store(LIVE)
    SettingsFile(home.paths.settings).update(
        lambda stored: replace(stored, alert_command=recorder.command)
    )
    settings = open_settings(qtbot, home)
    home.dialog._page_list.setCurrentRow(3)
    settings.press("Send a test")
    qtbot.waitUntil(lambda: settings.sees("✓ The program accepted the alert."))
    [message] = recorder.messages
    assert (message["alert"], message["title"]) == ("test", "Test alert from deepvue-tray")
    recorder.fail("no route")
    settings.press("Send a test")
    qtbot.waitUntil(lambda: settings.sees("✗ exit status 1: no route"))
    settings.press("Cancel")
    assert home.stored().alert_command == recorder.command


def test_a_test_that_ends_after_the_window_was_closed_has_no_effect(
    qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    recorder = RecordingCommand(tmp_path)
    settings = open_settings(qtbot, home, LIVE)
    home.dialog._elsewhere.test_requested.emit(recorder.command, "Title", "Body")
    settings.press("Cancel")
    assert not home.controller.is_open
    qtbot.waitUntil(lambda: recorder.alerts == ["test"])


def test_both_windows_can_be_opened_only_once(qtbot: QtBot, home: Home) -> None:
    settings = open_settings(qtbot, home, LIVE)
    settings.press("Add another wallet…")
    dialog, connect = home.dialog, home.connect
    home.controller.open()
    home.controller.open_connect()
    assert (home.dialog, home.connect) == (dialog, connect)
