"""Decides when to poll: the timers, and the one function that starts every poll.

Deadlines use a clock that cannot be set and that includes sleep. The time of day is used only to
detect that it was changed.
"""

import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deepvue_tray.app.worker import Worker
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
"""The minimum time between the starts of two polls, the second one by a click."""

MIN_PAUSE_S = 60.0
"""The same for polls without a click (a window was opened, the network was restored), and for
clicks while the server demands a pause."""

FAR_POLL_S = 300.0
"""The signal ``waiting`` is emitted only while the next poll is further away than this. Polls also
load what other processes have stored, and at the default interval the signal would double the
wake-ups."""

TICK = timedelta(minutes=1)
"""The time between two comparisons of the clocks, each of which wakes the computer."""

CLOCK_JUMP = timedelta(seconds=10)
"""If a tick is late by more than this, the computer slept. If the clocks differ by more, the time
of day was changed."""

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend

_MILLISECOND = timedelta(milliseconds=1)


def seconds_since_boot() -> float:
    """Return the seconds of a clock that cannot be set and that includes sleep."""
    # time.monotonic() stops during sleep on these two.
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Poller(QObject):
    """Holds the latest snapshot and requests the next from the worker.

    ``clock`` counts seconds as ``seconds_since_boot`` does. ``now`` returns the time of day, aware,
    in UTC. ``chance`` returns numbers from 0 to 1.
    """

    changed = Signal(Snapshot)
    """Carries every new snapshot."""
    waiting = Signal()
    """Emitted each minute while the next poll is far away: another process may have stored
    credentials or settings."""

    def __init__(
        self,
        worker: "Worker[Backend]",
        *,
        clock: Callable[[], float] = seconds_since_boot,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self._worker = worker
        self._clock = clock
        self._now = now
        self._chance = chance
        self._schedule = Schedule()
        self._began_at = self._due_at = float("-inf")
        self._round = 0
        self.snapshot = Snapshot()
        """The latest snapshot."""
        self.awake_since = now()
        """Since when the computer has been awake with an unchanged time of day; aware, UTC."""
        # The last comparison of the clocks: the time on each.
        self._compared_at, self._compared_on = clock(), self.awake_since
        # When the last successful reading arrived, or the computer woke up after it.
        self._current_at = clock()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_due)
        self._tick = QTimer(self, interval=TICK // _MILLISECOND)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()

    @Slot()
    def refresh(self) -> None:
        """Poll now because a person clicked, unless a request is running or has just begun."""
        if self._may_begin(MIN_PAUSE_S if self._is_pause_demanded() else CLICK_PAUSE_S):
            self._begin()

    @Slot()
    def unlock(self) -> None:
        """Poll now, and let the keyring prompt for its password."""
        if not self.snapshot.refreshing:
            self._begin(prompt=True)

    @Slot()
    def refresh_if_due(self) -> None:
        """Poll now unless the last request is less than a minute old."""
        if not self._must_wait() and self._may_begin(MIN_PAUSE_S):
            self._begin()

    @Slot()
    def on_network(self) -> None:
        """Poll now if the last poll failed because of the network."""
        if isinstance(self.snapshot.trouble, OfflineError):
            self.refresh_if_due()

    def reset_and_poll(self, known: Snapshot) -> None:
        """Publish ``known`` and poll at once: the credentials or the wallet have changed.

        The result of a running request is ignored.
        """
        self._schedule = replace(self._schedule, failures=0)
        self._publish(known)
        self._begin()

    def reevaluate(self, known: Snapshot) -> None:
        """Publish ``known``, which was evaluated with other settings.

        A changed interval moves the next poll to that interval after the last one, unless a retry
        is due earlier. Another wallet is polled at once.
        """
        before = self.snapshot
        if known.client_id != before.client_id:
            self.reset_and_poll(known)
            return
        self._publish(replace(known, refreshing=before.refreshing))
        if known.settings.interval == before.settings.interval or before.refreshing:
            return
        if not self._must_wait():
            due_at = self._began_at + known.settings.interval.total_seconds()
            self._wait_until(min(due_at, self._due_at) if known.trouble else due_at)

    def _may_begin(self, pause_s: float) -> bool:
        """Return whether no request is running and the last began ``pause_s`` ago or earlier."""
        return not self.snapshot.refreshing and self._clock() - self._began_at >= pause_s

    def _begin(self, *, prompt: bool = False) -> None:
        self._timer.stop()
        # The tick that detects sleep or a changed clock may be later than this call.
        self._has_slept()
        self._began_at = self._clock()
        self._round += 1
        this_round = self._round
        self._publish(replace(self.snapshot, refreshing=True))

        awake_since = self.awake_since

        def on_result(snapshot: Snapshot) -> None:
            if this_round == self._round:
                if snapshot.reading != self.snapshot.reading:
                    self._current_at = self._clock()
                self._schedule_next(snapshot)
                self._publish(snapshot)

        def on_error(error: Exception) -> None:
            if isinstance(error, DeepvueError):
                on_result(replace(self.snapshot, refreshing=False, trouble=error))
                return
            trouble = InternalError(type(error).__name__)
            on_result(replace(self.snapshot, refreshing=False, trouble=trouble))
            raise error

        self._worker.submit(
            lambda backend: backend.monitor.poll(prompt=prompt, awake_since=awake_since),
            on_result,
            on_error,
        )

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

    def _is_pause_demanded(self) -> bool:
        """Return whether the server demands a pause that is not over."""
        trouble = self.snapshot.trouble
        has_deadline = isinstance(trouble, WalletError) and trouble.retry_after is not None
        return (
            has_deadline or isinstance(trouble, ThrottledError)
        ) and self._clock() < self._due_at

    def _must_wait(self) -> bool:
        """Return whether only a click may poll before the deadline."""
        refused = isinstance(self.snapshot.trouble, RejectedError) and self._clock() < self._due_at
        return refused or self._is_pause_demanded()

    @Slot()
    def _on_due(self) -> None:
        if not self.snapshot.refreshing:
            self._begin()

    @Slot()
    def _on_tick(self) -> None:
        """Detect sleep, which stops the timer, changed clocks, and old readings."""
        if self._has_slept():
            self._catch_up()
        elif self._is_stale() and not self.snapshot.stale:
            self._publish(replace(self.snapshot, stale=True))
        if self._due_at - self._clock() > FAR_POLL_S:
            self.waiting.emit()

    def _has_slept(self) -> bool:
        """Compare the clocks; return whether the computer slept since the last comparison."""
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
        """Poll now if the interval passed during sleep, otherwise when the interval ends."""
        if self.snapshot.refreshing:
            return
        since = timedelta(seconds=self._clock() - self._began_at)
        if since >= self.snapshot.settings.interval and not self._must_wait():
            self._begin()
        else:
            self._wait_until(self._due_at)

    def _is_stale(self) -> bool:
        if self.snapshot.reading is None or self.snapshot.trouble is not None:
            return False
        age = timedelta(seconds=self._clock() - self._current_at)
        return age > 2 * self.snapshot.settings.interval + TICK
