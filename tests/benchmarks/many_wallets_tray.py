"""The real tray with many wallets: ``many_wallets_tray URL FOLDER WALLETS``.

It measures how long its GUI thread is busy without a pause, and writes that to ``busy.json`` in
FOLDER when it quits. Its files are in FOLDER; the user's own files are neither read nor changed.
"""

import json
import sys
import time
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import QAbstractEventDispatcher

from deepvue_tray.app.application import Application
from deepvue_tray.app.crash_reporter import CrashReporter
from deepvue_tray.app.startup import run
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi

START_S = 10.0
"""The first seconds are the program's start, which has a benchmark of its own."""


def client_ids(count: int) -> list[str]:
    """Return the client IDs of ``count`` wallets."""
    return [f"live_{number:02}" for number in range(count)]


def build(url: str, folder: Path, count: int) -> Backend:
    """Assemble a backend with wallets at the default interval."""
    paths = Paths.below(folder)
    ids = client_ids(count)
    wallets = tuple(WalletSettings(client_id=id_, name=f"Wallet {id_}") for id_ in ids)
    SettingsFile(paths.settings).update(lambda _stored: Settings(wallets=wallets))
    store = CredentialStore({}, MemoryKeyring(dict.fromkeys(ids, Secret("s3cr3t-value"))))
    return assemble(paths, store, WalletApi(url), XdgAutostart(paths.autostart, []))


class BusyTime:
    """Measures an event loop's longest CPU time between two waits for an event.

    It counts after ``START_S``. A wait takes no CPU time. The time by the clock cannot be measured:
    the dispatcher's signal ``awake`` comes after the timers' work.
    """

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._began_at = time.perf_counter()
        self._last_wait = time.thread_time()
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher
        dispatcher.aboutToBlock.connect(self._on_wait)

    def _on_wait(self) -> None:
        before, self._last_wait = self._last_wait, time.thread_time()
        if time.perf_counter() - self._began_at > START_S:
            self.longest_ms = max(self.longest_ms, (self._last_wait - before) * 1000)


def main(url: str, folder: str, count: str) -> int:
    """Run the tray until it is terminated."""
    run_application = Application.run
    measured: list[BusyTime] = []

    def run_measured(application: Application, crash_reporter: CrashReporter) -> int:
        measured.append(BusyTime())
        return run_application(application, crash_reporter)

    with patch.object(Application, "run", run_measured):
        status = run(lambda: build(url, Path(folder), int(count)), single=False)
    Path(folder, "busy.json").write_text(json.dumps(measured[0].longest_ms))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
