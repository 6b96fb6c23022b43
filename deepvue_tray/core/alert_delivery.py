"""What a delivery, or its failure, changes in the state of a wallet's alerts.

Pure functions over a state that is stored on the disk, and may be changed by several processes.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_channel import Channel, Failure, Sent
from deepvue_tray.core.alert_state import AlertState

RESEND_PAUSE = timedelta(minutes=10)
"""The time until an alert is sent again to a service that has not replied to it. Longer than a
command may run, so that two processes do not run it at the same time."""


def is_pending(state: AlertState, alert: Alert, channel: Channel = Channel.DESKTOP) -> bool:
    """Return whether an alert that ``to_notify`` returned has not been delivered since."""
    told = state.channel(channel)
    return alert in told.pending if alert is Alert.TOP_UP else alert not in told.notified


def mark_sent(
    state: AlertState,
    alert: Alert,
    now: datetime,
    service: str,
    channel: Channel = Channel.DESKTOP,
) -> AlertState:
    """Return the state after an alert was sent to ``service``, or the same state if not allowed.

    An alert must not be sent twice, nor during a snooze that silences it, nor within the pause
    after a failure. It must not be sent again within RESEND_PAUSE to a service that has not
    replied: the service may have delivered it.
    """
    told = state.channel(channel)
    failure = told.failure(alert, service)
    is_too_early = any(
        sent.alert is alert and sent.service == service and _is_within_pause(sent.at, now)
        for sent in told.unanswered
    ) or (failure is not None and _is_within_pause(failure.at, now, failure.pause))
    is_silenced = (
        state.snooze is not None
        and not state.snooze.is_over(now)
        and alert in state.snooze.silences
    )
    if is_too_early or is_silenced or not is_pending(state, alert, channel):
        return state
    told = told.without_sent({alert})
    sent = Sent(alert, now, service)
    return state.with_channel(channel, replace(told, unanswered=(*told.unanswered, sent)))


def mark_refused(state: AlertState, sent: Sent, channel: Channel = Channel.DESKTOP) -> AlertState:
    """Return the state after a service has replied that it does not deliver an alert.

    It may be sent again at once.
    """
    told = state.channel(channel)
    others = tuple(other for other in told.unanswered if other != sent)
    return state.with_channel(channel, replace(told, unanswered=others))


def mark_failed(
    state: AlertState, sent: Sent, now: datetime, detail: str, channel: Channel
) -> AlertState:
    """Return the state after the delivery of an alert has failed: it is sent again after a pause.

    ``detail`` says why.
    """
    told = mark_refused(state, sent, channel).channel(channel)
    before = told.failure(sent.alert, sent.service)
    failure = Failure(sent, now, before.count + 1 if before else 1, detail)
    others = tuple(other for other in told.failures if other.sent.alert is not sent.alert)
    return state.with_channel(channel, replace(told, failures=(*others, failure)))


def forget_failures(state: AlertState, channel: Channel) -> AlertState:
    """Return the state after a channel has proved to work: what failed is sent again at once."""
    return state.with_channel(channel, replace(state.channel(channel), failures=()))


def mark_shown(
    state: AlertState, sent: Sent, now: datetime, channel: Channel = Channel.DESKTOP
) -> AlertState:
    """Return the state after a service has replied that it delivered an alert.

    An alert that has re-armed meanwhile is a new one, which was not notified yet.
    """
    if sent in state.channel(channel).unanswered:
        return mark_notified(state, sent.alert, now, channel)
    return state


def mark_notified(
    state: AlertState, alert: Alert, now: datetime, channel: Channel = Channel.DESKTOP
) -> AlertState:
    """Return the state after an alert was delivered through a channel."""
    told = replace(state.channel(channel).without_sent({alert}), failures=())
    milder = SEVERITIES[: SEVERITIES.index(alert)] if alert in SEVERITIES else ()
    if alert is Alert.TOP_UP:
        told = replace(told, pending=told.pending - {alert})
    else:
        told = replace(told, notified=told.notified | {alert, *milder})
    if alert is Alert.FAST_SPENDING:
        told = replace(told, fast_spending_at=now)
    return state.with_channel(channel, told)


def _is_within_pause(at: datetime, now: datetime, pause: timedelta = RESEND_PAUSE) -> bool:
    """Return whether ``now`` is in the pause after ``at``; not if the clock was set back since."""
    return timedelta(0) <= now - at < pause
