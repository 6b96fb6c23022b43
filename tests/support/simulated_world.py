"""The machine that the simulated tray runs on, its user, the wallet and the faulty server.

After each event, the world checks the program: it looks up a reading that was shown as stored in
the file, at once and again at the end, and the oracle checks the notifications.
"""

import io
import json
import random
import signal
import subprocess
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

from deepvue_tray.services.history import History
from deepvue_tray.services.history_rows import datetime_of, milliseconds
from deepvue_tray.services.paths import Paths
from tests.support import faulty_server, simulated_tray
from tests.support.alert_oracle import DAY, HOUR, Oracle, Poll
from tests.support.faulty_server import UNREADABLE, Answer, FaultyServer, drip, hang, status
from tests.support.simulated_tray import CLIENT

START = milliseconds(datetime(2026, 1, 5, tzinfo=UTC))
"""A Monday. All times here are milliseconds since 1970."""
MINUTE = 60_000

KILLED_AT = ("request", "measured", "polled", "shown", "notified", "saved")
"""The events of a poll at which the program is killed, in turn: before the request is sent, before
the reading is stored, before it is shown, before alerts are sent, before a notified alert is
stored, and after that."""


class Wallet:
    """A wallet with spending in office hours, sometimes far too fast, and with late top-ups."""

    def __init__(self, chance: random.Random) -> None:
        self.balance = Decimal(1300)
        self._chance = chance
        self._until = START
        self._floor = -20
        self._fast_until = START

    def pass_time(self, until: int) -> None:
        while self._until + 5 * MINUTE <= until:
            self._until += 5 * MINUTE
            self._spend(datetime_of(self._until))

    def _spend(self, at: datetime) -> None:
        chance = self._chance
        if at.weekday() < 5 and 8 <= at.hour < 19:
            is_fast = self._until < self._fast_until
            self.balance -= chance.choice((0, 0, 1, 3, 5, 12)) * (15 if is_fast else 1)
            if chance.random() < 1 / 800:
                self._fast_until = self._until + chance.randrange(60, 120) * MINUTE
            if chance.random() < 1 / 200:
                # A correction, in either direction.
                self.balance += Decimal(chance.randrange(-40, 60)) / 4
        if self.balance < self._floor and chance.random() < 1 / 30:
            self.balance += chance.choice((300, 1500, 3000, 6000))
            self._floor = chance.choice((-20, 0, 120, 700))


class Server:
    """Sends balances, or one kind of fault for some time."""

    def __init__(self, server: FaultyServer, chance: random.Random) -> None:
        self._server = server
        self._chance = chance
        self._until = START
        self._kinds = self._shuffled(self._faults())
        self._fault: tuple[str, Callable[[datetime], Answer]] | None = None

    def prepare(self, now: int, true_now: int, balance: Decimal) -> str:
        """Prepare the next response; return its error's class name, empty for a balance."""
        # The clients of hanging responses have given up.
        self._server.drop_all()
        if true_now >= self._until:
            self._fault = None if self._fault or self._chance.random() < 0.3 else next(self._kinds)
            mean = 40 if self._fault else 100
            self._until = true_now + int(self._chance.expovariate(1 / mean) * MINUTE)
        if self._fault is None:
            self._server.answer = faulty_server.balance(str(balance))
            return ""
        trouble, answer = self._fault
        self._server.answer = answer(datetime_of(now))
        return trouble

    def _faults(self) -> list[tuple[str, Callable[[datetime], Answer]]]:
        chance = self._chance
        unreadable = self._shuffled(list(UNREADABLE.values()))

        def throttled(now: datetime) -> Answer:
            at = format_datetime(now + timedelta(minutes=20), usegmt=True)
            return status(429, **chance.choice([{}, {"Retry_After": "1800"}, {"Retry_After": at}]))

        return [
            ("RejectedError", lambda _: status(chance.choice((400, 401, 403)))),
            ("ThrottledError", throttled),
            ("ServerError", lambda _: status(chance.choice((404, 422, 500, 503)))),
            ("OfflineError", lambda _: faulty_server.reset),
            ("TimedOutError", lambda _: chance.choice((hang(), hang(b"HTTP/1.1 "), drip(0.01)))),
            ("UnreadableError", lambda _: next(unreadable)),
        ]

    def _shuffled(self, items: Sequence[Any]) -> Iterator[Any]:
        while True:
            yield from self._chance.sample(items, len(items))


