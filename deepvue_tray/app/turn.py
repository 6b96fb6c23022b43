"""The last and the next poll of one wallet. Nothing here depends on another wallet."""

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

from deepvue_tray.core.errors import DeepvueError, RejectedError, WalletError
from deepvue_tray.core.schedule import Schedule, next_attempt


@dataclass(slots=True)
class Turn:
    """When a wallet is polled; times are seconds of a clock that cannot be set."""

    due_at: float
    """When the next poll begins or, while one is running, when it was due."""
    current_at: float
    """When the last successful reading arrived, or the computer woke up after it."""
    began_at: float = -math.inf
    """When the last poll began."""
    running: object | None = None
    """The identity of the running poll; None while there is none."""
    error: DeepvueError | None = None
    """Why the last poll ended without an overview."""
    schedule: Schedule = field(default_factory=Schedule)

    @classmethod
    def new(cls, now: float) -> Self:
        """Return the turn of a wallet that is to be polled now for the first time."""
        return cls(due_at=now, current_at=now)

    def make_due(self, now: float, pause_s: float) -> None:
        """Let the next poll begin now if the last one began ``pause_s`` ago."""
        if now - self.began_at >= pause_s:
            self.due_at = min(self.due_at, now)

    def begin(self, now: float) -> object:
        """Record that a poll begins; return its identity."""
        self.began_at, self.running = now, object()
        return self.running

    def end(
        self, trouble: DeepvueError | None, *, interval: timedelta, now: float, chance: float
    ) -> None:
        """Record that the running poll has ended with ``trouble``, and schedule the next one.

        ``chance`` is a random number from 0 to 1.
        """
        self.running = None
        self.schedule, pause = next_attempt(
            self.schedule, trouble, interval=interval, clock=now, chance=chance
        )
        self.due_at = now + pause.total_seconds()

    def restart(self, now: float) -> None:
        """Let a poll with other credentials begin now, and forget the running one."""
        self.schedule = replace(self.schedule, failures=0)
        self.running, self.error, self.due_at = None, None, now

    def is_pause_demanded(self, trouble: DeepvueError | None, now: float) -> bool:
        """Return whether the server demands a pause that is not over.

        ``trouble`` is the error of the last poll.
        """
        return isinstance(trouble, WalletError) and trouble.demands_pause and now < self.due_at

    def must_wait(self, trouble: DeepvueError | None, now: float) -> bool:
        """Return whether only a click may begin the next poll before its deadline.

        ``trouble`` is the error of the last poll.
        """
        is_refused = isinstance(trouble, RejectedError) and now < self.due_at
        return is_refused or self.is_pause_demanded(trouble, now)
