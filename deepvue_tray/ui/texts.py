"""The texts of the wallets, shared by the tooltip, the menu, the windows and the notifications."""

from datetime import datetime, timedelta
from decimal import Decimal

from deepvue_tray.core.actions import Action
from deepvue_tray.core.duration import Unit
from deepvue_tray.core.errors import (
    DeepvueError,
    InvalidInputError,
    OfflineError,
    RejectedError,
    ThrottledError,
)
from deepvue_tray.core.forecast.runway import is_beyond_horizon
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui.formats import (
    format_count,
    format_day,
    format_day_and_time,
    format_duration,
    format_duration_range,
    format_near_time,
    format_number,
    format_time,
)
from deepvue_tray.ui.translation import translate

_SEPARATOR = " · "

_HOUR_SHOWN_FOR = timedelta(days=2)
"""A shorter runway is shown with the hour at which it ends."""

_EVENING_HOUR = 18
"""The local hour from which a time of today is tonight."""

_SELF_EXPLAINING = (OfflineError, ThrottledError, RejectedError)
"""Errors whose detail adds nothing that a person could use."""


def demo_prefix() -> str:
    """Return the prefix of every text of the demo."""
    return translate("texts", "Demo")


def prefixed(prefix: str, text: str) -> str:
    """Return ``text`` after a prefix such as "Demo"; unchanged if the prefix is empty."""
    return f"{prefix}: {text}" if prefix else text


def joined(*parts: str) -> str:
    """Return the parts that are not empty, separated by dots."""
    return _SEPARATOR.join(filter(None, parts))


def capitalized(text: str) -> str:
    """Return ``text`` with a capital letter, for the start of a line."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return ``text`` as a sentence."""
    return translate("texts", "{0}.").format(capitalized(text))


def format_balance(snapshot: Snapshot) -> str:
    """Return the balance, ``6,448 credits``, or a dash before the first reading."""
    return "—" if snapshot.reading is None else format_credits(snapshot.reading.balance)


def format_credits(amount: Decimal) -> str:
    """Return an amount with its unit: ``6,448 credits``."""
    form = translate("texts", "{0} credit") if amount == 1 else translate("texts", "{0} credits")
    return form.format(format_number(amount))


def threshold_label(level: Level) -> str:
    """Return the name of the threshold at which ``level`` begins."""
    return {
        Level.LOW: translate("texts", "Low"),
        Level.CRITICAL: translate("texts", "Critical"),
    }[level]


def level_text(level: Level) -> str:
    """Return the level in words, ``Low``; empty if it is ok or unknown, or the runway says it."""
    return threshold_label(level) if level in (Level.LOW, Level.CRITICAL) else ""


def level_reason_text(snapshot: Snapshot) -> str:
    """Return the level with the threshold that is reached, ``Low: 1,000 or less``.

    ``Low: maybe 7 days`` if only the forecast's early end has reached it, and not the median. Empty
    if all is well.
    """
    level, wallet, reading = snapshot.level, snapshot.wallet, snapshot.reading
    if level is Level.EMPTY:
        return translate("texts", "Empty")
    if reading is None or level not in (Level.LOW, Level.CRITICAL):
        return ""
    is_low = level is Level.LOW
    limit = wallet.low if is_low else wallet.critical
    days = (wallet.low_days if is_low else wallet.critical_days) or 0
    form, reached = translate("texts", "{0} or less"), format_count(days, Unit.DAY)
    if limit is not None and reading.balance <= limit:
        reached = format_number(Decimal(limit))
    elif snapshot.runway and snapshot.runway.empty_at - reading.at > timedelta(days):
        form = translate("texts", "maybe {0}")
    return f"{threshold_label(level)}: {form.format(reached)}"


def reading_text(balance: Decimal, at: datetime) -> str:
    """Return one reading: ``6,448 · Mon 23 Nov, 14:05``."""
    return f"{format_number(balance)}{_SEPARATOR}{format_day_and_time(at)}"


def runway_text(snapshot: Snapshot, now: datetime) -> str:
    """Return how long the credits last, ``about 11 days left``; empty before the first reading."""
    runway = snapshot.runway
    if snapshot.reading is None:
        return ""
    if snapshot.reading.balance <= 0:
        return translate("texts", "empty")
    if runway is None:
        return translate("texts", "forecast after a day of use")
    if runway.empty_at <= now:
        return translate("texts", "may be empty by now")
    if is_beyond_horizon(runway.empty_at, now):
        return translate("texts", "more than a year left")
    return translate("texts", "about {0} left").format(format_duration(runway.empty_at - now))


def runway_with_date_text(snapshot: Snapshot, now: datetime) -> str:
    """Return how long the credits last and until when: ``about 8 days left, until Wed 2 Dec``.

    For less than two days with the hour: ``about 15 hours left, tonight 23:50``.
    """
    text, runway = runway_text(snapshot, now), snapshot.runway
    if runway is None or runway.empty_at <= now or is_beyond_horizon(runway.empty_at, now):
        return text
    if runway.empty_at - now < _HOUR_SHOWN_FOR:
        return f"{text}, {_end_text(runway.empty_at, now)}"
    return translate("texts", "{0}, until {1}").format(text, format_day(runway.empty_at))


