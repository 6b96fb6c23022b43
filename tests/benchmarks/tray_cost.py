"""What the tray costs beside a bare PySide6 icon: start, memory, wake-ups, CPU time.

    python -m tests.benchmarks.tray_cost [IDLE_SECONDS [BUNDLE]]

Both run in turn on a desktop without a screen, from an environment made for it that holds the
program and what it needs, as a person's does: httpx loads rich and click where they are installed,
and the test tools bring them. BUNDLE is the program of a bundle. Memory is the PSS of the process;
wake-ups are the voluntary context switches of all its threads.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jeepney import MatchRule, message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.benchmarks.table import Row, show
from tests.desktop import bare_tray
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance
from tests.support.memory import pss
from tests.support.timeouts import TIMEOUT_S

ROUNDS = 10
CHECKOUT = Path(__file__).parents[2]


class Idle(NamedTuple):
    """What a program took while it had nothing to do."""

    memory: float
    """Megabytes."""
    wake_ups: float
    """A minute."""
    cpu: float
    """Per cent of one core."""


@contextmanager
def own_environment() -> Iterator[str]:
    """Install the program into an environment of its own; yields its interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        python = str(Path(folder, "bin", "python"))
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "-q", str(CHECKOUT)]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        yield python


@contextmanager
def running(desktop: Desktop, command: Sequence[str], url: str) -> Iterator[tuple[int, float]]:
    """Start a tray program; yields its process id and the seconds until its icon was there."""
    env = desktop.env | {"DEEPVUE_BASE_URL": url, "DEEPVUE_CLIENT_ID": "live_1"}
    with registrations(desktop) as wait_for_next:
        began = time.perf_counter()
        with subprocess.Popen(command, env=env, cwd="/") as process:
            wait_for_next()
            took = time.perf_counter() - began
            yield process.pid, took
            process.terminate()
    wait_until(lambda: not TrayItem.all(desktop), "the icon's end")


@contextmanager
def registrations(desktop: Desktop) -> Iterator[Callable[[], object]]:
    """Yield what waits for the next icon's signal: asking at intervals would round the time."""
    member = "StatusNotifierItemRegistered"
    rule = MatchRule(type="signal", interface="org.kde.StatusNotifierWatcher", member=member)
    with open_dbus_connection(desktop.env["DBUS_SESSION_BUS_ADDRESS"]) as bus:
        bus.send_and_get_reply(message_bus.AddMatch(rule))
        with bus.filter(rule) as found:
            yield lambda: bus.recv_until_filtered(found, timeout=TIMEOUT_S)


def wake_ups(pid: int) -> Mapping[str, int]:
    """Return how often each thread of a process has gone to sleep of its own."""
    counts = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        counts[status.parent.name] = next(
            int(line.split()[1]) for line in lines if line.startswith("voluntary")
        )
    return counts


def cpu(pid: int) -> float:
    """Return the seconds of CPU time that all threads of a process have taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid: int, seconds: float) -> Idle:
    """Let a program rest for so long, and watch it for as long again."""
    time.sleep(seconds)
    woken, taken = wake_ups(pid), cpu(pid)
    time.sleep(seconds)
    after = wake_ups(pid)
    count = sum(times - woken.get(thread, 0) for thread, times in after.items())
    return Idle(pss(pid), count * 60 / seconds, 100 * (cpu(pid) - taken) / seconds)


def rows(seconds: float = 300, bundle: str = "") -> Iterator[Row]:
    """Measure all programs in turn."""
    with (
        own_environment() as python,
        tempfile.TemporaryDirectory() as folder,
        Desktop(Path(folder)) as desktop,
        FaultyServer(balance(6448)) as server,
    ):
        stored = ["-c", "import keyring; keyring.set_password('deepvue-tray', 'live_1', 's')"]
        subprocess.run([python, *stored], env=desktop.env, check=True)
        programs = {
            "bare": [python, str(Path(bare_tray.__file__))],
            "ours": [python, "-m", "deepvue_tray"],
        }
        if bundle:
            programs["bundle"] = [str(Path(bundle).absolute())]
        starts: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, command in programs.items():
                with running(desktop, command, server.url) as (_pid, took):
                    starts[name].append(1000 * took)
        rests: dict[str, Idle] = {}
        for name, command in programs.items():
            with running(desktop, command, server.url) as (pid, _took):
                rests[name] = idle(pid, seconds)
    start = {name: statistics.median(took) for name, took in starts.items()}
    without_traceback = rests.pop("bare")
    for name, rest in rests.items():
        of = "" if name == "ours" else f", {name}"
        beside = "a bare icon"
        yield Row(f"start to icon{of}", "ms", start[name], start["bare"], beside, "≤ 1.15")
        yield Row(
            f"idle memory (PSS){of}", "MB", rest.memory, without_traceback.memory, beside, "≤ 1.6"
        )
        more = f"a bare icon: {without_traceback.wake_ups:.1f}"
        yield Row(f"wake-ups a minute ({more}){of}", "", rest.wake_ups, goal="≤ 4 more")
        yield Row(f"CPU when idle{of}", "%", rest.cpu, goal="< 0.1")


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    show(rows(float(given.get(1, 300)), given.get(2, "")))
