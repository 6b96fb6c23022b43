"""The ranges of time that the history window shows, and their limits."""

from datetime import datetime, timedelta

from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.spending import Period, start_of
from deepvue_tray.ui.chart.plot import Plot

AHEAD_SHARE = 0.3
"""The future shown if the forecast ends far ahead, relative to the past shown."""

MAX_AHEAD_SHARE, MARGIN_SHARE = 0.5, 0.02
"""Relative to the past shown: the longest future that a forecast's end may take, and the margin
after that end."""

MIN_RANGE = timedelta(hours=1)
"""The shortest range to which the chart zooms."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

Range = tuple[datetime, datetime]
"""The start and the end; aware, UTC."""


def start_for(length: timedelta, now: datetime) -> datetime:
    """Return the start of a range up to now: that of its first hour or day, local time.

    The bars of whole hours and days add up to the range that way.
    """
    if length <= DAY:
        return start_of(Period.HOUR, now - length + HOUR)
    return start_of(Period.DAY, now - length + DAY)


def end_of(since: datetime, now: datetime, runway: Runway | None) -> datetime:
    """Return the end of a range that starts at ``since``: that of the forecast, if it is near."""
    if runway is None or runway.latest <= now:
        return now
    length, ahead = now - since, runway.latest - now
    is_near = ahead <= length * MAX_AHEAD_SHARE
    return now + (ahead + length * MARGIN_SHARE if is_near else length * AHEAD_SHARE)


def panned(plot: Plot, offset: timedelta) -> Range:
    """Return the range of ``plot`` moved by ``offset``, at most to the end of what is known."""
    first, last = _limits(plot)
    offset = min(max(offset, first - plot.since), last - plot.until)
    return plot.since + offset, plot.until + offset


def zoomed(plot: Plot, factor: float, share: float) -> Range:
    """Return the range of ``plot``, ``factor`` times as long, within what is known.

    The time at ``share`` of the range, from 0 to 1, stays in place where the limits allow it.
    """
    first, last = _limits(plot)
    length = plot.until - plot.since
    new_length = min(max(length * factor, MIN_RANGE), last - first)
    since = plot.since + share * (length - new_length)
    since = min(max(since, first), last - new_length)
    return since, since + new_length


def _limits(plot: Plot) -> Range:
    """Return the first reading and the end of the forecast; never less than what is shown."""
    first = plot.first or plot.since
    last = end_of(first, plot.now, plot.snapshot.runway)
    return min(first, plot.since), max(last, plot.until)
