"""Every benchmark, as one table: ``python -m tests.benchmarks [BUNDLE_FOLDER]``.

The run takes more than an hour, half of it idle; nothing else should run at the same time.
docs/benchmarks.md has the last table and explains it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import (
    chart_cost,
    check_cost,
    endurance,
    growth,
    refresh_cost,
    size,
    ten_years,
    ten_years_usage,
    tray_cost,
    views_cost,
    wallets_cost,
)
from tests.benchmarks.table import Row, show


def rows(bundle: str = "") -> Iterator[Row]:
    """Run all benchmarks, those that need an idle machine first."""
    yield from tray_cost.rows(bundle=str(Path(bundle, "deepvue-tray")) if bundle else "")
    yield from wallets_cost.rows()
    yield from check_cost.rows()
    yield from refresh_cost.rows()
    yield from ten_years.rows()
    yield from ten_years_usage.rows()
    yield from chart_cost.rows()
    yield from views_cost.rows()
    yield from growth.rows()
    yield from endurance.rows()
    yield from size.rows(bundle)


if __name__ == "__main__":
    show(rows(*sys.argv[1:]))
