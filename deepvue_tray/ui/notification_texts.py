"""The texts and the buttons of the notifications."""

from datetime import datetime
from decimal import Decimal

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.errors import Condition, DeepvueError
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.formats import format_number, format_time
from deepvue_tray.ui.translation import translate

_PICTURES = {Alert.REJECTED: "refused-64.png", Alert.NO_DATA: "unknown-64.png"}
"""The tray's icon in the state that an alert is about, among the program's icons."""

_LEVEL_PICTURES = {
    Level.LOW: "low-64.png",
    Level.CRITICAL: "critical-64.png",
    Level.EMPTY: "empty-64.png",
}
"""The same for the other alerts, by the level of the balance."""


def notification_for(
    alert: Alert, snapshot: Snapshot, now: datetime, prefix: str, *, names_wallet: bool
) -> Notification:
    """Return the notification of an alert; ``prefix`` precedes its title.

    ``names_wallet`` is whether the title ends with the wallet's name, as there are several.
    """
    title, body = _alert_texts(alert, snapshot, now)
    return Notification(
        # One kind for all severities, so that a worse one replaces the milder one on screen.
        kind="balance" if alert in SEVERITIES else alert.value,
        client_id=snapshot.client_id,
        title=texts.joined(
            texts.prefixed(prefix, title), snapshot.wallet.name if names_wallet else ""
        ),
        body=body,
        buttons=tuple((action.value, label) for action, label in _alert_buttons(alert, snapshot)),
        picture=_PICTURES.get(alert) or _LEVEL_PICTURES.get(snapshot.level, ""),
    )


def _alert_texts(alert: Alert, snapshot: Snapshot, now: datetime) -> tuple[str, str]:
    """Return the title, which has the number, and the body, which has the rest."""
    trouble = snapshot.trouble
    if alert is Alert.REJECTED:
        return _rejection_title(snapshot), texts.remedy_text(trouble) if trouble else ""
    if alert is Alert.NO_DATA:
        return _no_data_title(snapshot, now), _reason_text(trouble) if trouble else ""
    if alert in SEVERITIES and snapshot.level is Level.EMPTY:
        consequence = translate("texts", "Paid calls fail until credits are added")
        return translate("texts", "No Deepvue credits left"), texts.sentence(consequence)
    event = {
        Alert.TOP_UP: _added_text(snapshot.added),
        Alert.FAST_SPENDING: _fast_spending_text(snapshot),
    }.get(alert) or texts.level_reason_text(snapshot)
    body = texts.sentence(event)
    if snapshot.runway:
        body += " " + texts.sentence(texts.runway_with_date_text(snapshot, now))
    return _credits_left_text(snapshot), body


def _fast_spending_text(snapshot: Snapshot) -> str:
    """Return that spending is fast, and the product that has grown most if it is known."""
    if snapshot.usage and snapshot.usage.grown:
        form = translate("texts", "Spending far faster than usual, mostly on {0}")
        return form.format(snapshot.usage.grown)
    return translate("texts", "Spending far faster than usual")


def _reason_text(error: DeepvueError) -> str:
    """Return an error in sentences, without a detail that adds nothing."""
    title = texts.sentence(texts.error_title(error))
    return f"{title} {texts.with_detail(error, texts.remedy_text(error))}"


def _added_text(amount: Decimal | None) -> str:
    """Return that credits were added, and how many if that is known."""
    if amount is None:
        return translate("texts", "Credits were added")
    form = (
        translate("texts", "{0} credit was added")
        if amount == 1
        else translate("texts", "{0} credits were added")
    )
    return form.format(format_number(amount))


def _no_data_title(snapshot: Snapshot, now: datetime) -> str:
    if snapshot.reading is None:
        return translate("texts", "Deepvue balance unknown")
    since = format_time(snapshot.reading.at, now)
    return translate("texts", "Deepvue balance unknown since {0}").format(since)


def _credits_left_text(snapshot: Snapshot) -> str:
    balance = snapshot.reading.balance if snapshot.reading else Decimal(0)
    form = (
        translate("texts", "{0} Deepvue credit left")
        if balance == 1
        else translate("texts", "{0} Deepvue credits left")
    )
    return form.format(format_number(balance))


def _rejection_title(snapshot: Snapshot) -> str:
    if snapshot.condition is Condition.INACTIVE:
        return translate("texts", "The Deepvue account is inactive")
    return translate("texts", "Deepvue refuses the credentials")


def _alert_buttons(alert: Alert, snapshot: Snapshot) -> list[tuple[Action, str]]:
    if alert in (*SEVERITIES, Alert.FAST_SPENDING):
        snooze = (Action.SNOOZE_MORNING, translate("texts", "Snooze until morning"))
        return [(Action.DASHBOARD, translate("texts", "Top up")), snooze]
    if alert is Alert.REJECTED and snapshot.condition is Condition.INACTIVE:
        return [(Action.DASHBOARD, translate("texts", "Open dashboard"))]
    return [(Action.SETTINGS, translate("texts", "Settings"))] if alert is Alert.REJECTED else []


def crash_notification(prefix: str) -> Notification:
    """Return the notification of a bug in this program; ``prefix`` precedes its title."""
    title = translate("texts", "Internal error in deepvue-tray")
    body = translate("texts", "It keeps running. Please report the error, with the log.")
    return Notification(kind="fault", title=texts.prefixed(prefix, title), body=body)
