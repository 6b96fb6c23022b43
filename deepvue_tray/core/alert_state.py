"""What must be remembered of a wallet's alerts, also across restarts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.reading import believable

LONGEST_SNOOZE = timedelta(days=2)
"""A snooze whose end lies further ahead was made by a wrong clock."""

RECENT_COUNT = 2
"""Readings whose balances are kept, to tell a top-up from the return of what vanished."""

Thresholds = tuple[int | None, int | None]
"""Credits, and days of runway; None where switched off."""


def _names(alerts: Iterable[Alert]) -> list[str]:
    return sorted(alert.value for alert in alerts)


def _named(names: Iterable[str]) -> frozenset[Alert]:
    """Return the alerts of these names, but for those that this version does not know."""
    return frozenset(alert for name in names if (alert := _known(name)))


def _known(name: str) -> Alert | None:
    try:
        return Alert(name)
    except ValueError:
        return None


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

    notified: frozenset[Alert] = frozenset()
    """Delivered, and not re-armed yet."""
    pending: frozenset[Alert] = frozenset()
    """Happened at one moment, and not delivered yet."""
    fast: int = 0
    """Readings in a row that were fast, or below zero, that were not; at most IN_A_ROW counts."""
    fast_spending_at: datetime | None = None
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
            "notified": _names(self.notified),
            "pending": _names(self.pending),
            "fast": self.fast,
            "fast_spending_at": self.fast_spending_at.isoformat()
            if self.fast_spending_at
            else None,
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
        # The second name of each is that of version 0.1.
        fast_spending_at = stored.get("fast_spending_at", stored.get("burned_at"))
        days, snooze = stored.get("days"), stored.get("snooze")
        return cls(
            notified=_named(stored.get("notified", stored.get("fired", ()))),
            pending=_named(stored.get("pending", stored.get("owed", ()))),
            fast=int(stored.get("fast", 0)),
            fast_spending_at=datetime.fromisoformat(fast_spending_at).astimezone(UTC)
            if fast_spending_at
            else None,
            snooze=Snooze.from_json(snooze) if snooze else None,
            balances=tuple(_balance(text) for text in stored.get("balances", ())),
            unanswered=tuple(
                Sent.from_json(sent)
                for sent in stored.get("unanswered", ())
                if _known(sent["alert"])
            ),
            days=None if days is None else float(days),
            thresholds=tuple((least, days) for least, days in stored.get("thresholds", ())),
        )
