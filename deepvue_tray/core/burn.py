"""Whether the wallet is spent far faster than is its own habit.

What counts is a *sustained* spend: the least of what each ten minutes of a window spent. One
purchase or one correction lies in one piece alone, and so is no speed. It is measured twice:

* by the hour's habit. Of each earlier day the highest sustained spend within an hour or so of this
  time is taken, and of those the median: a batch that comes every night, some minutes earlier or
  later, is habit, and no single day can change it.
* by the day's habit. How far above the hours' habits did each earlier day come at its worst? What
  the wallet does once in a fortnight anyway is no news.

Windows of twenty minutes notice first. A wallet that bursts by itself hides a burn from them; what
goes on where its bursts have faded is told by windows of 40 and of 80 minutes. Each length has a
limit of its own, and one factor on all of them keeps their common alarms about as seldom as those
of one.

The day's habit is the method of block maxima (E. J. Gumbel, *Statistics of Extremes*, 1958) without
any assumed distribution: if one day is like another, the next one exceeds the r-th highest of n
with the probability r / (n + 1), however the wallet is spent (the argument of conformal prediction:
V. Vovk, A. Gammerman, G. Shafer, *Algorithmic Learning in a Random World*, 2005). Deviations from a
median would not do: where most windows are zero, so is the median deviation, and every event would
be an alarm.

Amounts are credits; times are seconds since 1970, so UTC. An hour is one of 24 counted back from
the last reading, which needs no time zone; a clock change shifts habits by no more than is allowed.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from operator import truediv
from statistics import median
from typing import NamedTuple

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spans import MEMORY

FAR = math.sqrt(10)
"""How many times the hour's habit is far: midway, as ratios go, between the usual and tenfold."""

SELDOM = 14
"""Days in which chance may exceed the day's habit once. It also is the least history, 13 earlier
days that are known at least in part: fewer cannot tell what is as seldom."""

PIECE = 600
"""Seconds in each piece of a window: two readings at the default interval, so that one that came
late leaves no piece without spending. Longer ones would notice later, by as much."""

LENGTHS = (2, 4, 8)
"""Pieces in each window, each twice as many as before. Two are the fewest that tell a speed from a
purchase; each doubling finds what outlasts longer bursts; the longest still speaks before a burn of
two hours is over."""

WINDOW = timedelta(seconds=PIECE * (LENGTHS[-1] + 4))
"""What must be known of the last minutes: the longest window, and the reading before it."""

_MEMORY = int(MEMORY.total_seconds())
_AN_HOUR = 3600 // PIECE
_UNKNOWN = -1.0
"""Below every spend: the least piece with it is unknown, the highest is the highest known."""


class Habit(NamedTuple):
    """The most that a wallet spends without it being news."""

    learnt_at: int
    """The last reading that it was learnt from; seconds since 1970."""
    limits: Sequence[Sequence[float]]
    """The sustained spend that is still habit, in credits, for each of LENGTHS and each of 24
    hours: that before ``learnt_at`` last, the one before it first, and so on backward. Infinite
    where too little is known."""


def habit_of(readings: Sequence[Reading], now: datetime) -> Habit:
    """Learn from up to eight weeks before ``now``.

    ``readings`` may be in any order, have gaps and repetitions, and leave out the middle of an
    unchanged balance. Those after ``now`` do not count. A rise is a top-up, and no spending. A
    wallet that was never spent has no habit.
    """
    times, spent = _spent_by(readings, int(now.timestamp()), _MEMORY)
    return Habit(times[-1] if times else 0, _limits(_spend_by_piece(times, spent)))


def is_burning_fast(readings: Sequence[Reading], habit: Habit, now: datetime) -> bool:
    """Judge the last 20, 40 and 80 minutes by the habit of their hour.

    Of ``readings`` only those of the last WINDOW count; as to the rest they may be as unruly as
    those of ``habit_of``. False where too little is known of the last minutes.
    """
    times, spent = _spent_by(readings, int(now.timestamp()), int(WINDOW.total_seconds()))
    if not times or now.timestamp() - times[-1] > PIECE:
        return False
    pieces = _spend_by_piece(times, spent)
    pieces += [_UNKNOWN] * (LENGTHS[-1] - len(pieces))
    hours = round((times[-1] - habit.learnt_at) / 3600)
    return any(
        spend > limit and not math.isclose(spend, limit)
        for spend, limit in (
            # Rounding must not turn an event that was there before into a greater one.
            (min(pieces[:length]), limits[23 - hours % 24])
            for length, limits in zip(LENGTHS, habit.limits, strict=True)
        )
    )


