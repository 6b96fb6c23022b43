"""When to notify: once for one change, whatever lies between.

The rules, as pure functions over a state that is kept on the disk:

- *Low*, *critical* and *empty* are a ladder. The worst rung that holds and has not spoken speaks,
  and answers for the milder ones, so an escalation always speaks and its retreat never does.
- A rung re-arms at 110 % of its threshold, in credits and in days, with a top-up, or when its
  threshold is changed to one that did not hold at the last reading.
- *Top-up*, *burning fast*, *rejected* and *blind* stand apart, each with its own way to re-arm.
- A failed attempt knows nothing of the balance, and changes nothing of what speaks about it.
- A due alert has not fired. It stays due until it was delivered, and only then is remembered.
- A snooze silences what had fired when it began: what is worse still speaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_state import RECENT_COUNT, AlertState, Sent, Snooze, Thresholds
from deepvue_tray.core.errors import DeepvueError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading, is_return, is_top_up
from deepvue_tray.core.settings import Settings

HYSTERESIS = Fraction(11, 10)
"""A rung re-arms at 110 % of its threshold, so that credits and days that hover there, by small
corrections or as the forecast wavers, do not notify again and again. A top-up re-arms all."""

ONCE = Fraction(1)

NO_DATA_AFTER = timedelta(hours=1)
"""Time awake without a good reading."""

FAST_SPENDING_REPEAT_AFTER = timedelta(days=1)
"""From one alert about fast spending to the next."""

RESEND_PAUSE = timedelta(minutes=10)
"""From a notification that no service has answered to the next attempt with the same service."""

IN_A_ROW = 2
"""Readings that must agree before spending counts as fast, or as usual again."""

MORNING = time(9)
"""When "tomorrow morning" is, in the person's own time zone."""

WITH_THRESHOLDS = (Alert.LOW, Alert.CRITICAL)
"""The rungs whose thresholds a person sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one attempt to read the wallet brought."""

    now: datetime
    """Aware, UTC."""
    reading: Reading | None = None
    """What was read; None after a failure."""
    runway: Runway | None = None
    """The forecast from this reading; None while gathering data."""
    fast: bool = False
    """Whether credits are spent far faster than is the wallet's habit."""
    trouble: DeepvueError | None = None
    """Why there is no reading."""
    unseen: timedelta = timedelta(0)
    """Time awake since the last good reading; none for who is not signed in."""


def holds(
    severity: Alert,
    balance: Decimal,
    days: float | None,
    settings: Settings,
    margin: Fraction = ONCE,
) -> bool:
    """Say whether a rung's threshold is reached, in credits or in days of runway.

    With a ``margin`` above 1, whether it has not been left behind by that margin yet. ``days`` is
    the runway's early end; None while it is not known, which neither reaches a threshold nor
    leaves one behind.
    """
    if severity is Alert.EMPTY:
        return balance <= 0
    least, least_days = _thresholds_of(severity, settings)
    if days is None and least_days is not None and margin > 1:
        return True
    return _reaches(float(balance), least, margin) or _reaches(days, least_days, margin)


def worst_severity(
    balance: Decimal,
    days: float | None,
    settings: Settings,
    among: Sequence[Alert] = SEVERITIES,
) -> Alert | None:
    """Return the worst rung that holds, or None."""
    return next((r for r in reversed(among) if holds(r, balance, days, settings)), None)


def judge(state: AlertState, seen: Observation, settings: Settings) -> AlertState:
    """Return the state after one attempt."""
    if seen.reading is not None:
        state = _after_reading(state, seen, seen.reading.balance, settings)
    if state.snooze and state.snooze.is_over(seen.now):
        state = replace(state, snooze=None)
    return state


def to_notify(state: AlertState, seen: Observation, settings: Settings) -> tuple[Alert, ...]:
    """Return what is due now, given the state after an attempt."""
    if seen.reading is None:
        due = _due_after_failure(state, seen, settings)
    else:
        due = _due_after_reading(state, seen, seen.reading.balance, settings)
    silent = state.snooze.silences if state.snooze else frozenset()
    wanted = (a for a in due if a not in silent and a in settings.alerts)
    return tuple(wanted)


def is_pending(state: AlertState, alert: Alert) -> bool:
    """Say whether a due alert still has to be told."""
    return alert in state.pending if alert is Alert.TOP_UP else alert not in state.notified


def mark_sent(state: AlertState, alert: Alert, now: datetime, service: str) -> AlertState:
    """Return the state once a due alert was sent to ``service``, or the same where it must not be.

    It must not where it was told, nor where that service has not answered yet: what it was sent may
    have been shown, so it is sent again after RESEND_PAUSE.
    """
    waits = any(
        sent.alert is alert
        and sent.service == service
        and timedelta(0) <= now - sent.at < RESEND_PAUSE
        for sent in state.unanswered
    )
    if waits or not is_pending(state, alert):
        return state
    state = mark_answered(state, alert)
    return replace(state, unanswered=(*state.unanswered, Sent(alert, now, service)))


