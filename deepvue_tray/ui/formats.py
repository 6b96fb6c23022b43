"""Numbers, times and durations as text, in the person's locale and time zone."""

from datetime import datetime, timedelta
from decimal import Decimal

from PySide6.QtCore import QDate, QDateTime, QLocale

from deepvue_tray.core.duration import Unit, rough
from deepvue_tray.core.reading import rounded_for_display
from deepvue_tray.ui.translation import translate


def format_number(amount: Decimal) -> str:
    """Return an amount of credits with grouped digits, rounded by ``rounded_for_display``."""
    rounded = rounded_for_display(amount)
    exponent = rounded.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return QLocale().toString(int(rounded))
    return QLocale().toString(float(rounded), "f", -exponent)


def format_time(at: datetime, now: datetime) -> str:
    """Return the local clock time, preceded by the day unless it is the day of ``now``."""
    local_time = _local_time(at)
    clock = _format_clock(local_time)
    if at.astimezone().date() == now.astimezone().date():
        return clock
    day = QLocale().toString(local_time.date(), translate("texts", "ddd d MMM"))
    return f"{day}, {clock}"


def format_near_time(at: datetime, now: datetime) -> str:
    """Return the same as ``format_time``, with a word for the next day: ``tomorrow 18:10``."""
    if at.astimezone().date() != now.astimezone().date() + timedelta(days=1):
        return format_time(at, now)
    return translate("texts", "tomorrow {0}").format(_format_clock(_local_time(at)))


def format_day(at: datetime) -> str:
    """Return the local day, ``Fri 4 Dec``, with the year unless it is the current year."""
    day = _local_time(at).date()
    is_this_year = QDate.currentDate().year() == day.year()
    return QLocale().toString(
        day,
        translate("texts", "ddd d MMM") if is_this_year else translate("texts", "d MMM yyyy"),
    )


def format_day_and_time(at: datetime) -> str:
    """Return the local day and clock time: ``Mon 23 Nov, 14:05``."""
    return f"{format_day(at)}, {_format_clock(_local_time(at))}"


def format_tick(at: datetime, step: timedelta) -> str:
    """Return the label of a tick on a time axis whose ticks are ``step`` apart."""
    local_time = _local_time(at)
    if step < timedelta(days=1):
        if local_time.time().hour() == 0:
            return QLocale().toString(local_time.date(), translate("texts", "ddd d"))
        return _format_clock(local_time)
    if step < timedelta(days=30):
        return QLocale().toString(local_time.date(), translate("texts", "d MMM"))
    return QLocale().toString(local_time.date(), translate("texts", "MMM yyyy"))


def format_duration(duration: timedelta) -> str:
    """Return a duration rounded to one unit: ``11 days``."""
    return format_count(*rough(duration))


def format_count(count: int, unit: Unit) -> str:
    """Return a number with a unit of time: ``11 days``."""
    singular, plural = _unit_forms(unit)
    return (singular if count == 1 else plural).format(QLocale().toString(count))


def format_duration_range(shortest: timedelta, longest: timedelta) -> str:
    """Return a range of durations, with the unit once if both share it; empty if they are equal."""
    start, end = rough(shortest), rough(longest)
    if start == end:
        return ""
    shares_unit = start[1] is end[1]
    first = QLocale().toString(start[0]) if shares_unit else format_count(*start)
    return translate("texts", "between {0} and {1}").format(first, format_count(*end))


def _unit_forms(unit: Unit) -> tuple[str, str]:
    """Return the texts for one of a unit and for several."""
    return {
        Unit.MINUTE: (translate("texts", "{0} minute"), translate("texts", "{0} minutes")),
        Unit.HOUR: (translate("texts", "{0} hour"), translate("texts", "{0} hours")),
        Unit.DAY: (translate("texts", "{0} day"), translate("texts", "{0} days")),
        Unit.MONTH: (translate("texts", "{0} month"), translate("texts", "{0} months")),
    }[unit]


def _local_time(at: datetime) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(at.timestamp()))


def _format_clock(local_time: QDateTime) -> str:
    return QLocale().toString(local_time.time(), QLocale.FormatType.ShortFormat)
