"""Decides when to look: the timers, and the one gate that every asker passes.

Every deadline is on a clock that nobody sets, and which counts while the computer sleeps. The time
of day serves to tell when it was changed, and for nothing else.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deepvue_tray.core.errors import (
    DeepvueError,
    InternalError,
    OfflineError,
    RejectedError,
    ThrottledError,
    WalletError,
)
from deepvue_tray.core.schedule import Schedule, next_attempt
from deepvue_tray.core.snapshot import Snapshot

CLICK_PAUSE_S = 1.0
"""Seconds from one request's start within which no click can start another."""

MIN_PAUSE_S = 60.0
"""The same for what nobody clicked, an opened window or a network that came back; and for clicks
while the server asks for patience."""

TICK = timedelta(minutes=1)
"""Between two looks at the clock, each of which wakes the computer."""

CLOCK_JUMP = timedelta(seconds=10)
"""By how much a tick must come late to tell of sleep, or the two clocks differ to tell that the
time of day was changed."""

_MILLISECOND = timedelta(milliseconds=1)


Poll = Callable[[bool, Callable[[Snapshot], None], Callable[[Exception], None]], None]
"""Begins one look at the wallet; calls back on this thread with what came of it, or with our own
fault. The first argument says whether the keyring may ask the person to unlock it."""


