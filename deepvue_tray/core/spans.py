"""What a wallet spent hour by hour, as far as its readings tell.

Hours are counted back from the last reading, so none is half known, and no time zone matters.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from operator import attrgetter, sub
from typing import NamedTuple, Self

from deepvue_tray.core.reading import Reading

MEMORY = timedelta(weeks=8)
"""History that counts: eight repetitions of the week. Older readings need not be handed over."""

HOUR = 3600.0
"""Seconds."""

_MEMORY = MEMORY // timedelta(hours=1)


class Curve(NamedTuple):
    """The readings that count, in order; as lists, for there may be ten thousand."""

    times: list[float]
    """Seconds since 1970, in UTC; no two alike."""
    balances: list[float]
    """Credits."""

    falls: list[float]
    """What each balance but the first lacks of the one before."""

    @classmethod
    def through(cls, times: list[float], balances: list[float]) -> Self:
        """Return the curve through these points."""
        return cls(times, balances, list(map(sub, balances, balances[1:])))


def curve_of(readings: Sequence[Reading], now: datetime) -> Curve:
    """Order the readings that count; corrections are left out.

    Of two balances told for one moment the lower counts: caution does no harm. One reading from
    before the memory stays, to know the balance at its start.
    """
    ordered = sorted(readings, key=attrgetter("at"))
    ordered = ordered[: bisect_right(ordered, now, key=attrgetter("at"))]
    times, balances = [r.at.timestamp() for r in ordered], [float(r.balance) for r in ordered]
    if len(set(times)) < len(times):
        lowest = dict(sorted(zip(times, balances, strict=True), reverse=True))
        times = sorted(lowest)
        balances = [lowest[time] for time in times]
    if times:
        first = max(0, bisect_left(times, times[-1] - _MEMORY * HOUR) - 1)
        times, balances = times[first:], balances[first:]
    curve = Curve.through(times, balances)
    if min(curve.falls, default=0) >= 0:
        return curve
    rises = [i for i, fall in enumerate(curve.falls) if fall < 0]
    blips = {i for rise in rises for i in (rise, rise + 1) if _is_blip(curve, i)}
    right = [i for i in range(len(times)) if i not in blips]
    return Curve.through([times[i] for i in right], [balances[i] for i in right])


def _is_blip(curve: Curve, i: int) -> bool:
    """Tell whether a reading is a mistake that the next one, within the hour, corrects.

    A rise taken back whole was none. Of a fall with a rise right after it, the sum is what counts.
    """
    if not 0 < i < len(curve.times) - 1:
        return False
    before, balance, after = curve.balances[i - 1 : i + 2]
    mistaken = before < balance >= after <= before or before > balance < after
    return mistaken and curve.times[i + 1] - curve.times[i - 1] <= HOUR


class Span(NamedTuple):
    """Some hours of which only the sum is known; one hour, where no gap hides more."""

    hours: int
    spent: float | None
    """Credits; None where a top-up hides them."""


def spans_of(curve: Curve) -> Iterator[Span]:
    """Cut the history into hours, or into longer spans where a gap hides the hours.

    Between readings up to an hour apart, or equal, spending is even for all that matters here.
    Between two with a rise it is unknown; the rest of the span, if it is half, stands for it.
    """
    times, falls = curve.times, curve.falls
    spent, seen = [0.0, *accumulate(falls)], times
    if min(falls) < 0:
        spent = [0.0, *accumulate([fall if fall > 0 else 0.0 for fall in falls])]
        known = ((b - a) * (fall >= 0) for (a, b), fall in zip(pairwise(times), falls, strict=True))
        seen = [0.0, *accumulate(known)]
    hours = min(_MEMORY, int((times[-1] - times[0]) / HOUR))
    edges: list[tuple[int, float, float]] = []
    for hour in range(hours + 1):
        time = times[-1] - (hours - hour) * HOUR
        i = max(1, bisect_left(times, time))
        length = times[i] - times[i - 1]
        if length > HOUR and falls[i - 1] and time < times[i] and 0 < hour < hours:
            continue
        part = (time - times[i - 1]) / length
        at = spent[i - 1] + part * (spent[i] - spent[i - 1])
        edges.append((hour, at, seen[i - 1] + part * (seen[i] - seen[i - 1])))
    for (hour, spent_from, seen_from), (until, spent_to, seen_to) in pairwise(edges):
        length, known_part = until - hour, (seen_to - seen_from) / HOUR / (until - hour)
        enough = known_part >= 1 / 2
        yield Span(length, (spent_to - spent_from) / known_part if enough else None)
