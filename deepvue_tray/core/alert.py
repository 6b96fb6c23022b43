"""The kinds of alerts, and their severities."""

from enum import Enum


class Alert(Enum):
    """A change that is worth a notification; the value is its name in files."""

    LOW = "low"
    """The balance, or the runway's early end, is at or below the low threshold."""
    CRITICAL = "critical"
    """The same for the critical threshold."""
    EMPTY = "empty"
    """The balance is zero or below."""
    FAST_SPENDING = "fast_spending"
    """Spending is far above what is usual for this wallet."""
    TOP_UP = "top_up"
    """Credits were added."""
    REJECTED = "rejected"
    """The server rejects the credentials."""
    NO_DATA = "no_data"
    """No successful reading for an hour while the computer was awake."""

    @classmethod
    def _missing_(cls, value: object) -> "Alert | None":
        """Map the names that version 0.1 stored."""
        return {"burning": cls.FAST_SPENDING, "blind": cls.NO_DATA}.get(str(value))


SEVERITIES = (Alert.LOW, Alert.CRITICAL, Alert.EMPTY)
"""The alerts about the remaining credits, mildest first."""
