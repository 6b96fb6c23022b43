"""Three months of everything that goes wrong, and whether anything was lost, missed or doubled.

    python -m tests.benchmarks.endurance [--days 90] [--seed 1]

The tray without its screen runs in a process of its own on a simulated clock, against a server on
loopback that misbehaves in spells. The machine sleeps, its clock is set, its disk is full, the
program is restarted, and killed in the middle of what it does. Each reading that was shown as
stored is looked for in the file at once, and again at the end; the oracle judges each alert.

Kills and restarts end after three fifths of the time, so that one session lives through the rest
and shows whether memory grows: from the median of its first tenth to that of its last.
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
from tests.support.memory import own
from tests.support.simulated_world import START, Server, World

KILLS_UNTIL = 0.6
"""As a part of the whole time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endurance:
    """What became of it all."""

    days: float
    seed: int
    seconds: float
    """Real ones."""
    requests: int
    most_a_day: int
    stored: int
    """Balances that were served and are in the history."""
    unstored: int
    """Shown, with the word that they could not be stored."""
    cut_off: int
    """Asked for by a program that was killed before it could store or show them."""
    failures: int
    """Answers that were no balance."""
    failures_shown: int
    kills: int
    restarts: int
    full_disks: int
    sleeps: int
    clock_changes: int
    expected: dict[str, int]
    """How often each alert was to be told."""
    told: dict[str, int]
    repeated: tuple[str, ...]
    """Told again, because a kill or a full disk kept the program from remembering."""
    withheld: tuple[str, ...]
    """Not told, because a kill or a full disk kept the program from remembering the reading before.
    """
    growth: float | None
    """Of memory, in megabytes; None where no process lived long enough to tell."""
    wrong: tuple[str, ...]
    """What should not have been."""


COUNTS = (
    *("requests", "stored", "unstored", "cut_off", "failures", "failures_shown"),
    *("kills", "restarts", "full_disks", "sleeps", "clock_changes"),
)
"""What the world counts by these names."""


def run(days: float, seed: int) -> Endurance:
    """Simulate so many days; the same seed brings the same world."""
    began = time.perf_counter()
    chance = random.Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultyServer(faulty_server.balance(0)) as faulty,
    ):
        world = World(Path(folder), faulty.url, Server(faulty, chance), chance)
        cards = _deck(world)
        end = START + days * DAY
        while world.true_now < end:
            if world.true_now > START + KILLS_UNTIL * days * DAY:
                world.may_kill, world.kill_at = False, ""
                world.memory.append(own(world.process.pid))
            world.live(chance.expovariate(1 / 50))
            if world.disk_full and chance.random() < 0.4:
                world.free_disk()
            next(cards)()
        world.end()
    counts, oracle = world.counts, world.oracle
    return Endurance(
        days=days,
        seed=seed,
        seconds=time.perf_counter() - began,
        most_a_day=max(world.days.values()),
        expected=dict(oracle.expected),
        told=dict(world.told),
        repeated=tuple(oracle.repeated),
        withheld=tuple(oracle.withheld),
        growth=_growth(world.memory),
        wrong=(*world.wrong, *oracle.wrong),
        **{count: counts[count] for count in COUNTS},
    )


def _growth(memory: Sequence[float]) -> float | None:
    tenth = len(memory) // 10
    if not tenth:
        return None
    return statistics.median(memory[-tenth:]) - statistics.median(memory[:tenth])


def _deck(world: World) -> Iterator[Callable[[], object]]:
    """Yield what happens next: each thing comes as often as it stands here, in a random order."""
    cards: list[Callable[[], object]] = [
        *[world.sleep] * 3,
        world.set_clock,
        *[world.restart] * 2,
        world.kill_soon,
        world.fill_disk,
        *[world.click] * 4,
        *[lambda: None] * 6,
    ]
    while True:
        yield from world.chance.sample(cards, len(cards))


def rows(days: float = 90, seed: int = 1) -> Iterator[Row]:
    """Live through it, and count."""
    lived = run(days, seed)
    faults = lived.kills + lived.restarts + lived.full_disks + lived.sleeps + lived.clock_changes
    told, expected = sum(lived.told.values()), sum(lived.expected.values())
    yield Row(f"{days:g} simulated days: kills, restarts, full disks, sleeps, clocks", "", faults)
    yield Row("requests in the worst of these days", "", lived.most_a_day, goal="≤ 400")
    yield Row("failures shown", "", lived.failures_shown, lived.failures, "answers that were none")
    yield Row("alerts told", "", told, expected, "alerts of an oracle", "1")
    yield Row("readings lost, alerts missed or doubled", "", len(lived.wrong), goal="0")
    if lived.growth is not None:
        yield Row("memory grown", "MB", lived.growth, goal="≤ 2")


def main() -> None:
    """Run it, and print what became of it."""
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
