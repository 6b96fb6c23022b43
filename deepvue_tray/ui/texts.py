"""A snapshot in words: what the tooltip, the menu, the windows and the notifications say.

One place for all of them, so that no two can disagree. Numbers and dates follow the person's
locale.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from PySide6.QtCore import QDate, QDateTime, QLocale

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.duration import Unit, rough
from deepvue_tray.core.errors import Condition, DeepvueError, RejectedError, WalletError
from deepvue_tray.core.forecast.runway import HORIZON
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.reading import HistoryBucket, rounded_for_display
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.core.spending import Period, first_day, spent_by
from deepvue_tray.ui.translation import translate

LONGEST_TOOLTIP = 127
"""Characters; Windows cuts the rest."""

_SEPARATOR = " · "


def prefixed(prefix: str, text: str) -> str:
    """Put "Demo", or whatever stands before all that is shown, before a text."""
    return f"{prefix}: {text}" if prefix else text


def format_number(amount: Decimal) -> str:
    """Group an amount of credits as the locale does; ``rounded_for_display`` tells its decimals."""
    shown = rounded_for_display(amount)
    exponent = shown.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= 0:
        return QLocale().toString(int(shown))
    return QLocale().toString(float(shown), "f", -exponent)


def format_balance(snapshot: Snapshot) -> str:
    """Say the balance: ``6,448 credits``, or a dash while none is known."""
    if snapshot.reading is None:
        return "—"
    balance = snapshot.reading.balance
    form = translate("texts", "{0} credit") if balance == 1 else translate("texts", "{0} credits")
    return form.format(format_number(balance))


def format_time(at: datetime, now: datetime) -> str:
    """Say when: the clock time, with the day where it is not today's."""
    local, today = at.astimezone(), now.astimezone().date()
    moment = _moment(at)
    clock = _clock(moment)
    if local.date() == today:
        return clock
    day = QLocale().toString(moment.date(), translate("texts", "ddd d MMM"))
    return f"{day}, {clock}"


def format_day(at: datetime) -> str:
    """Say which day: ``Fri 4 Dec``, with the year where it is not this year's."""
    moment = _moment(at)
    this_year = QDate.currentDate().year() == moment.date().year()
    return QLocale().toString(
        moment.date(),
        translate("texts", "ddd d MMM") if this_year else translate("texts", "d MMM yyyy"),
    )


def format_duration(time: timedelta) -> str:
    """Say how long, as roughly as a forecast may: ``11 days``."""
    count, one, many = _in_unit(time)
    return (one if count == 1 else many).format(QLocale().toString(count))


def _in_unit(time: timedelta) -> tuple[int, str, str]:
    """Return how many of the unit that suits a duration, and that unit's two forms."""
    count, unit = rough(time)
    one, many = {
        Unit.MINUTE: (translate("texts", "{0} minute"), translate("texts", "{0} minutes")),
        Unit.HOUR: (translate("texts", "{0} hour"), translate("texts", "{0} hours")),
        Unit.DAY: (translate("texts", "{0} day"), translate("texts", "{0} days")),
        Unit.MONTH: (translate("texts", "{0} month"), translate("texts", "{0} months")),
    }[unit]
    return count, one, many


def tick_label(at: datetime, step: timedelta) -> str:
    """Label a moment of a time axis whose labels are ``step`` apart."""
    moment = _moment(at)
    if step < timedelta(days=1):
        if moment.time().hour() == 0:
            return QLocale().toString(moment.date(), translate("texts", "ddd d"))
        return _clock(moment)
    if step < timedelta(days=30):
        return QLocale().toString(moment.date(), translate("texts", "d MMM"))
    return QLocale().toString(moment.date(), translate("texts", "MMM yyyy"))


def threshold_label(level: Level) -> str:
    """Name a threshold by the level that begins there."""
    return {
        Level.LOW: translate("texts", "Low"),
        Level.CRITICAL: translate("texts", "Critical"),
    }[level]


def spending_title(period: Period) -> str:
    """Title the bars: what was spent in each period."""
    return {
        Period.DAY: translate("texts", "Spent per day"),
        Period.WEEK: translate("texts", "Spent per week"),
        Period.MONTH: translate("texts", "Spent per month"),
    }[period]


def recent_spending_text(buckets: Iterable[HistoryBucket], now: datetime) -> str:
    """Say what was spent today and in all: ``86 today · 614 in 7 days``."""
    days = spent_by(Period.DAY, buckets)
    today = days.get(first_day(Period.DAY, now), Decimal(0))
    return _SEPARATOR.join(
        (
            translate("texts", "Spent: {0} today").format(format_number(today)),
            translate("texts", "{0} in 7 days").format(
                format_number(sum(days.values(), Decimal(0)))
            ),
        )
    )


def reading_of(balance: Decimal, at: datetime) -> str:
    """Say one reading: ``6,448 · Mon 23 Nov, 14:05``."""
    moment = _moment(at)
    clock = _clock(moment)
    return f"{format_number(balance)}{_SEPARATOR}{format_day(at)}, {clock}"