@dataclass
class World:
    """The machine, its user, the server and the program."""

    folder: Path
    url: str
    server: Server
    chance: random.Random
    oracle: Oracle = field(default_factory=Oracle)
    counts: Counter[str] = field(default_factory=Counter)
    notified: Counter[str] = field(default_factory=Counter)
    days: Counter[int] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    may_kill: bool = True

    def __post_init__(self) -> None:
        self.wallet = Wallet(self.chance)
        self.now = START
        self.ahead = 0
        self.disk_full = False
        self.kill_at = ""
        self.stored: dict[int, float] = {}
        self.unstored: dict[int, float] = {}
        self.repeated_times: list[tuple[int, int]] = []
        self.last_good: tuple[int, float] | None = None
        self.cut_off: tuple[int, float] | None = None
        self.poll: Poll | None = None
        self.trouble = ""
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
            self.repeated_times.append((self._since_when_unchanged(self.now + change), self.now))
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
        self._check_all_is_there()
        damaged = [path.name for path in self.folder.glob("*damaged*")]
        self.wrong += [f"set aside: {name}" for name in damaged]

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

    def _on_request(self, now: int) -> None:
        self._conclude()
        self.now = now
        self.counts["requests"] += 1
        self.days[self.true_now // DAY] += 1
        self.wallet.pass_time(self.true_now)
        balance = self.wallet.balance
        self.trouble = self.server.prepare(now, self.true_now, balance)
        self.poll = Poll(
            now=now,
            true_now=self.true_now,
            balance=None if self.trouble else float(balance),
            refused=self.trouble == "RejectedError",
            written=not self.disk_full,
            accepted=self.chance.random() < 0.9,
        )
        self._write((self.trouble == "TimedOutError", self.poll.accepted, self.kill_at))

    def _on_measured(self, fast: bool, days: float | None) -> None:
        assert self.poll
        self.poll.fast, self.poll.days = fast, days

    def _on_polled(self) -> None:
        pass

    def _on_shown(
        self,
        *,
        trouble: str,
        storage: bool,
        to_notify: list[str],
        at: int | None,
        balance: str | None,
        days: float | None,
    ) -> None:
        poll = self.poll
        assert poll
        poll.shown, poll.to_notify, poll.days = True, to_notify, days
        shown = None if balance is None or at is None else (at, float(balance))
        if self.trouble or trouble:
            self.counts["failures"] += bool(self.trouble)
            self.counts["failures_shown"] += trouble == self.trouble
            if trouble != self.trouble:
                self.wrong.append(f"{self.trouble or 'a balance'} was shown as {trouble}")
        else:
            self.last_good = (poll.now, float(poll.balance or 0))
            self._check_is_there(storage)
        if self.last_good is None and shown and self.stored.get(shown[0]) == shown[1]:
            # The history was unreadable at the start and is readable now.
            self.last_good = shown
        if shown != self.last_good:
            self.wrong.append(f"shown {shown}, but the last good response was {self.last_good}")

    def _on_notified(self, alert: str) -> None:
        assert self.poll
        self.poll.notified = [*self.poll.notified, alert]
        self.notified[alert] += 1

    def _on_saved(self) -> None:
        assert self.poll
        self.poll.saved += 1

    def _on_loaded(
        self, storage: bool, at: int | None, balance: str | None, days: float | None
    ) -> None:
        loaded = None if at is None or balance is None else (at, float(balance))
        if not storage:
            if self.cut_off is not None:
                written = loaded == self.cut_off
                self.counts["stored" if written else "cut_off"] += 1
                if written:
                    self.stored[self.cut_off[0]] = self.cut_off[1]
                self.cut_off = None
            newest = max((time for time in self.stored if time <= self.now), default=None)
            is_repeated = any(start <= self.now <= end for start, end in self.repeated_times)
            if not is_repeated and newest is not None and loaded != (newest, self.stored[newest]):
                self.wrong.append(f"loaded {loaded} instead of {newest, self.stored[newest]}")
        self.unstored.clear()
        self.last_good = loaded
        self.oracle.started(self.true_now, loaded, not storage)

    def _conclude(self) -> None:
        if self.poll:
            self.oracle.check(self.poll)
        self.poll = None

    def _on_death(self) -> None:
        status = self.process.wait()
        if status != -signal.SIGKILL:
            raise RuntimeError(f"the program ended with status {status}")
        self.kill_at = ""
        self.counts["kills"] += 1
        if self.poll and not self.poll.shown and self.poll.balance is not None:
            self.cut_off = (self.poll.now, self.poll.balance)
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
        self.oracle.woke(self.true_now)

    def _set_disk(self, *, full: bool) -> None:
        self.disk_full = full
        self.command("disk full", full)

    def _check_is_there(self, storage: bool) -> None:
        """Check from another process that the reading that was shown is stored."""
        assert self.last_good
        at, balance = self.last_good
        self.counts["unstored" if storage else "stored"] += 1
        self.unstored[at] = balance
        if storage:
            if not self.disk_full:
                self.wrong.append(f"not stored although the disk was free: {self.last_good}")
            return
        # The readings that could not be stored before are stored with it.
        self.stored |= self.unstored
        self.unstored.clear()
        history = History(Paths.below(self.folder).history)
        found = history.readings(CLIENT, datetime_of(at), datetime_of(at))
        history.close()
        if {float(reading.balance) for reading in found} != {balance}:
            self.wrong.append(f"shown as stored but missing: {self.last_good}, found {found}")

    def _since_when_unchanged(self, at: int) -> int:
        """Return the first time of the span of equal balances that ends at or before ``at``.

        A reading that falls into the span later splits it; only its ends are kept.
        """
        times = sorted(time for time in self.stored if time <= at)
        while len(times) > 1 and self.stored[times[-2]] == self.stored[times[-1]]:
            times.pop()
        return min([at, *times[-1:]])

    def _check_all_is_there(self) -> None:
        """Check that every reading is stored, except at times that a changed clock repeated."""
        history = History(Paths.below(self.folder).history)
        found = [*history.each(CLIENT, datetime_of(START - DAY), datetime_of(self.now + DAY))]
        history.close()
        times = [milliseconds(reading.at) for reading in found]
        for at, balance in self.stored.items():
            if any(start <= at <= end for start, end in self.repeated_times):
                continue
            # A span of equal balances has only its first and its last reading.
            around = found[bisect_right(times, at) - 1 : bisect_left(times, at) + 1]
            if {float(reading.balance) for reading in around} != {balance}:
                self.wrong.append(f"stored but lost: {balance} at {at}, found {around}")
