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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from deepvue_tray.core.errors import DeepvueError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading, believable, is_return, is_top_up
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
    """Credits were added."""
    REJECTED = "rejected"
    """The server refuses the credentials."""
    BLIND = "blind"
    """No good reading for an hour, though the machine was awake."""


HYSTERESIS = Fraction(11, 10)
"""A rung re-arms at 110 % of its threshold, so that credits and days that hover there, by small
corrections or as the forecast wavers, do not notify again and again. A top-up re-arms all."""

ONCE = Fraction(1)

BLIND_AFTER = timedelta(hours=1)
"""Time awake without a good reading."""

LONGEST_SNOOZE = timedelta(days=2)
"""A snooze whose end lies further ahead was made by a wrong clock."""

BURNING_AGAIN_AFTER = timedelta(days=1)
"""From one alert about fast spending to the next."""

RESEND_PAUSE = timedelta(minutes=10)
"""From a notification that no service has answered to the next attempt with the same service."""

IN_A_ROW = 2
"""Readings that must agree before spending counts as fast, or as usual again."""

MORNING = time(9)
"""When "tomorrow morning" is, in the person's own time zone."""

RECENT_COUNT = 2
"""Readings whose balances are kept, to tell a top-up from the return of what vanished."""

LADDER = (Alert.LOW, Alert.CRITICAL, Alert.EMPTY)
"""From bad to worst."""

WITH_THRESHOLDS = (Alert.LOW, Alert.CRITICAL)
"""The rungs whose thresholds a person sets."""

Thresholds = tuple[int | None, int | None]
"""Credits, and days of runway; None where switched off."""


def _names(alerts: Iterable[Alert]) -> list[str]:
    return sorted(alert.value for alert in alerts)


def _named(names: Iterable[str]) -> frozenset[Alert]:
    known = {alert.value: alert for alert in Alert}
    return frozenset(known[name] for name in names if name in known)


def _balance(text: str) -> Decimal:
    balance = believable(Decimal(text))
    if balance is None:
        raise ValueError(f"no balance: {text}")
    return balance


@dataclass(frozen=True, slots=True)
class Snooze:
    """A silence that a person asked for."""

    until: datetime | None
    """Its end, aware, in UTC; None means the next top-up."""
    silences: frozenset[Alert]
    """What had fired when it began."""

    def is_over(self, now: datetime) -> bool:
        """Say whether its time has passed, or was set by a wrong clock."""
        return self.until is not None and not now < self.until <= now + LONGEST_SNOOZE

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
class Sent:
    """A notification that was sent, and not answered yet: nobody knows whether it was shown."""

    alert: Alert
    at: datetime
    """When; aware, in UTC."""
    service: str
    """The service it was sent to."""

    def as_json(self) -> dict[str, str]:
        """Return it as what JSON can hold."""
        return {"alert": self.alert.value, "at": self.at.isoformat(), "service": self.service}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> "Sent":
        """Return what was stored."""
        at = datetime.fromisoformat(stored["at"]).astimezone(UTC)
        return cls(Alert(stored["alert"]), at, stored["service"])


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
    balances: tuple[Decimal, ...] = ()
    """Those of the last good readings, in credits, the newest last; at most RECENT_COUNT."""
    unanswered: tuple[Sent, ...] = ()
    """What no service has answered yet, at most one for each alert."""
    days: float | None = None
    """The runway's early end at the last good reading, in days; None where it was not known."""
    thresholds: tuple[Thresholds, ...] = ()
    """What the last good reading was judged by, for each of WITH_THRESHOLDS."""

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {
            "fired": _names(self.fired),
            "owed": _names(self.owed),
            "fast": self.fast,
            "burned_at": self.burned_at.isoformat() if self.burned_at else None,
            "snooze": self.snooze.as_json() if self.snooze else None,
            "balances": [str(balance) for balance in self.balances],
            "unanswered": [sent.as_json() for sent in self.unanswered],
            "days": self.days,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AlertState":
        """Return what was stored; names that this version does not know are left out.

        Raises ValueError, TypeError, KeyError, AttributeError or ArithmeticError where it is not
        what was stored.
        """
        burned_at, snooze = stored.get("burned_at"), stored.get("snooze")
        days = stored.get("days")
        return cls(
            fired=_named(stored.get("fired", ())),
            owed=_named(stored.get("owed", ())),
            fast=int(stored.get("fast", 0)),
            burned_at=datetime.fromisoformat(burned_at).astimezone(UTC) if burned_at else None,
            snooze=Snooze.from_json(snooze) if snooze else None,
            balances=tuple(_balance(text) for text in stored.get("balances", ())),
            unanswered=tuple(
                Sent.from_json(sent)
                for sent in stored.get("unanswered", ())
                if _named([sent["alert"]])
            ),
            days=None if days is None else float(days),
            thresholds=tuple((least, days) for least, days in stored.get("thresholds", ())),
        )


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
    rung: Alert, balance: Decimal, days: float | None, settings: Settings, margin: Fraction = ONCE
) -> bool:
    """Say whether a rung's threshold is reached, in credits or in days of runway.

    With a ``margin`` above 1, whether it has not been left behind by that margin yet. ``days`` is
    the runway's early end; None while it is not known, which neither reaches a threshold nor
    leaves one behind.
    """
    if rung is Alert.EMPTY:
        return balance <= 0
    least, least_days = _thresholds_of(rung, settings)
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
    wanted = (a for a in due if a not in silent and getattr(settings, f"notify_{a.value}"))
    return tuple(wanted)


