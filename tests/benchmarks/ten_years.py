"""The speed and size of the history after ten years of five-minute readings.

    python -m tests.benchmarks.ten_years [YEARS]

The reference of each operation is the same operation on a history of one year. The ratio shows the
growth; the goal is the expected complexity in the number n of readings. Times are medians of 20
runs, each on a newly opened file.
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

from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.forecast.runway import forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, series_of
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import History
from tests.benchmarks.table import Row, show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
YEAR = timedelta(days=365.25)
RUNS = 20


def readings(length: timedelta) -> Iterator[Reading]:
    """Yield readings of a wallet with spending by day only, and top-ups."""
    chance, balance = random.Random(1), 50_000
    for number in range(length // STEP):
        at = NOW - length + number * STEP
        balance -= chance.randrange(12) if 6 <= at.hour < 22 else 0
        if balance < 500:
            balance += 50_000
        yield Reading(at=at, balance=Decimal(balance))


def build(path: Path, length: timedelta) -> None:
    history = History(path)
    history.merge("live_1", readings(length))
    history.close()


def timed(path: Path, work: Callable[[History, int], object]) -> float:
    """Return the median time of ``work`` in milliseconds, each time on a newly opened history."""
    times = []
    for run in range(RUNS):
        history = History(path)
        start = time.perf_counter()
        work(history, run)
        times.append(time.perf_counter() - start)
        history.close()
    return statistics.median(times) * 1000


def append(history: History, run: int) -> None:
    at = NOW + run * STEP
    history.append("live_1", Reading(at=at, balance=Decimal(run)), lambda _: AlertState())


def read_at_start(history: History, _run: int) -> None:
    """Read the state that the tray shows before the first response."""
    history.alerts("live_1")
    history.latest("live_1", NOW)
    history.peak("live_1")


def forecast(history: History, _run: int) -> None:
    forecast_runway(series_of(history.points("live_1", NOW - MEMORY, NOW)), NOW)


def chart(length: timedelta) -> Callable[[History, int], object]:
    return lambda history, _run: history.buckets("live_1", NOW - length, NOW)


def rows(years: float = 10) -> Iterator[Row]:
    """Build both histories, then measure."""
    works: dict[str, tuple[str, Callable[[History, int], object]]] = {
        "open, and read what the start shows": ("O(log n)", read_at_start),
        "append one reading": ("O(log n)", append),
        "read 8 weeks and forecast": ("O(log n)", forecast),
    }
    for days in (1, 7, 30, 90, 365):
        works[f"chart of {days} days"] = ("O(log n)", chart(timedelta(days=days)))
    works["chart of all readings"] = ("O(days)", lambda history, _run: _all(history))
    with tempfile.TemporaryDirectory() as folder:
        year, all_years = Path(folder, "year.sqlite"), Path(folder, "years.sqlite")
        build(year, YEAR)
        build(all_years, years * YEAR)
        size = [path.stat().st_size / 2**20 for path in (all_years, year)]
        count = years * YEAR // STEP
        yield Row(f"{count:,} readings on disk", "MB", size[0], size[1], "1 year", "O(n)")
        for name, (complexity, work) in works.items():
            yield Row(name, "ms", timed(all_years, work), timed(year, work), "1 year", complexity)


def _all(history: History) -> object:
    return history.buckets("live_1", history.first("live_1") or NOW, NOW)


if __name__ == "__main__":
    show(rows(*map(float, sys.argv[1:])))