def _moment(at: datetime) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(at.timestamp()))


def _clock(moment: QDateTime) -> str:
    return QLocale().toString(moment.time(), QLocale.FormatType.ShortFormat)


def _is_beyond(at: datetime, now: datetime) -> bool:
    """Say whether a forecast stands at its horizon, which it was cut to some time ago."""
    return at - now >= HORIZON - timedelta(days=1)


def runway_text(snapshot: Snapshot, now: datetime) -> str:
    """Say how long the credits last: ``about 11 days left``; nothing before the first reading."""
    runway = snapshot.runway
    if snapshot.reading is None:
        return ""
    if snapshot.reading.balance <= 0:
        return translate("texts", "empty")
    if runway is None:
        return translate("texts", "gathering data")
    if runway.empty_at <= now:
        return translate("texts", "may be empty by now")
    if _is_beyond(runway.empty_at, now):
        return translate("texts", "more than a year left")
    return translate("texts", "about {0} left").format(format_duration(runway.empty_at - now))


def runway_with_date_text(snapshot: Snapshot, now: datetime) -> str:
    """Say how long and until when: ``about 11 days left, Fri 4 Dec``."""
    text, runway = runway_text(snapshot, now), snapshot.runway
    if runway is None or runway.empty_at <= now or _is_beyond(runway.empty_at, now):
        return text
    return f"{text}, {format_day(runway.empty_at)}"


def runway_line(snapshot: Snapshot, now: datetime) -> str:
    """Say the same as a line of its own: ``About 11 days left, Fri 4 Dec``."""
    text = runway_with_date_text(snapshot, now)
    return text[:1].upper() + text[1:]


def runway_range_text(snapshot: Snapshot, now: datetime) -> str:
    """Say between when and when it ends in four cases of five; nothing without a forecast."""
    runway = snapshot.runway
    if runway is None or runway.empty_at <= now:
        return ""
    if _is_beyond(runway.earliest, now):
        return ""
    earliest, latest = max(runway.earliest - now, timedelta(0)), runway.latest - now
    if _is_beyond(runway.latest, now):
        return translate("texts", "at least {0}").format(format_duration(earliest))
    number_of, _, unit = _in_unit(earliest)
    same_unit = unit == _in_unit(latest)[2]
    early = QLocale().toString(number_of) if same_unit else format_duration(earliest)
    return translate("texts", "between {0} and {1}").format(early, format_duration(latest))


def snooze_text(snapshot: Snapshot, now: datetime) -> str:
    """Say until when alerts are silent, or that they can be silenced."""
    if snapshot.snoozed is None:
        return translate("texts", "Snooze alerts")
    if snapshot.snoozed.until is None:
        return translate("texts", "Alerts snoozed until the next top-up")
    return translate("texts", "Alerts snoozed until {0}").format(
        format_time(snapshot.snoozed.until, now)
    )


def error_title(trouble: DeepvueError) -> str:
    """Say what happened, in a few words."""
    return translate("errors", trouble.title)


def retry_text(trouble: DeepvueError) -> str:
    """Say what the program does about it; nothing where that is the person's turn."""
    if isinstance(trouble, WalletError) and not isinstance(trouble, RejectedError):
        return translate("texts", "It is asked again by itself.")
    return ""


def error_text(trouble: DeepvueError) -> str:
    """Say all: what happened, in whose words, and what to do."""
    detail = f" ({trouble.detail})" if trouble.detail else ""
    remedy = translate("errors", trouble.remedy)
    return f"{error_title(trouble)}{detail}. {remedy}"


def action_label(action: Action) -> str:
    """Name an action as a menu does."""
    return {
        Action.CARD: translate("texts", "Open"),
        Action.REFRESH: translate("texts", "Refresh"),
        Action.HISTORY: translate("texts", "History…"),
        Action.SETTINGS: translate("texts", "Settings…"),
        Action.UNLOCK: translate("texts", "Unlock the keyring…"),
        Action.STATUS_PAGE: translate("texts", "Open status page"),
        Action.DASHBOARD: translate("texts", "Open dashboard"),
        Action.SNOOZE_HOUR: translate("texts", "1 hour"),
        Action.SNOOZE_MORNING: translate("texts", "Until tomorrow morning"),
        Action.SNOOZE_TOP_UP: translate("texts", "Until the next top-up"),
        Action.RESUME: translate("texts", "Resume"),
        Action.ABOUT: translate("texts", "About"),
        Action.QUIT: translate("texts", "Quit"),
    }[action]


def action_tooltip(action: Action) -> str:
    """Say what a button of the card does, where its label may leave that open."""
    return {
        Action.REFRESH: translate("texts", "Asks the server for the balance"),
        Action.HISTORY: translate("texts", "The balance over time, and what was spent"),
        Action.SETTINGS: translate("texts", "Credentials, thresholds and alerts"),
        Action.UNLOCK: translate("texts", "Lets the keyring ask for its password"),
        Action.STATUS_PAGE: translate("texts", "Whether the server's problem is known"),
    }[action]


