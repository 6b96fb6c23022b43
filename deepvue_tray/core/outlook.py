"""What the weeks behind say of those ahead: how long the credits last, and what is habit.

Both are learnt from all the readings at once, which takes tens of milliseconds; a single reading
hardly changes them. So an outlook stands for a while, and is kept beside the readings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from deepvue_tray.core.burn import LENGTHS, Habit, habit_of
from deepvue_tray.core.forecast import Runway, forecast_runway
from deepvue_tray.core.reading import Reading

PART = 50
"""An outlook stands until a fiftieth of what it spoke of is gone, of the time or of the credits:
less is not to be seen in "about 11 days", and far within what the forecast errs by."""

LONGEST = timedelta(days=1)
"""However long the credits last: the habit is one of the hours of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What was learnt at one moment; times are aware, in UTC."""

    made_at: datetime
    balance: Decimal
    """The balance then, in credits."""
    runway: Runway | None
    """None while too little is known."""
    habit: Habit

    @classmethod
    def of(cls, readings: Sequence[Reading], reading: Reading) -> Self:
        """Learn from ``readings``, in any order, and from ``reading``, the latest."""
        known = [*readings, reading]
        return cls(
            made_at=reading.at,
            balance=reading.balance,
            runway=forecast_runway(known, reading.at),
            habit=habit_of(known, reading.at),
        )

    def stands(self, reading: Reading) -> bool:
        """Say whether it still holds at a later reading: while it gathers data, it does not."""
        if self.runway is None:
            return False
        age, spent = reading.at - self.made_at, self.balance - reading.balance
        longest = min(LONGEST, (self.runway.earliest - self.made_at) / PART)
        return timedelta(0) <= age < longest and 0 <= spent < self.balance / PART

    def as_json(self) -> dict[str, Any]:
        """Return it as what Python's JSON can hold, which knows the infinite."""
        runway = self.runway
        return {
            "made_at": self.made_at.isoformat(),
            "balance": str(self.balance),
            "runway": runway
            and {
                "empty_at": runway.empty_at.isoformat(),
                "earliest": runway.earliest.isoformat(),
                "latest": runway.latest.isoformat(),
                "burn_rate": runway.burn_rate,
            },
            "habit": self.habit,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return what was stored; raises ValueError where another version learns other habits."""
        runway, (learnt_at, limits) = stored["runway"], stored["habit"]
        if [len(hours) for hours in limits] != [24] * len(LENGTHS):
            raise ValueError("habits of another version")
        return cls(
            made_at=_time(stored["made_at"]),
            balance=Decimal(stored["balance"]),
            runway=runway
            and Runway(
                empty_at=_time(runway["empty_at"]),
                earliest=_time(runway["earliest"]),
                latest=_time(runway["latest"]),
                burn_rate=runway["burn_rate"],
            ),
            habit=Habit(learnt_at, limits),
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