def _end_text(at: datetime, now: datetime) -> str:
    """Return a time of the next days: ``today 16:05``, ``tonight 23:50``, ``tomorrow 18:10``."""
    local = at.astimezone()
    if local.date() != now.astimezone().date():
        return format_near_time(at, now)
    is_evening = local.hour >= _EVENING_HOUR
    form = translate("texts", "tonight {0}") if is_evening else translate("texts", "today {0}")
    return form.format(format_time(at, now))


def runway_range_text(snapshot: Snapshot, now: datetime) -> str:
    """Return the 80 % range of the runway, ``between 9 and 14 days``.

    Empty without a forecast, and if the range is as short as the runway is rounded.
    """
    runway = snapshot.runway
    if runway is None or runway.empty_at <= now or is_beyond_horizon(runway.earliest, now):
        return ""
    shortest = max(runway.earliest - now, timedelta(0))
    if is_beyond_horizon(runway.latest, now):
        return translate("texts", "at least {0}").format(format_duration(shortest))
    return format_duration_range(shortest, runway.latest - now)


def snooze_text(snapshot: Snapshot, now: datetime) -> str:
    """Return whether the alerts of a wallet are snoozed, and until when."""
    if snapshot.snoozed is None:
        return translate("texts", "Snooze alerts")
    if snapshot.snoozed.until is None:
        return translate("texts", "Alerts snoozed until the next top-up")
    end = format_near_time(snapshot.snoozed.until, now)
    return translate("texts", "Alerts snoozed until {0}").format(end)


def error_title(error: DeepvueError) -> str:
    """Return what happened, in a few translated words."""
    return translate("errors", error.title)


def error_text(error: DeepvueError) -> str:
    """Return the title, detail and remedy of an error; of an invalid value the detail alone."""
    if isinstance(error, InvalidInputError):
        return str(error)
    detail = f" ({error.detail})" if error.detail else ""
    return f"{sentence(error_title(error) + detail)} {remedy_text(error)}"


def remedy_text(error: DeepvueError) -> str:
    """Return what a person can do about an error, in a sentence."""
    return translate("errors", error.remedy)


def with_detail(error: DeepvueError, remedy: str) -> str:
    """Return a sentence about an error below its title, after its detail if that adds anything."""
    is_needed = error.detail and not isinstance(error, _SELF_EXPLAINING)
    return f"{capitalized(error.detail).rstrip('.')}. {remedy}" if is_needed else remedy


def action_label(action: Action) -> str:
    """Return the text of an action's menu entry or button."""
    return {
        Action.CARD: translate("texts", "Open"),
        Action.REFRESH: translate("texts", "Refresh"),
        Action.HISTORY: translate("texts", "History…"),
        Action.SETTINGS: translate("texts", "Settings…"),
        Action.SET_UP: translate("texts", "Set up…"),
        Action.UNLOCK: translate("texts", "Unlock the keyring…"),
        Action.STATUS_PAGE: translate("texts", "Open status page"),
        Action.DASHBOARD: translate("texts", "Top up…"),
        Action.SNOOZE_HOUR: translate("texts", "1 hour"),
        Action.SNOOZE_MORNING: translate("texts", "Until tomorrow morning"),
        Action.SNOOZE_TOP_UP: translate("texts", "Until the next top-up"),
        Action.RESUME: translate("texts", "Resume alerts"),
        Action.ABOUT: translate("texts", "About"),
        Action.QUIT: translate("texts", "Quit"),
    }[action]


def action_tooltip(action: Action) -> str:
    """Return the tooltip of an action that the card offers as a button."""
    return {
        Action.REFRESH: translate("texts", "Gets the balance from the server"),
        Action.HISTORY: translate("texts", "Balance and spending over time"),
        Action.SETTINGS: translate("texts", "Credentials, thresholds and alerts"),
        Action.SET_UP: translate("texts", "Asks for the client ID and the secret"),
        Action.UNLOCK: translate("texts", "Opens the keyring's password prompt"),
        Action.STATUS_PAGE: translate("texts", "Shows known problems of the server"),
    }[action]


def reading_time_text(snapshot: Snapshot, now: datetime) -> str:
    """Return when the balance was read, ``as of 14:05``; empty before the first reading."""
    if snapshot.reading is None:
        return ""
    return translate("texts", "as of {0}").format(format_time(snapshot.reading.at, now))


def checking_text() -> str:
    """Return that a request is in progress, for a separate line."""
    return translate("texts", "Checking…")


def paused_text() -> str:
    """Return that a wallet is paused."""
    return translate("texts", "Paused")


def out_of_date_text() -> str:
    """Return that a reading is old although no attempt has failed."""
    return translate("texts", "Out of date")


def caveats(snapshot: Snapshot) -> list[str]:
    """Return why the balance is missing, old or not stored; empty if there is no problem."""
    parts = []
    if snapshot.wallet.is_paused:
        parts.append(paused_text())
    elif snapshot.trouble is not None:
        parts.append(error_title(snapshot.trouble))
    elif snapshot.stale:
        parts.append(out_of_date_text())
    elif snapshot.reading is None:
        parts.append(checking_text())
    if snapshot.storage is not None:
        parts.append(error_title(snapshot.storage))
    return parts
