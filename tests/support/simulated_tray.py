"""The tray without its screen, on a simulated clock, in a process of its own.

    python -m tests.support.simulated_tray URL FOLDER SEED NOW

Engine, worker, refresher and alerter are the real ones, wired as in ``app``; a notification is a
line on standard output. Commands and events are lines of JSON. Each command on standard input ends
in the event ``done``; ``asks`` waits for a line that says whether the desktop takes notifications.
Times are milliseconds since 1970.
"""

import json
import os
import random
import resource
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QCoreApplication, QEventLoop

from deepvue_tray import monitor
from deepvue_tray.core import alerts
from deepvue_tray.core.alerts import Alert, AlertState, Observation
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.engine import Engine, assemble
from deepvue_tray.services import log
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history_rows import milliseconds, time_of
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi
from deepvue_tray.ui import refresher
from deepvue_tray.ui.alerter import Alerter
from deepvue_tray.ui.worker import Worker

CLIENT = "live_1"

DEADLINE = 0.2
"""Seconds of real time that a server which says nothing costs."""


def say(event: str, **facts: object) -> None:
    """Write one event, whole: whoever kills this process reads no half line."""
    os.write(1, json.dumps({"event": event} | facts).encode() + b"\n")


class Timer:
    """Stands for a QTimer: like one, it does not run while the machine sleeps."""

    def __init__(self, clock: "Clock", *, interval: int) -> None:
        self._clock = clock
        self._interval = interval
        self.timeout = SimpleNamespace(connect=partial(setattr, self, "fire"))
        self.fire: Callable[[], None] = self.stop
        self.due: int | None = None

    def start(self, pause: int | None = None) -> None:
        self.due = self._clock.awake + (self._interval if pause is None else pause)

    def stop(self) -> None:
        self.due = None

    def run_out(self) -> None:
        """Fire; a timer with an interval goes on."""
        self.stop()
        if self._interval:
            self.start()
        self.fire()


class Clock:
    """The time of day, and how long the machine has been awake, which never goes back."""

    def __init__(self, wall: int) -> None:
        self.wall = wall
        self.awake = 0
        self.timers: list[Timer] = []

    def now(self) -> datetime:
        return time_of(self.wall)

    def new_timer(self, _parent: object, *, singleShot: bool = False, interval: int = 0) -> Timer:  # noqa: N803 - Qt's name
        timer = Timer(self, interval=interval)
        self.timers.append(timer)
        return timer

    def run(self, time: int, after_each: Callable[[], None]) -> None:
        """Let so many milliseconds pass, and run out what is due in them."""
        end = self.awake + time
        while due := [timer for timer in self.timers if timer.due is not None and timer.due <= end]:
            first = min(due, key=lambda timer: timer.due or 0)
            self._go_on((first.due or 0) - self.awake)
            first.run_out()
            after_each()
        self._go_on(end - self.awake)

    def _go_on(self, time: int) -> None:
        self.awake += time
        self.wall += time


