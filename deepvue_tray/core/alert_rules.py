"""When to notify: once for each change.

Pure functions over a state that is stored on the disk. The rules:

- *Low*, *critical* and *empty* are severities. The worst severity that is reached notifies, and
  counts for the milder ones too: an escalation always notifies, an improvement never does.
- A severity re-arms at 110 % of its threshold, in credits and in days; with a top-up; or when its
  threshold is changed to one that was not reached at the last reading.
- *Top-up*, *fast spending*, *rejected* and *no data* are independent, and re-arm separately.
- A failed attempt does not change the alerts about the balance.
- An alert counts as notified only once it was delivered. Until then every reading returns it.
- A snooze silences the alerts that were notified before it: a worse severity notifies during it.
- In the quiet time, only *critical* and *empty* notify. The others wait for its end, and then
  notify if they still hold.
- Each channel is told of every alert: what one of them has delivered changes nothing for the other.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_channel import Channel, ChannelState, Failure, Sent
from deepvue_tray.core.alert_state import RECENT_COUNT, AlertState, Snooze, Thresholds
from deepvue_tray.core.errors import DeepvueError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.reading import Reading, is_restored, is_top_up
from deepvue_tray.core.settings import WalletSettings

HYSTERESIS = Fraction(11, 10)
"""A severity re-arms at 110 % of its threshold, so that small corrections of the balance or of the
forecast near the threshold do not notify repeatedly. A top-up re-arms all severities."""

NO_DATA_AFTER = timedelta(hours=1)
"""Time awake without a successful reading until the alert; at least two intervals."""

FAST_SPENDING_REPEAT_AFTER = timedelta(days=1)
"""The shortest time between two alerts about fast spending."""

RESEND_PAUSE = timedelta(minutes=10)
"""The time until an alert is sent again to a service that has not replied to it. Longer than a
command may run, so that two processes do not run it at the same time."""

CONFIRMING_READINGS = 2
"""Consecutive readings that must agree before spending counts as fast, or as usual again."""

MORNING = time(9)
"""The local time that "tomorrow morning" means."""

LOUD = frozenset({Alert.CRITICAL, Alert.EMPTY})
"""The alerts that notify in the quiet time too."""

CONFIGURABLE_SEVERITIES = (Alert.LOW, Alert.CRITICAL)
"""The severities whose thresholds are settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The result of one attempt to read the wallet."""

    now: datetime
    """Aware, UTC."""
    reading: Reading | None = None
    """None after a failure."""
    runway: Runway | None = None
    """The forecast at this reading; None while there is too little data."""
    fast: bool = False
    """Whether credits are spent far faster than is usual for the wallet."""
    trouble: DeepvueError | None = None
    """Why there is no reading."""
    unseen: timedelta = timedelta(0)
    """Time awake since the last successful reading; zero without a sign-in."""
    interval: timedelta = timedelta(0)
    """The time between two polls."""


def is_reached(
    severity: Alert,
    balance: Decimal,
    days: float | None,
    wallet: WalletSettings,
    margin: Fraction = Fraction(1),
) -> bool:
    """Return whether a severity's threshold is reached, in credits or in days of runway.

    With a ``margin`` above 1, return whether either is still below the threshold times ``margin``.
    ``days`` is the runway's early end; None, unknown, neither reaches a threshold nor exceeds it.
    """
    if severity is Alert.EMPTY:
        return balance <= 0
    thresholds = _thresholds_of(severity, wallet)
    if days is None and thresholds.days is not None and margin > 1:
        return True
    return _is_within(float(balance), thresholds.credits, margin) or _is_within(
        days, thresholds.days, margin
    )


def worst_severity(
    balance: Decimal,
    days: float | None,
    wallet: WalletSettings,
    among: Sequence[Alert] = SEVERITIES,
) -> Alert | None:
    """Return the worst severity that is reached, or None."""
    return next((s for s in reversed(among) if is_reached(s, balance, days, wallet)), None)


def judge(
    state: AlertState, seen: Observation, wallet: WalletSettings, *, has_command: bool = False
) -> AlertState:
    """Return the state after one attempt; ``has_command`` is whether the command channel is on."""
    if seen.reading is not None:
        state = _after_reading(state, seen, seen.reading.balance, wallet, has_command=has_command)
    if state.snooze and state.snooze.is_over(seen.now):
        state = replace(state, snooze=None)
    return state


def to_notify(
    state: AlertState,
    seen: Observation,
    wallet: WalletSettings,
    channel: Channel = Channel.DESKTOP,
) -> tuple[Alert, ...]:
    """Return the alerts to deliver now through a channel, given the state after an attempt."""
    told = state.channel(channel)
    if seen.reading is None:
        alerts = _alerts_after_failure(told, seen, wallet)
    else:
        alerts = _alerts_after_reading(state, told, seen, seen.reading.balance, wallet)
    silenced = state.snooze.silences if state.snooze else frozenset()
    return tuple(alert for alert in alerts if alert in wallet.alerts - silenced)


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


def is_quiet(alert: Alert, now: datetime, quiet_time: QuietTime | None) -> bool:
    """Return whether an alert has to wait for the end of the quiet time; ``now`` is aware."""
    return quiet_time is not None and alert not in LOUD and quiet_time.includes(now)


def snoozed(state: AlertState, until: datetime | None) -> AlertState:
    """Silence the alerts notified so far until ``until``, aware, or with None until a top-up.

    An alert is silent in both channels if one has delivered it.
    """
    return replace(state, snooze=Snooze(until, state.desktop.notified | state.command.notified))


def tomorrow_morning(now: datetime) -> datetime:
    """Return the local MORNING of the next day; aware, UTC."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, MORNING).astimezone(UTC)


