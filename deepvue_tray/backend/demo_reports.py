"""The demo's usage reports: calls of made-up products that explain how the balance fell."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import pairwise

from deepvue_tray.core.reading import Reading

_PRODUCTS = {"PAN-Plus": 3, "Bank-Account": 4, "GSTIN": 2, "Udyam": 2, "Voter-ID": 1}
"""The credits that a call costs."""
_SHARES = (12, 3, 4, 1, 2)
"""How often each product is called, relative to the others."""
_NOT_FOUND = 0.08
"""The share of calls that find nothing."""


def usage_rows(readings: Sequence[Reading], day: date) -> list[dict[str, object]]:
    """Return the report of a day of UTC, newest first; ``readings`` are oldest first."""
    rows = [row for row in _calls(readings) if str(row["Timestamp(UTC)"]).startswith(str(day))]
    return rows[::-1]


def _calls(readings: Sequence[Reading]) -> Iterator[dict[str, object]]:
    # Seeded, so that a day has the same calls each time.
    chance = random.Random(1)  # noqa: S311 - not a secret
    left, number = 0, 0
    [product] = chance.choices([*_PRODUCTS], _SHARES)
    for before, after in pairwise(readings):
        left += max(0, int(before.balance - after.balance))
        while left >= _PRODUCTS[product]:
            at = before.at + chance.random() * (after.at - before.at - timedelta(seconds=1))
            is_found = chance.random() >= _NOT_FOUND
            yield {
                "Transaction Id": f"demo-{number}",
                "Timestamp(UTC)": at.astimezone(UTC).isoformat(),
                "Product Id": product,
                "Status": 200,
                "Message": "Verified Successfully." if is_found else "No record found.",
                "Charge": _PRODUCTS[product],
            }
            left, number = left - _PRODUCTS[product], number + 1
            [product] = chance.choices([*_PRODUCTS], _SHARES)
