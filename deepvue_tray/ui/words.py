"""A snapshot in words: what the tooltip, the menu, the windows and the notifications say.

One place for all of them, so that no two can disagree. Numbers and dates follow the person's
locale.
"""

from datetime import datetime
from decimal import Decimal

# Names are taken from the module when they are used: QLocale alone, with its enumerations of all
# languages and countries, would hold up the first frame.
from PySide6 import QtCore

from deepvue_tray.core.errors import Action, DeepvueError
from deepvue_tray.core.note import Note
from deepvue_tray.core.reading import Alert, Snapshot

LONGEST_TOOLTIP = 127
"""Characters; Windows cuts the rest."""

_SEPARATOR = " · "


def _tr(text: str) -> str:
    return QtCore.QCoreApplication.translate("words", text)


def number(amount: Decimal) -> str:
    """Group an amount of credits as the locale does, with the decimals it came with."""
    exponent = amount.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if decimals == 0:
        return QtCore.QLocale().toString(int(amount))
    return QtCore.QLocale().toString(float(amount), "f", decimals)


def credits_of(snapshot: Snapshot) -> str:
    """Say the balance: ``6,448 credits``, or a dash while none is known."""
    if snapshot.reading is None:
        return "—"
    balance = snapshot.reading.balance
    form = _tr("{0} credit") if balance == 1 else _tr("{0} credits")
    return form.format(number(balance))


def time_of(at: datetime, now: datetime) -> str:
    """Say when: the clock time, with the day where it is not today's."""
    local, today = at.astimezone(), now.astimezone().date()
    moment = QtCore.QDateTime.fromSecsSinceEpoch(int(at.timestamp()))
    clock = QtCore.QLocale().toString(moment.time(), QtCore.QLocale.FormatType.ShortFormat)
    if local.date() == today:
        return clock
    day = QtCore.QLocale().toString(moment.date(), _tr("ddd d MMM"))
    return f"{day}, {clock}"


def title_of(trouble: DeepvueError) -> str:
    """Say what happened, in a few words."""
    return QtCore.QCoreApplication.translate("errors", trouble.title)


def remedy_of(trouble: DeepvueError) -> str:
    """Say what to do about it."""
    return QtCore.QCoreApplication.translate("errors", trouble.remedy)


def explanation_of(trouble: DeepvueError) -> str:
    """Say all: what happened, in whose words, and what to do."""
    detail = f" ({trouble.detail})" if trouble.detail else ""
    return f"{title_of(trouble)}{detail}. {remedy_of(trouble)}"


def label_of(action: Action) -> str:
    """Name an action as a menu does."""
    return {
        Action.CARD: _tr("Open"),
        Action.REFRESH: _tr("Refresh"),
        Action.SETTINGS: _tr("Settings…"),
        Action.UNLOCK: _tr("Unlock the keyring…"),
        Action.STATUS_PAGE: _tr("Open status page"),
        Action.DASHBOARD: _tr("Open dashboard"),
        Action.ABOUT: _tr("About"),
        Action.QUIT: _tr("Quit"),
    }[action]


def status_of(snapshot: Snapshot, now: datetime) -> str:
    """Say in one line how current the balance is: its time, then what is wrong, if anything."""
    parts = []
    if snapshot.reading is not None:
        parts.append(time_of(snapshot.reading.at, now))
    if snapshot.trouble is not None:
        parts.append(title_of(snapshot.trouble))
    elif snapshot.stale:
        parts.append(_tr("out of date"))
    elif snapshot.reading is None:
        parts.append(_tr("asking…"))
    if snapshot.storage is not None:
        parts.append(title_of(snapshot.storage))
    return _SEPARATOR.join(parts)


def tooltip_of(snapshot: Snapshot, now: datetime, prefix: str) -> str:
    """Say the whole in at most 127 characters: ``6,448 credits · 14:05``."""
    parts = [prefix] if prefix else []
    if snapshot.reading is not None:
        parts.append(credits_of(snapshot))
    parts.append(status_of(snapshot, now))
    text = _SEPARATOR.join(parts)
    return text if len(text) <= LONGEST_TOOLTIP else text[: LONGEST_TOOLTIP - 1] + "…"


def note_of(alert: Alert, snapshot: Snapshot, prefix: str) -> Note:
    """Write the notification of an alert."""
    match alert:
        case Alert.LOW:
            title = _tr("Deepvue credits are low")
            threshold = number(Decimal(snapshot.settings.low or 0))
            body = _tr("{0} left; the threshold is {1}.").format(credits_of(snapshot), threshold)
    return Note(
        kind=alert.value,
        title=f"{prefix}: {title}" if prefix else title,
        body=body,
        buttons=((Action.DASHBOARD.value, _tr("Top up")),),
    )


def note_of_fault(prefix: str) -> Note:
    """Write the notification of a fault of ours."""
    title = _tr("A fault in deepvue-tray")
    body = _tr("It goes on. The log says what happened; please report it.")
    return Note(kind="fault", title=f"{prefix}: {title}" if prefix else title, body=body)
