"""The speed and size of ten years of usage reports with 40 products.

    python -m tests.benchmarks.ten_years_usage [YEARS]

Each product is called in every hour, with up to three outcomes. The reference of each operation is
the same one on a single year. Times are medians of 20 runs, each on a newly opened file.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from deepvue_tray.backend.usage_queries import UsageQueries
from deepvue_tray.core.usage import Outcome, Usage, UsageKey
from deepvue_tray.services.history import History
from deepvue_tray.services.usage_store import UsageStore
from tests.benchmarks.table import Row, show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCTS = 40
MOST_CALLS = {Outcome.FOUND: 200, Outcome.NOT_FOUND: 20, Outcome.FAILED: 5}
"""In an hour."""
RUNS = 20
DAYS_OF_YEAR = 365


def build(path: Path, days: int) -> None:
    chance, history = random.Random(1), History(path)
    store = UsageStore(history.database)
    prices = [Decimal(chance.randrange(50, 900)) / 100 for _ in range(PRODUCTS)]
    for ago in range(days, 0, -1):
        start = NOW - timedelta(days=ago)
        sums = {}
        for hour in range(24):
            for product, price in enumerate(prices):
                for outcome, most in MOST_CALLS.items():
                    if calls := chance.randrange(most):
                        key = UsageKey(start + timedelta(hours=hour), f"P{product}", outcome)
                        sums[key] = Usage(calls, calls * price)
        store.replace("live_1", start.date(), sums, NOW)
    history.close()


def timed(path: Path, work: Callable[[UsageQueries], object]) -> float:
    """Return the median time of ``work`` in milliseconds, each time on a newly opened file."""
    times = []
    for _ in range(RUNS):
        history = History(path)
        queries = UsageQueries(UsageStore(history.database), history, lambda: NOW)
        start = time.perf_counter()
        work(queries)
        times.append(time.perf_counter() - start)
        history.close()
    return statistics.median(times) * 1000


def page(days: int | None) -> Callable[[UsageQueries], object]:
    since = None if days is None else NOW - timedelta(days=days)
    return lambda queries: queries.page("live_1", since, NOW, NOW)


def rows(years: float = 10) -> Iterator[Row]:
    """Build both files, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        year, all_years = Path(folder, "year.sqlite"), Path(folder, "years.sqlite")
        build(year, DAYS_OF_YEAR)
        build(all_years, round(years * DAYS_OF_YEAR))
        size = [path.stat().st_size / 2**20 for path in (all_years, year)]
        yield Row("usage of 40 products on disk", "MB", size[0], size[1], "1 year", "O(n)")
        for name, days in (("1 day", 1), ("30 days", 30), ("90 days", 90), ("all days", None)):
            times = timed(all_years, page(days)), timed(year, page(days))
            goal = "O(days)" if days is None else "O(log n)"
            yield Row(f"products of {name}", "ms", *times, "1 year", goal)


if __name__ == "__main__":
    show(rows(*map(float, sys.argv[1:])))
