"""The tray without its screen, on a simulated clock, in a process of its own.

    python -m tests.support.simulated_tray URL FOLDER SEED NOW

Backend, worker, poller and notification controller are real and wired as in ``app``; the wallets
are those of the settings file in FOLDER. A notification is a line on standard output. Commands and
events are lines of JSON. Each command on standard input ends with the event ``done``. After the
event ``request``, the program reads one line: whether the server hangs, whether the desktop accepts
notifications, and the event at which the program is killed. No two polls run at the same time,
because a simulated second passes between their starts. Times are milliseconds since 1970.
"""

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QCoreApplication, QEventLoop

from deepvue_tray.app import poller
from deepvue_tray.app.notification_controller import NotificationController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend import monitor
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import Observation
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services import log
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history_rows import milliseconds
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi
from tests.support.simulated_clock import Clock
from tests.support.timeouts import TIMEOUT_S

HANGING_DEADLINE_S = 0.01
"""Real time, for a server that never completes its response."""

DEADLINE_S = 60.0
"""For a server that does, even on a busy machine."""


class Kill:
    """The event at which this process kills itself with SIGKILL."""

    at = ""


def report(event: str, **facts: object) -> None:
    """Write an event in a single write, then kill this process if it is the event of ``Kill``."""
    os.write(1, json.dumps({"event": event} | facts).encode() + b"\n")
    if event == Kill.at:
        os.kill(os.getpid(), signal.SIGKILL)


class Notifications:
    """A desktop that prints each notification, or accepts none; the kind is the alert's name."""

    def __init__(self) -> None:
        self.accepts = False
        self.shown = 0

    def listen(
        self, on_press: Callable[[str, str], object], on_service: Callable[[], object]
    ) -> None:
        pass

    async def service(self) -> str:
        return "simulated" if self.accepts else ""

    async def show(self, notification: Notification) -> bool:
        self.shown += 1
        report("notified", alert=notification.kind)
        return True

    def close(self) -> None:
        pass


class Tray:
    """One session, from its start to its end."""

    def __init__(self, url: str, folder: Path, clock: Clock, chance: random.Random) -> None:
        self._url = url
        self._folder = folder
        self._clock = clock
        self._notifications = Notifications()
        self._wallet = WalletApi(url, deadline=DEADLINE_S, now=clock.now)
        clock.timers.clear()
        self._worker = CountingWorker(self._assemble, close=lambda backend: backend.close())
        self.poller = poller.Poller(
            self._worker,
            clock=lambda: (clock.awake + clock.asleep) / 1000,
            now=clock.now,
            chance=chance.random,
        )
        # Connected before the controller: for each poll the world decides whether the desktop
        # accepts notifications.
        self.poller.polled.connect(self._on_polled)
        self._controller = NotificationController(
            self._worker, self.poller, lambda _title, _body: False, ""
        )
        self._worker.start()
        self._worker.submit(lambda backend: backend.overview(), self._restart)
        self.settle()

    def settle(self) -> None:
        """Wait until no job is running."""
        while self._worker.open_jobs:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        # A pending alert must be retried after the next response, not at the next request, because
        # the world assigns each notification to a response.
        self._notifications.accepts = False

    def stop(self) -> None:
        if not self._worker.stop(TIMEOUT_S):
            raise TimeoutError("the worker did not end")

    def _assemble(self) -> "ReportingBackend":
        paths = Paths.below(self._folder)
        client_ids = SettingsFile(paths.settings).load().client_ids
        secrets = dict.fromkeys(client_ids, Secret("s3cr3t-value"))
        backend = assemble(
            paths,
            CredentialStore({}, MemoryKeyring(secrets)),
            self._wallet,
            XdgAutostart(paths.autostart, [sys.executable]),
            now=self._clock.now,
        )
        backend.notifier = self._notifications
        return ReportingBackend(backend, self._on_request)

    def _restart(self, known: Overview) -> None:
        for snapshot in known.snapshots:
            report("loaded", storage=snapshot.storage is not None, **_facts(snapshot))
        self.poller.show(known)

    def _on_request(self, client_id: str) -> None:
        report("request", client_id=client_id, now=self._clock.wall)
        hangs, self._accepts, Kill.at = json.loads(sys.stdin.readline())
        if Kill.at == "request":
            os.kill(os.getpid(), signal.SIGKILL)
        self._wallet._deadline = HANGING_DEADLINE_S if hangs else DEADLINE_S

    def _on_polled(self, snapshot: Snapshot) -> None:
        trouble = type(snapshot.trouble).__name__ if snapshot.trouble else ""
        storage = snapshot.storage is not None
        alerts = [alert.value for alert in snapshot.to_notify]
        report("shown", trouble=trouble, storage=storage, to_notify=alerts, **_facts(snapshot))
        self._notifications.accepts = self._accepts