def is_pending(state: AlertState, alert: Alert) -> bool:
    """Say whether a due alert still has to be told."""
    return alert in state.owed if alert is Alert.TOP_UP else alert not in state.fired


def sent(state: AlertState, alert: Alert, now: datetime, service: str) -> AlertState:
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
    state = answered(state, alert)
    return replace(state, unanswered=(*state.unanswered, Sent(alert, now, service)))


def answered(state: AlertState, alert: Alert) -> AlertState:
    """Return the state once a service has said whether it shows an alert that was sent."""
    others = tuple(sent for sent in state.unanswered if sent.alert is not alert)
    return replace(state, unanswered=others)


def delivered(state: AlertState, alert: Alert, now: datetime) -> AlertState:
    """Return the state once a due alert has reached the person."""
    state = answered(state, alert)
    if alert is Alert.TOP_UP:
        return replace(state, owed=state.owed - {alert})
    milder = LADDER[: LADDER.index(alert)] if alert in LADDER else ()
    state = replace(state, fired=state.fired | {alert, *milder})
    return replace(state, burned_at=now) if alert is Alert.BURNING else state


def snoozed(state: AlertState, until: datetime | None) -> AlertState:
    """Silence what has fired: until a time, or with None until the next top-up."""
    return replace(state, snooze=Snooze(until, state.fired))


def tomorrow_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day where the person is; aware, in UTC."""
    day = now.astimezone().date() + timedelta(days=1)
    return datetime.combine(day, MORNING).astimezone(UTC)


def _due_after_failure(
    state: AlertState, seen: Observation, settings: Settings
) -> tuple[Alert, ...]:
    if Alert.REJECTED in state.fired:
        return ()
    if settings.notify_rejected and isinstance(seen.trouble, RejectedError):
        return (Alert.REJECTED,)
    # One missed reading alone is no blindness, however rarely one is due.
    long_enough = max(BLIND_AFTER, 2 * settings.interval)
    if seen.unseen >= long_enough and Alert.BLIND not in state.fired:
        return (Alert.BLIND,)
    return ()


def _after_reading(
    state: AlertState, seen: Observation, balance: Decimal, settings: Settings
) -> AlertState:
    """Re-arm what a good reading re-arms."""
    rearmed = {Alert.REJECTED, Alert.BLIND}
    topped_up = is_top_up(state.balances, balance)
    snooze = state.snooze
    if topped_up:
        rearmed |= {*LADDER}
        state = replace(state, owed=state.owed | {Alert.TOP_UP})
        snooze = None if snooze and snooze.until is None else snooze
    if not settings.notify_top_up:
        # Nobody wants to hear of it months later, once it is switched on again.
        state = replace(state, owed=state.owed - {Alert.TOP_UP})
    days = _days_left(seen)
    if not is_return(state.balances, balance):
        # What comes back for one reading may be gone with the next.
        rearmed |= {r for r in LADDER if not holds(r, balance, days, settings, HYSTERESIS)}
    rearmed |= _with_changed_thresholds(state, settings)
    fast = _in_a_row(state.fast, fast=seen.fast)
    if fast <= -IN_A_ROW:
        rearmed.add(Alert.BURNING)
    return replace(
        state,
        fired=state.fired - rearmed,
        fast=fast,
        snooze=snooze,
        balances=(*state.balances, balance)[-RECENT_COUNT:],
        unanswered=tuple(sent for sent in state.unanswered if sent.alert not in rearmed),
        days=days,
        thresholds=tuple(_thresholds_of(rung, settings) for rung in WITH_THRESHOLDS),
    )


def _with_changed_thresholds(state: AlertState, settings: Settings) -> set[Alert]:
    """Return the rungs whose thresholds were changed, and did not hold at the last reading."""
    return {
        rung
        # Both are empty before the first reading.
        for rung, before in zip(WITH_THRESHOLDS, state.thresholds, strict=False)
        if before != _thresholds_of(rung, settings)
        and not any(holds(rung, last, state.days, settings) for last in state.balances[-1:])
    }


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


def _thresholds_of(rung: Alert, settings: Settings) -> Thresholds:
    if rung is Alert.LOW:
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
