"""The state of one wallet at one moment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import worst_severity
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import AlertCommandError, Condition, DeepvueError, WalletError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings

if TYPE_CHECKING:
    from deepvue_tray.core.usage import UsageState


class Level(Enum):
    """The level of the balance, by the thresholds of the settings."""

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
    """The state of one wallet that icon, tooltip, menu, windows and notifications show."""

    wallet: WalletSettings = field(default_factory=WalletSettings)
    """The wallet's settings in force; they name it."""
    reading: Reading | None = None
    """The last successful reading, of any age; an error does not clear it."""
    added: Decimal | None = None
    """Credits that a top-up added since the reading before; None if there was none."""
    peak: Decimal | None = None
    """The highest balance since the last top-up, in credits: a full gauge."""
    trouble: DeepvueError | None = None
    """Why the last attempt failed; None after a successful one."""
    storage: DeepvueError | None = None
    """Why a file could not be read or written; the reading is still valid."""
    stale: bool = False
    """Whether the reading is older than expected although no attempt has failed."""
    refreshing: bool = False
    """Whether an attempt is in progress."""
    next_at: datetime | None = None
    """When the next attempt begins; aware, UTC. None during one, and if none is planned."""
    runway: Runway | None = None
    """The forecast at the last successful reading; None while there is too little data."""
    snoozed: Snooze | None = None
    """The snooze in force."""
    usage: "UsageState | None" = None
    """The usage report; None if it is switched off."""
    to_notify: tuple[Alert, ...] = ()
    """The alerts to deliver as notifications of the desktop."""
    command_alerts: tuple[Alert, ...] = ()
    """The alerts to pass to the command of the settings; none if there is no command."""
    alert_command_error: AlertCommandError | None = None
    """Why the command has failed for one of this wallet's alerts; None after a success."""

    @property
    def client_id(self) -> str:
        """The client ID of the wallet; empty before the first sign-in."""
        return self.wallet.client_id

    @property
    def level(self) -> Level:
        """The level of the last successful reading."""
        if self.reading is None:
            return Level.UNKNOWN
        days = (self.runway.earliest - self.reading.at) / timedelta(days=1) if self.runway else None
        return _LEVELS[worst_severity(self.reading.balance, days, self.wallet)]

    @property
    def condition(self) -> Condition:
        """The result of the last attempt; an attempt in progress does not hide its error."""
        if self.wallet.is_paused:
            return Condition.PAUSED
        if self.trouble:
            return self.trouble.condition
        if self.stale:
            return Condition.STALE
        if self.refreshing or self.reading is None:
            return Condition.REFRESHING
        return Condition.FRESH

    @property
    def pause_until(self) -> datetime | None:
        """The end of a pause that the server demands; aware, UTC. None if it demands none."""
        is_demanded = isinstance(self.trouble, WalletError) and self.trouble.demands_pause
        return self.next_at if is_demanded else None

    @property
    def fill(self) -> float:
        """The gauge's fill from 0 to 1: the balance divided by ``peak``."""
        if self.reading is None or not self.peak or self.peak <= 0:
            return 0.0
        return min(1.0, max(0.0, float(self.reading.balance / self.peak)))