def _spent_by(readings: Sequence[Reading], now: int, memory: int) -> tuple[list[int], list[float]]:
    """Return the times of the readings that count, in order, and what was spent by then."""
    balances = sorted(
        (at, -float(reading.balance))
        for reading in readings
        if now - memory <= (at := int(reading.at.timestamp())) <= now
    )
    falls = (max(0.0, after - before) for (_, before), (_, after) in pairwise(balances))
    return [at for at, _ in balances], list(accumulate(falls, initial=0.0))[: len(balances)]


def _spend_by_piece(times: list[int], spent: list[float]) -> list[float]:
    """Return the credits spent in each PIECE before the last reading, the latest first.

    Between two readings the spend is spread evenly, unless they are further apart than two pieces:
    then nobody knows when it was. An unchanged balance is known however long it lasts.
    """
    if not times:
        return []
    levels = _levels(times, spent)
    pieces = [after - before for after, before in pairwise(levels)]
    for (begin, end), (before, after) in zip(pairwise(times), pairwise(spent), strict=True):
        if after > before and end - begin > 2 * PIECE:
            first = (times[-1] - end) // PIECE
            beyond = min(-((begin - times[-1]) // PIECE), len(pieces))
            pieces[first:beyond] = [_UNKNOWN] * (beyond - first)
    return pieces


def _levels(times: list[int], spent: list[float]) -> list[float]:
    """Return all that was spent until the last reading, until PIECE before it, and so on."""
    levels = []
    for at in range(times[-1], times[0] - 1, -PIECE):
        i = bisect_right(times, at) - 1
        level = spent[i]
        if at > times[i]:
            part = (at - times[i]) / (times[i + 1] - times[i])
            level += (spent[i + 1] - spent[i]) * part
        levels.append(level)
    return levels


def _limits(pieces: list[float]) -> list[list[float]]:
    """Return the limits of a habit."""
    if len(pieces) < LENGTHS[-1]:
        return [[math.inf] * 24 for _ in LENGTHS]
    sustained = list(_sustained(pieces))
    hours_by_length = [_highest_by_hour(spends) for spends in sustained]
    habits = _habits(hours_by_length[0])
    # What is many times next to nothing may be chance: a quiet hour is measured by the typical one,
    # and a wallet that is idle in most hours by what it spends when it does.
    spent = [spend for spend in sustained[0][_AN_HOUR:] if spend > 0]
    typical = median(habits) or (median(spent) if spent else math.inf)
    scales = [max(habit, typical) for habit in habits]
    worsts = [_worst_of_days(hours, scales) for hours in hours_by_length]
    return [
        [
            max((habit or typical) * FAR, scale * times)
            for habit, scale in zip(habits, scales, strict=True)
        ]
        for times in _seldom(worsts)
    ]


def _sustained(pieces: list[float]) -> Iterator[list[float]]:
    """Yield the least piece of every window, the latest first, for each of LENGTHS."""
    spends, length = pieces, 1
    while length < LENGTHS[-1]:
        spends, length = list(map(min, spends, spends[length:])), 2 * length
        yield spends


def _highest_by_hour(spends: list[float]) -> list[float]:
    # The present hour is left out: a burn that has begun is no habit.
    return [max(spends[at : at + _AN_HOUR]) for at in range(_AN_HOUR, len(spends), _AN_HOUR)]


def _seldom(worsts: list[list[float]]) -> list[float]:
    """Return how many times the scale each length may come to, so that any does so seldom.

    ``worsts`` holds the worst of each day for each length.
    """
    # The longer windows may reach a day less far back.
    known = [day for day in zip(*worsts, strict=False) if max(day) >= 0]
    rank = (len(known) + 1) // SELDOM
    if not rank:
        return [math.inf] * len(worsts)
    # What stays below the scale is no event.
    limits = [max(1.0, sorted(of_length)[-rank]) for of_length in zip(*known, strict=True)]
    together = sorted(max(map(truediv, day, limits)) for day in known)[-rank]
    return [limit * max(1.0, together) for limit in limits]


def _habits(hours: list[float]) -> list[float]:
    """Return the usual highest spend around each of 24 hours, in the order of ``hours``."""
    around = [max(trio) for trio in zip(hours, hours[1:], hours[2:], strict=False)]
    habits = []
    for before in range(-1, 23):
        known = [spend for spend in around[before % 24 :: 24] if spend >= 0]
        habits.append(median(known) if known else 0.0)
    return habits


def _worst_of_days(hours: list[float], scales: list[float]) -> list[float]:
    """Return the highest ratio of spend to scale of each whole day, below zero if unknown."""
    return [
        max(map(truediv, hours[begin : begin + 24], scales))
        for begin in range(0, len(hours) - 23, 24)
    ]