def mark_answered(state: AlertState, alert: Alert) -> AlertState:
    """Return the state once a service has said whether it shows an alert that was sent."""
    others = tuple(sent for sent in state.unanswered if sent.alert is not alert)
    return replace(state, unanswered=others)


def mark_notified(state: AlertState, alert: Alert, now: datetime) -> AlertState:
    """Return the state once a due alert has reached the person."""
    state = mark_answered(state, alert)
    if alert is Alert.TOP_UP:
        return replace(state, pending=state.pending - {alert})
    milder = SEVERITIES[: SEVERITIES.index(alert)] if alert in SEVERITIES else ()
    state = replace(state, notified=state.notified | {alert, *milder})
    return replace(state, fast_spending_at=now) if alert is Alert.FAST_SPENDING else state


def snoozed(state: AlertState, until: datetime | None) -> AlertState:
    """Silence what has fired: until a time, or with None until the next top-up."""
    return replace(state, snooze=Snooze(until, state.notified))


def tomorrow_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day where the person is; aware, in UTC."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, MORNING).astimezone(UTC)


def _due_after_failure(
    state: AlertState, seen: Observation, settings: Settings
) -> tuple[Alert, ...]:
    if Alert.REJECTED in state.notified:
        return ()
    if Alert.REJECTED in settings.alerts and isinstance(seen.trouble, RejectedError):
        return (Alert.REJECTED,)
    # One missed reading alone is no blindness, however rarely one is due.
    long_enough = max(NO_DATA_AFTER, 2 * settings.interval)
    if seen.unseen >= long_enough and Alert.NO_DATA not in state.notified:
        return (Alert.NO_DATA,)
    return ()


def _after_reading(
    state: AlertState, seen: Observation, balance: Decimal, settings: Settings
) -> AlertState:
    """Re-arm what a good reading re-arms."""
    rearmed = {Alert.REJECTED, Alert.NO_DATA}
    topped_up = is_top_up(state.balances, balance)
    snooze = state.snooze
    if topped_up:
        rearmed |= {*SEVERITIES}
        state = replace(state, pending=state.pending | {Alert.TOP_UP})
        snooze = None if snooze and snooze.until is None else snooze
    if Alert.TOP_UP not in settings.alerts:
        # Nobody wants to hear of it months later, once it is switched on again.
        state = replace(state, pending=state.pending - {Alert.TOP_UP})
    days = _days_left(seen)
    if not is_return(state.balances, balance):
        # What comes back for one reading may be gone with the next.
        rearmed |= {r for r in SEVERITIES if not holds(r, balance, days, settings, HYSTERESIS)}
    rearmed |= _with_changed_thresholds(state, settings)
    fast = _in_a_row(state.fast, fast=seen.fast)
    if fast <= -IN_A_ROW:
        rearmed.add(Alert.FAST_SPENDING)
    return replace(
        state,
        notified=state.notified - rearmed,
        fast=fast,
        snooze=snooze,
        balances=(*state.balances, balance)[-RECENT_COUNT:],
        unanswered=tuple(sent for sent in state.unanswered if sent.alert not in rearmed),
        days=days,
        thresholds=tuple(_thresholds_of(severity, settings) for severity in WITH_THRESHOLDS),
    )


def _with_changed_thresholds(state: AlertState, settings: Settings) -> set[Alert]:
    """Return the rungs whose thresholds were changed, and did not hold at the last reading."""
    return {
        severity
        # Both are empty before the first reading.
        for severity, before in zip(WITH_THRESHOLDS, state.thresholds, strict=False)
        if before != _thresholds_of(severity, settings)
        and not any(holds(severity, last, state.days, settings) for last in state.balances[-1:])
    }


def _due_after_reading(
    state: AlertState, seen: Observation, balance: Decimal, settings: Settings
) -> tuple[Alert, ...]:
    due = list(state.pending)
    wanted = [severity for severity in SEVERITIES if severity in settings.alerts]
    worst = worst_severity(balance, _days_left(seen), settings, wanted)
    if worst and worst not in state.notified:
        due.append(worst)
    # What a wrong clock dated into the future counts as long ago.
    lately = seen.now - FAST_SPENDING_REPEAT_AFTER
    rested = state.fast_spending_at is None or not lately < state.fast_spending_at <= seen.now
    if state.fast >= IN_A_ROW and rested and Alert.FAST_SPENDING not in state.notified:
        due.append(Alert.FAST_SPENDING)
    return tuple(due)


def _thresholds_of(severity: Alert, settings: Settings) -> Thresholds:
    if severity is Alert.LOW:
        return settings.low, settings.low_days
    return settings.critical, settings.critical_days


def _reaches(left: float | None, threshold: int | None, margin: Fraction) -> bool:
    if left is None or threshold is None:
        return False
    return left <= threshold if margin == 1 else left < threshold * margin


def _days_left(seen: Observation) -> float | None:
    return (seen.runway.earliest - seen.now) / timedelta(days=1) if seen.runway else None


def _in_a_row(count: int, *, fast: bool) -> int:
    if fast:
        return min(max(count, 0) + 1, IN_A_ROW)
    return max(min(count, 0) - 1, -IN_A_ROW)