class CountingWorker(Worker[Any]):
    """Counts the jobs whose result is not delivered yet; an error ends the process."""

    def __init__(self, build: Callable[[], Any], close: Callable[[Any], None]) -> None:
        super().__init__(build, close)
        self.open_jobs = 0

    def submit(
        self,
        job: Callable[[Any], Any],
        on_result: Callable[[Any], object] = lambda _: None,
        on_error: Callable[[Exception], object] = lambda _: None,
    ) -> None:
        def counted(result: Any) -> None:
            on_result(result)
            self.open_jobs -= 1

        self.open_jobs += 1
        super().submit(job, counted, _die)


class ReportingBackend:
    """The part of a backend that the jobs use; it reports events to the world."""

    def __init__(self, backend: Backend, on_request: Callable[[str], object]) -> None:
        self._backend = backend
        self._on_request = on_request
        self.notifier = backend.notifier
        self.overview = backend.overview
        self.close = backend.close

    async def poll(self, client_id: str, *, prompt: bool, awake_since: datetime) -> Overview:
        self._on_request(client_id)
        overview = await self._backend.poll(client_id, prompt=prompt, awake_since=awake_since)
        report("polled")
        return overview

    async def notify(self, alert: Alert, snapshot: Snapshot, notification: Notification) -> bool:
        notifications = self._backend.notifier
        assert isinstance(notifications, Notifications)
        shown = notifications.shown
        # The world knows the alert by the notification's kind.
        named = replace(notification, kind=alert.value)
        is_notified = await self._backend.notify(alert, snapshot, named)
        if notifications.shown > shown:
            report("saved")
        return is_notified


def _die(error: Exception) -> None:
    traceback.print_exception(error)
    os._exit(70)


def _facts(snapshot: Snapshot) -> dict[str, object]:
    reading, client_id = snapshot.reading, snapshot.client_id
    if reading is None:
        return {"client_id": client_id, "at": None, "balance": None, "days": None}
    return {
        "client_id": client_id,
        "at": milliseconds(reading.at),
        "balance": str(reading.balance),
        "days": _days(snapshot.runway, reading.at),
    }


def _days(runway: Runway | None, at: datetime) -> float | None:
    return (runway.earliest - at) / timedelta(days=1) if runway else None


def measuring() -> Any:
    """Report the forecast and the fast-spending result before they are judged and stored."""

    def observed(**facts: Any) -> Observation:
        seen = Observation(**facts)
        if seen.reading:
            report("measured", fast=seen.fast, days=_days(seen.runway, seen.now))
        return seen

    return patch.object(monitor, "Observation", observed)


def main(url: str, folder: str, seed: str, now: str) -> None:
    """Execute the commands on standard input until it ends."""
    log.to_file(Paths.below(Path(folder)).log)
    application = QCoreApplication([])
    clock, chance = Clock(int(now)), random.Random(seed)
    tray: Tray | None = None
    with measuring(), patch.object(poller, "QTimer", clock.new_timer):
        while line := sys.stdin.readline():
            match json.loads(line):
                case ["start"]:
                    tray = Tray(url, Path(folder), clock, chance)
                case ["stop"] if tray:
                    tray.stop()
                case ["pass", int(time)] if tray:
                    clock.run(time, tray.settle)
                case ["sleep", int(time)]:
                    clock.sleep(time)
                case ["set clock", int(change)]:
                    clock.wall += change
                case ["disk full", bool(full)]:
                    import resource  # only POSIX has it

                    # The kernel then refuses every write to a file of any length.
                    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                    resource.setrlimit(resource.RLIMIT_FSIZE, (0 if full else hard, hard))
                case [str(slot)] if tray:
                    getattr(tray.poller, slot)()
                    tray.settle()
            report("done", now=clock.wall)
    del application


if __name__ == "__main__":
    main(*sys.argv[1:])
