"""The texts of the card."""

from datetime import date, datetime
from decimal import Decimal

from PySide6.QtCore import QLocale

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import (
    DeepvueError,
    InactiveError,
    NotSetUpError,
    OfflineError,
    ProxyError,
    ServerError,
    ThrottledError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.formats import format_near_time, format_number, format_time
from deepvue_tray.ui.translation import translate

_LOW_LEVELS = (Level.LOW, Level.CRITICAL, Level.EMPTY)


def head_text(overview: Overview, prefix: str) -> str:
    """Return the head line: ``Deepvue``, ``Demo``, ``Deepvue · 3 wallets``."""
    parts = [prefix or "Deepvue"]
    count = len(overview.snapshots)
    if count > 1:
        number = QLocale().toString(count)
        parts.append(translate("card", "{0} wallets").format(number))
    if overview.from_environment:
        parts.append(translate("card", "from the environment"))
    return texts.joined(*parts)


def times_text(snapshot: Snapshot, now: datetime) -> str:
    """Return when the balance was read and when the next time is: ``as of 14:05 · next 14:10``."""
    parts = [texts.reading_time_text(snapshot, now)]
    if snapshot.next_at is not None and notice_title(snapshot) == "":
        parts.append(translate("card", "next {0}").format(format_time(snapshot.next_at, now)))
    return texts.joined(*parts)


def refresh_label(snapshot: Snapshot) -> str:
    """Return the text of the refresh button, which also shows a request in progress."""
    if snapshot.refreshing:
        return texts.checking_text()
    return texts.action_label(Action.REFRESH)


def pill_text(snapshot: Snapshot) -> str:
    """Return the level with its reason; empty if all is well, and for a paused wallet."""
    return "" if snapshot.wallet.is_paused else texts.level_reason_text(snapshot)


def runway_text(snapshot: Snapshot, now: datetime, name: str) -> str:
    """Return how long the credits last and until when, after the wallet's ``name`` if given.

    Empty if the balance is not known for a reason that the notice gives.
    """
    text = _state_text(snapshot) or texts.runway_with_date_text(snapshot, now)
    if name and text:
        return f"{name}: {text}"
    return name or texts.capitalized(text)


def _state_text(snapshot: Snapshot) -> str:
    """Return what is to be said instead of a forecast; empty if nothing is."""
    if snapshot.wallet.is_paused:
        return texts.paused_text()
    if snapshot.reading is None:
        return "" if notice_title(snapshot) else texts.checking_text()
    if snapshot.reading.balance <= 0:
        return translate("texts", "Paid calls fail until credits are added")
    return ""


def outlook_text(snapshot: Snapshot, now: datetime) -> str:
    """Return the range of the forecast and the pace: ``between 7 and 10 days · about 113 a day``.

    Empty without a forecast.
    """
    runway = snapshot.runway
    if runway is None or _state_text(snapshot):
        return ""
    pace = Decimal(runway.burn_rate)
    rounded = round(pace) if pace >= 10 else round(pace, 1)  # noqa: PLR2004 - two digits
    parts = [texts.runway_range_text(snapshot, now)]
    if rounded > 0:
        parts.append(translate("card", "about {0} a day").format(format_number(Decimal(rounded))))
    return texts.joined(*parts)


def row_text(snapshot: Snapshot, now: datetime) -> str:
    """Return the second line of a wallet's row: what is wrong, or how long the credits last."""
    if title := notice_title(snapshot):
        return title
    if snapshot.level is Level.EMPTY and not snapshot.wallet.is_paused:
        return ""  # The pill says it.
    text = _state_text(snapshot)
    return texts.capitalized(text or texts.runway_text(snapshot, now))


def notice_title(snapshot: Snapshot) -> str:
    """Return what is wrong, in a few words; empty if nothing is."""
    if snapshot.wallet.is_paused:
        return ""
    trouble = snapshot.trouble or snapshot.storage
    if trouble is not None:
        return texts.error_title(trouble)
    return texts.out_of_date_text() if snapshot.stale else ""


def notice_text(snapshot: Snapshot, now: datetime) -> str:
    """Return what follows from the trouble: the next try, or what the person can do."""
    trouble = snapshot.trouble or snapshot.storage
    if isinstance(trouble, NotSetUpError):
        return translate("card", "Enter the client ID and secret of your wallet.")
    if trouble is None:
        return _next_try_text(snapshot, now)
    is_transient = _is_transient(trouble)
    sentence = _next_try_text(snapshot, now) if is_transient else texts.remedy_text(trouble)
    return texts.with_detail(trouble, sentence)


def _next_try_text(snapshot: Snapshot, now: datetime) -> str:
    if snapshot.next_at is None:
        return translate("card", "Trying again now.")
    return translate("card", "Trying again at {0}.").format(format_time(snapshot.next_at, now))


def alert_command_text(snapshot: Snapshot, now: datetime) -> str:
    """Return why an alert was not sent elsewhere, and when it is sent again; empty if it was."""
    error = snapshot.alert_command_error
    if error is None:
        return ""
    reason = translate("card", "Alert command: {0}.").format(error.detail)
    if error.retry_at is None or not snapshot.command_alerts:
        return reason
    if error.retry_at <= now:
        return "{} {}".format(reason, translate("card", "Trying again automatically."))
    # Not "at": the first poll after this time tries it.
    again = translate("card", "Trying again after {0}.").format(format_time(error.retry_at, now))
    return f"{reason} {again}"


def _is_transient(error: DeepvueError) -> bool:
    """Return whether an error usually ends without the person's help."""
    passes = isinstance(error, OfflineError | ThrottledError | ServerError)
    return passes and not isinstance(error, ProxyError)


def snooze_text(snapshot: Snapshot, now: datetime) -> str:
    """Return until when alerts are snoozed; empty if they are not."""
    if snapshot.snoozed is None:
        return ""
    if snapshot.snoozed.until is None:
        return translate("card", "Snoozed until the next top-up")
    end = format_near_time(snapshot.snoozed.until, now)
    return translate("card", "Snoozed until {0}").format(end)


def primary_action(snapshot: Snapshot) -> Action | None:
    """Return what is needed now, or None if nothing is."""
    remedy = snapshot.trouble.action if snapshot.trouble and notice_title(snapshot) else None
    if remedy in (Action.SETTINGS, Action.SET_UP, Action.UNLOCK, Action.DASHBOARD):
        return remedy
    is_low = snapshot.level in _LOW_LEVELS and not snapshot.wallet.is_paused
    return Action.DASHBOARD if is_low else None


def primary_label(snapshot: Snapshot) -> str:
    """Return the text of the button of the primary action."""
    action = primary_action(snapshot)
    if action is Action.DASHBOARD and not isinstance(snapshot.trouble, InactiveError):
        return texts.action_label(action)
    return button_label(action) if action else ""


def button_label(action: Action) -> str:
    """Return the text of a button, short enough for three in a row."""
    return {
        Action.DASHBOARD: translate("card", "Dashboard"),
        Action.UNLOCK: translate("card", "Unlock…"),
        Action.STATUS_PAGE: translate("card", "Status page"),
    }.get(action) or texts.action_label(action)


def button_tooltip(action: Action) -> str:
    """Return the tooltip of a button."""
    return {
        Action.DASHBOARD: translate("card", "Opens the Deepvue dashboard"),
        Action.RESUME: translate("card", "Ends the snooze"),
    }.get(action) or texts.action_tooltip(action)


def wallets_title() -> str:
    """Return the name of the list of wallets."""
    return translate("card", "Wallets")


def wallets_tooltip() -> str:
    """Return the description of the list of wallets."""
    return translate("card", "The arrow keys choose the wallet that is shown below")


def day_bars_title() -> str:
    """Return the name of the bars."""
    return translate("card", "Spent in the last 7 days")


def day_label(day: date, today: date) -> str:
    """Return the short name of a day of the last week: ``Wed``, ``Today``."""
    if day == today:
        return translate("texts", "Today")
    return QLocale().standaloneDayName(day.isoweekday(), QLocale.FormatType.ShortFormat)


def day_text(day: date, today: date, spent: Decimal | None) -> str:
    """Return the spending of a day: ``Wed: 110 credits``; a dash without a reading."""
    amount = "—" if spent is None else texts.format_credits(spent)
    return f"{day_label(day, today)}: {amount}"
