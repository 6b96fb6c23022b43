"""How fast the history is after ten years of readings every five minutes, and how large.

    python -m tests.benchmarks.ten_years [YEARS]

Each operation is timed beside the same one on a history of a single week: the ratio tells how it
grows. Times are medians of 20 runs, in milliseconds; the file is opened anew for each.
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

from deepvue_tray.core.alerts import AlertState
from deepvue_tray.core.forecast import forecast_runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spans import MEMORY
from deepvue_tray.services.history import History

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
YEAR = timedelta(days=365.25)
RUNS = 20


def readings(length: timedelta) -> Iterator[Reading]:
    """Yield a wallet that is spent by day, rests for a third of the readings, and is topped up."""
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
    """Return the median time of ``work`` on the history, opened anew each time."""
    took = []
    for run in range(RUNS):
        history = History(path)
        began = time.perf_counter()
        work(history, run)
        took.append(time.perf_counter() - began)
        history.close()
    return statistics.median(took) * 1000


def append(history: History, run: int) -> None:
    at = NOW + run * STEP
    history.append("live_1", Reading(at=at, balance=Decimal(run)), AlertState())


def start(history: History, _run: int) -> None:
    """Read what is shown before the network answers."""
    history.alerts("live_1")
    history.latest("live_1", NOW)
    history.full("live_1")


def forecast(history: History, _run: int) -> None:
    forecast_runway(history.readings("live_1", NOW - MEMORY, NOW), NOW)


def chart(length: timedelta) -> Callable[[History, int], object]:
    return lambda history, _run: history.stretches("live_1", NOW - length, NOW)


def main(years: float) -> None:
    """Build both histories, measure, and print the table."""
    works: dict[str, Callable[[History, int], object]] = {
        "open, and what is shown at start": start,
        "append one reading": append,
        "read 8 weeks and forecast": forecast,
    }
    for days in (1, 7, 30, 90, 365, int(years * 365.25)):
        works[f"chart of {days} days"] = chart(timedelta(days=days))
    with tempfile.TemporaryDirectory() as folder:
        week, decade = Path(folder, "week.sqlite"), Path(folder, "decade.sqlite")
        build(week, timedelta(days=7))
        began = time.perf_counter()
        build(decade, years * YEAR)
        count = years * YEAR // STEP
        print(f"{count:,} readings, {decade.stat().st_size / 2**20:.1f} MB on disk")
        print(f"(stored in {time.perf_counter() - began:.0f} s)")
        print(f"{'':34}{'a week':>9}{f'{years:g} years':>10}{'ratio':>8}")
        for name, work in works.items():
            short, long = timed(week, work), timed(decade, work)
            print(f"{name:34}{short:9.2f}{long:10.2f}{long / short:8.1f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
