"""How commands print what was spent on each product."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from deepvue_tray.cli.columns import aligned
from deepvue_tray.core.reading import as_number, rounded_for_display

if TYPE_CHECKING:
    # Every ``check`` imports this module, and most have no usage report.
    from deepvue_tray.core.usage import ProductUsage, Usage


def product_objects(products: "Sequence[ProductUsage]") -> list[dict[str, object]]:
    """Return a JSON object for each product, documented in docs/usage.md."""
    return [
        {
            "product": each.product,
            "calls": each.total.calls,
            "spent": as_number(each.total.spent),
            "not_found": as_number(each.not_found.spent),
        }
        for each in products
    ]


def product_lines(products: "Sequence[ProductUsage]") -> Iterator[str]:
    """Yield a line for each product, with aligned columns."""
    if not products:
        yield "no calls\n"
        return
    total = sum((each.total.spent for each in products), Decimal(0))
    rows = [
        (
            each.product,
            f"{each.total.spent / total:.0%}" if total else "",
            format_credits(each.total.spent),
            _calls(each.total),
            f"{format_credits(each.not_found.spent)} for nothing found"
            if each.not_found.calls
            else "",
        )
        for each in products
    ]
    for row in aligned(rows, right={1, 2, 3}):
        yield f"{row}\n"


def format_credits(amount: Decimal) -> str:
    """Return ``6,448 credits``."""
    return f"{rounded_for_display(amount):,f} credit{'' if amount == 1 else 's'}"


def _calls(usage: "Usage") -> str:
    return f"{usage.calls:,} call{'' if usage.calls == 1 else 's'}"
