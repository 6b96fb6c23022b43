"""Decides when to poll which wallet: the timers, and the one function that starts every poll.

Deadlines use a clock that cannot be set and that includes sleep. The time of day is used only to
detect that it was changed.
"""

import math
import random
import sys
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deepvue_tray.app.worker import Worker
from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import (
    DeepvueError,
    InternalError,
    OfflineError,
    RejectedError,
    ThrottledError,
    WalletError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.schedule import Schedule, next_attempt, spread
from deepvue_tray.core.snapshot import Snapshot

REQUEST_PAUSE_S = 1.0
"""The minimum time between the starts of two polls, of one wallet by a click or of two wallets."""

MIN_PAUSE_S = 60.0
"""The same for polls of one wallet without a click (a window was opened, the network was restored),
and for clicks while the server demands a pause."""

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
_NEVER, _NEVER_BEFORE = math.inf, -math.inf


def seconds_since_boot() -> float:
    """Return the seconds of a clock that cannot be set and that includes sleep."""
    # time.monotonic() stops during sleep on these two.
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


@dataclass(slots=True)
class _Turn:
    """The polls of one wallet; times in seconds of the poller's clock."""

    current_at: float
    """When the last successful reading arrived, or the computer woke up after it."""
    due_at: float
    """When the next poll begins; infinite for a paused wallet."""
    schedule: Schedule = field(default_factory=Schedule)
    began_at: float = _NEVER_BEFORE
    """When the last poll began."""
    round: int = 0
    """The number of polls that have begun."""
    is_running: bool = False
    error: DeepvueError | None = None
    """Why the last poll ended without an overview."""


class Poller(QObject):
    """Holds the latest overview and requests the next from the worker.

    ``clock`` counts seconds as ``seconds_since_boot`` does. ``now`` returns the time of day, aware,
    in UTC. ``chance`` returns numbers from 0 to 1.
    """

    changed = Signal(Overview)
    """Carries every new overview."""
    polled = Signal(Snapshot)
    """Carries the result of every poll."""
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
        self.overview = Overview()
        """The latest overview."""
        self._turns = {s.client_id: _Turn(clock(), _NEVER) for s in self.overview.snapshots}
        self._last_began_at = _NEVER_BEFORE
        self.awake_since = now()
        """Since when the computer has been awake with an unchanged time of day; aware, UTC."""
        # The last comparison of the clocks: the time on each.
        self._compared_at, self._compared_on = clock(), self.awake_since
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._begin_due)
        self._tick = QTimer(self, interval=TICK // _MILLISECOND)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()

    @Slot()
    def refresh(self) -> None:
        """Poll now because a person clicked, except wallets that were polled a moment ago."""
        for snapshot in self._watched():
            is_demanded = self._is_pause_demanded(snapshot)
            self._make_due(snapshot, MIN_PAUSE_S if is_demanded else REQUEST_PAUSE_S)
        self._begin_due()

    @Slot()
    def unlock(self) -> None:
        """Poll now, and let the keyring prompt for its password, once for all wallets."""
        watched = [snapshot for snapshot in self._watched() if not snapshot.refreshing]
        for snapshot in sorted(watched, key=lambda snapshot: not _is_locked(snapshot)):
            self._begin(snapshot.client_id, prompt=True)
            return

    @Slot()
    def refresh_if_due(self) -> None:
        """Poll now the wallets whose last request is at least a minute old."""
        self._refresh_if_due(self._watched())

    @Slot()
    def on_network(self) -> None:
        """Poll now the wallets whose last poll failed because of the network."""
        self._refresh_if_due(s for s in self._watched() if isinstance(s.trouble, OfflineError))

    def show(
        self, known: Overview, changed: Collection[str] = (), *, polled: str | None = None
    ) -> None:
        """Publish ``known``, and poll new wallets at once.

        ``changed`` are the wallets whose credentials have changed: they are polled at once, and
        the results of their running requests are ignored. The same applies to a wallet whose
        trouble has ended though it is not the one that was ``polled``: another process has signed
        in. A changed interval moves the next poll to that interval after the last one, unless a
        retry is due earlier.
        """
        before, now = self.overview, self._clock()
        self._turns = {
            snapshot.client_id: self._turns.get(snapshot.client_id) or _Turn(now, now)
            for snapshot in known.snapshots
        }
        self.overview = known
        for snapshot in known.snapshots:
            client_id, old = snapshot.client_id, before.snapshot(snapshot.client_id)
            turn = self._turns[client_id]
            has_recovered = old and old.trouble and not (snapshot.trouble or turn.error)
            if client_id in changed or (has_recovered and client_id != polled):
                turn.schedule = replace(turn.schedule, failures=0)
                turn.is_running, turn.error, turn.due_at = False, None, now
            if old is not None:
                self._apply(snapshot, old, before.settings.interval)
        self._publish(known)
        self._begin_due()

    def _apply(self, snapshot: Snapshot, before: Snapshot, interval: timedelta) -> None:
        """Move the next poll of a wallet if a changed setting requires it.

        ``before`` and ``interval`` are its snapshot and the interval before the change.
        """
        turn = self._turns[snapshot.client_id]
        if snapshot.wallet.is_paused:
            turn.due_at = _NEVER
        elif before.wallet.is_paused:
            turn.due_at = max(self._clock(), turn.began_at + MIN_PAUSE_S)
        elif self.overview.settings.interval != interval and not self._must_wait(snapshot):
            due_at = self._spread(
                snapshot.client_id,
                turn.began_at + self.overview.settings.interval.total_seconds(),
            )
            turn.due_at = min(due_at, turn.due_at) if snapshot.trouble else due_at

    def _watched(self) -> list[Snapshot]:
        return [s for s in self.overview.snapshots if not s.wallet.is_paused]

    def _refresh_if_due(self, snapshots: Iterable[Snapshot]) -> None:
        for snapshot in snapshots:
            if not self._must_wait(snapshot):
                self._make_due(snapshot, MIN_PAUSE_S)
        self._begin_due()

    def _make_due(self, snapshot: Snapshot, pause_s: float) -> None:
        """Let a wallet be polled now if its last poll has ended, and began ``pause_s`` ago."""
        turn, now = self._turns[snapshot.client_id], self._clock()
        if not turn.is_running and now - turn.began_at >= pause_s:
            turn.due_at = min(turn.due_at, now)

    @Slot()
    def _begin_due(self) -> None:
        """Poll the wallet that is due first, or wait until it may be polled."""
        waiting = [(turn.due_at, id_) for id_, turn in self._turns.items() if not turn.is_running]
        due_at, client_id = min(waiting, default=(_NEVER, ""))
        if due_at == _NEVER:
            self._timer.stop()
            return
        left = max(due_at, self._last_began_at + REQUEST_PAUSE_S) - self._clock()
        if left > 0:
            self._timer.start(math.ceil(left * 1000))
        else:
            self._begin(client_id)

    def _begin(self, client_id: str, *, prompt: bool = False) -> None:
        # The tick that detects sleep or a changed clock may be later than this call.
        self._has_slept()
        turn = self._turns[client_id]
        turn.began_at = self._last_began_at = self._clock()
        turn.round += 1
        turn.is_running = True
        this_round, awake_since = turn.round, self.awake_since

        def is_current() -> bool:
            return self._turns.get(client_id) is turn and turn.round == this_round

        def on_result(overview: Overview) -> None:
            if is_current():
                self._after_poll(client_id, overview, None)

        def on_error(error: Exception) -> None:
            if isinstance(error, DeepvueError):
                shown: DeepvueError = error
            else:
                shown = InternalError(type(error).__name__)
            if is_current():
                self._after_poll(client_id, self.overview, shown)
            if shown is not error:
                raise error

        self._worker.submit(
            lambda backend: backend.poll(client_id, prompt=prompt, awake_since=awake_since),
            on_result,
            on_error,
        )
        self._publish(self.overview)
        self._begin_due()

    def _after_poll(self, client_id: str, overview: Overview, error: DeepvueError | None) -> None:
        turn, before = self._turns[client_id], self.overview.snapshot(client_id)
        turn.is_running, turn.error = False, error
        snapshot = overview.snapshot(client_id)
        if snapshot is None or before is None:
            # Another process has removed the wallet.
            self.show(overview, polled=client_id)
            return
        if snapshot.reading != before.reading:
            turn.current_at = self._clock()
        turn.schedule, pause = next_attempt(
            turn.schedule,
            error or snapshot.trouble,
            interval=overview.settings.interval,
            clock=self._clock(),
            chance=self._chance(),
        )
        due_at = self._clock() + pause.total_seconds()
        turn.due_at = due_at if error or snapshot.trouble else self._spread(client_id, due_at)
        if _is_locked(before) and not _is_locked(snapshot):
            # The secrets of all wallets are read at once.
            for other in filter(_is_locked, self._watched()):
                self._make_due(other, REQUEST_PAUSE_S)
        self.show(overview, polled=client_id)
        self.polled.emit(self._with_progress(snapshot))

    def _spread(self, client_id: str, due_at: float) -> float:
        watched = [snapshot.client_id for snapshot in self._watched()]
        place = watched.index(client_id) if client_id in watched else 0
        return spread(due_at, place, len(watched), self.overview.settings.interval)

    def _publish(self, known: Overview) -> None:
        snapshots = tuple(self._with_progress(snapshot) for snapshot in known.snapshots)
        self.overview = replace(known, snapshots=snapshots)
        self.changed.emit(self.overview)

    def _with_progress(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with what only the poller knows: errors, progress and age."""
        turn = self._turns[snapshot.client_id]
        left = turn.due_at - self._clock()
        refreshing = turn.is_running or left <= 0
        is_planned = not refreshing and left != _NEVER
        return replace(
            snapshot,
            trouble=turn.error or snapshot.trouble,
            refreshing=refreshing,
            next_at=self._now() + timedelta(seconds=left) if is_planned else None,
            stale=self._is_stale(snapshot),
        )

    def _is_pause_demanded(self, snapshot: Snapshot) -> bool:
        """Return whether the server demands a pause that is not over."""
        trouble = snapshot.trouble
        has_deadline = isinstance(trouble, WalletError) and trouble.retry_after is not None
        return (has_deadline or isinstance(trouble, ThrottledError)) and not self._is_due(snapshot)

    def _must_wait(self, snapshot: Snapshot) -> bool:
        """Return whether only a click may poll a wallet before its deadline."""
        is_refused = isinstance(snapshot.trouble, RejectedError) and not self._is_due(snapshot)
        return is_refused or self._is_pause_demanded(snapshot)

    def _is_due(self, snapshot: Snapshot) -> bool:
        return self._turns[snapshot.client_id].due_at <= self._clock()

    @Slot()
    def _on_tick(self) -> None:
        """Detect sleep, which stops the timer, changed clocks, and old readings."""
        if self._has_slept():
            self._catch_up()
        elif any(self._is_stale(s) and not s.stale for s in self.overview.snapshots):
            self._publish(self.overview)
        next_at = min(turn.due_at for turn in self._turns.values())
        if next_at - self._clock() > FAR_POLL_S:
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
            for turn in self._turns.values():
                turn.current_at = clock
        return has_slept

    def _catch_up(self) -> None:
        """Poll now the wallets whose interval passed during sleep."""
        interval = self.overview.settings.interval.total_seconds()
        for snapshot in self._watched():
            if not self._must_wait(snapshot):
                self._make_due(snapshot, interval)
        self._begin_due()

    def _is_stale(self, snapshot: Snapshot) -> bool:
        if snapshot.reading is None or snapshot.trouble or snapshot.wallet.is_paused:
            return False
        age = timedelta(seconds=self._clock() - self._turns[snapshot.client_id].current_at)
        return age > 2 * self.overview.settings.interval + TICK


def _is_locked(snapshot: Snapshot) -> bool:
    return snapshot.trouble is not None and snapshot.trouble.action is Action.UNLOCK
