"""Detects spending far above what is usual for this wallet.

The measure is *sustained* spending: the lowest of the steps in a window. A single purchase or a
correction falls into one step, and does not count. There are two limits:

* per hour: a multiple of the usual sustained spending, which is the median over the earlier days
  of each day's highest within about an hour of this time. So a nightly batch is usual, also some
  minutes early or late.
* per day: how far above the hours' medians each day's highest was. What happens once in two weeks
  is usual. This is the method of block maxima (E. J. Gumbel, *Statistics of Extremes*, 1958)
  without an assumed distribution: if days are alike, the next exceeds the r-th highest of n with
  the probability r / (n + 1).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, inf, isfinite, sqrt
from operator import sub, truediv
from statistics import median
from typing import NamedTuple

from deepvue_tray.core.forecast.series import HOUR_S, STEP_S, STEPS_PER_HOUR, Series

WINDOWS = (2, 4, 8)
"""Steps in each window. Two are the fewest that tell sustained spending from a purchase. Longer
windows detect spending that outlasts the usual bursts, the longest within two hours."""

RECENT = timedelta(seconds=STEP_S * (WINDOWS[-1] + 4))
"""The history that detection needs: the longest window, and the reading before it."""

_FAR = sqrt(10)
"""The multiple of the hour's median that is fast: the geometric mean of 1 and 10."""

PERIOD_DAYS = 14
"""Days in which the day's limit is exceeded once by chance; also the shortest history."""

_UNKNOWN = -1.0
"""Below every spending: a minimum that includes it is unknown, a maximum ignores it."""


class Limits(NamedTuple):
    """The highest sustained spending that is usual."""

    learnt_at: float
    """The time of the last reading used; seconds since 1970, UTC."""
    by_window: Sequence[Sequence[float]]
    """Credits per step, for each of WINDOWS and each of 24 hours. The hours go backward; the hour
    that ends at ``learnt_at`` is the last one. Infinite while there is too little data."""

    @property
    def are_known(self) -> bool:
        """Whether any spending can exceed them."""
        return any(isfinite(limit) for by_hour in self.by_window for limit in by_hour)


def learn_limits(series: Series) -> Limits:
    """Learn the limits from a series; they are infinite for a wallet that never spent."""
    steps = _steps(series)
    sustained = [steps]
    for window in WINDOWS:
        sustained.append(list(map(min, sustained[-1], sustained[-1][window // 2 :])))
    highest = [_highest_by_hour(spends) for spends in sustained[1:]]
    usual = _usual_by_hour(highest[0])
    # Many times almost nothing may be chance, so a quiet hour is compared with a typical one. For a
    # wallet that is idle in most hours, typical is the median of its spending.
    typical = median(
        [spend for spend in usual if spend > 0]
        or [spend for spend in sustained[1] if spend > 0]
        or [inf]
    )
    scales = [max(spend, typical) for spend in usual]
    far = [(spend or typical) * _FAR for spend in usual]
    factors = [_factor(hours, scales) for hours in highest]
    limits = [
        [max(f, scale * factor) for f, scale in zip(far, scales, strict=True)] for factor in factors
    ]
    return Limits(series.end, limits)


def is_fast_spending(recent: Series, limits: Limits, now: datetime) -> bool:
    """Return whether the spending in any window that ends with ``recent`` exceeds its limit.

    ``recent`` covers at least RECENT before ``now``, aware. False where there is too little data.
    """
    if not recent.spent or now.timestamp() - recent.end > STEP_S:
        return False
    steps = _steps(recent)[: WINDOWS[-1]]
    steps += [_UNKNOWN] * (WINDOWS[-1] - len(steps))
    hour = 23 - round((recent.end - limits.learnt_at) / HOUR_S) % 24
    return any(
        # The tolerance keeps rounding errors from exceeding a limit learnt from equal spending.
        min(steps[:window]) > by_hour[hour] * (1 + 1e-9)
        for window, by_hour in zip(WINDOWS, limits.by_window, strict=True)
    )


def _steps(series: Series) -> list[float]:
    """Return the credits spent in each step, latest first; unknown inside gaps."""
    steps = list(map(sub, series.spent, series.spent[1:]))
    for gap in series.gaps:
        first = int((series.end - gap.end) / STEP_S)
        until = min(ceil((series.end - gap.begin) / STEP_S), len(steps))
        steps[first:until] = [_UNKNOWN] * (until - first)
    return steps


def _highest_by_hour(spends: list[float]) -> list[float]:
    # Leaves the present hour out: fast spending in progress is not usual.
    hours = range(STEPS_PER_HOUR, len(spends), STEPS_PER_HOUR)
    return [max(spends[at : at + STEPS_PER_HOUR]) for at in hours]


def _usual_by_hour(hours: list[float]) -> list[float]:
    """Return the median of the days' highest spends around each of 24 hours, latest first."""
    around = [max(trio) for trio in zip(hours, hours[1:], hours[2:], strict=False)]
    days = (
        [spend for spend in around[before % 24 :: 24] if spend >= 0] for before in range(-1, 23)
    )
    return [median(known or [0.0]) for known in days]


def _factor(hours: list[float], scales: list[float]) -> float:
    """Return the multiple of ``scales`` that a day reaches once in PERIOD_DAYS.

    Infinite while fewer days are known.
    """
    days = range(0, len(hours) - 23, 24)
    highest = [max(map(truediv, hours[day : day + 24], scales)) for day in days]
    known = sorted(times for times in highest if times >= 0)
    rank = (len(known) + 1) // PERIOD_DAYS
    return known[-rank] if rank else inf
