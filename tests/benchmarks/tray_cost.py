"""What the tray costs beside a bare PySide6 icon: start, memory, wake-ups.

``python -m tests.benchmarks.tray_cost [interpreter] [idle seconds]`` starts both in turn on a
desktop without a screen, and prints ratios. ``interpreter`` is the Python of an environment that
holds the program; one without the test tools shows what a person's own costs, as httpx loads rich
and click where they are installed. Memory is the PSS of the process; wake-ups are the voluntary
context switches of all its threads.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.desktop import bare_tray
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance
from tests.support.memory import pss

ROUNDS = 10
BARE = [str(Path(bare_tray.__file__))]
OURS = ["-m", "deepvue_tray"]


@contextmanager
def running(desktop: Desktop, command: list[str], url: str) -> Iterator[tuple[int, float]]:
    """Start a tray program; yields its process id and the seconds until its icon was there."""
    env = desktop.env | {"DEEPVUE_BASE_URL": url, "DEEPVUE_CLIENT_ID": "live_1"}
    began = time.perf_counter()
    with subprocess.Popen(command, env=env, cwd="/") as process:
        wait_until(lambda: TrayItem.all(desktop), "an icon")
        took = time.perf_counter() - began
        yield process.pid, took
        process.terminate()
    wait_until(lambda: not TrayItem.all(desktop), "the icon's end")


def wake_ups(pid: int) -> dict[str, int]:
    """Return how often each thread of a process has gone to sleep of its own."""
    counts = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        counts[status.parent.name] = next(
            int(line.split()[1]) for line in lines if line.startswith("voluntary")
        )
    return counts


def main(interpreter: str, idle: float) -> None:
    """Measure both programs in turn, and print the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Desktop(Path(folder)) as desktop,
        FaultyServer(balance(6448)) as server,
    ):
        stored = ["-c", "import keyring; keyring.set_password('deepvue-tray', 'live_1', 's')"]
        subprocess.run([interpreter, *stored], env=desktop.env, check=True)
        starts: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(ROUNDS):
            for name, command in (("bare", BARE), ("ours", OURS)):
                with running(desktop, [interpreter, *command], server.url) as (_pid, took):
                    starts[name].append(took)
        memory: dict[str, float] = {}
        woken: dict[str, float] = {}
        for name, command in (("bare", BARE), ("ours", OURS)):
            with running(desktop, [interpreter, *command], server.url) as (pid, _took):
                time.sleep(10)
                before = wake_ups(pid)
                time.sleep(idle)
                after = wake_ups(pid)
                count = sum(
                    after[thread] - before[thread] for thread in after.keys() & before.keys()
                )
                woken[name] = count * 60 / idle
                memory[name] = pss(pid)
    start = {name: statistics.median(took) for name, took in starts.items()}
    print("                             bare      ours     ratio")
    for label, row in (("exec to icon on the bus, s", start), ("idle memory (PSS), MB", memory)):
        print(f"{label:26}{row['bare']:8.3f}  {row['ours']:8.3f}  {row['ours'] / row['bare']:8.2f}")
    difference = woken["ours"] - woken["bare"]
    print(f"{'wake-ups a minute':26}{woken['bare']:8.1f}  {woken['ours']:8.1f}  {difference:+8.1f}")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(given.get(1, sys.executable), float(given.get(2, 60)))
