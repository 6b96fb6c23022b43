"""Measures the error of the forecast, compared with simple methods, on traces of spending.

    python -m tests.benchmarks.forecast_backtest [TRACE.csv[@START] ...]

A trace has the columns ``minute,used``: credits spent in each five minutes. START is the ISO time
of its beginning, which the office hours need; the default is Monday at midnight. Without arguments,
the traces in ``SYNTHETIC`` are used.

At random times, at least eight days after the beginning, the wallet gets exactly the credits that
the trace spends in the next 6 hours, 1, 3 or 7 days. The forecast uses a reading every five
minutes, or only those from Monday to Friday, 9 to 18, or those of the last day and before them the
hourly sums of the usage report. Its error is
max(forecast / truth, truth / forecast) - 1; a missing forecast is an infinite error. ``cover`` is
the share of 80 % ranges that contain the truth.
"""

import csv
import math
import random
import sys
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from statistics import fmean, median

from deepvue_tray.core.forecast.runway import forecast_runway
from deepvue_tray.core.forecast.series import series_of

SLOT = timedelta(minutes=5)
DAY = timedelta(days=1) // SLOT
SLOTS_PER_HOUR = timedelta(hours=1) // SLOT
LASTS = {"6 h": DAY // 4, "1 d": DAY, "3 d": 3 * DAY, "7 d": 7 * DAY}
PATTERNS = ("always", "office hours")
REPORT = "a day and the report"
MOMENTS = 150
"""For each trace, reading pattern and length."""
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Trace:
    """The credits spent up to the end of each slot, and the slots within office hours."""

    name: str
    start: datetime
    spent: Sequence[float]

    def in_office(self, slot: int) -> bool:
        at = self.start + slot * SLOT
        return at.weekday() < 5 and 9 <= at.hour < 18

    def slots(self, pattern: str, first: int, last: int) -> list[int]:
        return [i for i in range(first, last) if pattern != "office hours" or self.in_office(i)]

    def read(self, pattern: str, last: int) -> list[int]:
        slots = self.slots(pattern, 0, last)
        if pattern != REPORT:
            return slots
        return [i for i in slots if i >= last - DAY or i % SLOTS_PER_HOUR == 0]


def load(argument: str) -> Trace:
    path, _, start = argument.partition("@")
    with Path(path).open(newline="") as file:
        used = {int(row["minute"]) // 5: float(row["used"]) for row in csv.DictReader(file)}
    slots = (used.get(i, 0.0) for i in range(max(used) + 1))
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC) if start else MONDAY
    return Trace(Path(path).stem, begin, list(accumulate(slots, initial=0.0)))


# Synthetic spending: the credits of the slot that begins `hours` after Monday at midnight.


def _workday(hours: float) -> bool:
    return hours // 24 % 7 < 5 and 9 <= hours % 24 < 18


def _poisson(rng: random.Random, mean: float) -> float:
    count, passed = -1, 0.0
    while passed < mean:
        passed += rng.expovariate(1.0)
        count += 1
    return float(count)


def _bursts(rng: random.Random, hours: float) -> float:
    del hours
    return rng.lognormvariate(3, 1.5) if rng.random() < 0.004 else 0.0


class _Shifts:
    """A level that changes about once in ten days, by a factor of about two."""

    level: float

    def __call__(self, rng: random.Random, hours: float) -> float:
        if hours == 0:
            self.level = 10.0
        if rng.random() < 0.1 / DAY:
            self.level *= math.exp(rng.gauss(0, 0.7))
        return _poisson(rng, self.level)


SYNTHETIC: dict[str, Callable[[random.Random, float], float]] = {
    "constant": lambda _, __: 10.0,
    "poisson": lambda rng, _: _poisson(rng, 3),
    "rare events": lambda rng, _: _poisson(rng, 0.02),
    "nightly batch": lambda rng, hours: rng.gauss(100, 15) if 2 <= hours % 24 < 3 else 0.0,
    "workdays": lambda rng, hours: _poisson(rng, 6) if _workday(hours) else 0.0,
    "growth": lambda rng, hours: _poisson(rng, 3 * 1.03 ** (hours / 24)),
    "bursts": _bursts,
    "level shifts": _Shifts(),
    "noisy days": lambda rng, hours: (
        (1.5 + math.sin(hours / 24 * math.tau)) * rng.lognormvariate(0, 1)
    ),
}


def make(name: str) -> Trace:
    rng, spend = random.Random(name), SYNTHETIC[name]
    used = (max(0.0, spend(rng, slot / 12)) for slot in range(58 * DAY))
    return Trace(name, MONDAY, list(accumulate(used, initial=0.0)))


# The simple methods: hours until the balance is zero, from the slots read so far.


def linear(spent: Sequence[float], read: Sequence[int], balance: float, window: int) -> float:
    """Prometheus' predict_linear: the least-squares line, extended to zero."""
    xs = read[bisect_left(read, read[-1] - window) :]
    ys = [spent[x] for x in xs]
    mean_x, mean_y = fmean(xs), fmean(ys)
    rise = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    slope = rise / max(1e-9, sum((x - mean_x) ** 2 for x in xs))
    return balance / slope / 12 if slope > 0 else math.inf


def mean(spent: Sequence[float], read: Sequence[int], balance: float, window: int) -> float:
    first = read[bisect_left(read, read[-1] - window)]
    used = spent[read[-1]] - spent[first]
    return balance * (read[-1] - first) / used / 12 if used > 0 else math.inf


SIMPLE_METHODS: dict[
    str, tuple[Callable[[Sequence[float], Sequence[int], float, int], float], int]
] = {
    "linear 6 h": (linear, DAY // 4),
    "linear 24 h": (linear, DAY),
    "mean 24 h": (mean, DAY),
    "mean 7 d": (mean, 7 * DAY),
    "mean 28 d": (mean, 28 * DAY),
}


@dataclass
class Row:
    """All forecasts of one reading pattern and one length."""

    ours: list[float]
    simple: dict[str, list[float]]
    covered: list[bool]

    @property
    def best(self) -> str:
        return min(self.simple, key=lambda name: median(self.simple[name]))


def empty_row() -> Row:
    return Row([], defaultdict(list), [])


def error(forecast: float, truth: float) -> float:
    return max(forecast / truth, truth / forecast) - 1 if forecast > 0 else math.inf


def try_once(trace: Trace, read: Sequence[int], lasts: int, row: Row) -> float:
    """Forecast at the last slot read; return the CPU time in seconds."""
    slot, spent = read[-1], trace.spent
    empty = spent[slot + lasts]
    truth = (bisect_left(spent, empty) - slot) / 12
    start, step = trace.start.timestamp(), SLOT.total_seconds()
    points = [(start + i * step, round(empty - spent[i], 4)) for i in read]
    now = trace.start + slot * SLOT
    start_s = time.process_time()
    runway = forecast_runway(series_of(points), now)
    seconds = time.process_time() - start_s
    for name, (method, window) in SIMPLE_METHODS.items():
        row.simple[name].append(error(method(spent, read, empty - spent[slot], window), truth))
    if runway is None:
        row.ours.append(math.inf)
        row.covered.append(False)
    else:
        hour = timedelta(hours=1)
        row.ours.append(error((runway.empty_at - now) / hour, truth))
        # Half a slot of tolerance: the readings have no finer resolution.
        tolerance = SLOT / hour / 2
        low, high = (
            (runway.earliest - now) / hour - tolerance,
            (runway.latest - now) / hour + tolerance,
        )
        row.covered.append(low <= truth <= high)
    return seconds


def backtest(
    traces: Sequence[Trace], moments: int = MOMENTS, patterns: Sequence[str] = PATTERNS
) -> dict[str, Row]:
    rows: dict[str, Row] = defaultdict(empty_row)
    for trace in traces:
        for pattern in patterns:
            rng = random.Random(f"{trace.name}, {pattern}")
            for last, lasts in LASTS.items():
                pool = trace.slots(pattern, 8 * DAY, len(trace.spent) - lasts)
                pool = [i for i in pool if trace.spent[i + lasts] > trace.spent[i]]
                for slot in rng.sample(pool, min(moments, len(pool))):
                    read = trace.read(pattern, slot + 1)
                    try_once(trace, read, lasts, rows[f"{pattern}, {last}"])
    return rows


def report(
    traces: Sequence[Trace], moments: int = MOMENTS, patterns: Sequence[str] = PATTERNS
) -> None:
    print(f"{', '.join(trace.name for trace in traces)}: {moments} moments per row and trace")
    print(f"{'':25}{'ours':>7}{'best method':>20}{'ratio':>7}{'cover':>7}")
    rows = backtest(traces, moments, patterns)
    ratios = []
    for name, row in rows.items():
        ours, method = median(row.ours), median(row.simple[row.best])
        ratios.append(ours / method if method else math.nan)
        covered = fmean(row.covered)
        print(f"{name:25}{ours:7.1%}{row.best:>12}{method:8.1%}{ratios[-1]:7.2f}{covered:7.0%}")
    cover = fmean(flag for row in rows.values() for flag in row.covered)
    print(f"{'mean':25}{'':27}{fmean(ratios):7.2f}{cover:7.0%}")
    print()


def report_time() -> None:
    """Print the CPU time of one forecast from eight weeks of five-minute readings."""
    trace = make("noisy days")
    last = len(trace.spent) - 1
    times = [
        try_once(trace, range(last - 56 * DAY + 1, last - days * DAY + 1), days * DAY, empty_row())
        for days in (1, 2) * 10
    ]
    print(f"one forecast from eight weeks: {1000 * min(times):.1f} ms at best, ", end="")
    print(f"{1000 * median(times):.1f} ms in the median")


def main() -> None:
    if arguments := sys.argv[1:]:
        traces = [load(argument) for argument in arguments]
        report(traces)
        report(traces, patterns=[REPORT])
    else:
        for name in SYNTHETIC:
            report([make(name)], moments=20)
        report([*map(make, SYNTHETIC)], moments=20, patterns=["always", REPORT])
    report_time()


if __name__ == "__main__":
    main()
