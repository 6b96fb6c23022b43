"""Whether the wallet is spent far faster than is its own habit.

What counts is a *sustained* spend: the lesser of what the last ten minutes and the ten before them
spent. One purchase or one correction lies in one half alone, and so is no speed. It is measured
twice:

* by the hour's habit. Of each earlier day the highest sustained spend within an hour or so of this
  time is taken, and of those the median: a batch that comes every night, some minutes earlier or
  later, is habit, and no single day can change it.
* by the day's habit. How far above the hours' habits did each earlier day come at its worst? What
  the wallet does once in a fortnight anyway is no news.

The second is the method of block maxima (E. J. Gumbel, *Statistics of Extremes*, 1958) without any
assumed distribution: if one day is like another, the next one exceeds the r-th highest of n with
the probability r / (n + 1), however the wallet is spent (the argument of conformal prediction:
V. Vovk, A. Gammerman, G. Shafer, *Algorithmic Learning in a Random World*, 2005). Deviations from a
median would not do: where most windows are zero, so is the median deviation, and every event would
be an alarm.

Amounts are credits; times are seconds since 1970, so UTC. An hour is one of 24 counted back from
the last reading, which needs no time zone; a clock change shifts habits by no more than is allowed.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from operator import truediv
from statistics import median

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spans import MEMORY

FAR = math.sqrt(10)
"""How many times the hour's habit is far: midway, as ratios go, between the usual and tenfold."""

SELDOM = 14
"""Days in which chance may exceed the day's habit once. It also is the least history, 13 earlier
days that are known at least in part: fewer cannot tell what is as seldom."""

HALF = 600
"""Seconds in each half of the window: two readings at the default interval, so that one that came
late leaves no half without spending. Longer ones would notice later, by as much."""

_MEMORY = int(MEMORY.total_seconds())
_AN_HOUR = 3600 // HALF
_UNKNOWN = -1.0
"""Below every spend: the lesser half with it is unknown, the highest is the highest known."""


def is_burning_fast(readings: Sequence[Reading], now: datetime) -> bool:
    """Judge the last twenty minutes by up to eight weeks before them.

    ``readings`` may be in any order, have gaps and repetitions, and leave out the middle of an
    unchanged balance. Those after ``now`` do not count. A rise is a top-up, and no spending. False
    where too little is known: of the past, or of the last minutes. A wallet that was never spent
    has no habit.
    """
    halves = _spend_by_half(readings, int(now.timestamp()))
    spend = min(halves[:2], default=_UNKNOWN)
    limit = _limits(halves)[-1]
    # Rounding must not turn an event that was there before into a greater one.
    return spend > limit and not math.isclose(spend, limit)


def _spend_by_half(readings: Sequence[Reading], now: int) -> list[float]:
    """Return the credits spent in each HALF before the last reading, the latest first.

    Between two readings the spend is spread evenly, unless they are further apart than a window:
    then nobody knows when it was. An unchanged balance is known however long it lasts.
    """
    spent_by = sorted(
        (at, -float(reading.balance))
        for reading in readings
        if now - _MEMORY <= (at := int(reading.at.timestamp())) <= now
    )
    if not spent_by or now - spent_by[-1][0] > HALF:
        return []
    times = [at for at, _ in spent_by]
    falls = [max(0.0, after - before) for (_, before), (_, after) in pairwise(spent_by)]
    levels = _levels(times, falls)
    halves = [after - before for after, before in pairwise(levels)]
    for (begin, end), fall in zip(pairwise(times), falls, strict=True):
        if fall and end - begin > 2 * HALF:
            first = (times[-1] - end) // HALF
            beyond = min(-((begin - times[-1]) // HALF), len(halves))
            halves[first:beyond] = [_UNKNOWN] * (beyond - first)
    return halves


def _levels(times: list[int], falls: list[float]) -> list[float]:
    """Return all that was spent until the last reading, until HALF before it, and so on."""
    spent = list(accumulate(falls, initial=0.0))
    levels = []
    for at in range(times[-1], times[0] - 1, -HALF):
        i = bisect_right(times, at) - 1
        level = spent[i]
        if at > times[i]:
            level += falls[i] * ((at - times[i]) / (times[i + 1] - times[i]))
        levels.append(level)
    return levels


def _limits(halves: list[float]) -> list[float]:
    """Return the sustained spend that is still habit, in credits, for each of 24 hours.

    The order is that of time backward: first the hour before the present one, last the present
    one. Infinite where too little is known.
    """
    spends = list(map(min, halves, halves[1:]))
    # The present hour is left out: a burn that has begun is no habit.
    hours = [max(spends[at : at + _AN_HOUR]) for at in range(_AN_HOUR, len(spends), _AN_HOUR)]
    habits = _habits(hours)
    # What is many times next to nothing may be chance: a quiet hour is measured by the typical one,
    # and a wallet that is idle in most hours by what it spends when it does.
    spent = [spend for spend in spends[_AN_HOUR:] if spend > 0]
    typical = median(habits) or (median(spent) if spent else math.inf)
    scales = [max(habit, typical) for habit in habits]
    worst = sorted(_worst_of_days(hours, scales))
    rank = (len(worst) + 1) // SELDOM
    times = worst[-rank] if rank else math.inf
    return [
        max((habit or typical) * FAR, scale * times)
        for habit, scale in zip(habits, scales, strict=True)
    ]


def _habits(hours: list[float]) -> list[float]:
    """Return the usual highest spend around each of 24 hours, in the order of ``hours``."""
    around = [max(trio) for trio in zip(hours, hours[1:], hours[2:], strict=False)]
    habits = []
    for before in range(-1, 23):
        known = [spend for spend in around[before % 24 :: 24] if spend >= 0]
        habits.append(median(known) if known else 0.0)
    return habits


def _worst_of_days(hours: list[float], scales: list[float]) -> Iterator[float]:
    """Yield the highest ratio of spend to scale of each whole day that is known in part."""
    for begin in range(0, len(hours) - 23, 24):
        worst = max(map(truediv, hours[begin : begin + 24], scales))
        if worst >= 0:
            yield worst
