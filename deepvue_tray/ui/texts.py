"""The texts of the wallets, shared by the tooltip, the menu, the windows and the notifications."""

from datetime import datetime, timedelta
from decimal import Decimal

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.runway import is_beyond_horizon
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui.formats import (
    format_day,
    format_day_and_time,
    format_duration,
    format_duration_range,
    format_number,
    format_time,
)
from deepvue_tray.ui.translation import translate

_SEPARATOR = " · "


def prefixed(prefix: str, text: str) -> str:
    """Return ``text`` after a prefix such as "Demo"; unchanged if the prefix is empty."""
    return f"{prefix}: {text}" if prefix else text


def joined(*parts: str) -> str:
    """Return the parts that are not empty, separated by dots."""
    return _SEPARATOR.join(filter(None, parts))


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
        return translate("texts", "gathering data")
    if runway.empty_at <= now:
        return translate("texts", "may be empty by now")
    if is_beyond_horizon(runway.empty_at, now):
        return translate("texts", "more than a year left")
    return translate("texts", "about {0} left").format(format_duration(runway.empty_at - now))


def runway_with_date_text(snapshot: Snapshot, now: datetime) -> str:
    """Return how long the credits last and the day they end: ``about 11 days left, Fri 4 Dec``."""
    text, runway = runway_text(snapshot, now), snapshot.runway
    if runway is None or runway.empty_at <= now or is_beyond_horizon(runway.empty_at, now):
        return text
    return f"{text}, {format_day(runway.empty_at)}"


def runway_line(snapshot: Snapshot, now: datetime) -> str:
    """Return ``runway_with_date_text`` with a capital letter, for a separate line."""
    text = runway_with_date_text(snapshot, now)
    return text[:1].upper() + text[1:]


def runway_range_text(snapshot: Snapshot, now: datetime) -> str:
    """Return the 80 % range of the runway, ``between 9 and 14 days``; empty without a forecast."""
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
    return translate("texts", "Alerts snoozed until {0}").format(
        format_time(snapshot.snoozed.until, now)
    )


def error_title(error: DeepvueError) -> str:
    """Return what happened, in a few translated words."""
    return translate("errors", error.title)


def error_text(error: DeepvueError) -> str:
    """Return the title, detail and remedy of an error."""
    detail = f" ({error.detail})" if error.detail else ""
    remedy = translate("errors", error.remedy)
    return f"{error_title(error)}{detail}. {remedy}"


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
        Action.DASHBOARD: translate("texts", "Open dashboard"),
        Action.SNOOZE_HOUR: translate("texts", "1 hour"),
        Action.SNOOZE_MORNING: translate("texts", "Until tomorrow morning"),
        Action.SNOOZE_TOP_UP: translate("texts", "Until the next top-up"),
        Action.RESUME: translate("texts", "Resume"),
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


def caveats(snapshot: Snapshot) -> list[str]:
    """Return why the balance is missing, old or not stored; empty if there is no problem."""
    parts = []
    if snapshot.wallet.is_paused:
        parts.append(translate("texts", "paused"))
    elif snapshot.trouble is not None:
        parts.append(error_title(snapshot.trouble))
    elif snapshot.stale:
        parts.append(translate("texts", "out of date"))
    elif snapshot.reading is None:
        parts.append(translate("texts", "loading…"))
    if snapshot.storage is not None:
        parts.append(error_title(snapshot.storage))
    return parts
