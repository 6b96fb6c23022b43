"""The real tray with many wallets: ``many_wallets_tray URL FOLDER WALLETS [views]``.

It measures its GUI thread, and writes the result to ``gui.json`` in FOLDER when it quits. With
``views`` it opens the history, the settings and the card, then polls all wallets while they are
open. Its files are in FOLDER; the user's own files are neither read nor changed.
"""

import gc
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import QAbstractEventDispatcher, QTimer
from PySide6.QtWidgets import QApplication

from deepvue_tray.app.application import Application
from deepvue_tray.app.crash_reporter import CrashReporter
from deepvue_tray.app.startup import run
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.actions import Action
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi

START_S = 10.0
"""The first seconds are the program's start, which has a benchmark of its own."""

VIEWS = {
    Action.HISTORY: "HistoryWindow",
    Action.SETTINGS: "SettingsDialog",
    Action.CARD: "Card",
}
"""The class of the window that each action opens. The card closes when another gets the focus."""


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


class GuiThread:
    """Measures the passes of the GUI thread's event loop, and the garbage collections.

    A pass is from one look for input to the next: queued events, timers and drawing. It is measured
    in CPU time of the thread, because on a busy machine it takes longer by the clock; a wait takes
    none. A collection counts on every thread, because all other threads wait for it.
    """

    def __init__(self) -> None:
        self.longest_ms = {"pass": 0.0, "collection": 0.0}
        self._is_counting = False
        self._pass_began_ns = self._collection_began_ns = 0
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher
        dispatcher.awake.connect(self._on_pass)
        gc.callbacks.append(self._on_collection)

    def begin(self) -> None:
        """Count from now on."""
        self._is_counting = True

    def _count(self, what: str, began_ns: int) -> None:
        if self._is_counting:
            took_ms = (time.thread_time_ns() - began_ns) / 1e6
            self.longest_ms[what] = max(self.longest_ms[what], took_ms)

    def _on_pass(self) -> None:
        self._count("pass", self._pass_began_ns)
        self._pass_began_ns = time.thread_time_ns()

    def _on_collection(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collection_began_ns = time.thread_time_ns()
        else:
            self._count("collection", self._collection_began_ns)


def is_visible(name: str) -> bool:
    """Return whether a window of the class ``name`` is open."""
    windows = QApplication.topLevelWidgets()
    return any(type(window).__name__ == name and window.isVisible() for window in windows)


def open_views(application: Application) -> Iterator[None]:
    """Open the views one after the other, each after the one before is visible."""
    for action, name in VIEWS.items():
        application.perform(action, "")
        yield
        while not is_visible(name):
            yield


def measure(application: Application, gui_thread: GuiThread, *, views: bool) -> QTimer:
    """Return a timer that begins to count after the start, with ``views`` once all are open.

    With ``views`` it also polls all wallets then.
    """
    steps = open_views(application) if views else iter(())
    timer = QTimer(interval=int(START_S * 1000))

    def on_timer() -> None:
        timer.setInterval(500)
        if next(steps, timer) is timer:
            timer.stop()
            gui_thread.begin()
            if views:
                application.perform(Action.REFRESH, "")

    timer.timeout.connect(on_timer)
    timer.start()
    return timer


def main(url: str, folder: str, count: str, *options: str) -> int:
    """Run the tray until it is terminated."""
    run_application = Application.run
    views = "views" in options
    result: dict[str, float] = {}

    def run_measured(application: Application, crash_reporter: CrashReporter) -> int:
        gui_thread = GuiThread()
        timer = measure(application, gui_thread, views=views)
        status = run_application(application, crash_reporter)
        assert not timer.isActive()
        assert all(is_visible(name) for name in VIEWS.values()) == views
        result.update(gui_thread.longest_ms)
        return status

    with patch.object(Application, "run", run_measured):
        status = run(lambda: build(url, Path(folder), int(count)), single=False)
    Path(folder, "gui.json").write_text(json.dumps(result))
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
