"""The texts about what spends the credits."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale

from deepvue_tray.core.duration import Unit
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.usage import UsageState
from deepvue_tray.core.usage_page import StackedBar, UsagePage
from deepvue_tray.ui import history_texts
from deepvue_tray.ui.formats import format_count, format_number
from deepvue_tray.ui.texts import error_text, format_credits
from deepvue_tray.ui.translation import translate


def main_product_text(snapshot: Snapshot) -> str:
    """Return ``Mostly PAN-Plus (61 %)``; empty if it is unknown."""
    main = snapshot.usage.main_product if snapshot.usage else None
    if main is None:
        return ""
    product, share = main
    return translate("usage", "Mostly {0} ({1})").format(product, share_text(share))


def explanation() -> str:
    """Return what the usage report is, what is asked and what is kept."""
    return translate(
        "usage",
        "Deepvue's usage report shows which products spend the credits. It is requested once an"
        " hour. Only sums by hour, product and outcome are kept.",
    )


def state_text(usage: UsageState, page: UsagePage) -> str:
    """Return the progress, an error, or what a person must know of the sums; mostly empty."""
    if usage.progress:
        done, count = (QLocale().toString(number) for number in usage.progress)
        return translate("usage", "{0} of {1} days").format(done, count)
    if usage.error:
        return f"✗ {error_text(usage.error)}"
    if page.discrepancy:
        fallen, charged = (
            format_number(amount) for amount in (page.discrepancy.fallen, page.discrepancy.charged)
        )
        return translate("usage", "The balance fell by {0}; the report has charges of {1}.").format(
            fallen, charged
        )
    if page.missing:
        days = format_count(page.missing, Unit.DAY)
        return translate("usage", "No report yet for {0} of this range.").format(days)
    return ""


def share_text(share: float) -> str:
    """Return a share from 0 to 1 as ``61 %``."""
    return translate("history", "{0} %").format(QLocale().toString(round(100 * share)))


def others_text() -> str:
    """Return the name of all products that have no part of their own in a bar."""
    return translate("usage", "Others")


def bar_texts(page: UsagePage, bar: StackedBar, names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the period of a bar with its sum, and the amount of each of its parts."""
    period = history_texts.period_text(page.period, bar.start, bar.end, page.now)
    parts = [
        f"{name} {format_number(amount)}"
        for name, amount in zip((*names, others_text()), bar.parts, strict=True)
        if amount
    ]
    return f"{period} · {format_credits(bar.spent)}", parts
