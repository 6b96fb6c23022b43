"""What the server told, and what is drawn of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

LARGEST_BALANCE = 2**53 - 1
"""Credits. Past this no double, and so neither a chart nor SQLite's REAL, tells two neighbours
apart; no prepaid wallet comes near."""

MOST_DECIMALS = 6
"""A millionth of a credit: what is smaller is the noise of doubles and of their sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One balance the server told, and when."""

    at: datetime
    """When the answer arrived: aware, UTC."""
    balance: Decimal
    """Credits, as ``believable`` returns them; may be negative."""


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
    """Return a balance, in credits, exactly as it is after a restart; None past belief.

    It has at most MOST_DECIMALS decimals, no trailing zeros, no positive exponent, and no more
    digits than the double holds that the history stores.
    """
    if not -LARGEST_BALANCE <= balance <= LARGEST_BALANCE:
        return None
    number = as_number(round(balance, MOST_DECIMALS))
    # A large balance with decimals can be whole as a double.
    return Decimal(int(number) if number == int(number) else repr(number))


def rounded_for_display(amount: Decimal) -> Decimal:
    """Return an amount of credits with the decimals that a person reads.

    None where all are zero, otherwise two, and more only where these would all be lost.
    """
    amount = round(amount, MOST_DECIMALS)
    whole = amount.to_integral_value()
    if amount == whole:
        return whole
    by_decimals = (round(amount, decimals) for decimals in range(2, MOST_DECIMALS + 1))
    return next(short for short in by_decimals if short != short.to_integral_value())
