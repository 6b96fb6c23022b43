"""The settings window's requests are executed on the worker, and their results are shown."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.settings_controller import SettingsController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi
from deepvue_tray.ui.settings_dialog import SettingsDialog
from tests.support.held_worker import HeldWorker
from tests.support.timeouts import TIMEOUT_S

SECRETS = {"live_1": Secret("s3cr3t-value"), "live_2": Secret("another-value")}


class Home:
    """A person's files and keyring, and a settings window that uses them."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.below(folder)
        self.keyring = MemoryKeyring(SECRETS)
        SettingsFile(self.paths.settings).save(Settings(client_id="live_1"))
        self.worker: Worker[Backend] = Worker(self._build, close=lambda backend: backend.close())
        self.poller = Poller(HeldWorker())
        self.controller = SettingsController(self.worker, self.poller, "", from_environment=False)

    def _build(self) -> Backend:
        store = CredentialStore({}, self.keyring)
        autostart = XdgAutostart(self.paths.autostart, [sys.executable])
        return assemble(self.paths, store, WalletApi("https://nowhere.invalid"), autostart)

    @property
    def dialog(self) -> SettingsDialog:
        assert self.controller._dialog is not None
        return self.controller._dialog

    def saved(self) -> Settings:
        return SettingsFile(self.paths.settings).load()

    def secret(self, client_id: str) -> Secret | None:
        return asyncio.run(self.keyring.get(client_id, prompt=True))


@pytest.fixture
def home(qtbot: QtBot, tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    home.worker.start()

    def load_last_known(backend: Backend) -> None:
        home.poller.snapshot = backend.monitor.load_last_known()

    home.worker.submit(load_last_known, lambda _: home.controller.open())
    qtbot.waitUntil(lambda: home.controller._dialog is not None)
    yield home
    if home.controller._dialog:
        home.dialog.reject()
    assert home.worker.stop(TIMEOUT_S)
    # The garbage collector could otherwise delete it, and its timers, on another thread.
    home.poller.deleteLater()
    QCoreApplication.sendPostedEvents(home.poller, QEvent.Type.DeferredDelete)


def test_a_client_id_whose_secret_is_stored_can_be_saved_without_the_secret(
    qtbot: QtBot, home: Home
) -> None:
    with qtbot.waitSignal(home.dialog.accepted):
        home.dialog.save_requested.emit(Settings(low=900), "live_2", False, False)
    assert home.saved() == Settings(client_id="live_2", low=900)
    assert home.secret("live_2") == SECRETS["live_2"]


def test_a_client_id_without_a_stored_secret_is_reported_and_not_saved(
    qtbot: QtBot, home: Home
) -> None:
    home.dialog._credentials._client_id.setText("live_3")
    home.dialog._save.click()
    qtbot.waitUntil(lambda: "holds no secret" in home.dialog._failure.text())
    assert home.saved() == Settings(client_id="live_1")


def test_a_save_that_fails_after_the_window_was_closed_opens_it_with_the_reason(
    qtbot: QtBot, home: Home
) -> None:
    home.paths.settings.unlink()
    home.paths.settings.mkdir()
    dialog = home.dialog
    dialog._credentials._client_id.setText("live_2")
    dialog._credentials._secret.setText("n3w-value")
    dialog._save.click()
    dialog.close()
    qtbot.waitUntil(dialog.isVisible)
    assert "settings.json" in dialog._failure.text()
    assert home.secret("live_2") == SECRETS["live_2"]


def test_a_removal_keeps_the_window_and_its_other_edits(qtbot: QtBot, home: Home) -> None:
    home.dialog._low._number.setValue(900)
    home.dialog.remove_requested.emit("live_1")
    qtbot.waitUntil(lambda: home.secret("live_1") is None)
    qtbot.waitUntil(lambda: home.dialog._credentials._client_id.text() == "")
    assert home.saved() == Settings()
    with qtbot.waitSignal(home.dialog.accepted):
        home.dialog._save.click()
    assert home.saved() == Settings(low=900)
    assert home.secret("live_2") == Credentials("live_2", SECRETS["live_2"]).secret
