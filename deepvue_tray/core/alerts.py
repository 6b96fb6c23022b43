"""When to notify: once for one change, whatever lies between.

The rules, as one pure function over a state that is kept on the disk:

- *Low*, *critical* and *empty* are a ladder. The worst rung that holds and has not spoken speaks,
  and answers for the milder ones, so an escalation always speaks and its retreat never does.
- A rung re-arms at 110 % of its threshold, in credits and in days, or with a top-up.
- *Top-up*, *burning fast*, *rejected* and *blind* stand apart, each with its own way to re-arm.
- A failed attempt knows nothing of the balance, and changes nothing of what speaks about it.
- A due alert has not fired. It stays due until it was delivered, and only then is remembered.
- A snooze silences what had fired when it began: what is worse still speaks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from deepvue_tray.core.errors import DeepvueError, NotSetUpError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings


class Alert(Enum):
    """A change worth a notification."""

    LOW = "low"
    """The balance, or the time it will last, came to or below the low threshold."""
    CRITICAL = "critical"
    """The same of the critical threshold."""
    EMPTY = "empty"
    """Nothing is left."""
    BURNING = "burning"
    """Credits are spent far faster than is this wallet's habit."""
    TOP_UP = "top_up"
    """The balance rose."""
    REJECTED = "rejected"
    """The server refuses the credentials."""
    BLIND = "blind"
    """No good reading for an hour, though the machine was awake."""


HYSTERESIS = Fraction(11, 10)
"""A rung re-arms at 110 % of its threshold, so that days that hover there, as the forecast wavers,
do not notify again and again. Credits only rise by a top-up, however small, which re-arms all."""

ONCE = Fraction(1)

BLIND_AFTER = timedelta(hours=1)
"""Time awake without a good reading."""

BURNING_AGAIN_AFTER = timedelta(days=1)
"""From one alert about fast spending to the next."""

IN_A_ROW = 2
"""Readings that must agree before spending counts as fast, or as usual again."""

MORNING = time(9)
"""When "tomorrow morning" is, in the person's own time zone."""

LADDER = (Alert.LOW, Alert.CRITICAL, Alert.EMPTY)
"""From bad to worst."""


def _names(alerts: Iterable[Alert]) -> list[str]:
    return sorted(alert.value for alert in alerts)


def _named(names: Iterable[str]) -> frozenset[Alert]:
    known = {alert.value: alert for alert in Alert}
    return frozenset(known[name] for name in names if name in known)


