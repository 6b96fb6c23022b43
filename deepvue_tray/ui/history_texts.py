"""The texts of the history window."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil

from PySide6.QtCore import QDate, QLocale

from deepvue_tray.core.duration import Unit
from deepvue_tray.core.history_page import HistorySummary
from deepvue_tray.core.spending import Period, start_of
from deepvue_tray.ui.formats import (
    format_count,
    format_day,
    format_day_and_time,
    format_number,
    format_time,
)
from deepvue_tray.ui.translation import translate

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_FEW_DAYS, _FEW_MONTHS = 120, 24
"""Longer times are told in months, and in years."""

_MONTH_DAYS, _YEAR_DAYS = 30.44, 365.25
"""The mean lengths."""

_DASH, _MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


def today_text() -> str:
    """Return the label of the current day on the time axis."""
    return translate("texts", "Today")


def range_text(since: datetime, until: datetime, now: datetime) -> str:
    """Return the days of a range, ``26 Oct - 24 Nov``, or its times if it is short."""
    until = min(until, now)
    if until - since <= 2 * _DAY:
        # Within a day the clock time is enough.
        shown_day = until if until - since <= _DAY else since
        return f"{format_time(since, now)} {_DASH} {format_time(until, shown_day)}"
    return days_text(since, until, now)


def days_text(first: datetime, last: datetime, now: datetime) -> str:
    """Return two local days, ``26 Oct - 24 Nov``, with years unless both are the current one."""
    days = [first.astimezone().date(), last.astimezone().date()]
    has_years = any(day.year != now.astimezone().year for day in days)
    return f" {_DASH} ".join(_short_day(day, has_year=has_years) for day in days)


def _short_day(day: date, *, has_year: bool) -> str:
    form = translate("texts", "d MMM yyyy") if has_year else translate("texts", "d MMM")
    return QLocale().toString(QDate(day.year, day.month, day.day), form)


def spending_title(period: Period) -> str:
    """Return the title of the bars of the credits spent in each period."""
    return {
        Period.HOUR: translate("history", "Spent per hour"),
        Period.DAY: translate("history", "Spent per day"),
        Period.WEEK: translate("history", "Spent per week"),
        Period.MONTH: translate("history", "Spent per month"),
    }[period]


def period_text(period: Period, start: datetime, end: datetime, now: datetime) -> str:
    """Return a bar's period: ``Mon 23 Nov, 14:00``, ``Mon 23 Nov``, ``23 Nov - 29 Nov``."""
    if period is Period.HOUR:
        return format_day_and_time(start)
    if period is Period.DAY:
        return format_day(start)
    if period is Period.WEEK:
        return days_text(start, end - _DAY / 2, now)
    day = start.astimezone().date()
    return QLocale().toString(QDate(day.year, day.month, 1), translate("history", "MMMM yyyy"))


def spent_title(since: datetime, until: datetime) -> str:
    """Return what the sum of a range is: ``Spent in 30 days``."""
    return translate("history", "Spent in {0}").format(_length_text(since, until))


def _length_text(since: datetime, until: datetime) -> str:
    length = until - since
    if length <= _DAY:
        return format_count(ceil(length / _HOUR), Unit.HOUR)
    # A day that has begun counts, as its bar does.
    days = (until.astimezone().date() - since.astimezone().date()).days + 1
    if days < _FEW_DAYS:
        return format_count(days, Unit.DAY)
    if days < _FEW_MONTHS * _MONTH_DAYS:
        return format_count(round(days / _MONTH_DAYS), Unit.MONTH)
    years = QLocale().toString(round(days / _YEAR_DAYS))
    return translate("history", "{0} years").format(years)


def summary_texts(
    summary: HistorySummary | None, since: datetime, until: datetime, now: datetime
) -> list[tuple[str, str, str]]:
    """Return a title, a value and a note for each sum; dashes before the first reading."""
    month = QLocale().standaloneMonthName(now.astimezone().month)
    titles = (
        spent_title(since, min(until, now)),
        translate("history", "Average a day"),
        translate("history", "{0} so far").format(month),
        translate("history", "Top-ups"),
    )
    if summary is None:
        return [(title, "—", "") for title in titles]
    contents = (
        (format_number(summary.spent), ""),
        (_average_text(summary), change_text(summary)),
        (format_number(summary.this_month), last_month_text(summary, now)),
        (_top_ups_text(summary), last_top_up_text(summary, now)),
    )
    return [(title, *content) for title, content in zip(titles, contents, strict=True)]


def average_tooltip() -> str:
    """Return what the average and its change are."""
    return translate("history", "Compared with the same time before")


def _average_text(summary: HistorySummary) -> str:
    if summary.per_day is None:
        return "—"
    digits = 0 if summary.per_day >= 10 else 1  # noqa: PLR2004 - two digits
    return format_number(round(summary.per_day, digits))


def change_text(summary: HistorySummary) -> str:
    """Return the change of the average, ``-8 %``; empty if it is unknown."""
    return "" if summary.change is None else percent_change_text(summary.change)


def percent_change_text(change: float) -> str:
    """Return a change as a share, ``-8 %``."""
    share = round(change * 100)
    sign = "+" if share > 0 else _MINUS if share < 0 else "±"
    return translate("history", "{0} %").format(sign + QLocale().toString(abs(share)))


def last_month_text(summary: HistorySummary, now: datetime) -> str:
    """Return the spending of the month before, ``Oct: 3,402``; empty if it is unknown."""
    if summary.last_month is None:
        return ""
    day = start_of(Period.MONTH, start_of(Period.MONTH, now) - _DAY).date()
    name = QLocale().standaloneMonthName(day.month, QLocale.FormatType.ShortFormat)
    return f"{name}: {format_number(summary.last_month)}"


def _top_ups_text(summary: HistorySummary) -> str:
    amount = sum((top_up.amount for top_up in summary.top_ups), Decimal(0))
    return f"+{format_number(amount)}" if amount else format_number(amount)


def last_top_up_text(summary: HistorySummary, now: datetime) -> str:
    """Return the day of the only top-up, ``8 Nov``, or of the last one; empty without any."""
    if not summary.top_ups:
        return ""
    last = summary.top_ups[-1].at.astimezone().date()
    day = _short_day(last, has_year=last.year != now.astimezone().year)
    return day if len(summary.top_ups) == 1 else translate("history", "last {0}").format(day)
