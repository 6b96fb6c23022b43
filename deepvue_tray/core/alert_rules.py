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
from deepvue_tray.core.alert_channel import Channel, ChannelState
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
