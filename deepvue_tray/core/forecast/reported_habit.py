"""The limits of usual spending from the usage report, while there are too few readings.

The report has sums of hours. How they were spent within the hour is not known, so each limit is
for the most sustained spending that the sums allow. In the time of the report, spending exceeded it
at most as often as the limits of readings allow. It is higher than those: for even spending, 2.25
times the usual for the longest window, and 6 times for the shortest.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, inf

from deepvue_tray.core.forecast.fast_spending import PERIOD_DAYS, WINDOWS, Limits
from deepvue_tray.core.forecast.series import STEPS_PER_HOUR, Point

_HOURS_OF_DAY = 24


def reported_limits(points: Sequence[Point]) -> Limits:
    """Return the limits from hourly balances, oldest first; infinite with less than two weeks."""
    spent = [before - after for (_, before), (_, after) in pairwise(points)]
    limits = [_limit(spent, window) for window in WINDOWS]
    return Limits(points[-1][0], [[limit] * _HOURS_OF_DAY for limit in limits])


def _limit(spent: Sequence[float], window: int) -> float:
    """Return the limit of a window's least step, in credits."""
    # A window that begins within an hour can end in the next one, or the one after that.
    touched = ceil((window - 1) / STEPS_PER_HOUR) + 1
    most = [sum(spent[at : at + touched]) / window for at in range(len(spent))]
    days = len(most) // _HOURS_OF_DAY
    last = most[len(most) - days * _HOURS_OF_DAY :]
    highest = sorted(
        max(last[day * _HOURS_OF_DAY : (day + 1) * _HOURS_OF_DAY]) for day in range(days)
    )
    # As in fast_spending: what happens once in the period is usual.
    rank = (days + 1) // PERIOD_DAYS
    return highest[-rank] if rank else inf
