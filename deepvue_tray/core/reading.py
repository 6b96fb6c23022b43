"""Balances: readings, their history in buckets, their precision, and top-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

MAX_BALANCE = 2**53 - 1
"""Credits: the largest integer up to which a double is exact, as charts and SQLite's REAL need."""

MAX_DECIMALS = 6
"""Smaller amounts are the rounding errors of doubles and of their sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One balance that the server returned."""

    at: datetime
    """When the response arrived; aware, UTC."""
    balance: Decimal
    """Credits, normalized by ``normalized_balance``; may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryBucket:
    """The balance in one interval of time, for charts; amounts in credits."""

    start: datetime
    """Aware, UTC."""
    at: datetime
    """The time of its last reading; aware, UTC."""
    last: Decimal
    """The balance of its last reading."""
    low: Decimal
    high: Decimal
    spent: Decimal
    """The sum of all decreases."""
    added: Decimal
    """The sum of all increases: top-ups, refunds, corrections."""


def as_number(balance: Decimal) -> float:
    """Return a balance as a number for JSON and SQLite: an int if it is whole."""
    return int(balance) if balance == balance.to_integral_value() else float(balance)


def balance_from_number(number: float) -> Decimal:
    """Return the balance, in credits, from a number that ``as_number`` returned."""
    return Decimal(str(number))


def normalized_balance(balance: Decimal) -> Decimal | None:
    """Return a balance, in credits, exactly as the history stores it; None if too large.

    The result has at most MAX_DECIMALS decimals, the precision of a double, no trailing zeros and
    no positive exponent.
    """
    if not -MAX_BALANCE <= balance <= MAX_BALANCE:
        return None
    number = as_number(round(balance, MAX_DECIMALS))
    # Converted to a double, a large balance with decimals can be whole.
    return balance_from_number(int(number) if number == int(number) else number)


def rounded_for_display(amount: Decimal) -> Decimal:
    """Return an amount of credits rounded for display.

    Whole amounts have no decimals, others two, or more if two would round to a whole amount.
    """
    amount = round(amount, MAX_DECIMALS)
    whole = amount.to_integral_value()
    if amount == whole:
        return whole
    candidates = (round(amount, decimals) for decimals in range(2, MAX_DECIMALS + 1))
    return next(rounded for rounded in candidates if rounded != rounded.to_integral_value())


def is_significant_rise(before: Decimal, balance: Decimal) -> bool:
    """Return whether the balance rose by at least 1 credit and 1 %."""
    return balance - before >= max(Decimal(1), before / 100)


def is_restored(recent: Sequence[Decimal], balance: Decimal) -> bool:
    """Return whether a rise only restores what vanished with the last reading.

    Servers that are not in sync respond so. ``recent`` are the balances before this one, newest
    last.
    """
    return len(recent) > 1 and recent[-1] < balance <= recent[-2]


def is_top_up(recent: Sequence[Decimal], balance: Decimal) -> bool:
    """Return whether credits were added; ``recent`` are the balances before, newest last."""
    return (
        bool(recent)
        and is_significant_rise(recent[-1], balance)
        and not is_restored(recent, balance)
    )


def top_up_amount(balances: Sequence[Decimal]) -> Decimal | None:
    """Return the credits that a top-up added with the last of ``balances``; None if there was none.

    The two balances before it must be among them, unless there were fewer.
    """
    *recent, balance = balances
    return balance - recent[-1] if is_top_up(recent, balance) else None


def peak_balance(peak: Decimal | None, recent: Sequence[Decimal], balance: Decimal) -> Decimal:
    """Return the highest balance since the last top-up, in credits, including ``balance``.

    ``peak`` is the peak before, None before the first reading; ``recent`` as for ``is_top_up``.
    """
    return balance if peak is None or is_top_up(recent, balance) else max(peak, balance)
