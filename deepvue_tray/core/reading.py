"""What the server told, and what is drawn of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

LARGEST_BALANCE = 2**53
"""Credits. Past this no double, and so neither a chart nor SQLite's REAL, tells two neighbours
apart; no prepaid wallet comes near."""

MOST_DECIMALS = 12
"""A double of a few thousand credits says nothing beyond its twelfth decimal."""


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


def as_number(balance: Decimal) -> float:
    """Return a balance as JSON and SQLite take it: whole where it is whole."""
    return int(balance) if balance == balance.to_integral_value() else float(balance)


def believable(balance: Decimal) -> Decimal | None:
    """Return a balance, in credits, with no more decimals than mean anything; None past belief."""
    if not -LARGEST_BALANCE < balance < LARGEST_BALANCE:
        return None
    exponent = balance.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - neither NaN nor Infinity is within the limits
    if exponent < -MOST_DECIMALS:
        balance = round(balance, MOST_DECIMALS)
    return balance or Decimal(0)
