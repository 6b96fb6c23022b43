"""The cost of fifty wallets, compared with one.

    python -m tests.benchmarks.wallets_cost [SECONDS]

The real tray runs on a desktop without a screen at the default interval of five minutes. Each
wallet has eight weeks of hourly readings, and one of the fifty never gets a response. SECONDS, at
least the interval, is the time that is measured; before that, two intervals pass, until the
wallets' turns are spread. Memory is the PSS of the process; wake-ups are the voluntary context
switches of all its threads.
"""

import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from tests.benchmarks import many_wallets_tray
from tests.benchmarks.many_wallets_tray import START_S, client_ids
from tests.benchmarks.table import Row, show
from tests.benchmarks.tray_cost import wake_ups
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance, hang
from tests.support.memory import pss

WALLETS = 50
INTERVAL_S = Settings().interval.total_seconds()
WEEKS = timedelta(weeks=8)

SPREAD_S = 2 * INTERVAL_S
"""The wallets' turns are spread after the second round of polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of a number of wallets."""

    memory: float
    """Megabytes."""
    wake_ups: int
    """In the measured time."""
    requests: Sequence[float]
    """When requests arrived since the start, in seconds."""
    measured: Sequence[float]
    """Those that arrived in the measured time."""
    busy_ms: float
    """The longest time for which the GUI thread did not wait, by the clock."""
    busy_cpu_ms: float
    """The same by its CPU time."""


class Wallets:
    """A server that records when requests arrive; it never responds for the wallet ``hanging``."""

    def __init__(self, hanging: str) -> None:
        self.arrivals: list[float] = []
        self._hanging = hanging

    async def answer(self, server: FaultyServer, writer: object) -> AsyncIterator[bytes]:
        """Send the response to the last request."""
        self.arrivals.append(time.perf_counter())
        client_id = server.requests[-1].headers["client-id"]
        sent = hang() if client_id == self._hanging else balance(6448 - len(self.arrivals) % 7)
        async for piece in sent(server, writer):  # type: ignore[arg-type]
            yield piece


def measure(desktop: Desktop, count: int, start_s: float, seconds: float) -> Cost:
    """Run the tray with ``count`` wallets; measure it for ``seconds`` after ``start_s``."""
    home = Path(desktop.folder, f"wallets-{count}")
    home.mkdir()
    ids = client_ids(count)
    history = History(Paths.below(home).history)
    for client_id in ids:
        history.merge(client_id, hourly_readings())
    history.close()
    wallets = Wallets(hanging=ids[-1] if count > 1 else "")
    with FaultyServer(wallets.answer) as server:
        command = (sys.executable, "-m", many_wallets_tray.__name__, server.url, str(home))
        # GLib's event loop does not tell when the program's own work begins.
        program = desktop.start(*command, str(count), name="program", QT_NO_GLIB="1")
        wait_until(lambda: wallets.arrivals, "the first request")
        time.sleep(start_s)
        first, before = time.perf_counter(), wake_ups(program.pid)
        time.sleep(seconds)
        after, last = wake_ups(program.pid), time.perf_counter()
        memory = pss(program.pid)
        desktop.stop("program")
        wait_until(lambda: not TrayItem.all(desktop), "the icon's end")
    longest = json.loads((home / "busy.json").read_text())
    return Cost(
        memory=memory,
        wake_ups=sum(number - before.get(thread, 0) for thread, number in after.items()),
        requests=[at - wallets.arrivals[0] for at in wallets.arrivals],
        measured=[at for at in wallets.arrivals if first <= at <= last],
        busy_ms=longest["wall_ms"],
        busy_cpu_ms=longest["cpu_ms"],
    )


def hourly_readings() -> Iterator[Reading]:
    """Yield eight weeks of readings until now, with spending by day."""
    now, left = datetime.now(UTC), 20_000
    for hours in range(WEEKS // timedelta(hours=1), 0, -1):
        at = now - timedelta(hours=hours)
        left -= 20 if 8 <= at.hour < 20 else 1
        yield Reading(at=at, balance=Decimal(left))


def most_within_ten_seconds(times: Sequence[float]) -> int:
    """Return the largest number of ``times`` within any ten seconds.

    A single second would also measure how late the server reads a request.
    """
    return max(sum(start <= time < start + 10 for time in times) for start in times)


def rows(seconds: float = INTERVAL_S) -> Iterator[Row]:
    """Measure one wallet, then many."""
    with tempfile.TemporaryDirectory() as folder, Desktop(Path(folder)) as desktop:
        one = measure(desktop, 1, START_S, seconds)
        many = measure(desktop, WALLETS, SPREAD_S, seconds)
    ticks = seconds / 60
    of = f", {WALLETS} wallets"
    most = most_within_ten_seconds(many.requests)
    yield Row(f"requests within ten seconds at most{of}", "", most, goal="≤ 10")
    each = (many.memory - one.memory) / (WALLETS - 1)
    yield Row(f"memory of each wallet above one{of}", "MB", each, goal="≤ 0.3")
    yield Row(
        f"wake-ups of a request{of}",
        "",
        (many.wake_ups - ticks) / len(many.measured),
        (one.wake_ups - ticks) / len(one.measured),
        "one wallet",
        "≤ 1",
    )
    yield Row(f"longest work of the GUI thread{of}", "ms", many.busy_ms, goal="≤ 16")
    yield Row(f"the same in CPU time{of}", "ms", many.busy_cpu_ms, goal="≤ 16")
    longest = max(later - earlier for earlier, later in pairwise(many.measured))
    turn = INTERVAL_S / WALLETS
    yield Row(
        f"longest time between two requests while one wallet hangs{of}",
        "s",
        longest,
        turn,
        "the interval divided by the wallets",
        "≤ 1.2",
    )


if __name__ == "__main__":
    show(rows(*map(float, sys.argv[1:])))
