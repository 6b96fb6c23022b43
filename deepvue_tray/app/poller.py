"""Decides when to poll which wallet: the timers, and the one function that starts every poll."""

import math
import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deepvue_tray.app.clocks import TICK, Clocks, seconds_since_boot
from deepvue_tray.app.turn import Turn
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import DeepvueError, InternalError, OfflineError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.schedule import spread
from deepvue_tray.core.snapshot import Snapshot

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend

REQUEST_PAUSE_S = 1.0
"""The minimum time between the starts of two polls, of one wallet by clicks or of two wallets."""

MIN_PAUSE_S = 60.0
"""The same for polls of one wallet without a click (a window was opened, the network was restored),
and for clicks while the server demands a pause."""

FAR_POLL_S = 300.0
"""The signal ``waiting`` is emitted only while the next poll is further away than this. Polls also
load what other processes have stored, and at the default interval the signal would double the
wake-ups."""

_MILLISECOND = timedelta(milliseconds=1)


class Poller(QObject):
    """Holds the latest overview and requests the next from the worker.

    ``clock`` counts seconds as ``seconds_since_boot`` does; every deadline uses it. ``now`` returns
    the time of day, aware, in UTC, which is used only to detect that it was changed. ``chance``
    returns numbers from 0 to 1.
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
        self._clocks = Clocks(clock, now)
        self.overview = Overview()
        """The latest overview."""
        self._turns = {s.client_id: Turn.new(clock()) for s in self.overview.snapshots}
        self._last_began_at = -math.inf
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._begin_due)
        self._tick = QTimer(self, interval=TICK // _MILLISECOND)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()

    @Slot()
    def refresh(self) -> None:
        """Poll now because a person clicked, except wallets that were polled a moment ago."""
        now = self._clock()
        for snapshot, turn in self._watched():
            is_demanded = turn.is_pause_demanded(snapshot.trouble, now)
            turn.make_due(now, MIN_PAUSE_S if is_demanded else REQUEST_PAUSE_S)
        self._begin_due()

    @Slot()
    def unlock(self) -> None:
        """Poll now, and let the keyring prompt for its password, once for all wallets."""
        idle = [snapshot for snapshot, turn in self._watched() if turn.running is None]
        if idle:
            first = min(idle, key=lambda snapshot: not _is_locked(snapshot))
            self._begin(first.client_id, prompt=True)

    @Slot()
    def refresh_if_due(self) -> None:
        """Poll now the wallets whose last request is at least a minute old."""
        self._make_due(self._watched(), MIN_PAUSE_S)
        self._begin_due()

    @Slot()
    def on_network(self) -> None:
        """Poll now the wallets whose last poll failed because of the network."""
        offline = [
            (snapshot, turn)
            for snapshot, turn in self._watched()
            if isinstance(snapshot.trouble, OfflineError)
        ]
        self._make_due(offline, MIN_PAUSE_S)
        self._begin_due()

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
            snapshot.client_id: self._turns.get(snapshot.client_id) or Turn.new(now)
            for snapshot in known.snapshots
        }
        self.overview = known
        for old in before.snapshots:
            snapshot = known.snapshot(old.client_id)
            if snapshot is None:
                continue
            turn = self._turns[old.client_id]
            has_recovered = old.trouble and not (snapshot.trouble or turn.error)
            if old.client_id in changed or (has_recovered and old.client_id != polled):
                turn.restart(now)
            elif old.wallet.is_paused and not snapshot.wallet.is_paused:
                self._make_due([(snapshot, turn)], MIN_PAUSE_S)
            elif known.settings.interval != before.settings.interval:
                self._apply_interval(snapshot, turn)
        if not self._begin_due():
            self._publish(known)

    def _apply_interval(self, snapshot: Snapshot, turn: Turn) -> None:
        if turn.must_wait(snapshot.trouble, self._clock()):
            return
        interval_s = self.overview.settings.interval.total_seconds()
        due_at = _spread(self.overview, snapshot.client_id, turn.began_at + interval_s)
        turn.due_at = min(due_at, turn.due_at) if snapshot.trouble else due_at

    def _watched(self) -> list[tuple[Snapshot, Turn]]:
        return [
            (snapshot, self._turns[snapshot.client_id])
            for snapshot in self.overview.snapshots
            if not snapshot.wallet.is_paused
        ]

    def _make_due(self, wallets: Iterable[tuple[Snapshot, Turn]], pause_s: float) -> None:
        """Let the wallets that were last polled ``pause_s`` ago be polled now without a click."""
        now = self._clock()
        for snapshot, turn in wallets:
            if not turn.must_wait(snapshot.trouble, now):
                turn.make_due(now, pause_s)

    @Slot()
    def _begin_due(self) -> bool:
        """Poll the wallet that is due first, or wait until it may be polled.

        Returns whether a poll has begun, with which the overview was published.
        """
        idle = [(turn.due_at, s.client_id) for s, turn in self._watched() if turn.running is None]
        due_at, client_id = min(idle, default=(math.inf, ""))
        if due_at == math.inf:
            self._timer.stop()
            return False
        left_s = max(due_at, self._last_began_at + REQUEST_PAUSE_S) - self._clock()
        if left_s > 0:
            self._timer.start(timer_ms(left_s))
            return False
        self._begin(client_id)
        return True

    def _begin(self, client_id: str, *, prompt: bool = False) -> None:
        # The tick that detects sleep or a changed clock may be later than this call.
        self._compare_clocks()
        turn = self._turns[client_id]
        poll = turn.begin(self._clock())
        self._last_began_at = turn.began_at
        awake_since = self._clocks.awake_since

        def is_current() -> bool:
            return self._turns.get(client_id) is turn and turn.running is poll

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

        # The views first: while both threads run Python, each wakes the other again and again.
        self._publish(self.overview)
        self._worker.submit(
            lambda backend: backend.poll(client_id, prompt=prompt, awake_since=awake_since),
            on_result,
            on_error,
        )
        self._begin_due()

    def _after_poll(self, client_id: str, overview: Overview, error: DeepvueError | None) -> None:
        turn, before = self._turns[client_id], self.overview.snapshot(client_id)
        snapshot = overview.snapshot(client_id)
        if snapshot is None or before is None:
            # Another process has removed the wallet.
            self.show(overview)
            return
        now, trouble = self._clock(), error or snapshot.trouble
        if snapshot.reading != before.reading:
            turn.current_at = now
        turn.error = error
        turn.end(trouble, interval=overview.settings.interval, now=now, chance=self._chance())
        if _is_locked(before) and not _is_locked(snapshot):
            # The secrets of all wallets are read at once.
            for _, other in filter(lambda wallet: _is_locked(wallet[0]), self._watched()):
                other.make_due(now, REQUEST_PAUSE_S)
        if trouble is None:
            turn.due_at = _spread(overview, client_id, turn.due_at)
        self.show(overview, polled=client_id)
        self.polled.emit(self._with_progress(snapshot))

    def _publish(self, known: Overview) -> None:
        snapshots = tuple(self._with_progress(snapshot) for snapshot in known.snapshots)
        self.overview = replace(known, snapshots=snapshots)
        self.changed.emit(self.overview)

    def _with_progress(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with what only the poller knows: errors, progress and age."""
        turn = self._turns[snapshot.client_id]
        is_paused, left = snapshot.wallet.is_paused, turn.due_at - self._clock()
        refreshing = turn.running is not None or (left <= 0 and not is_paused)
        is_planned = not refreshing and not is_paused
        return replace(
            snapshot,
            trouble=turn.error or snapshot.trouble,
            refreshing=refreshing,
            next_at=self._now() + timedelta(seconds=left) if is_planned else None,
            stale=self._is_stale(snapshot),
        )

    @Slot()
    def _on_tick(self) -> None:
        """Detect sleep, which stops the timer, changed clocks, and old readings."""
        if self._compare_clocks():
            self._begin_due()
        elif any(self._is_stale(s) and not s.stale for s in self.overview.snapshots):
            self._publish(self.overview)
        next_at = min((turn.due_at for _, turn in self._watched()), default=math.inf)
        if next_at - self._clock() > FAR_POLL_S:
            self.waiting.emit()

    def _compare_clocks(self) -> bool:
        """Return whether the computer slept; if so, make due the wallets whose interval passed."""
        if not self._clocks.has_slept():
            return False
        for turn in self._turns.values():
            turn.current_at = self._clock()
        self._make_due(self._watched(), self.overview.settings.interval.total_seconds())
        return True

    def _is_stale(self, snapshot: Snapshot) -> bool:
        if snapshot.reading is None or snapshot.trouble or snapshot.wallet.is_paused:
            return False
        age = timedelta(seconds=self._clock() - self._turns[snapshot.client_id].current_at)
        return age > 2 * self.overview.settings.interval + TICK


def timer_ms(left_s: float) -> int:
    """Return the milliseconds for which a timer is started, so that ``left_s`` seconds pass.

    Qt's coarse timers may end early by a twentieth, at most by a second. Another wait for the rest
    would wake the computer once more.
    """
    return math.ceil(1000 * (left_s + min(left_s / 15, 1)))


def _is_locked(snapshot: Snapshot) -> bool:
    return snapshot.trouble is not None and snapshot.trouble.action is Action.UNLOCK


def _spread(overview: Overview, client_id: str, due_at: float) -> float:
    """Return the time closest to ``due_at`` at which a wallet has its turn.

    Paused wallets keep theirs, so that a pause does not move the turns of others.
    """
    client_ids = [snapshot.client_id for snapshot in overview.snapshots]
    place = client_ids.index(client_id)
    return spread(due_at, place, len(client_ids), overview.settings.interval)
