"""What the simulated world knows of one wallet, and how it checks the program's readings of it."""

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.services.history_rows import milliseconds
from tests.support.alert_oracle import DAY, OFF, Oracle, Poll, Thresholds
from tests.support.faulty_server import FaultyServer
from tests.support.simulated_wallets import Habit, Server, Wallet


class Account:
    """A wallet, its server, its oracle, and what is known of its readings; ``now`` is the start."""

    def __init__(self, habit: Habit, faulty: FaultyServer, chance: random.Random, now: int) -> None:
        self.settings = habit.settings
        self.wallet = Wallet(habit, chance, now)
        self.server = Server(habit, faulty, chance, now)
        self.oracle = Oracle(_thresholds(habit.settings))
        self.notified: Counter[str] = Counter()
        self.days: Counter[int] = Counter()
        """The number of requests on each day."""
        self.stored: dict[int, float] = {}
        self.unstored: dict[int, float] = {}
        """The balances shown as not stored; they are stored with the wallet's next one that is."""
        self.repeated_times: list[tuple[int, int]] = []
        self.last_good: tuple[int, float] | None = None
        self.cut_off: tuple[int, float] | None = None
        """The balance whose program was killed before it showed it."""
        self.poll: Poll | None = None
        """The poll in progress."""
        self.trouble = ""
        """The class of the error that the server causes in it; empty for a balance."""
        self.wrong: list[str] = []

    def request(self, now: int, true_now: int, *, written: bool, accepted: bool) -> Poll:
        """Begin a poll, and prepare the server's response."""
        self.days[true_now // DAY] += 1
        self.wallet.pass_time(true_now)
        balance = self.wallet.balance
        self.trouble = self.server.prepare(now, true_now, balance)
        self.poll = Poll(
            now=now,
            true_now=true_now,
            balance=None if self.trouble else float(balance),
            refused=self.trouble == "RejectedError",
            written=written,
            accepted=accepted,
        )
        return self.poll

    def conclude(self) -> None:
        """Let the oracle check the poll."""
        if self.poll:
            self.oracle.check(self.poll)
        self.poll = None

    def load(self, loaded: tuple[int, float] | None, now: int) -> None:
        """Check the reading that the program loaded when it started."""
        if self.cut_off is not None and loaded == self.cut_off:
            self.stored[self.cut_off[0]] = self.cut_off[1]
        newest = max((time for time in self.stored if time <= now), default=None)
        is_repeated = any(start <= now <= end for start, end in self.repeated_times)
        if not is_repeated and newest is not None and loaded != (newest, self.stored[newest]):
            self.wrong.append(f"loaded {loaded} instead of {newest, self.stored[newest]}")

    def keep_unstored(self) -> None:
        """Record that the program has stored what it could not store before."""
        self.stored |= self.unstored
        self.unstored.clear()

    def since_when_unchanged(self, at: int) -> int:
        """Return the first time of the span of equal balances that ends at or before ``at``.

        A reading that falls into the span later splits it; only its ends are kept.
        """
        times = sorted(time for time in self.stored if time <= at)
        while len(times) > 1 and self.stored[times[-2]] == self.stored[times[-1]]:
            times.pop()
        return min([at, *times[-1:]])

    def check_all_is_there(self, found: Sequence[Reading]) -> None:
        """Check that every reading is stored, except at times that a changed clock repeated."""
        times = [milliseconds(reading.at) for reading in found]
        for at, balance in self.stored.items():
            if any(start <= at <= end for start, end in self.repeated_times):
                continue
            # A span of equal balances has only its first and its last reading.
            around = found[bisect_right(times, at) - 1 : bisect_left(times, at) + 1]
            if {float(reading.balance) for reading in around} != {balance}:
                self.wrong.append(f"stored but lost: {balance} at {at}, found {around}")


def _thresholds(settings: WalletSettings) -> Thresholds:
    def threshold(number: int | None) -> float:
        return OFF if number is None else number

    return (
        ("critical", threshold(settings.critical), threshold(settings.critical_days)),
        ("low", threshold(settings.low), threshold(settings.low_days)),
    )
