"""What the chart and the table show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.history_page import HistorySummary
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.spending import Period, next_start, period_for, spent_by


@dataclass(frozen=True, slots=True)
class Bar:
    """The spending of one period; times are aware."""

    start: datetime
    end: datetime
    spent: Decimal
    """Credits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A range, its buckets, and the snapshot with thresholds and runway; times are aware UTC."""

    since: datetime
    until: datetime
    buckets: list[HistoryBucket]
    """Oldest first; the first ones may lie before the range."""
    snapshot: Snapshot
    now: datetime
    first: datetime | None = None
    """The time of the wallet's first reading."""
    summary: HistorySummary | None = None
    reported: Sequence[Point] = ()
    """Balances before the first reading, from the usage report, oldest first."""

    # Computed once, as panning and pointing draw many frames.
    shown: list[HistoryBucket] = field(init=False)
    """The buckets within the range."""
    period: Period = field(init=False)
    """The period of a bar."""
    bars: list[Bar] = field(init=False)
    """One for each period with readings, oldest first."""

    def __post_init__(self) -> None:
        """Compute what follows from the other fields."""
        period = period_for(self.until - self.since)
        spent = spent_by(period, self.buckets).items()
        bars = [Bar(start, next_start(period, start), amount) for start, amount in spent]
        shown = [bucket for bucket in self.buckets if self.since <= bucket.at <= self.until]
        for name, value in (("shown", shown), ("period", period), ("bars", bars)):
            object.__setattr__(self, name, value)