@dataclass(frozen=True, slots=True)
class Snooze:
    """A silence that a person asked for."""

    until: datetime | None
    """Its end, aware, in UTC; None means the next top-up."""
    silences: frozenset[Alert]
    """What had fired when it began."""

    def is_over(self, now: datetime) -> bool:
        """Say whether its time has passed."""
        return self.until is not None and now >= self.until

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {
            "until": self.until.isoformat() if self.until else None,
            "silences": _names(self.silences),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Snooze":
        """Return what was stored."""
        until = stored["until"]
        return cls(
            until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
            silences=_named(stored["silences"]),
        )


@dataclass(frozen=True, slots=True)
class AlertState:
    """All that must survive a restart, for one wallet."""

    fired: frozenset[Alert] = frozenset()
    """Delivered, and not re-armed yet."""
    owed: frozenset[Alert] = frozenset()
    """Happened at one moment, and not delivered yet."""
    fast: int = 0
    """Readings in a row that were fast, or below zero, that were not; at most IN_A_ROW counts."""
    burned_at: datetime | None = None
    """When fast spending was last alerted; aware, UTC."""
    snooze: Snooze | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {
            "fired": _names(self.fired),
            "owed": _names(self.owed),
            "fast": self.fast,
            "burned_at": self.burned_at.isoformat() if self.burned_at else None,
            "snooze": self.snooze.as_json() if self.snooze else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AlertState":
        """Return what was stored; names that this version does not know are left out."""
        burned_at, snooze = stored.get("burned_at"), stored.get("snooze")
        return cls(
            fired=_named(stored.get("fired", ())),
            owed=_named(stored.get("owed", ())),
            fast=int(stored.get("fast", 0)),
            burned_at=datetime.fromisoformat(burned_at).astimezone(UTC) if burned_at else None,
            snooze=Snooze.from_json(snooze) if snooze else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one attempt to read the wallet brought."""

    now: datetime
    """Aware, UTC."""
    reading: Reading | None = None
    """What was read; None after a failure."""
    before: Reading | None = None
    """The good reading before it."""
    runway: Runway | None = None
    """The forecast from this reading; None while gathering data."""
    fast: bool = False
    """Whether credits are spent far faster than is the wallet's habit."""
    trouble: DeepvueError | None = None
    """Why there is no reading."""
    unseen: timedelta = timedelta(0)
    """Time awake since the last good reading."""


def holds(
    rung: Alert, balance: Decimal, days: float | None, settings: Settings, margin: Fraction = ONCE
) -> bool:
    """Say whether a rung's threshold is reached, in credits or in days of runway.

    With a ``margin`` above 1, whether it has not been left behind by that margin yet. ``days`` is
    the runway's early end; None while it is not known, which neither reaches a threshold nor
    leaves one behind.
    """
    if rung is Alert.EMPTY:
        return balance <= 0
    low = rung is Alert.LOW
    least = settings.low if low else settings.critical
    least_days = settings.low_days if low else settings.critical_days
    if days is None and least_days is not None and margin > 1:
        return True
    return _reaches(float(balance), least, margin) or _reaches(days, least_days, margin)


def worst_rung(
    balance: Decimal,
    days: float | None,
    settings: Settings,
    among: Sequence[Alert] = LADDER,
) -> Alert | None:
    """Return the worst rung that holds, or None."""
    return next((r for r in reversed(among) if holds(r, balance, days, settings)), None)


def judge(
    state: AlertState, seen: Observation, settings: Settings
) -> tuple[AlertState, tuple[Alert, ...]]:
    """Judge one attempt: the state after it, and what is due now."""
    if seen.reading is None:
        due = _due_after_failure(state, seen, settings)
    else:
        state = _after_reading(state, seen, seen.reading.balance, settings)
        due = _due_after_reading(state, seen, seen.reading.balance, settings)
    if state.snooze and state.snooze.is_over(seen.now):
        state = replace(state, snooze=None)
    silent = state.snooze.silences if state.snooze else frozenset()
    wanted = (a for a in due if a not in silent and getattr(settings, f"notify_{a.value}"))
    return state, tuple(wanted)


def delivered(state: AlertState, alert: Alert, now: datetime) -> AlertState:
    """Return the state once a due alert has reached the person."""
    if alert is Alert.TOP_UP:
        return replace(state, owed=state.owed - {alert})
    milder = LADDER[: LADDER.index(alert)] if alert in LADDER else ()
    state = replace(state, fired=state.fired | {alert, *milder})
    return replace(state, burned_at=now) if alert is Alert.BURNING else state


def snoozed(state: AlertState, until: datetime | None) -> AlertState:
    """Silence what has fired: until a time, or with None until the next top-up."""
    return replace(state, snooze=Snooze(until, state.fired))


def reminded(state: AlertState, stored: AlertState) -> AlertState:
    """Return the state, which began without what was stored, once that can be read."""
    return replace(
        state,
        fired=state.fired | stored.fired,
        owed=state.owed | stored.owed,
        burned_at=state.burned_at or stored.burned_at,
        snooze=state.snooze or stored.snooze,
    )


def tomorrow_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day where the person is; aware, in UTC."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, MORNING).astimezone(UTC)


def _due_after_failure(
    state: AlertState, seen: Observation, settings: Settings
) -> tuple[Alert, ...]:
    if isinstance(seen.trouble, RejectedError):
        return () if Alert.REJECTED in state.fired else (Alert.REJECTED,)
    if isinstance(seen.trouble, NotSetUpError):
        return ()
    # One missed reading alone is no blindness, however rarely one is due.
    long_enough = max(BLIND_AFTER, 2 * settings.interval)
    if seen.unseen >= long_enough and not state.fired & {Alert.BLIND, Alert.REJECTED}:
        return (Alert.BLIND,)
    return ()


def _after_reading(
    state: AlertState, seen: Observation, balance: Decimal, settings: Settings
) -> AlertState:
    """Re-arm what a good reading re-arms."""
    rearmed = {Alert.REJECTED, Alert.BLIND}
    topped_up = seen.before is not None and balance > seen.before.balance
    snooze = state.snooze
    if topped_up:
        rearmed |= {*LADDER}
        state = replace(state, owed=state.owed | {Alert.TOP_UP})
        snooze = None if snooze and snooze.until is None else snooze
    if not settings.notify_top_up:
        # Nobody wants to hear of it months later, once it is switched on again.
        state = replace(state, owed=state.owed - {Alert.TOP_UP})
    days = _days_left(seen)
    rearmed |= {rung for rung in LADDER if not holds(rung, balance, days, settings, HYSTERESIS)}
    fast = _in_a_row(state.fast, fast=seen.fast)
    if fast <= -IN_A_ROW:
        rearmed.add(Alert.BURNING)
    return replace(state, fired=state.fired - rearmed, fast=fast, snooze=snooze)


def _due_after_reading(
    state: AlertState, seen: Observation, balance: Decimal, settings: Settings
) -> tuple[Alert, ...]:
    due = sorted(state.owed, key=lambda alert: alert.value)
    wanted = [rung for rung in LADDER if getattr(settings, f"notify_{rung.value}")]
    worst = worst_rung(balance, _days_left(seen), settings, wanted)
    if worst and worst not in state.fired:
        due.append(worst)
    # What a wrong clock dated into the future counts as long ago.
    lately = seen.now - BURNING_AGAIN_AFTER
    rested = state.burned_at is None or not lately < state.burned_at <= seen.now
    if state.fast >= IN_A_ROW and rested and Alert.BURNING not in state.fired:
        due.append(Alert.BURNING)
    return tuple(due)


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