def seconds_since_boot() -> float:
    """Return seconds of a clock that nobody sets, and that counts while the computer sleeps."""
    # On these two, time.monotonic() stops during sleep.
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Poller(QObject):
    """Holds the latest snapshot and asks for the next.

    ``changed`` carries every new snapshot to every view. ``clock`` counts seconds as
    ``seconds_since_boot`` does, ``now`` is the time of day, aware, in UTC; ``chance`` returns
    numbers from 0 to 1.
    """

    changed = Signal(object)
    ticked = Signal()
    """A minute has passed: time to see whether another process has signed in or saved settings."""

    def __init__(
        self,
        poll: Poll,
        *,
        clock: Callable[[], float] = seconds_since_boot,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self._poll = poll
        self._clock = clock
        self._now = now
        self._chance = chance
        self._schedule = Schedule()
        self._asked_at = self._due_at = float("-inf")
        self._round = 0
        self.snapshot = Snapshot()
        """The latest one."""
        self.awake_since = now()
        """Since when the computer has been awake, and the time of day unchanged, as far as is
        known."""
        # When both clocks were compared last, on each of them.
        self._compared_at, self._compared_on = clock(), self.awake_since
        # When the last good reading came, or could have come at the earliest.
        self._current_at = clock()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_due)
        self._tick = QTimer(self, interval=TICK // _MILLISECOND)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()

    @Slot()
    def refresh(self) -> None:
        """Poll now because a person asks, unless a look is under way or began a moment ago."""
        self._ask_after(MIN_PAUSE_S if self._is_asked_to_wait() else CLICK_PAUSE_S)

    @Slot()
    def unlock(self) -> None:
        """Poll now, and let the keyring ask to be unlocked."""
        if not self.snapshot.refreshing:
            self._begin(prompt=True)

    @Slot()
    def refresh_if_due(self) -> None:
        """Poll now because there is some reason to, but no more often than once a minute."""
        if not self._must_wait():
            self._ask_after(MIN_PAUSE_S)

    @Slot()
    def on_network(self) -> None:
        """Take a hint that the network is back, where its absence was the trouble."""
        if isinstance(self.snapshot.trouble, OfflineError):
            self.refresh_if_due()

    def restart(self, known: Snapshot) -> None:
        """Show ``known`` and look at once: whoever asks, or whom, has changed.

        The result of a look that is under way no longer counts.
        """
        self._schedule = replace(self._schedule, failures=0)
        self._publish(known)
        self._begin()

    def reevaluate(self, known: Snapshot) -> None:
        """Show ``known``, judged by new settings; only a changed interval moves the next look.

        It is then due that interval after the last one, or earlier where a failure is to be tried
        again. Another wallet is asked at once.
        """
        before = self.snapshot
        if known.client_id != before.client_id:
            self.restart(known)
            return
        self._publish(replace(known, refreshing=before.refreshing))
        if known.settings.interval == before.settings.interval or before.refreshing:
            return
        if not self._must_wait():
            due_at = self._asked_at + known.settings.interval.total_seconds()
            self._wait_until(min(due_at, self._due_at) if known.trouble else due_at)

    def _ask_after(self, pause: float) -> None:
        if not self.snapshot.refreshing and self._clock() - self._asked_at >= pause:
            self._begin()

    def _begin(self, *, prompt: bool = False) -> None:
        self._timer.stop()
        # After sleep or a changed clock this look may come before the tick that would tell.
        self._has_slept()
        self._asked_at = self._clock()
        self._round += 1
        this_round = self._round
        self._publish(replace(self.snapshot, refreshing=True))

        def came(snapshot: Snapshot) -> None:
            if this_round == self._round:
                if snapshot.reading != self.snapshot.reading:
                    self._current_at = self._clock()
                self._schedule_next(snapshot)
                self._publish(snapshot)

        def failed(error: Exception) -> None:
            # Shown like any trouble, after which the next look is due as ever.
            if isinstance(error, DeepvueError):
                came(replace(self.snapshot, refreshing=False, trouble=error))
                return
            trouble = InternalError(type(error).__name__)
            came(replace(self.snapshot, refreshing=False, trouble=trouble))
            raise error

        self._poll(prompt, came, failed)

    def _schedule_next(self, snapshot: Snapshot) -> None:
        self._schedule, pause = next_attempt(
            self._schedule,
            snapshot.trouble,
            interval=snapshot.settings.interval,
            clock=self._clock(),
            chance=self._chance(),
        )
        self._wait_until(self._clock() + pause.total_seconds())

    def _wait_until(self, due_at: float) -> None:
        self._due_at = due_at
        left = timedelta(seconds=max(due_at - self._clock(), 0))
        self._timer.start(left // _MILLISECOND)

    def _publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.changed.emit(snapshot)

    def _is_asked_to_wait(self) -> bool:
        trouble = self.snapshot.trouble
        asked = isinstance(trouble, WalletError) and trouble.retry_after is not None
        return (asked or isinstance(trouble, ThrottledError)) and self._clock() < self._due_at

    def _must_wait(self) -> bool:
        """Say whether asking before its time would be wrong, unless a person wants it."""
        refused = isinstance(self.snapshot.trouble, RejectedError) and self._clock() < self._due_at
        return refused or self._is_asked_to_wait()

    @Slot()
    def _on_due(self) -> None:
        if not self.snapshot.refreshing:
            self._begin()

    @Slot()
    def _on_tick(self) -> None:
        """Notice sleep, which stops the timer; notice changed clocks and old readings."""
        if self._has_slept():
            self._catch_up()
        elif self._is_stale() and not self.snapshot.stale:
            self._publish(replace(self.snapshot, stale=True))
        self.ticked.emit()

    def _has_slept(self) -> bool:
        """Compare the clocks; say whether the computer has slept since the last time."""
        clock, now = self._clock(), self._now()
        passed = timedelta(seconds=clock - self._compared_at)
        is_changed = abs(now - self._compared_on - passed) > CLOCK_JUMP
        self._compared_at, self._compared_on = clock, now
        has_slept = passed > TICK + CLOCK_JUMP
        if has_slept or is_changed:
            self.awake_since = now
        if has_slept:
            self._current_at = clock
        return has_slept

    def _catch_up(self) -> None:
        """Ask at once if the interval passed during sleep; else when it was due."""
        if self.snapshot.refreshing:
            return
        since = timedelta(seconds=self._clock() - self._asked_at)
        if since >= self.snapshot.settings.interval and not self._must_wait():
            self._begin()
        else:
            self._wait_until(self._due_at)

    def _is_stale(self) -> bool:
        if self.snapshot.reading is None or self.snapshot.trouble is not None:
            return False
        age = timedelta(seconds=self._clock() - self._current_at)
        return age > 2 * self.snapshot.settings.interval + TICK
