"""Measures how often the fast-spending alert detects tenfold spending, and how often it is false.

``python -m tests.benchmarks.fast_spending_backtest [trace.csv ...]`` reads traces with the columns
``minute`` and ``used`` (credits, one row per 5 minutes); without arguments it uses synthetic ones.
A wallet is read every 5 minutes, and the program uses its last eight weeks. The limits are learned
every six hours; the program learns them at least once a day.

* detected: at 100 random times, at least two weeks after the start, two hours of fast spending
  begin. The alert is in time within 30 minutes, and useful before the two hours are over. In the
  first two lines, all spending is multiplied by ten. Only slots with spending are chosen, and for
  the first line only those whose two hours spend at least the median of all that begin in the same
  hour of day, because ten times very little may be usual. In the third line, at the times of the
  first, a runaway program adds ten times the usual slot of that hour, evenly.
* false: alerts in the original trace, from two weeks after the start to its end.

The alert follows the program's rules: after two readings in a row, and at most once a day.
"""

import csv
import random
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_delivery import mark_notified
from deepvue_tray.core.alert_rules import Observation, judge, to_notify
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.forecast.fast_spending import RECENT, Limits, is_fast_spending, learn_limits
from deepvue_tray.core.forecast.series import Point, series_of
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings

START = datetime(2026, 1, 5, tzinfo=UTC)
INTERVAL = timedelta(minutes=5)
HOUR, DAY = 12, 288
"""In slots of 5 minutes, as the following constants."""
WARM_UP = 14 * DAY
MEMORY_SLOTS = 56 * DAY
LEARN_INTERVAL = 6 * HOUR
RECENT_SLOTS = RECENT // INTERVAL
EPISODE = 2 * HOUR
IN_TIME = HOUR // 2
TRIALS = 100
TIMES = 10

SETTINGS = WalletSettings()

Trace = Sequence[int]


class Alarm:
    """The program's rules for notifying of fast spending."""

    def __init__(self) -> None:
        self._state = AlertState()

    def notifies(self, fast: bool, slot: int) -> bool:
        """Process one reading; return whether it causes a notification."""
        reading = Reading(at=START + slot * INTERVAL, balance=Decimal(10**9))
        seen = Observation(now=reading.at, reading=reading, fast=fast)
        self._state = judge(self._state, seen, SETTINGS)
        if Alert.FAST_SPENDING not in to_notify(self._state, seen, SETTINGS):
            return False
        self._state = mark_notified(self._state, Alert.FAST_SPENDING, reading.at)
        return True


class Wallet:
    """A trace as the program sees it: a balance that is read after every slot."""

    def __init__(self, used: Trace) -> None:
        self.used = used
        self.spent = [0, *accumulate(used)]
        self._points = [_point(slot, spent) for slot, spent in enumerate(self.spent)]
        self._limits: dict[int, Limits] = {}

    def is_spent_fast(self, slot: int, since: int | None = None, added: Trace = ()) -> bool:
        """Return the program's result at a slot's end; ``added`` is spent from ``since`` on."""
        view = self._points[max(0, slot - RECENT_SLOTS) : slot + 1]
        if since is not None:
            more = accumulate(added[: slot - since], initial=0)
            # The episode may have begun before the first point in ``view``.
            view[since - slot - 1 :] = [
                _point(n, self.spent[n] + extra)
                for n, extra in zip(range(since, slot + 1), more, strict=True)
            ][-len(view) :]
        return is_fast_spending(series_of(view), self._limits_at(slot), START + slot * INTERVAL)

    def _limits_at(self, slot: int) -> Limits:
        learned_at = slot // LEARN_INTERVAL * LEARN_INTERVAL
        if learned_at not in self._limits:
            past = self._points[max(0, learned_at - MEMORY_SLOTS) : learned_at + 1]
            self._limits[learned_at] = learn_limits(series_of(past))
        return self._limits[learned_at]


def _point(slot: int, spent: int) -> Point:
    return (START + slot * INTERVAL).timestamp(), 10**9 - spent


