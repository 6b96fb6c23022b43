"""The texts and the buttons of the notifications."""

from datetime import datetime
from decimal import Decimal

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.errors import Condition
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.texts import error_text, joined, prefixed, runway_with_date_text
from deepvue_tray.ui.translation import translate

_PICTURES = {
    Alert.LOW: "low-64.png",
    Alert.CRITICAL: "critical-64.png",
    Alert.EMPTY: "empty-64.png",
    Alert.REJECTED: "refused-64.png",
    Alert.NO_DATA: "unknown-64.png",
}
"""The tray's icon in the state that an alert is about, among the program's icons."""


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
        title=joined(prefixed(prefix, title), snapshot.wallet.name if names_wallet else ""),
        body=body,
        buttons=tuple((action.value, label) for action, label in _alert_buttons(alert, snapshot)),
        picture=_PICTURES.get(alert, ""),
    )


def _alert_texts(alert: Alert, snapshot: Snapshot, now: datetime) -> tuple[str, str]:
    """Return the title, which has the number, and the body, which has the rest."""
    event = {
        Alert.LOW: translate("texts", "Low"),
        Alert.CRITICAL: translate("texts", "Nearly used up"),
        Alert.FAST_SPENDING: translate("texts", "Spending is far higher than usual"),
        Alert.TOP_UP: translate("texts", "Credits were added"),
    }.get(alert)
    if event is not None:
        runway = runway_with_date_text(snapshot, now) if snapshot.runway else ""
        return _credits_left_text(snapshot), f"{event}: {runway}." if runway else f"{event}."
    return {
        Alert.EMPTY: (
            translate("texts", "No Deepvue credits left"),
            translate("texts", "Paid calls fail until credits are added."),
        ),
        Alert.REJECTED: (_rejection_title(snapshot), _reason_text(snapshot)),
        Alert.NO_DATA: (
            translate("texts", "Deepvue balance unknown for an hour"),
            error_text(snapshot.trouble) if snapshot.trouble else "",
        ),
    }[alert]


def _credits_left_text(snapshot: Snapshot) -> str:
    balance = snapshot.reading.balance if snapshot.reading else Decimal(0)
    form = (
        translate("texts", "{0} Deepvue credit left")
        if balance == 1
        else translate("texts", "{0} Deepvue credits left")
    )
    return form.format(format_number(balance))


def _reason_text(snapshot: Snapshot) -> str:
    """Return the detail and the remedy of the last error, for a text below its title."""
    if snapshot.trouble is None:
        return ""
    remedy = translate("errors", snapshot.trouble.remedy)
    return f"{snapshot.trouble.detail}. {remedy}" if snapshot.trouble.detail else remedy


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
    body = translate(
        "texts", "The program keeps running. The log has the details; please report the error."
    )
    return Notification(kind="fault", title=prefixed(prefix, title), body=body)
