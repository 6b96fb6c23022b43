"""What the history window shows of a wallet's usage reports in a range."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from deepvue_tray.core.spending import Period, next_start
from deepvue_tray.core.usage import Discrepancy, ProductUsage

STACKED_PRODUCTS = 5
"""The products that have parts of their own in a bar; the others are one part."""


class SpentOn(NamedTuple):
    """What was spent on a product in a period."""

    start: datetime
    """The start of the period; local."""
    product: str
    spent: Decimal
    """Credits."""


@dataclass(frozen=True, slots=True)
class StackedBar:
    """The spending of one period by product; times are aware."""

    start: datetime
    end: datetime
    parts: Sequence[Decimal]
    """Credits: of each product that has a part of its own, then of all others."""

    @property
    def spent(self) -> Decimal:
        """The sum of the parts."""
        return sum(self.parts, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePage:
    """A range of the usage reports; times are aware."""

    since: datetime
    until: datetime
    now: datetime
    period: Period
    """The period of a bar. Days are those of the reports, which are days of UTC or of India."""
    products: Sequence[ProductUsage]
    """Those with calls in the range, the one with the highest spending first."""
    before: Mapping[str, Decimal] | None
    """What was spent on each product in the same time before; None if a part of it is unknown."""
    bars: Sequence[StackedBar]
    """Oldest first."""
    missing: int
    """Days of the range without a report."""
    discrepancy: Discrepancy | None = None
    """The charges and the fall of the balance, if they disagree."""

    @property
    def spent(self) -> Decimal:
        """Credits."""
        return sum((each.total.spent for each in self.products), Decimal(0))

    def share(self, product: ProductUsage) -> float:
        """Return a product's share of the spending, from 0 to 1."""
        return float(product.total.spent / self.spent) if self.spent else 0.0

    def change(self, product: ProductUsage) -> float | None:
        """Return the change against the time before, as a share; None if it is unknown."""
        spent = self.before.get(product.product) if self.before else None
        return float(product.total.spent / spent) - 1 if spent else None


def stacked(
    period: Period, spendings: Iterable[SpentOn], products: Sequence[ProductUsage]
) -> list[StackedBar]:
    """Return a bar for each period with spending, oldest first."""
    names = [each.product for each in products[:STACKED_PRODUCTS]]
    parts: dict[datetime, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * (len(names) + 1))
    for start, product, spent in spendings:
        parts[start][names.index(product) if product in names else -1] += spent
    return [
        StackedBar(start, next_start(period, start), tuple(amounts))
        for start, amounts in sorted(parts.items())
    ]
