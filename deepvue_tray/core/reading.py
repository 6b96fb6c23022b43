"""What the server told, and what is drawn of it."""

from collections.abc import Sequence
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
    """Credits; may be negative."""


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


def credits_of(number: float) -> Decimal:
    """Return the balance, in credits, that ``as_number`` made a number of."""
    return Decimal(number) if isinstance(number, int) else Decimal(str(number))


def believable(balance: Decimal) -> Decimal | None:
    """Return a balance, in credits, with the digits that can be stored; None past belief.

    So it is the same number before and after a restart.
    """
    if not -LARGEST_BALANCE < balance < LARGEST_BALANCE:
        return None
    return credits_of(as_number(round(balance, MOST_DECIMALS)))


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
