"""The state of a wallet's alerts, which is stored across restarts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.reading import normalized_balance

MAX_SNOOZE = timedelta(days=2)
"""A snooze that ends later was set by a wrong clock."""

RECENT_COUNT = 3
"""Stored balances: the last one, and those that tell a top-up from a balance that was restored."""


class Thresholds(NamedTuple):
    """The thresholds of one severity; None if switched off."""

    credits: int | None
    days: int | None
    """Days of runway."""


def _names(alerts: Iterable[Alert]) -> list[str]:
    return sorted(alert.value for alert in alerts)


def _named(names: Iterable[str]) -> frozenset[Alert]:
    """Return the alerts of these names, without those that this version does not know."""
    return frozenset(alert for name in names if (alert := _known(name)))


def _known(name: str) -> Alert | None:
    try:
        return Alert(name)
    except ValueError:
        return None


def _balance(text: str) -> Decimal:
    balance = normalized_balance(Decimal(text))
    if balance is None:
        raise ValueError(f"not a balance: {text}")
    return balance


@dataclass(frozen=True, slots=True)
class Snooze:
    """A period in which alerts are silenced."""

    until: datetime | None
    """Its end, aware, UTC; None for the next top-up."""
    silences: frozenset[Alert]
    """The alerts that were notified when it began."""

    def is_over(self, now: datetime) -> bool:
        """Return whether it has ended, or was set by a wrong clock."""
        return self.until is not None and not now < self.until <= now + MAX_SNOOZE

    def as_json(self) -> dict[str, object]:
        """Return the value that ``from_json`` reads."""
        return {
            "until": self.until.isoformat() if self.until else None,
            "silences": _names(self.silences),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Snooze":
        """Read what ``as_json`` returned."""
        until = stored["until"]
        return cls(
            until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
            silences=_named(stored["silences"]),
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """A notification without a reply: it is not known whether it was shown."""

    alert: Alert
    at: datetime
    """When it was sent; aware, UTC."""
    service: str
    """The identity of the notification service."""

    def as_json(self) -> dict[str, str]:
        """Return the value that ``from_json`` reads."""
        return {"alert": self.alert.value, "at": self.at.isoformat(), "service": self.service}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> "Sent":
        """Read what ``as_json`` returned."""
        at = datetime.fromisoformat(stored["at"]).astimezone(UTC)
        return cls(Alert(stored["alert"]), at, stored["service"])


@dataclass(frozen=True, slots=True)
class AlertState:
    """The alerts' state of one wallet."""

    notified: frozenset[Alert] = frozenset()
    """Delivered, and not re-armed since."""
    pending: frozenset[Alert] = frozenset()
    """Events, such as a top-up, that were not delivered yet."""
    fast: int = 0
    """Consecutive readings with fast spending; negative: consecutive readings without. Counts to
    CONFIRMING_READINGS."""
    fast_spending_at: datetime | None = None
    """When fast spending was last notified; aware, UTC."""
    snooze: Snooze | None = None
    balances: tuple[Decimal, ...] = ()
    """The balances of the last readings, in credits, newest last; at most RECENT_COUNT."""
    unanswered: tuple[Sent, ...] = ()
    """Notifications without a reply, at most one for each alert."""
    days: float | None = None
    """The runway's early end at the last reading, in days; None if unknown."""
    thresholds: tuple[Thresholds, ...] = ()
    """The thresholds at the last reading, one for each of CONFIGURABLE_SEVERITIES."""

    def as_json(self) -> dict[str, object]:
        """Return the value that ``from_json`` reads."""
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
        """Read what ``as_json`` returned; ignores names that this version does not know.

        Raises ValueError, TypeError, KeyError, AttributeError or ArithmeticError for anything else.
        """
        # The fallback keys are those of version 0.1.
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
            thresholds=tuple(Thresholds(*pair) for pair in stored.get("thresholds", ())),
        )
