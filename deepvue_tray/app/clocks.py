"""Detects that the computer slept or that its time of day was changed."""

import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

TICK = timedelta(minutes=1)
"""The time between two comparisons of the clocks, each of which wakes the computer."""

CLOCK_JUMP = timedelta(seconds=10)
"""If a comparison is late by more than this, the computer slept. If the clocks differ by more, the
time of day was changed."""


def seconds_since_boot() -> float:
    """Return the seconds of a clock that cannot be set and that includes sleep."""
    # time.monotonic() stops during sleep on these two.
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Clocks:
    """Compares the two clocks, at least once each TICK while the computer is awake.

    ``clock`` counts seconds as ``seconds_since_boot`` does. ``now`` returns the time of day, aware,
    in UTC.
    """

    def __init__(self, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._clock = clock
        self._now = now
        self.awake_since = now()
        """Since when the computer has been awake with an unchanged time of day; aware, UTC."""
        # The last comparison: the time on each clock.
        self._compared_at, self._compared_on = clock(), self.awake_since

    def has_slept(self) -> bool:
        """Compare the clocks; return whether the computer slept since the last comparison."""
        clock, now = self._clock(), self._now()
        passed = timedelta(seconds=clock - self._compared_at)
        is_changed = abs(now - self._compared_on - passed) > CLOCK_JUMP
        self._compared_at, self._compared_on = clock, now
        has_slept = passed > TICK + CLOCK_JUMP
        if has_slept or is_changed:
            self.awake_since = now
        return has_slept