class Tray:
    """One session, from its start to its end."""

    def __init__(self, url: str, folder: Path, clock: Clock, chance: random.Random) -> None:
        self._url = url
        self._folder = folder
        self._clock = clock
        self._open = 0
        self._desktop_takes = True
        clock.timers.clear()
        self._worker: Worker[Engine] = Worker(self._assemble, close=lambda engine: engine.close())
        self.refresher = refresher.Refresher(
            self._look,
            clock=lambda: clock.awake / 1000,
            now=clock.now,
            chance=chance.random,
        )
        self._alerter = Alerter(
            deliver=lambda _note, _press, done: done(self._desktop_takes),
            fallback=lambda _title, _body: False,
            acknowledge=self._acknowledge,
            prefix="",
        )
        self.refresher.changed.connect(self._alerter.raise_due)
        self._worker.start()
        self._submit(_recall, self._restart)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._open:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def stop(self) -> None:
        if not self._worker.stop(within=10):
            raise TimeoutError("the worker did not end")

    def _assemble(self) -> Engine:
        environ = {"DEEPVUE_CLIENT_ID": CLIENT, "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
        paths = Paths.below(self._folder)
        return assemble(
            paths,
            CredentialStore(environ, MemoryKeyring()),
            WalletApi(self._url, deadline=DEADLINE, now=self._clock.now),
            XdgAutostart(paths.autostart, [sys.executable]),
            now=self._clock.now,
        )

    def _submit(self, job: Any, done: Callable[[Any], None]) -> None:
        def came(result: Any) -> None:
            done(result)
            self._open -= 1

        self._open += 1
        self._worker.submit(job, came, _die)

    def _restart(self, known: Snapshot) -> None:
        say("recalled", storage=known.storage is not None, **_facts(known))
        self.refresher.restart(known)

    def _look(
        self, prompt: bool, came: Callable[[Snapshot], None], _failed: Callable[[Exception], None]
    ) -> None:
        since = self.refresher.awake_since

        async def look(engine: Engine) -> Snapshot:
            return await engine.monitor.look(prompt=prompt, awake_since=since)

        def shown(snapshot: Snapshot) -> None:
            trouble = type(snapshot.trouble).__name__ if snapshot.trouble else ""
            storage = snapshot.storage is not None
            due = [alert.value for alert in snapshot.due]
            say("shown", trouble=trouble, storage=storage, due=due, **_facts(snapshot))
            came(snapshot)

        say("asks", now=self._clock.wall)
        self._desktop_takes = json.loads(sys.stdin.readline())
        self._submit(look, shown)

    def _acknowledge(self, alert: Alert, client_id: str) -> None:
        say("told", alert=alert.value)

        async def acknowledge(engine: Engine) -> None:
            engine.monitor.delivered(alert, client_id)

        self._submit(acknowledge, lambda _: say("kept"))


async def _recall(engine: Engine) -> Snapshot:
    return engine.monitor.recall()


def _die(error: Exception) -> None:
    traceback.print_exception(error)
    os._exit(70)


def _facts(snapshot: Snapshot) -> dict[str, object]:
    reading = snapshot.reading
    if reading is None:
        return {"at": None, "balance": None, "days": None}
    return {
        "at": milliseconds(reading.at),
        "balance": str(reading.balance),
        "days": _days(snapshot.runway, reading.at),
    }


def _days(runway: Runway | None, at: datetime) -> float | None:
    return (runway.earliest - at) / timedelta(days=1) if runway else None


def measuring() -> Any:
    """Report what forecast and speed are said to be, before they are judged and stored."""

    def judge(
        state: AlertState, seen: Observation, settings: Settings
    ) -> tuple[AlertState, tuple[Alert, ...]]:
        if seen.reading:
            say("measured", fast=seen.fast, days=_days(seen.runway, seen.now))
        return alerts.judge(state, seen, settings)

    return patch.object(monitor, "judge", judge)


def main(url: str, folder: str, seed: str, now: str) -> None:
    """Do what standard input says until it ends."""
    log.to_file(Paths.below(Path(folder)).log)
    application = QCoreApplication([])
    clock, chance = Clock(int(now)), random.Random(seed)
    tray: Tray | None = None
    with measuring(), patch.object(refresher, "QTimer", clock.new_timer):
        while line := sys.stdin.readline():
            match json.loads(line):
                case ["start"]:
                    tray = Tray(url, Path(folder), clock, chance)
                case ["stop"] if tray:
                    tray.stop()
                case ["pass", int(time)] if tray:
                    clock.run(time, tray.settle)
                case ["jump", int(time)]:
                    clock.wall += time
                case ["disk full", bool(full)]:
                    # The kernel then refuses every write to a file, of whatever length it is.
                    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                    resource.setrlimit(resource.RLIMIT_FSIZE, (0 if full else hard, hard))
                case [str(slot)] if tray:
                    getattr(tray.refresher, slot)()
                    tray.settle()
            say("done", now=clock.wall)
    del application


if __name__ == "__main__":
    main(*sys.argv[1:])
