"""Whether the wallet is spent far faster than is its own habit.

What counts is a *sustained* spend: the least that was spent in any of the equal parts of the last
half hour. A single fall, as by one purchase or one correction, lies in one part alone and so is no
speed. This spend is measured against two habits of the same wallet:

* that of the hour. Of each earlier day the highest such spend around the same time is taken, and
  of these the median: a batch that comes every night, some minutes earlier or later, is habit, and
  no single day can change it.
* that of the day. How far above the hours' habits did each earlier day come at its worst? What a
  wallet does about once in a fortnight anyway is no news.

The second is the method of block maxima (E. J. Gumbel, Statistics of Extremes, 1958) without a
distribution: if days are exchangeable, today exceeds the r-th highest of n earlier days with
probability r / (n + 1), whatever the wallet's spending is like (the argument of conformal
prediction; V. Vovk et al., Algorithmic Learning in a Random World, 2005). The median absolute
deviation would not do: most windows of a sparse wallet are zero, and so is it.

Amounts are credits, times are seconds since 1970 in UTC. An "hour" is one of 24 counted back from
now, so no time zone is needed; where clocks change, the hours around it hide the shift.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from operator import truediv
from statistics import median

from deepvue_tray.core.reading import Reading

FAR = math.sqrt(10)
"""How many times its habit is "far faster": midway, as ratios go, between the usual and tenfold."""

SELDOM = 14
"""An alert may come once in so many days by chance. It is also the least history: that a thing is
seldom cannot be known from less."""

MEMORY = 56 * 86_400
"""Seconds of history that count: eight weeks are a habit; what is older may be none any more."""

PART = 600
"""Seconds. Two intervals at the default of five minutes, so that one answer that came late does not
leave a part without any spending."""

PARTS = 3
"""Parts of the window: a single fall cannot lie in all of them."""

_UNKNOWN = -1.0
"""Below every spend: the least with an unknown one is unknown, the highest is the highest known."""


def is_burning_fast(readings: Sequence[Reading], now: datetime) -> bool:
    """Judge the last minutes before ``now`` by the weeks before them.

    ``readings`` may be in any order, have gaps and repetitions, and leave out the middle of an
    unchanged balance. Those after ``now`` do not count. A rise is a top-up, and no spending.
    """
    parts = _spend_by_part(readings, int(now.timestamp()))
    return _sustained(parts[:PARTS]) > _limits(parts)[-1]


def _sustained(window: Sequence[float]) -> float:
    """Return what was spent beside the largest part."""
    return _UNKNOWN if min(window, default=_UNKNOWN) < 0 else sum(window) - max(window)


def _limits(parts: Sequence[float]) -> list[float]:
    """Return what each hour of the day may spend in a window, the one before the present first.

    Credits; infinite where too little is known.
    """
    spends = [
        _sustained(window) for window in zip(*(parts[n:] for n in range(PARTS)), strict=False)
    ]
    an_hour = 3600 // PART
    hours = [max(spends[at : at + an_hour]) for at in range(an_hour, len(spends), an_hour)]
    known = [spend for spend in spends if spend > 0]
    habits = _habits(hours, sum(known) / max(1, len(spends)))
    worst = sorted(_worst_of_days(hours, habits))
    rank = (len(worst) + 1) // SELDOM
    times = max(FAR, worst[-rank]) if rank else math.inf
    return [habit * times for habit in habits]


def _spend_by_part(readings: Sequence[Reading], now: int) -> list[float]:
    """Return the credits spent in each PART, the latest first; it ends with the last reading.

    Between two readings the spend is spread evenly, unless they are further apart than a window:
    then nobody knows when it was. An unchanged balance is known however long it lasts.
    """
    points = sorted(
        (at, -float(reading.balance))
        for reading in readings
        if now - MEMORY <= (at := int(reading.at.timestamp())) <= now
    )
    if not points or now - points[-1][0] > PART:
        return []
    times = [at for at, _ in points]
    falls = [max(0.0, after[1] - before[1]) for before, after in pairwise(points)]
    spent = list(accumulate(falls, initial=0.0))
    end = times[-1]
    levels = []
    for at in range(end, times[0] - 1, -PART):
        i = bisect_right(times, at) - 1
        level = spent[i]
        if at > times[i]:
            level += falls[i] * (at - times[i]) / (times[i + 1] - times[i])
        levels.append(level)
    parts = [after - before for after, before in pairwise(levels)]
    for i, fall in enumerate(falls):
        if fall and times[i + 1] - times[i] > PART * PARTS:
            first = (end - times[i + 1]) // PART
            last = min((end - times[i] - 1) // PART, len(parts) - 1)
            parts[first : last + 1] = [_UNKNOWN] * (last + 1 - first)
    return parts


def _habits(hours: list[float], mean: float) -> list[float]:
    """Return what is usual in each of the 24 hours, the one before the present hour first."""
    around = [max(trio) for trio in zip(hours, hours[1:], hours[2:], strict=False)]
    usual = []
    for hour in range(-1, 23):
        known = [highest for highest in around[hour % 24 :: 24] if highest >= 0]
        usual.append(median(known) if known else 0.0)
    typical = median(usual) or mean or math.inf
    return [habit or typical for habit in usual]


def _worst_of_days(hours: list[float], habits: list[float]) -> Iterator[float]:
    """Yield, for each whole day with any known window, how far above habit it came."""
    for at in range(0, len(hours) - 23, 24):
        worst = max(map(truediv, hours[at : at + 24], habits))
        if worst >= 0:
            yield worst
