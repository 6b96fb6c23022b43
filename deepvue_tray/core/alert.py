"""The changes of a wallet that are worth a notification."""

from enum import Enum


class Alert(Enum):
    """A change worth a notification; the value is its name in files."""

    LOW = "low"
    """The balance, or the runway's early end, is at or below the low threshold."""
    CRITICAL = "critical"
    """The same for the critical threshold."""
    EMPTY = "empty"
    """The balance is zero or below."""
    FAST_SPENDING = "fast_spending"
    """Spending is far above this wallet's habit."""
    TOP_UP = "top_up"
    """Credits were added."""
    REJECTED = "rejected"
    """The server refuses the credentials."""
    NO_DATA = "no_data"
    """No good reading for an hour, though the machine was awake."""

    @classmethod
    def _missing_(cls, value: object) -> "Alert | None":
        """Accept the names that version 0.1 wrote."""
        return {"burning": cls.FAST_SPENDING, "blind": cls.NO_DATA}.get(str(value))


SEVERITIES = (Alert.LOW, Alert.CRITICAL, Alert.EMPTY)
"""The alerts that stand for levels of the balance, from mild to severe."""
