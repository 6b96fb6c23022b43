"""What the server told, and what is drawn of it."""

from collections.abc import Sequence
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
class HistoryBucket:
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


def balance_from_number(number: float) -> Decimal:
    """Return the balance, in credits, that ``as_number`` made a number of."""
    return Decimal(str(number))


def believable(balance: Decimal) -> Decimal | None:
    """Return a balance, in credits, exactly as it is after a restart; None past belief.

    It has at most MOST_DECIMALS decimals, no trailing zeros, no positive exponent, and no more
    digits than the double holds that the history stores.
    """
    if not -LARGEST_BALANCE <= balance <= LARGEST_BALANCE:
        return None
    number = as_number(round(balance, MOST_DECIMALS))
    # A large balance with decimals can be whole as a double.
    return balance_from_number(int(number) if number == int(number) else number)


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


def is_significant_rise(before: Decimal, balance: Decimal) -> bool:
    """Return whether the balance rose by more than noise: by 1 credit and 1 % at least."""
    return balance - before >= max(Decimal(1), before / 100)


def is_return(recent: Sequence[Decimal], balance: Decimal) -> bool:
    """Return whether a balance restores no more than what vanished a reading ago.

    Servers that lag behind each other answer so. ``recent`` are the balances before this one, the
    newest last.
    """
    return len(recent) > 1 and recent[-1] < balance <= recent[-2]


def is_top_up(recent: Sequence[Decimal], balance: Decimal) -> bool:
    """Return whether credits were added, given the balances before this one, the newest last."""
    return (
        bool(recent) and is_significant_rise(recent[-1], balance) and not is_return(recent, balance)
    )


def peak_balance(peak: Decimal | None, recent: Sequence[Decimal], balance: Decimal) -> Decimal:
    """Return the highest balance since the last top-up, in credits, after one more reading.

    ``peak`` is the one before, None where nothing was read yet; ``recent`` as for ``is_top_up``.
    """
    return balance if peak is None or is_top_up(recent, balance) else max(peak, balance)
