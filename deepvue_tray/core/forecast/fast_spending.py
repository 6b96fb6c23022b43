"""Detects spending far above what is usual for this wallet.

What is judged is *sustained* spending: the lowest of the steps in a window. A single purchase or a
correction lies in one step alone, and so does not count. It is compared with two limits:

* the hour's: of each earlier day the highest sustained spending within about an hour of this time,
  and of those the median. A batch that comes every night, some minutes earlier or later, is usual.
* the day's: how far above the hours' medians each earlier day came at its highest. What the wallet
  does once in a fortnight anyway is usual. This is the method of block maxima (E. J. Gumbel,
  *Statistics of Extremes*, 1958) without an assumed distribution: if one day is like another, the
  next exceeds the r-th highest of n with the probability r / (n + 1).

Short windows detect early; long ones find what outlasts the wallet's own bursts.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import sub, truediv
from statistics import median
from typing import NamedTuple

from deepvue_tray.core.forecast.series import HOUR_S, STEP_S, Series

WINDOWS = (2, 4, 8)
"""Steps in each window. Two are the fewest that tell sustained spending from a purchase; the
longest detects fast spending of two hours before it is over."""

RECENT = timedelta(seconds=STEP_S * (WINDOWS[-1] + 4))
"""The history that judging needs: the longest window, and the reading before it."""

_FACTOR = math.sqrt(10)
"""How far above the hour's median is fast: midway, as ratios go, between once and tenfold."""

_PERIOD_DAYS = 14
"""Days in which chance may exceed the day's limit once, and the shortest history, 13 earlier days
that are known at least in part."""

_STEPS_PER_HOUR = int(HOUR_S / STEP_S)

_UNKNOWN = -1.0
"""Below every spending: a minimum with it is unknown, a maximum is the highest that is known."""


class Limits(NamedTuple):
    """The highest sustained spending that is usual."""

    learnt_at: float
    """The time of the last reading that was used; seconds since 1970."""
    by_window: Sequence[Sequence[float]]
    """Credits per step for each of WINDOWS and each of 24 hours: that before ``learnt_at`` last,
    the one before it first, and so on backward. Infinite while too little is known."""


def learn_limits(series: Series) -> Limits:
    """Learn from the whole series; a wallet that never spent has infinite limits."""
    steps = _steps(series)
    if len(steps) < WINDOWS[-1] + _STEPS_PER_HOUR:
        return Limits(series.end, [[math.inf] * 24 for _ in WINDOWS])
    sustained = list(_sustained(steps))
    highest = [_highest_by_hour(spends) for spends in sustained]
    usual = _usual_by_hour(highest[0])
    # What is many times next to nothing may be chance: a quiet hour is measured by the typical one,
    # and a wallet that is idle in most hours by what it spends when it does.
    active = [spend for spend in sustained[0] if spend > 0]
    typical = median([spend for spend in usual if spend > 0] or active or [math.inf])
    scales = [max(spend, typical) for spend in usual]
    factors = [_exceeded_once(_highest_by_day(hours, scales)) for hours in highest]
    return Limits(
        series.end,
        [
            [
                max((spend or typical) * _FACTOR, scale * factor)
                for spend, scale in zip(usual, scales, strict=True)
            ]
            for factor in factors
        ],
    )


def is_fast_spending(recent: Series, limits: Limits, now: datetime) -> bool:
    """Compare the last 20, 40 and 80 minutes before ``now``, aware, with the limits of their hour.

    Of ``recent`` only the last RECENT is used. False where too little is known of these minutes.
    """
    if not recent.spent or now.timestamp() - recent.end > STEP_S:
        return False
    steps = _steps(recent)[: WINDOWS[-1]]
    steps += [_UNKNOWN] * (WINDOWS[-1] - len(steps))
    hour = 23 - round((recent.end - limits.learnt_at) / HOUR_S) % 24
    return any(
        # Rounding must not turn spending that was seen before into more.
        min(steps[:window]) > by_hour[hour] * (1 + 1e-9)
        for window, by_hour in zip(WINDOWS, limits.by_window, strict=True)
    )


def _steps(series: Series) -> list[float]:
    """Return the credits spent in each step, the latest first; unknown inside gaps."""
    steps = list(map(sub, series.spent, series.spent[1:]))
    for gap in series.gaps:
        first = int((series.end - gap.end) // STEP_S)
        until = min(math.ceil((series.end - gap.begin) / STEP_S), len(steps))
        steps[first:until] = [_UNKNOWN] * (until - first)
    return steps


def _sustained(steps: list[float]) -> Iterator[list[float]]:
    """Yield the lowest step of every window, the latest first, for each of WINDOWS."""
    length = 1
    for window in WINDOWS:
        while length < window:
            steps, length = list(map(min, steps, steps[length:])), 2 * length
        yield steps


def _highest_by_hour(spends: list[float]) -> list[float]:
    # The present hour is left out: fast spending that has begun is not usual.
    return [
        max(spends[at : at + _STEPS_PER_HOUR])
        for at in range(_STEPS_PER_HOUR, len(spends), _STEPS_PER_HOUR)
    ]


def _usual_by_hour(hours: list[float]) -> list[float]:
    """Return the median of the days' highest spends around each of 24 hours, the latest first."""
    around = [max(trio) for trio in zip(hours, hours[1:], hours[2:], strict=False)]
    usual = []
    for before in range(-1, 23):
        known = [spend for spend in around[before % 24 :: 24] if spend >= 0]
        usual.append(median(known) if known else 0.0)
    return usual


def _highest_by_day(hours: list[float], scales: list[float]) -> list[float]:
    """Return the highest ratio of spending to scale in each whole day, below zero if unknown."""
    return [
        max(map(truediv, hours[begin : begin + 24], scales))
        for begin in range(0, len(hours) - 23, 24)
    ]


def _exceeded_once(days: list[float]) -> float:
    """Return the factor that is exceeded once in a period; at least one, infinite if unknown."""
    known = [day for day in days if day >= 0]
    rank = (len(known) + 1) // _PERIOD_DAYS
    return max(1.0, sorted(known)[-rank]) if rank else math.inf
