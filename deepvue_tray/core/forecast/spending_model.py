"""The result of learning from eight weeks of readings: the runway and the limits of usual spending.

Learning reads 16,000 rows and computes for milliseconds, and a single reading hardly changes the
result. So the model is stored with the readings, and used until it is outdated.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from deepvue_tray.core.forecast.fast_spending import WINDOWS, Limits, learn_limits
from deepvue_tray.core.forecast.reported_habit import reported_limits
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import Point, series_of
from deepvue_tray.core.reading import Reading

_FRESH_PART = 50
"""A model is fresh until a fiftieth of the runway has passed or of the credits is spent. Smaller
differences are not shown, and the forecast's error is larger."""

_MAX_AGE = timedelta(days=1)
"""The limits depend on the hour of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingModel:
    """A model learnt at one moment; times are aware, UTC."""

    made_at: datetime
    balance: Decimal
    """The balance then, in credits."""
    runway: Runway | None
    """None while there is too little data."""
    limits: Limits

    @classmethod
    def of(cls, points: Sequence[Point], reading: Reading, reported: Sequence[Point] = ()) -> Self:
        """Learn from ``points``, oldest first, and from ``reading``, the latest.

        ``reported`` are hourly balances before them, from the usage report.
        """
        series = series_of(points, reading)
        limits = learn_limits(series)
        if reported:
            limits = limits if limits.are_known else reported_limits(reported)
            series = series_of([*reported, *points], reading)
        return cls(
            made_at=reading.at,
            balance=reading.balance,
            runway=forecast_runway(series, reading.at),
            limits=limits,
        )

    def is_fresh(self, reading: Reading) -> bool:
        """Return whether the model applies to a later reading; without a runway it never does."""
        if self.runway is None:
            return False
        age, spent = reading.at - self.made_at, self.balance - reading.balance
        max_age = min(_MAX_AGE, (self.runway.earliest - self.made_at) / _FRESH_PART)
        return timedelta(0) <= age < max_age and 0 <= spent < self.balance / _FRESH_PART

    def to_json(self) -> str:
        """Return the text that `from_json` reads."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` returned; raises ValueError or KeyError for another version's."""
        stored = json.loads(text)
        runway, limits = stored["runway"], Limits(*stored["limits"])
        if [len(hours) for hours in limits.by_window] != [24] * len(WINDOWS):
            raise ValueError("limits of another version")
        return cls(
            made_at=datetime.fromisoformat(stored["made_at"]),
            balance=Decimal(stored["balance"]),
            runway=runway
            and Runway(
                burn_rate=runway.pop("burn_rate"),
                **{name: datetime.fromisoformat(time) for name, time in runway.items()},
            ),
            limits=limits,
        )
