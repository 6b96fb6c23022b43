"""Decides when to look: the timers, and the one gate that every asker passes."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

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

PAUSE = 1.0
"""Seconds from one request's start within which no click can start another."""

NUDGE_PAUSE = 60.0
"""The same for what nobody clicked, an opened window or a network that came back; and for clicks
while the server asks for patience."""

TICK = timedelta(minutes=1)
"""Between two looks at the clock, each of which wakes the computer."""

JUMP = timedelta(seconds=10)
"""By how much a tick must come early or late to tell of sleep or of a changed clock."""

_MILLISECOND = timedelta(milliseconds=1)


Look = Callable[[bool, Callable[[Snapshot], None], Callable[[Exception], None]], None]
"""Begins one look at the wallet; calls back on this thread with what came of it, or with our own
fault. The first argument says whether the keyring may ask the person to unlock it."""


class Refresher(QObject):
    """Holds the latest snapshot and asks for the next.

    ``changed`` carries every new snapshot to every view. ``clock`` counts seconds and never goes
    back, ``now`` is the time of day, aware, in UTC; ``chance`` returns numbers from 0 to 1.
    """

    changed = Signal(object)
    ticked = Signal()
    """A minute has passed: time to see whether another process has signed in or saved settings."""

    def __init__(
        self,
        look: Look,
        *,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self._look = look
        self._clock = clock
        self._now = now
        self._chance = chance
        self._schedule = Schedule()
        self._asked_at = float("-inf")
        self._round = 0
        self.snapshot = Snapshot()
        """The latest one."""
        # The machine has been awake since then, as far as is known.
        self._asked_on = self._due_at = self._ticked_at = self.awake_since = now()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_due)
        self._tick = QTimer(self, interval=TICK // _MILLISECOND)
        self._tick.timeout.connect(self._on_tick)
        self._tick.start()

    @Slot()
    def refresh(self) -> None:
        """Look now because a person asks, unless a look is under way or began a moment ago."""
        self._ask_after(NUDGE_PAUSE if self._is_asked_to_wait() else PAUSE)

    @Slot()
    def unlock(self) -> None:
        """Look now, and let the keyring ask to be unlocked."""
        if not self.snapshot.refreshing:
            self._begin(prompt=True)

    @Slot()
    def nudge(self) -> None:
        """Look now because there is some reason to, but no more often than once a minute."""
        if not self._must_wait():
            self._ask_after(NUDGE_PAUSE)

    @Slot()
    def on_network(self) -> None:
        """Take a hint that the network is back, where its absence was the trouble."""
        if isinstance(self.snapshot.trouble, OfflineError):
            self.nudge()

    def restart(self, known: Snapshot) -> None:
        """Show ``known`` and look at once: whoever asks, or whom, has changed.

        The result of a look that is under way no longer counts.
        """
        self._schedule = replace(self._schedule, failures=0)
        self._show(known)
        self._begin()

    def rejudge(self, known: Snapshot) -> None:
        """Show ``known``, judged by new settings; the next look keeps to the new interval."""
        self._show(replace(known, refreshing=self.snapshot.refreshing))
        if known.trouble is None:
            self._wait(known.settings.interval)

    def _ask_after(self, pause: float) -> None:
        if not self.snapshot.refreshing and self._clock() - self._asked_at >= pause:
            self._begin()

    def _begin(self, *, prompt: bool = False) -> None:
        self._timer.stop()
        self._asked_at = self._clock()
        self._asked_on = self._now()
        if not timedelta(0) <= self._asked_on - self._ticked_at <= TICK + JUMP:
            # After sleep or a changed clock this look came before the tick that would tell.
            self.awake_since = self._asked_on
        self._round += 1
        this_round = self._round
        self._show(replace(self.snapshot, refreshing=True))

        def came(snapshot: Snapshot) -> None:
            if this_round == self._round:
                self._schedule_next(snapshot)
                self._show(snapshot)

        def failed(error: Exception) -> None:
            # Shown like any trouble, after which the next look is due as ever.
            if isinstance(error, DeepvueError):
                came(replace(self.snapshot, refreshing=False, trouble=error))
                return
            trouble = InternalError(type(error).__name__)
            came(replace(self.snapshot, refreshing=False, trouble=trouble))
            raise error

        self._look(prompt, came, failed)

    def _schedule_next(self, snapshot: Snapshot) -> None:
        self._schedule, pause = next_attempt(
            self._schedule,
            snapshot.trouble,
            interval=snapshot.settings.interval,
            now=self._now(),
            chance=self._chance(),
        )
        self._wait(pause)

    def _wait(self, pause: timedelta) -> None:
        self._due_at = self._now() + pause
        self._timer.start(pause // _MILLISECOND)

    def _show(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.changed.emit(snapshot)

    def _is_asked_to_wait(self) -> bool:
        trouble = self.snapshot.trouble
        asked = isinstance(trouble, WalletError) and trouble.retry_after is not None
        return (asked or isinstance(trouble, ThrottledError)) and self._now() < self._due_at

    def _must_wait(self) -> bool:
        """Say whether asking before its time would be wrong, unless a person wants it."""
        refused = isinstance(self.snapshot.trouble, RejectedError) and self._now() < self._due_at
        return refused or self._is_asked_to_wait()

    @Slot()
    def _on_due(self) -> None:
        if not self.snapshot.refreshing:
            self._begin()

    @Slot()
    def _on_tick(self) -> None:
        """Notice sleep and changed clocks, which stop or outdate the timer; notice old readings."""
        now = self._now()
        passed, self._ticked_at = now - self._ticked_at, now
        if abs(passed - TICK) > JUMP:
            self.awake_since = now
            self._catch_up(now)
        elif self._is_stale(now) and not self.snapshot.stale:
            self._show(replace(self.snapshot, stale=True))
        self.ticked.emit()

    def _catch_up(self, now: datetime) -> None:
        """Ask at once if it is time by the clock on the wall; else at that time."""
        if self.snapshot.refreshing:
            return
        since = now - self._asked_on
        due = since >= self.snapshot.settings.interval or since < timedelta(0)
        if due and not self._must_wait():
            self._begin()
        else:
            self._timer.start(max(self._due_at - now, timedelta(0)) // _MILLISECOND)

    def _is_stale(self, now: datetime) -> bool:
        if self.snapshot.reading is None or self.snapshot.trouble is not None:
            return False
        known_good = max(self.snapshot.reading.at, self.awake_since)
        return now - known_good > 2 * self.snapshot.settings.interval + TICK
