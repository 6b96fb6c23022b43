"""The state of a wallet's alerts, which is stored across restarts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_channel import Channel, ChannelState, alerts_named, names_of
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
            "silences": names_of(self.silences),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Snooze":
        """Read what ``as_json`` returned."""
        until = stored["until"]
        return cls(
            until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
            silences=alerts_named(stored["silences"]),
        )


@dataclass(frozen=True, slots=True)
class AlertState:
    """The alerts' state of one wallet: what each channel has delivered, and what is common."""

    desktop: ChannelState = field(default_factory=ChannelState)
    command: ChannelState = field(default_factory=ChannelState)
    fast: int = 0
    """Consecutive readings with fast spending; negative: consecutive readings without. Counts to
    CONFIRMING_READINGS."""
    snooze: Snooze | None = None
    balances: tuple[Decimal, ...] = ()
    """The balances of the last readings, in credits, newest last; at most RECENT_COUNT."""
    days: float | None = None
    """The runway's early end at the last reading, in days; None if unknown."""
    thresholds: tuple[Thresholds, ...] = ()
    """The thresholds at the last reading, one for each of CONFIGURABLE_SEVERITIES."""

    def channel(self, channel: Channel) -> ChannelState:
        """Return the state of one channel."""
        return self.desktop if channel is Channel.DESKTOP else self.command

    def with_channel(self, channel: Channel, changed: ChannelState) -> "AlertState":
        """Return this state with that of one channel replaced."""
        if channel is Channel.DESKTOP:
            return replace(self, desktop=changed)
        return replace(self, command=changed)

    def as_json(self) -> dict[str, object]:
        """Return the value that ``from_json`` reads.

        The desktop's keys are not nested, so that programs without other channels read them.
        """
        return {
            **self.desktop.as_json(),
            "command": self.command.as_json(),
            "fast": self.fast,
            "snooze": self.snooze.as_json() if self.snooze else None,
            "balances": [str(balance) for balance in self.balances],
            "days": self.days,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AlertState":
        """Read what ``as_json`` returned; ignores names that this version does not know.

        Raises ValueError, TypeError, KeyError, AttributeError or ArithmeticError for anything else.
        """
        days, snooze = stored.get("days"), stored.get("snooze")
        return cls(
            desktop=ChannelState.from_json(stored),
            command=ChannelState.from_json(stored.get("command", {})),
            fast=int(stored.get("fast", 0)),
            snooze=Snooze.from_json(snooze) if snooze else None,
            balances=tuple(_balance(text) for text in stored.get("balances", ())),
            days=None if days is None else float(days),
            thresholds=tuple(Thresholds(*pair) for pair in stored.get("thresholds", ())),
        )
