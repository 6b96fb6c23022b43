"""All that is known of the wallet at one moment: what every view is drawn from."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import worst_severity
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import Condition, DeepvueError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings


class Level(Enum):
    """How much is left, judged by the user's thresholds."""

    UNKNOWN = "unknown"
    OK = "ok"
    LOW = "low"
    CRITICAL = "critical"
    EMPTY = "empty"


_LEVELS = {
    None: Level.OK,
    Alert.LOW: Level.LOW,
    Alert.CRITICAL: Level.CRITICAL,
    Alert.EMPTY: Level.EMPTY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that is known at one moment; icon, tooltip, menu, windows and alerts show this alone."""

    settings: Settings = field(default_factory=Settings)
    """The settings this was judged by."""
    client_id: str = ""
    """The wallet's owner, as whom it is asked; empty before the first sign-in."""
    reading: Reading | None = None
    """The last good reading, however long ago; no error erases it."""
    peak: Decimal | None = None
    """The highest balance since the last top-up, in credits: the gauge's upper end."""
    trouble: DeepvueError | None = None
    """Why the last attempt gave no reading; None after a good one."""
    storage: DeepvueError | None = None
    """What could not be read from or written to the disk; the reading itself is none the worse."""
    stale: bool = False
    """Whether the reading is older than it should be, though nothing is known to be wrong."""
    refreshing: bool = False
    """Whether an attempt is under way."""
    runway: Runway | None = None
    """When the wallet will be empty, as of the last good reading; None while gathering data."""
    snoozed: Snooze | None = None
    """What silences alerts at present."""
    to_notify: tuple[Alert, ...] = ()
    """Alerts that wait to be delivered."""

    @property
    def level(self) -> Level:
        """The level of the last good reading, by the same thresholds as the alerts."""
        if self.reading is None:
            return Level.UNKNOWN
        days = (self.runway.earliest - self.reading.at) / timedelta(days=1) if self.runway else None
        return _LEVELS[worst_severity(self.reading.balance, days, self.settings)]

    @property
    def condition(self) -> Condition:
        """What became of the last attempt; a new attempt does not hide the trouble of the last."""
        if self.trouble:
            return self.trouble.condition
        if self.stale:
            return Condition.STALE
        if self.refreshing or self.reading is None:
            return Condition.REFRESHING
        return Condition.FRESH

    @property
    def fill(self) -> float:
        """The gauge's fill, from 0 to 1: the balance against the highest since the last top-up."""
        if self.reading is None or not self.peak or self.peak <= 0:
            return 0.0
        return min(1.0, max(0.0, float(self.reading.balance / self.peak)))
