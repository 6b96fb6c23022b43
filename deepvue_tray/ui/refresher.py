"""Decides when to look: the QTimer, and the one gate that every asker passes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from deepvue_tray.core.reading import Snapshot

PAUSE = 1.0
"""Seconds from one request's start within which nobody can start another."""

_MILLISECOND = timedelta(milliseconds=1)

Look = Callable[[Callable[[Snapshot], None]], None]
"""Begins one look at the wallet, and calls back on this thread with what came of it."""


class Refresher(QObject):
    """Holds the latest snapshot and asks for the next.

    ``changed`` carries every new snapshot to every view. Timer, click, opened window and a change
    of the account all pass ``refresh``: while a look is under way, or within a second of its
    start, it asks nothing more. ``clock`` counts seconds and never goes back.
    """

    changed = Signal(object)

    def __init__(self, look: Look, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._look = look
        self._clock = clock
        self._asked_at = float("-inf")
        self._round = 0
        self.snapshot = Snapshot()
        """The latest one."""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Look now, unless a look is under way or began a moment ago."""
        if not self.snapshot.refreshing and self._clock() - self._asked_at >= PAUSE:
            self._begin()

    def restart(self, known: Snapshot) -> None:
        """Show ``known`` and look at once: whoever asks, or whom, has changed.

        The result of a look that is under way no longer counts.
        """
        self._show(known)
        self._begin()

    def rejudge(self, known: Snapshot) -> None:
        """Show ``known``, judged by new settings; the next look keeps to the new interval."""
        self._show(replace(known, refreshing=self.snapshot.refreshing))
        self._timer.start(known.settings.interval // _MILLISECOND)

    def _begin(self) -> None:
        self._timer.stop()
        self._asked_at = self._clock()
        self._round += 1
        this_round = self._round
        # What was due was raised when it came; what was not delivered comes again.
        self._show(replace(self.snapshot, refreshing=True, due=()))

        def came(snapshot: Snapshot) -> None:
            if this_round == self._round:
                self._show(snapshot)
                self._timer.start(snapshot.settings.interval // _MILLISECOND)

        self._look(came)

    def _show(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.changed.emit(snapshot)
