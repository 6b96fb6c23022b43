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
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_state import RECENT_COUNT, AlertState, Sent, Snooze, Thresholds
from deepvue_tray.core.errors import DeepvueError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
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
"""The time until a notification is sent again to a service that has not replied to it."""

CONFIRMING_READINGS = 2
"""Consecutive readings that must agree before spending counts as fast, or as usual again."""

MORNING = time(9)
"""The local time that "tomorrow morning" means."""

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


def judge(state: AlertState, seen: Observation, wallet: WalletSettings) -> AlertState:
    """Return the state after one attempt."""
    if seen.reading is not None:
        state = _after_reading(state, seen, seen.reading.balance, wallet)
    if state.snooze and state.snooze.is_over(seen.now):
        state = replace(state, snooze=None)
    return state


def to_notify(state: AlertState, seen: Observation, wallet: WalletSettings) -> tuple[Alert, ...]:
    """Return the alerts to deliver now, given the state after an attempt."""
    if seen.reading is None:
        alerts = _alerts_after_failure(state, seen, wallet)
    else:
        alerts = _alerts_after_reading(state, seen, seen.reading.balance, wallet)
    silenced = state.snooze.silences if state.snooze else frozenset()
    return tuple(alert for alert in alerts if alert in wallet.alerts - silenced)


def is_pending(state: AlertState, alert: Alert) -> bool:
    """Return whether an alert that ``to_notify`` returned has not been delivered since."""
    return alert in state.pending if alert is Alert.TOP_UP else alert not in state.notified


def mark_sent(state: AlertState, alert: Alert, now: datetime, service: str) -> AlertState:
    """Return the state after an alert was sent to ``service``, or the same state if not allowed.

    An alert must not be sent twice, nor again within RESEND_PAUSE to a service that has not
    replied: the service may have shown it.
    """
    is_awaiting_reply = any(
        sent.alert is alert
        and sent.service == service
        and timedelta(0) <= now - sent.at < RESEND_PAUSE
        for sent in state.unanswered
    )
    if is_awaiting_reply or not is_pending(state, alert):
        return state
    state = _without_sent(state, {alert})
    return replace(state, unanswered=(*state.unanswered, Sent(alert, now, service)))


def mark_refused(state: AlertState, sent: Sent) -> AlertState:
    """Return the state after a service has replied that it does not show an alert."""
    return replace(state, unanswered=tuple(other for other in state.unanswered if other != sent))


def mark_shown(state: AlertState, sent: Sent, now: datetime) -> AlertState:
    """Return the state after a service has replied that it shows an alert.

    An alert that has re-armed meanwhile is a new one, which was not notified yet.
    """
    return mark_notified(state, sent.alert, now) if sent in state.unanswered else state


def mark_notified(state: AlertState, alert: Alert, now: datetime) -> AlertState:
    """Return the state after an alert was delivered."""
    state = _without_sent(state, {alert})
    if alert is Alert.TOP_UP:
        return replace(state, pending=state.pending - {alert})
    milder = SEVERITIES[: SEVERITIES.index(alert)] if alert in SEVERITIES else ()
    state = replace(state, notified=state.notified | {alert, *milder})
    return replace(state, fast_spending_at=now) if alert is Alert.FAST_SPENDING else state


def snoozed(state: AlertState, until: datetime | None) -> AlertState:
    """Silence the alerts notified so far until ``until``, aware, or with None until a top-up."""
    return replace(state, snooze=Snooze(until, state.notified))


def tomorrow_morning(now: datetime) -> datetime:
    """Return the local MORNING of the next day; aware, UTC."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, MORNING).astimezone(UTC)


def _alerts_after_failure(
    state: AlertState, seen: Observation, wallet: WalletSettings
) -> tuple[Alert, ...]:
    if Alert.REJECTED in state.notified:
        return ()
    if Alert.REJECTED in wallet.alerts and isinstance(seen.trouble, RejectedError):
        return (Alert.REJECTED,)
    # With a long interval, a single missed reading is not enough.
    long_enough = max(NO_DATA_AFTER, 2 * seen.interval)
    if seen.unseen >= long_enough and Alert.NO_DATA not in state.notified:
        return (Alert.NO_DATA,)
    return ()


def _after_reading(
    state: AlertState, seen: Observation, balance: Decimal, wallet: WalletSettings
) -> AlertState:
    """Re-arm the alerts that a successful reading re-arms, and store the reading's values."""
    rearmed = {Alert.REJECTED, Alert.NO_DATA}
    topped_up = is_top_up(state.balances, balance)
    snooze = state.snooze
    if topped_up:
        rearmed |= {*SEVERITIES}
        state = replace(state, pending=state.pending | {Alert.TOP_UP})
        snooze = None if snooze and snooze.until is None else snooze
    if Alert.TOP_UP not in wallet.alerts:
        # Do not notify about an old top-up when the alert is switched on again.
        state = replace(state, pending=state.pending - {Alert.TOP_UP})
    days = _days_left(seen)
    if not is_restored(state.balances, balance):
        # A restored balance may vanish again with the next reading.
        rearmed |= {s for s in SEVERITIES if not is_reached(s, balance, days, wallet, HYSTERESIS)}
    rearmed |= _rearmed_by_settings(state, wallet)
    fast = _count_consecutive(state.fast, fast=seen.fast)
    if fast <= -CONFIRMING_READINGS:
        rearmed.add(Alert.FAST_SPENDING)
    return replace(
        _without_sent(state, rearmed),
        notified=state.notified - rearmed,
        fast=fast,
        snooze=snooze,
        balances=(*state.balances, balance)[-RECENT_COUNT:],
        days=days,
        thresholds=tuple(_thresholds_of(severity, wallet) for severity in CONFIGURABLE_SEVERITIES),
    )


def _without_sent(state: AlertState, alerts: Set[Alert]) -> AlertState:
    others = tuple(sent for sent in state.unanswered if sent.alert not in alerts)
    return replace(state, unanswered=others)


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
    state: AlertState, seen: Observation, balance: Decimal, wallet: WalletSettings
) -> tuple[Alert, ...]:
    alerts = list(state.pending)
    enabled = [severity for severity in SEVERITIES if severity in wallet.alerts]
    worst = worst_severity(balance, _days_left(seen), wallet, enabled)
    if worst and worst not in state.notified:
        alerts.append(worst)
    # A time in the future comes from a wrong clock, and is ignored.
    may_repeat = state.fast_spending_at is None or not (
        seen.now - FAST_SPENDING_REPEAT_AFTER < state.fast_spending_at <= seen.now
    )
    if (
        state.fast >= CONFIRMING_READINGS
        and may_repeat
        and Alert.FAST_SPENDING not in state.notified
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
