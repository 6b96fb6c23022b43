"""Spending at regular steps, computed from balances at irregular times.

A decrease of the balance is spending; an increase is not. Steps are counted backward from the last
reading, so that the latest step is complete and the time zone does not matter.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import accumulate, pairwise
from math import ceil, inf
from operator import sub
from typing import NamedTuple

from deepvue_tray.core.reading import Reading

MEMORY = timedelta(weeks=8)
"""The length of the history that is used: eight weeks."""

HOUR_S = 3600.0
STEPS_PER_HOUR = 6
STEP_S = HOUR_S / STEPS_PER_HOUR
"""Two readings at the default interval, so that a late reading leaves no step without spending."""

Point = tuple[float, float]
"""A reading: the time in seconds since 1970, UTC, and the balance in credits."""


class Gap(NamedTuple):
    """The time between two different balances more than two steps apart, as in `Point`."""

    begin: float
    end: float
    is_rise: bool
    """Whether the balance is higher after the gap: a top-up hides what was spent."""


class Series(NamedTuple):
    """A wallet's spending in up to eight weeks; ``end`` and ``balance`` are of the last reading."""

    end: float
    balance: float
    spent: list[float]
    """The cumulative credits spent since the first reading: at ``end``, one step before it, and so
    on backward. Interpolated between readings; empty without readings."""
    gaps: list[Gap]

    def segments(self) -> Iterator[tuple[int, float | None]]:
        """Yield segments, oldest first: the number of hours, and the credits spent in them.

        A segment is one hour, or several where a gap hides the spending of the single hours. The
        credits are None where a top-up hides them.
        """
        hours = max(0, len(self.spent) - 1) // STEPS_PER_HOUR
        start = self.end - hours * HOUR_S
        inside, hidden = set[int](), set[int]()
        for gap in self.gaps:
            if gap.end - gap.begin > HOUR_S:
                until = ceil((gap.end - start) / HOUR_S)
                inside.update(range(max(1, int((gap.begin - start) / HOUR_S) + 1), until))
                if gap.is_rise:
                    hidden.add(until)
        by_hour = self.spent[hours * STEPS_PER_HOUR :: -STEPS_PER_HOUR]
        for hour, until in pairwise(at for at in range(hours + 1) if at not in inside):
            yield until - hour, None if until in hidden else by_hour[until] - by_hour[hour]


def series_of(points: Sequence[Point], latest: Reading | None = None) -> Series:
    """Build the series from points whose times increase strictly.

    ``latest`` follows them, and replaces points of the same time or later.
    """
    points = list(points)
    if latest:
        point = (latest.at.timestamp(), float(latest.balance))
        points[bisect_left(points, (point[0], -inf)) :] = [point]
    if not points:
        return Series(0.0, 0.0, [], [])
    times, balances = (list(column) for column in zip(*points, strict=True))
    falls = list(map(sub, balances, balances[1:]))
    if min(falls, default=0.0) < 0:
        _remove_corrections(times, balances)
        falls = list(map(sub, balances, balances[1:]))
    total = [0.0, *accumulate([fall if fall > 0 else 0.0 for fall in falls])]
    end, spent = times[-1], [total[-1]]
    steps = int(min(MEMORY.total_seconds(), end - times[0]) / STEP_S)
    grid = [end - step * STEP_S for step in range(1, steps + 1)]
    for at, i in zip(grid, [bisect_left(times, at, 1) for at in grid], strict=True):
        after, level = times[i], total[i]
        if after > at:
            level -= (level - total[i - 1]) * (after - at) / (after - times[i - 1])
        spent.append(level)
    gaps = [
        Gap(times[i], times[i + 1], falls[i] < 0)
        for i, length in enumerate(map(sub, times[1:], times))
        if length > 2 * STEP_S and falls[i]
    ]
    return Series(end, balances[-1], spent, gaps)


def _remove_corrections(times: list[float], balances: list[float]) -> None:
    """Replace balances that the next reading, within an hour, corrects.

    A running median of three around each rise (J. W. Tukey, *Exploratory Data Analysis*, 1977).
    """
    for rise in [i for i, (before, after) in enumerate(pairwise(balances), 1) if after > before]:
        for i in (rise - 1, rise):
            if 0 < i < len(times) - 1 and times[i + 1] - times[i - 1] <= HOUR_S:
                balances[i] = sorted(balances[i - 1 : i + 2])[1]
