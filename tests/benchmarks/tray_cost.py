"""Start time, memory, wake-ups and CPU time of the tray, compared with a bare PySide6 icon.

    python -m tests.benchmarks.tray_cost [IDLE_SECONDS [BUNDLE]]

Both run in turn on a desktop without a screen, in a virtual environment with only the program and
its dependencies: httpx imports rich and click if they are installed, and the test tools install
them. BUNDLE is the program of a bundle. Memory is the PSS of the process; wake-ups are the
voluntary context switches of all its threads.
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
    """The resource use of an idle program."""

    memory: float
    """Megabytes."""
    wake_ups: float
    """Per minute."""
    cpu: float
    """Percent of one core."""


@contextmanager
def own_environment() -> Iterator[str]:
    """Install the program into a new virtual environment; yields its interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        python = str(Path(folder, "bin", "python"))
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "-q", str(CHECKOUT)]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        yield python


@contextmanager
def running(desktop: Desktop, command: Sequence[str], url: str) -> Iterator[tuple[int, float]]:
    """Start a tray program; yields its process id and the seconds until its icon appeared."""
    env = desktop.env | {"DEEPVUE_BASE_URL": url, "DEEPVUE_CLIENT_ID": "live_1"}
    with registrations(desktop) as wait_for_next:
        start = time.perf_counter()
        with subprocess.Popen(command, env=env, cwd="/") as process:
            wait_for_next()
            seconds = time.perf_counter() - start
            yield process.pid, seconds
            process.terminate()
    wait_until(lambda: not TrayItem.all(desktop), "the icon's end")


@contextmanager
def registrations(desktop: Desktop) -> Iterator[Callable[[], object]]:
    """Yield a function that waits for the signal of the next icon; polling would be less exact."""
    member = "StatusNotifierItemRegistered"
    rule = MatchRule(type="signal", interface="org.kde.StatusNotifierWatcher", member=member)
    with open_dbus_connection(desktop.env["DBUS_SESSION_BUS_ADDRESS"]) as bus:
        bus.send_and_get_reply(message_bus.AddMatch(rule))
        with bus.filter(rule) as found:
            yield lambda: bus.recv_until_filtered(found, timeout=TIMEOUT_S)


def wake_ups(pid: int) -> Mapping[str, int]:
    """Return the voluntary context switches of each thread of a process."""
    counts = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        lines = status.read_text().splitlines()
        counts[status.parent.name] = next(
            int(line.split()[1]) for line in lines if line.startswith("voluntary")
        )
    return counts


def cpu(pid: int) -> float:
    """Return the CPU time of all threads of a process, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid: int, seconds: float) -> Idle:
    """Wait ``seconds``, then measure a program for another ``seconds``."""
    time.sleep(seconds)
    wake_ups_before, cpu_before = wake_ups(pid), cpu(pid)
    time.sleep(seconds)
    after = wake_ups(pid)
    total = sum(count - wake_ups_before.get(thread, 0) for thread, count in after.items())
    return Idle(pss(pid), total * 60 / seconds, 100 * (cpu(pid) - cpu_before) / seconds)


def rows(seconds: float = 300, bundle: str = "") -> Iterator[Row]:
    """Run all programs in turn, and measure them."""
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
                with running(desktop, command, server.url) as (_pid, start_s):
                    starts[name].append(1000 * start_s)
        idles: dict[str, Idle] = {}
        for name, command in programs.items():
            with running(desktop, command, server.url) as (pid, _start_s):
                idles[name] = idle(pid, seconds)
    start = {name: statistics.median(times) for name, times in starts.items()}
    bare = idles.pop("bare")
    for name, ours in idles.items():
        of = "" if name == "ours" else f", {name}"
        reference = "a bare icon"
        yield Row(f"start to icon{of}", "ms", start[name], start["bare"], reference, "≤ 1.15")
        yield Row(f"idle memory (PSS){of}", "MB", ours.memory, bare.memory, reference, "≤ 1.5")
        more = f"a bare icon: {bare.wake_ups:.1f}"
        yield Row(f"wake-ups a minute ({more}){of}", "", ours.wake_ups, goal="≤ 4")
        yield Row(f"CPU when idle{of}", "%", ours.cpu, goal="< 0.1")


if __name__ == "__main__":
    arguments = dict(enumerate(sys.argv))
    show(rows(float(arguments.get(1, 300)), arguments.get(2, "")))
