"""What a channel has delivered: the desktop's notifications, or the person's command.

Each channel is told of every alert, whatever the other one has delivered.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from deepvue_tray.core.alert import Alert

MIN_RETRY_PAUSE, MAX_RETRY_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""The time until an alert is sent again after the first failure, and after many. It doubles with
each failure."""

_MAX_DOUBLINGS = 6
"""One minute becomes an hour."""


class Channel(Enum):
    """A way to tell a person of alerts."""

    DESKTOP = "desktop"
    """The notification service, or the balloon that replaces it."""
    COMMAND = "command"
    """The command of the settings."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert without a reply: it is not known whether it was delivered."""

    alert: Alert
    at: datetime
    """When it was sent; aware, UTC."""
    service: str
    """The identity of the notification service, or of the command."""

    def as_json(self) -> dict[str, Any]:
        """Return the value that ``from_json`` reads."""
        return {"alert": self.alert.value, "at": self.at.isoformat(), "service": self.service}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Sent":
        """Read what ``as_json`` returned."""
        at = datetime.fromisoformat(stored["at"]).astimezone(UTC)
        return cls(Alert(stored["alert"]), at, stored["service"])


@dataclass(frozen=True, slots=True)
class Failure:
    """An alert whose delivery has failed, and was not repeated with success since."""

    sent: Sent
    """The last attempt."""
    at: datetime
    """When it failed; aware, UTC."""
    count: int
    """Failures in a row."""
    detail: str
    """Why the last one failed."""

    @property
    def pause(self) -> timedelta:
        """The time after ``at`` in which the alert is not sent again to the same service."""
        return min(MIN_RETRY_PAUSE * (1 << min(self.count - 1, _MAX_DOUBLINGS)), MAX_RETRY_PAUSE)

    def as_json(self) -> dict[str, Any]:
        """Return the value that ``from_json`` reads."""
        return {
            "sent": self.sent.as_json(),
            "at": self.at.isoformat(),
            "count": self.count,
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Failure":
        """Read what ``as_json`` returned."""
        at = datetime.fromisoformat(stored["at"]).astimezone(UTC)
        return cls(
            Sent.from_json(stored["sent"]), at, max(1, int(stored["count"])), str(stored["detail"])
        )


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What one channel has delivered of one wallet's alerts."""

    notified: frozenset[Alert] = frozenset()
    """Delivered, and not re-armed since."""
    pending: frozenset[Alert] = frozenset()
    """Events, such as a top-up, that were not delivered yet."""
    fast_spending_at: datetime | None = None
    """When fast spending was last notified; aware, UTC."""
    unanswered: tuple[Sent, ...] = ()
    """Alerts without a reply, at most one for each kind."""
    failures: tuple[Failure, ...] = ()
    """The last failures since the last delivery, oldest first; at most one for each kind."""

    def without_sent(self, alerts: Set[Alert]) -> "ChannelState":
        """Return this state without replies to wait for, of these alerts."""
        others = tuple(sent for sent in self.unanswered if sent.alert not in alerts)
        return replace(self, unanswered=others)

    def failure(self, alert: Alert, service: str) -> Failure | None:
        """Return the last failure of an alert with this service."""
        return next(
            (f for f in self.failures if (f.sent.alert, f.sent.service) == (alert, service)), None
        )

    def as_json(self) -> dict[str, object]:
        """Return the value that ``from_json`` reads."""
        return {
            "notified": names_of(self.notified),
            "pending": names_of(self.pending),
            "fast_spending_at": self.fast_spending_at.isoformat()
            if self.fast_spending_at
            else None,
            "unanswered": [sent.as_json() for sent in self.unanswered],
            "failures": [failure.as_json() for failure in self.failures],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ChannelState":
        """Read what ``as_json`` returned; see AlertState.from_json."""
        # The fallback keys are those of version 0.1.
        fast_spending_at = stored.get("fast_spending_at", stored.get("burned_at"))
        return cls(
            notified=alerts_named(stored.get("notified", stored.get("fired", ()))),
            pending=alerts_named(stored.get("pending", stored.get("owed", ()))),
            fast_spending_at=datetime.fromisoformat(fast_spending_at).astimezone(UTC)
            if fast_spending_at
            else None,
            unanswered=tuple(
                Sent.from_json(sent)
                for sent in stored.get("unanswered", ())
                if _known(sent["alert"])
            ),
            failures=tuple(
                Failure.from_json(failure)
                for failure in stored.get("failures", ())
                if _known(failure["sent"]["alert"])
            ),
        )


def names_of(alerts: Iterable[Alert]) -> list[str]:
    """Return the names of alerts in files, in a fixed order."""
    return sorted(alert.value for alert in alerts)


def alerts_named(names: Iterable[str]) -> frozenset[Alert]:
    """Return the alerts of these names, without those that this version does not know."""
    return frozenset(alert for name in names if (alert := _known(name)))


def _known(name: str) -> Alert | None:
    try:
        return Alert(name)
    except ValueError:
        return None
