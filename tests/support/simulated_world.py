"""The machine that the simulated tray runs on, its user, the wallets and the faulty server.

After each event, the world checks the program: it looks up a reading that was shown as stored in
the file, at once and again at the end, and each wallet's oracle checks the notifications.
"""

import io
import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from deepvue_tray.core.settings import Settings
from deepvue_tray.services.history import History
from deepvue_tray.services.history_rows import datetime_of, milliseconds
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from tests.support import simulated_tray
from tests.support.alert_oracle import DAY, HOUR, Poll
from tests.support.simulated_account import Account
from tests.support.simulated_wallets import MINUTE

START = milliseconds(datetime(2026, 1, 5, tzinfo=UTC))
"""A Monday. All times here are milliseconds since 1970."""

KILLED_AT = ("request", "measured", "polled", "shown", "notified", "saved")
"""The events of a poll at which the program is killed, in turn: before the request is sent, before
the reading is stored, before it is shown, before alerts are sent, before a notified alert is
stored, and after that."""


@dataclass
class World:
    """The machine, its user, the program and its wallets."""

    folder: Path
    url: str
    accounts: Mapping[str, Account]
    """By client ID."""
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    may_kill: bool = True

    def __post_init__(self) -> None:
        self.now = START
        self.ahead = 0
        self.damaged: list[str] = []
        self.disk_full = False
        self.kill_at = ""
        # The wallet of the poll in progress, or of the last one.
        self._polled: Account | None = None
        wallets = tuple(account.settings for account in self.accounts.values())
        SettingsFile(Paths.below(self.folder).settings).update(
            lambda _stored: Settings(wallets=wallets)
        )
        self._spawn()

    @property
    def true_now(self) -> int:
        return self.now - self.ahead

    def live(self, minutes: float) -> None:
        """Let the program run while the machine is awake."""
        self.command("pass", max(1, int(minutes * MINUTE)))

    def sleep(self) -> None:
        self.counts["sleeps"] += 1
        self._jump("sleep", int(self.chance.expovariate(1 / (4 * HOUR))))

    def set_clock(self) -> None:
        """Set the clock wrong, or right again."""
        self.counts["clock_changes"] += 1
        change = -self.ahead or self.chance.choice((-1, 1)) * self.chance.randrange(3 * HOUR)
        if change < 0:
            for account in self.accounts.values():
                start = account.since_when_unchanged(self.now + change)
                account.repeated_times.append((start, self.now))
        self.ahead += change
        self._jump("set clock", change)

    def restart(self) -> None:
        if not self.may_kill:
            return
        self.counts["restarts"] += 1
        if self.command("stop"):
            self._start()

    def kill_soon(self) -> None:
        """Kill the program at the next event of KILLED_AT."""
        if self.may_kill:
            self.kill_at = KILLED_AT[self.counts["kills"] % len(KILLED_AT)]

    def fill_disk(self) -> None:
        self.counts["full_disks"] += 1
        self._set_disk(full=True)

    def free_disk(self) -> None:
        self._set_disk(full=False)

    def click(self) -> None:
        self.command(self.chance.choice(("refresh", "refresh_if_due", "on_network")))

    def end(self) -> None:
        """Quit the program, and check that everything stored is still there."""
        self.free_disk()
        self.command("stop")
        assert self.process.stdin
        self.process.stdin.close()
        self._output.close()
        self.process.wait()
        history = History(Paths.below(self.folder).history)
        for client_id, account in self.accounts.items():
            since, until = datetime_of(START - DAY), datetime_of(self.now + DAY)
            account.check_all_is_there([*history.each(client_id, since, until)])
        history.close()
        self.damaged = [path.name for path in self.folder.glob("*damaged*")]

    @property
    def wrong(self) -> Iterator[str]:
        """Descriptions of every error found."""
        for client_id, account in self.accounts.items():
            yield from (f"{client_id}: {error}" for error in account.wrong + account.oracle.wrong)
        yield from (f"set aside: {name}" for name in self.damaged)

    def command(self, *words: object) -> bool:
        """Send a command to the program; return whether the program is still running."""
        self._write(words)
        for line in self._output:
            message = json.loads(line)
            if message["event"] != "done":
                getattr(self, f"_on_{message.pop('event')}")(**message)
                continue
            self.now = message["now"]
            self._conclude()
            return True
        self._on_death()
        return False

    def _on_request(self, client_id: str, now: int) -> None:
        self._conclude()
        self.now = now
        self.counts["requests"] += 1
        self._polled = self.accounts[client_id]
        poll = self._polled.request(
            now,
            self.true_now,
            written=not self.disk_full,
            accepted=self.chance.random() < 0.9,
        )
        hangs = self._polled.trouble == "TimedOutError"
        self._write((hangs, poll.accepted, self.kill_at))

    @property
    def _poll(self) -> Poll:
        """The poll in progress."""
        assert self._polled
        assert self._polled.poll
        return self._polled.poll

    def _on_measured(self, fast: bool, days: float | None) -> None:
        self._poll.fast, self._poll.days = fast, days

    def _on_polled(self) -> None:
        pass

    def _on_shown(
        self,
        *,
        client_id: str,
        trouble: str,
        storage: bool,
        to_notify: list[str],
        at: int | None,
        balance: str | None,
        days: float | None,
    ) -> None:
        account, poll = self.accounts[client_id], self._poll
        if account is not self._polled:
            account.wrong.append("shown although another wallet was polled")
        poll.shown, poll.to_notify, poll.days = True, to_notify, days
        shown = None if balance is None or at is None else (at, float(balance))
        if account.trouble or trouble:
            self.counts["failures"] += bool(account.trouble)
            self.counts["failures_shown"] += trouble == account.trouble
            if trouble != account.trouble:
                expected = account.trouble or "a balance"
                account.wrong.append(f"{expected} was shown as {trouble}")
        else:
            account.last_good = (poll.now, float(poll.balance or 0))
            self._check_is_there(account, storage)
        if account.last_good is None and shown and account.stored.get(shown[0]) == shown[1]:
            # The history was unreadable at the start and is readable now.
            account.last_good = shown
        if shown != account.last_good:
            account.wrong.append(
                f"shown {shown}, but the last good response was {account.last_good}"
            )

    def _on_notified(self, alert: str) -> None:
        self._poll.notified = [*self._poll.notified, alert]
        assert self._polled
        self._polled.notified[alert] += 1

    def _on_saved(self) -> None:
        self._poll.saved += 1

    def _on_loaded(
        self,
        client_id: str,
        storage: bool,
        at: int | None,
        balance: str | None,
        days: float | None,
    ) -> None:
        account = self.accounts[client_id]
        loaded = None if at is None or balance is None else (at, float(balance))
        if not storage:
            if account.cut_off is not None:
                self.counts["stored" if loaded == account.cut_off else "cut_off"] += 1
            if loaded and account.unstored.get(loaded[0]) == loaded[1] and account.cut_off:
                # The poll that was cut off has stored what could not be stored before.
                account.keep_unstored()
            account.load(loaded, self.now)
        account.unstored.clear()
        account.last_good = loaded
        account.oracle.started(self.true_now, loaded, not storage)
        if client_id == [*self.accounts][-1] and not storage:
            for other in self.accounts.values():
                other.cut_off = None

    def _conclude(self) -> None:
        if self._polled:
            self._polled.conclude()

    def _on_death(self) -> None:
        status = self.process.wait()
        if status != -signal.SIGKILL:
            raise RuntimeError(f"the program ended with status {status}")
        self.kill_at = ""
        self.counts["kills"] += 1
        poll = self._polled.poll if self._polled else None
        if self._polled and poll and not poll.shown and poll.balance is not None:
            self._polled.cut_off = (poll.now, poll.balance)
        self._conclude()
        assert self.process.stdin
        self.process.stdin.close()
        self._output.close()
        self.now += self.chance.randrange(10 * MINUTE)
        self._spawn()

    def _spawn(self) -> None:
        command = [sys.executable, "-m", simulated_tray.__name__]
        arguments = [self.url, str(self.folder), str(self.chance.random()), str(self.now)]
        self.process = subprocess.Popen(
            [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self.process.stdout
        self._output = io.BufferedReader(cast("io.RawIOBase", self.process.stdout))
        self.memory.clear()
        if self.disk_full:
            self._set_disk(full=True)
        self._start()

    def _start(self) -> None:
        self.command("start")

    def _write(self, words: object) -> None:
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.write((json.dumps(words) + "\n").encode())

    def _jump(self, how: str, time: int) -> None:
        self.command(how, time)
        for account in self.accounts.values():
            account.oracle.woke(self.true_now)

    def _set_disk(self, *, full: bool) -> None:
        self.disk_full = full
        self.command("disk full", full)

    def _check_is_there(self, account: Account, storage: bool) -> None:
        """Check from another process that the reading that was shown is stored."""
        assert account.last_good
        at, balance = account.last_good
        self.counts["unstored" if storage else "stored"] += 1
        account.unstored[at] = balance
        if storage:
            if not self.disk_full:
                account.wrong.append(f"not stored although the disk was free: {at, balance}")
            return
        # Its readings that could not be stored before are stored with it.
        account.keep_unstored()
        history = History(Paths.below(self.folder).history)
        found = history.readings(account.settings.client_id, datetime_of(at), datetime_of(at))
        history.close()
        if {float(reading.balance) for reading in found} != {balance}:
            account.wrong.append(f"shown as stored but missing: {at, balance}, found {found}")
