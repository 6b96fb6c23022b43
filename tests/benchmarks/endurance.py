"""Simulates three months with faults, and checks for lost readings and wrong notifications.

    python -m tests.benchmarks.endurance [--days 90] [--seed 1]

The tray without its screen runs in its own process on a simulated clock, with seven wallets of
different habits, whose servers on loopback have different faults. The machine sleeps, its clock is
changed, its disk is full, the program is restarted, and killed at any point. Each reading that was
shown as stored is looked up in the file, at once and again at the end; an oracle for each wallet
checks each notification.

Kills and restarts end after three fifths of the time. One session then runs to the end and shows
memory growth: the median of its last tenth minus that of its first.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.table import Row
from tests.support import faulty_server
from tests.support.alert_oracle import DAY
from tests.support.faulty_server import FaultyServer
from tests.support.memory import anonymous
from tests.support.simulated_account import Account
from tests.support.simulated_wallets import HABITS
from tests.support.simulated_world import START, World

KILLS_UNTIL = 0.6
"""As a share of the simulated time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endurance:
    """The result of one simulation."""

    days: float
    seed: int
    seconds: float
    """Real time."""
    requests: int
    most_a_day: int
    """Requests for one wallet on one day."""
    stored: int
    """Balances that the server sent and that are in the history."""
    unstored: int
    """Balances that were shown as not stored."""
    cut_off: int
    """Balances whose program was killed before it could store or show them."""
    failures: int
    """Responses without a balance."""
    failures_shown: int
    kills: int
    restarts: int
    full_disks: int
    sleeps: int
    clock_changes: int
    expected: dict[str, dict[str, int]]
    """For each wallet the number of expected notifications of each alert."""
    notified: dict[str, dict[str, int]]
    repeated: tuple[str, ...]
    """Alerts notified again because a kill or a full disk prevented storing the first time."""
    withheld: tuple[str, ...]
    """Alerts missed because a kill or a full disk prevented storing the reading before."""
    growth: float | None
    """Memory growth in megabytes; None if no process ran long enough to measure it."""
    wrong: tuple[str, ...]
    """Descriptions of every error found."""


COUNTS = (
    *("requests", "stored", "unstored", "cut_off", "failures", "failures_shown"),
    *("kills", "restarts", "full_disks", "sleeps", "clock_changes"),
)
"""Fields that the world counts under the same names."""


def run(days: float, seed: int) -> Endurance:
    """Simulate ``days`` days; the same seed gives the same world."""
    start_s = time.perf_counter()
    chance = random.Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultyServer(faulty_server.balance(0)) as faulty,
    ):
        accounts = {
            habit.settings.client_id: Account(
                habit, faulty, random.Random(f"{seed} {habit.settings.client_id}"), START
            )
            for habit in HABITS
        }
        world = World(Path(folder), faulty.url, accounts, chance)
        actions = _actions(world)
        end = START + days * DAY
        while world.true_now < end:
            if world.true_now > START + KILLS_UNTIL * days * DAY:
                world.may_kill, world.kill_at = False, ""
                world.memory.append(anonymous(world.process.pid))
            world.live(chance.expovariate(1 / 50))
            if world.disk_full and chance.random() < 0.4:
                world.free_disk()
            next(actions)()
        world.end()
    counts, oracles = world.counts, {id_: account.oracle for id_, account in accounts.items()}
    return Endurance(
        days=days,
        seed=seed,
        seconds=time.perf_counter() - start_s,
        most_a_day=max(max(account.days.values()) for account in accounts.values()),
        expected={id_: dict(oracle.expected) for id_, oracle in oracles.items()},
        notified={id_: dict(account.notified) for id_, account in accounts.items()},
        repeated=tuple(alert for oracle in oracles.values() for alert in oracle.repeated),
        withheld=tuple(alert for oracle in oracles.values() for alert in oracle.withheld),
        growth=_growth(world.memory),
        wrong=tuple(world.wrong),
        **{count: counts[count] for count in COUNTS},
    )


def _growth(memory: Sequence[float]) -> float | None:
    tenth = len(memory) // 10
    if not tenth:
        return None
    return statistics.median(memory[-tenth:]) - statistics.median(memory[:tenth])


def _actions(world: World) -> Iterator[Callable[[], object]]:
    """Yield the next events: each as often as it is listed here, in random order."""
    events: list[Callable[[], object]] = [
        *[world.sleep] * 3,
        world.set_clock,
        *[world.restart] * 2,
        world.kill_soon,
        world.fill_disk,
        *[world.click] * 4,
        *[lambda: None] * 6,
    ]
    while True:
        yield from world.chance.sample(events, len(events))


def rows(days: float = 90, seed: int = 1) -> Iterator[Row]:
    """Run the simulation, and yield its counts."""
    result = run(days, seed)
    faults = sum(
        (result.kills, result.restarts, result.full_disks, result.sleeps, result.clock_changes)
    )
    notified, expected = (
        sum(sum(alerts.values()) for alerts in wallets.values())
        for wallets in (result.notified, result.expected)
    )
    kinds = "kills, restarts, full disks, sleeps, clock changes"
    yield Row(f"faults in {days:g} simulated days of {len(HABITS)} wallets: {kinds}", "", faults)
    busiest = "requests for a wallet on the busiest of these days"
    yield Row(busiest, "", result.most_a_day, goal="≤ 400")
    yield Row("failures shown", "", result.failures_shown, result.failures, "failures caused")
    yield Row("alerts shown", "", notified, expected, "alerts that the oracle expects", "1")
    yield Row("readings lost, alerts missed or repeated", "", len(result.wrong), goal="0")
    if result.growth is not None:
        yield Row("memory growth in these days", "MB", result.growth, goal="≤ 2")


def main() -> None:
    """Run one simulation, and print its result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=float, default=90)
    parser.add_argument("--seed", type=int, default=1)
    result = run(**vars(parser.parse_args()))
    for name, value in asdict(result).items():
        if name != "wrong":
            print(f"{name:16}{value}")
    for line in result.wrong:
        print("WRONG", line)


if __name__ == "__main__":
    main()
