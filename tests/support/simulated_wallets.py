"""Wallets of different habits, and their servers' faults, in simulated time."""

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.services.history_rows import datetime_of
from tests.support import faulty_server
from tests.support.faulty_server import UNREADABLE, Answer, FaultyServer, drip, hang, status

MINUTE = 60_000
"""Milliseconds, as all times in this module."""

ALL_FAULTS = (
    *("RejectedError", "ThrottledError", "ServerError"),
    *("OfflineError", "TimedOutError", "UnreadableError"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a wallet is spent and topped up, and how its server fails."""

    settings: WalletSettings
    balance: int = 1300
    """Credits at the start."""
    weekdays: Collection[int] = range(5)
    hours: Collection[int] = range(8, 19)
    """When credits are spent, in UTC."""
    spent: Sequence[int] = (0, 0, 1, 3, 5, 12)
    """The credits of five minutes, one of these at random."""
    top_ups: Sequence[int] = (300, 1500, 3000, 6000)
    floors: Sequence[int] = (-20, 0, 120, 700)
    """Some time after the balance has fallen below one of these, there is a top-up."""
    faults: Sequence[str] = ALL_FAULTS
    """The classes of the errors that its server causes."""
    good_minutes: float = 100
    fault_minutes: float = 40
    """The mean times without and with a fault."""


HABITS = (
    Habit(settings=WalletSettings(client_id="live_office", name="Office hours")),
    Habit(
        settings=WalletSettings(client_id="live_night", name="Nightly batch"),
        weekdays=range(7),
        hours=(2, 3),
        spent=(0, 10, 30, 60),
        faults=("TimedOutError", "ServerError", "OfflineError"),
    ),
    Habit(
        settings=WalletSettings(
            client_id="live_large", name="Large", low=100_000, critical=20_000, low_days=None
        ),
        balance=50_000,
        weekdays=range(7),
        hours=range(24),
        spent=(0, 50, 100, 400, 900),
        top_ups=(50_000, 200_000),
        floors=(-500, 15_000, 60_000),
        good_minutes=600,
    ),
    Habit(
        settings=WalletSettings(client_id="live_weekend", name="Weekends"),
        weekdays=(5, 6),
        hours=range(10, 23),
        good_minutes=50,
        fault_minutes=120,
    ),
    Habit(
        settings=WalletSettings(client_id="live_idle", name="Never used"),
        balance=5000,
        spent=(0,),
        faults=("RejectedError",),
        good_minutes=1000,
        fault_minutes=500,
    ),
    Habit(
        settings=WalletSettings(client_id="free_tier_small", name="Trial", low=60, critical=10),
        balance=80,
        weekdays=range(7),
        hours=range(6, 22),
        spent=(0,) * 30 + (1,),
        top_ups=(50, 100),
        floors=(-1, 0, 20),
        faults=("ThrottledError", "UnreadableError"),
    ),
    Habit(
        settings=WalletSettings(
            client_id="live_bursts", name="Bursts", critical=None, low_days=14, critical_days=None
        ),
        balance=9000,
        weekdays=(0, 2),
        hours=(9, 16),
        spent=(0, 40, 200),
        faults=("OfflineError",),
        good_minutes=30,
        fault_minutes=90,
    ),
)
"""Seven wallets that differ in all of it."""


@dataclass
class Wallet:
    """A wallet of some habit, whose spending is sometimes far too fast; ``now`` is its start."""

    habit: Habit
    chance: random.Random
    now: int
    balance: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.balance = Decimal(self.habit.balance)
        self._floor = self.habit.floors[0]
        self._fast_until = self.now

    def pass_time(self, until: int) -> None:
        """Spend credits until a time."""
        while self.now + 5 * MINUTE <= until:
            self.now += 5 * MINUTE
            self._spend(datetime_of(self.now))

    def _spend(self, at: datetime) -> None:
        habit, chance = self.habit, self.chance
        if at.weekday() in habit.weekdays and at.hour in habit.hours:
            is_fast = self.now < self._fast_until
            self.balance -= chance.choice(habit.spent) * (15 if is_fast else 1)
            if chance.random() < 1 / 800:
                self._fast_until = self.now + chance.randrange(60, 120) * MINUTE
            if any(habit.spent) and chance.random() < 1 / 200:
                # A correction, in either direction.
                self.balance += Decimal(chance.randrange(-40, 60)) / 4
        if self.balance < self._floor and chance.random() < 1 / 30:
            self.balance += chance.choice(habit.top_ups)
            self._floor = chance.choice(habit.floors)


class Server:
    """The server of one wallet: sends balances, or one kind of fault for some time."""

    def __init__(self, habit: Habit, server: FaultyServer, chance: random.Random, now: int) -> None:
        self._habit = habit
        self._server = server
        self._chance = chance
        self._until = now
        self._kinds = self._shuffled(
            [fault for fault in self._faults() if fault[0] in habit.faults]
        )
        self._fault: tuple[str, Callable[[datetime], Answer]] | None = None

    def prepare(self, now: int, true_now: int, balance: Decimal) -> str:
        """Prepare the next response; return its error's class name, empty for a balance."""
        # The clients of hanging responses have given up.
        self._server.drop_all()
        if true_now >= self._until:
            self._fault = None if self._fault or self._chance.random() < 0.3 else next(self._kinds)
            mean = self._habit.fault_minutes if self._fault else self._habit.good_minutes
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