def refresh_label(snapshot: Snapshot) -> str:
    """Name the button that asks now; while that is under way, say so."""
    return translate("texts", "Asking…") if snapshot.refreshing else action_label(Action.REFRESH)


def reading_time_text(snapshot: Snapshot, now: datetime) -> str:
    """Say when the balance was read: ``as of 14:05``; nothing while none is known."""
    if snapshot.reading is None:
        return ""
    return translate("texts", "as of {0}").format(format_time(snapshot.reading.at, now))


def status_text(snapshot: Snapshot, now: datetime) -> str:
    """Say in one line how current the balance is: its time, then what is wrong, if anything."""
    return _SEPARATOR.join(filter(None, (reading_time_text(snapshot, now), *_caveats(snapshot))))


def _caveats(snapshot: Snapshot) -> list[str]:
    """Return what is to be known of the balance beside its time."""
    parts = []
    if snapshot.trouble is not None:
        parts.append(error_title(snapshot.trouble))
    elif snapshot.stale:
        parts.append(translate("texts", "out of date"))
    elif snapshot.reading is None:
        parts.append(translate("texts", "asking…"))
    if snapshot.storage is not None:
        parts.append(error_title(snapshot.storage))
    return parts


def tooltip_text(snapshot: Snapshot, now: datetime, prefix: str) -> str:
    """Say the whole in at most 127 characters.

    ``6,448 credits · about 11 days left · 14:05``
    """
    parts = [prefix] if prefix else []
    if snapshot.reading is not None:
        at = format_time(snapshot.reading.at, now)
        parts += [format_balance(snapshot), runway_text(snapshot, now), at]
    text = _SEPARATOR.join((*parts, *_caveats(snapshot)))
    return text if len(text) <= LONGEST_TOOLTIP else text[: LONGEST_TOOLTIP - 1] + "…"


def notification_for(alert: Alert, snapshot: Snapshot, now: datetime, prefix: str) -> Notification:
    """Write the notification of an alert."""
    left = format_balance(snapshot)
    pace = runway_with_date_text(snapshot, now) if snapshot.runway else ""
    balance = f"{left}, {pace}." if pace else translate("texts", "{0} left.").format(left)
    title, body = {
        Alert.LOW: (translate("texts", "Deepvue credits are low"), balance),
        Alert.CRITICAL: (translate("texts", "Deepvue credits are nearly used up"), balance),
        Alert.EMPTY: (
            translate("texts", "Deepvue credits are used up"),
            translate("texts", "Paid calls fail until credits are added."),
        ),
        Alert.FAST_SPENDING: (
            translate("texts", "Deepvue credits are going fast"),
            translate("texts", "Far more than usual is being spent. {0}").format(balance),
        ),
        Alert.TOP_UP: (
            translate("texts", "Deepvue credits were added"),
            translate("texts", "The balance is {0}.").format(format_balance(snapshot)),
        ),
        Alert.REJECTED: (_refusal_of(snapshot), _because(snapshot)),
        Alert.NO_DATA: (
            translate("texts", "Deepvue balance unknown for an hour"),
            _because(snapshot),
        ),
    }[alert]
    return Notification(
        # One place for the whole ladder: what is worse takes the place of what was bad.
        kind="balance" if alert in SEVERITIES else alert.value,
        title=prefixed(prefix, title),
        body=body,
        buttons=tuple((action.value, label) for action, label in _buttons_of(alert, snapshot)),
    )


def _refusal_of(snapshot: Snapshot) -> str:
    if snapshot.condition is Condition.INACTIVE:
        return translate("texts", "The Deepvue account is inactive")
    return translate("texts", "Deepvue refuses the credentials")


def _buttons_of(alert: Alert, snapshot: Snapshot) -> list[tuple[Action, str]]:
    if alert in (*SEVERITIES, Alert.FAST_SPENDING):
        snooze = (Action.SNOOZE_MORNING, translate("texts", "Snooze until morning"))
        return [(Action.DASHBOARD, translate("texts", "Top up")), snooze]
    if alert is Alert.REJECTED and snapshot.condition is Condition.INACTIVE:
        return [(Action.DASHBOARD, translate("texts", "Open dashboard"))]
    return [(Action.SETTINGS, translate("texts", "Settings"))] if alert is Alert.REJECTED else []


def _because(snapshot: Snapshot) -> str:
    return error_text(snapshot.trouble) if snapshot.trouble else ""


def fault_note(prefix: str) -> Notification:
    """Write the notification of a fault of ours."""
    title = translate("texts", "A fault in deepvue-tray")
    body = translate("texts", "It goes on. The log says what happened; please report it.")
    return Notification(kind="fault", title=prefixed(prefix, title), body=body)
