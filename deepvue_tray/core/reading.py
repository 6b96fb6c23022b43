"""What the server told, and what is drawn of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One balance the server told, and when."""

    at: datetime
    """When the answer arrived: aware, UTC."""
    balance: Decimal
    """Credits, with the digits the server sent; may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What became of the balance in one piece of time, for drawing; amounts in credits."""

    start: datetime
    """Aware, UTC."""
    at: datetime
    """The last reading in it; aware, UTC."""
    last: Decimal
    low: Decimal
    high: Decimal
    spent: Decimal
    """The sum of all falls."""
    added: Decimal
    """The sum of all rises: top-ups, refunds, corrections."""