def moments(wallet: Wallet, *, at_least_usual: bool) -> list[int]:
    """Choose the slots at which episodes begin; the choice is the same for each run."""
    last = len(wallet.used) - EPISODE
    spends = [wallet.spent[n + EPISODE] - wallet.spent[n] for n in range(last)]
    usual = [
        statistics.median(s for n, s in enumerate(spends) if n // HOUR % 24 == hour)
        for hour in range(24)
    ]
    candidates = [
        n
        for n in range(WARM_UP, last)
        if wallet.used[n] > 0 and (spends[n] >= usual[n // HOUR % 24] or not at_least_usual)
    ]
    return random.Random(0).sample(candidates, min(TRIALS, len(candidates)))


def multiplied(wallet: Wallet, begin: int) -> Trace:
    """Return the additional spending of each slot if all spending is multiplied by TIMES."""
    return [(TIMES - 1) * used for used in wallet.used[begin : begin + EPISODE]]


def runaway(wallet: Wallet, begin: int) -> Trace:
    """Return the additional spending of a program that spends TIMES the median slot of the hour.

    If more than half of the hour's slots are idle, the median of all active slots is used.
    """
    in_hour = [u for n, u in enumerate(wallet.used) if n // HOUR % 24 == begin // HOUR % 24]
    usual = statistics.median(in_hour) or statistics.median(filter(None, wallet.used))
    return [round(TIMES * usual)] * EPISODE


def delay(wallet: Wallet, begin: int, added: Trace) -> int | None:
    """Return the minutes from the start of an episode to its alert; None without an alert."""
    alarm = Alarm()
    for slot in range(begin + 1, begin + EPISODE + 1):
        if alarm.notifies(wallet.is_spent_fast(slot, begin, added), slot):
            return (slot - begin) * 5
    return None


def false_alerts(wallet: Wallet) -> float:
    """Return the alerts per two weeks of the original trace."""
    alarm = Alarm()
    slots = range(WARM_UP, len(wallet.spent))
    count = sum(alarm.notifies(wallet.is_spent_fast(slot), slot) for slot in slots)
    return count / (len(slots) / (14 * DAY))


def synthetic() -> Iterator[tuple[str, Trace]]:
    """Yield synthetic traces of four kinds, eight weeks each."""
    chance = random.Random(0)
    slots = range(56 * DAY)
    hour_of = [slot // HOUR % 24 for slot in slots]
    yield "constant", [_poisson(chance, 20) for _ in slots]
    yield (
        "workdays",
        [
            _poisson(chance, 30 if slot // DAY % 7 < 5 and 9 <= hour < 18 else 0)
            for slot, hour in zip(slots, hour_of, strict=True)
        ],
    )
    night = [_poisson(chance, 5) for _ in slots]
    for day in range(56):
        begin = day * DAY + 2 * HOUR + chance.randrange(-4, 5)
        for slot in range(begin, begin + HOUR):
            night[slot] += _poisson(chance, 200)
    yield "nightly batch", night
    sparse = [0 for _ in slots]
    for _ in range(56 * 6):
        begin = chance.randrange(len(sparse) - HOUR)
        for slot in range(begin, begin + chance.randrange(1, HOUR)):
            sparse[slot] += _poisson(chance, 10)
    yield "sparse bursts", sparse


def _poisson(chance: random.Random, mean: float) -> int:
    """Draw from a Poisson distribution: the number of unit-rate arrivals before ``mean``."""
    count, time = 0, chance.expovariate(1)
    while time < mean:
        count, time = count + 1, time + chance.expovariate(1)
    return count


def load(path: Path) -> Trace:
    """Read the credits used in each slot."""
    with path.open(newline="") as lines:
        return [int(row["used"]) for row in csv.DictReader(lines)]


def report(name: str, used: Trace) -> None:
    """Print both tables of one trace."""
    wallet = Wallet(used)
    print(f"\n{name}: {len(used) / DAY:.0f} days")
    usual = moments(wallet, at_least_usual=True)
    episodes: list[tuple[str, Sequence[int], Callable[[Wallet, int], Trace]]] = [
        ("tenfold, usual spend or more", usual, multiplied),
        ("tenfold, any spend", moments(wallet, at_least_usual=False), multiplied),
        ("runaway", usual, runaway),
    ]
    print(f"  {'detected':30}within 30 min   within 2 h   median delay")
    for label, begins, episode in episodes:
        delays = [delay(wallet, begin, episode(wallet, begin)) for begin in begins]
        known = [minutes for minutes in delays if minutes is not None]
        middle = f"{statistics.median(known):.0f} min" if known else "-"
        soon = sum(minutes <= IN_TIME * 5 for minutes in known) / len(delays)
        share = len(known) / len(delays)
        print(f"    {label:28}{soon:13.0%}{share:13.0%}{middle:>15}   of {len(delays)}")
    print(f"  false\n    {'alerts per two weeks':28}{false_alerts(wallet):13.2f}")


def main(paths: Iterable[str]) -> None:
    """Report on the given traces, or on synthetic ones."""
    traces = [(Path(path).stem, load(Path(path))) for path in paths]
    for name, used in traces or synthetic():
        report(name, used)


if __name__ == "__main__":
    main(sys.argv[1:])