def _is_within_pause(at: datetime, now: datetime, pause: timedelta = RESEND_PAUSE) -> bool:
    """Return whether ``now`` is in the pause after ``at``; not if the clock was set back since."""
    return timedelta(0) <= now - at < pause


def _alerts_after_failure(
    told: ChannelState, seen: Observation, wallet: WalletSettings
) -> tuple[Alert, ...]:
    if Alert.REJECTED in told.notified:
        return ()
    if Alert.REJECTED in wallet.alerts and isinstance(seen.trouble, RejectedError):
        return (Alert.REJECTED,)
    # With a long interval, a single missed reading is not enough.
    long_enough = max(NO_DATA_AFTER, 2 * seen.interval)
    if seen.unseen >= long_enough and Alert.NO_DATA not in told.notified:
        return (Alert.NO_DATA,)
    return ()


def _after_reading(
    state: AlertState,
    seen: Observation,
    balance: Decimal,
    wallet: WalletSettings,
    *,
    has_command: bool,
) -> AlertState:
    """Re-arm the alerts that a successful reading re-arms, and store the reading's values."""
    rearmed = {Alert.REJECTED, Alert.NO_DATA}
    topped_up = is_top_up(state.balances, balance)
    snooze = state.snooze
    if topped_up:
        rearmed |= {*SEVERITIES}
        snooze = None if snooze and snooze.until is None else snooze
    days = _days_left(seen)
    if not is_restored(state.balances, balance):
        # A restored balance may vanish again with the next reading.
        rearmed |= {s for s in SEVERITIES if not is_reached(s, balance, days, wallet, HYSTERESIS)}
    rearmed |= _rearmed_by_settings(state, wallet)
    fast = _count_consecutive(state.fast, fast=seen.fast)
    if fast <= -CONFIRMING_READINGS:
        rearmed.add(Alert.FAST_SPENDING)
    top_up = {Alert.TOP_UP} if topped_up else set()
    is_on = Alert.TOP_UP in wallet.alerts
    return replace(
        state,
        desktop=_rearmed(state.desktop, rearmed, top_up, is_on=is_on),
        command=_rearmed(state.command, rearmed, top_up, is_on=is_on and has_command),
        fast=fast,
        snooze=snooze,
        balances=(*state.balances, balance)[-RECENT_COUNT:],
        days=days,
        thresholds=tuple(_thresholds_of(severity, wallet) for severity in CONFIGURABLE_SEVERITIES),
    )


def _rearmed(
    told: ChannelState, alerts: Set[Alert], top_up: Set[Alert], *, is_on: bool
) -> ChannelState:
    """Return a channel's state with alerts re-armed, and a top-up to deliver unless it is empty.

    While top-ups are off, none is kept: an old one must not notify when they are switched on.
    """
    pending = told.pending | top_up if is_on else told.pending - {Alert.TOP_UP}
    return replace(told.without_sent(alerts), notified=told.notified - alerts, pending=pending)


def _rearmed_by_settings(state: AlertState, wallet: WalletSettings) -> set[Alert]:
    """Return the severities whose threshold has changed and was not reached at the last reading."""
    return {
        severity
        # Both thresholds and balances are empty before the first reading.
        for severity, before in zip(CONFIGURABLE_SEVERITIES, state.thresholds, strict=False)
        if before != _thresholds_of(severity, wallet)
        and not any(is_reached(severity, last, state.days, wallet) for last in state.balances[-1:])
    }


def _alerts_after_reading(
    state: AlertState,
    told: ChannelState,
    seen: Observation,
    balance: Decimal,
    wallet: WalletSettings,
) -> tuple[Alert, ...]:
    alerts = list(told.pending)
    enabled = [severity for severity in SEVERITIES if severity in wallet.alerts]
    worst = worst_severity(balance, _days_left(seen), wallet, enabled)
    if worst and worst not in told.notified:
        alerts.append(worst)
    # A time in the future comes from a wrong clock, and is ignored.
    may_repeat = told.fast_spending_at is None or not (
        seen.now - FAST_SPENDING_REPEAT_AFTER < told.fast_spending_at <= seen.now
    )
    if (
        state.fast >= CONFIRMING_READINGS
        and may_repeat
        and Alert.FAST_SPENDING not in told.notified
    ):
        alerts.append(Alert.FAST_SPENDING)
    return tuple(alerts)


def _thresholds_of(severity: Alert, wallet: WalletSettings) -> Thresholds:
    if severity is Alert.LOW:
        return Thresholds(wallet.low, wallet.low_days)
    return Thresholds(wallet.critical, wallet.critical_days)


def _is_within(left: float | None, threshold: int | None, margin: Fraction) -> bool:
    if left is None or threshold is None:
        return False
    return left <= threshold if margin == 1 else left < threshold * margin


def _days_left(seen: Observation) -> float | None:
    return (seen.runway.earliest - seen.now) / timedelta(days=1) if seen.runway else None


def _count_consecutive(count: int, *, fast: bool) -> int:
    if fast:
        return min(max(count, 0) + 1, CONFIRMING_READINGS)
    return max(min(count, 0) - 1, -CONFIRMING_READINGS)
