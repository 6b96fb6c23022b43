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
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from deepvue_tray.app.clocks import TICK
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
from tests.support.memory import anonymous, pss

WALLETS = 50
INTERVAL_S = Settings().interval.total_seconds()
WEEKS = timedelta(weeks=8)
HANGING = client_ids(WALLETS)[-1]

SPREAD_S = 2 * INTERVAL_S
"""The wallets' turns are spread after the second round of polls."""

BURST_S = 90.0
"""Long enough to open all views and to poll each wallet, one a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of a number of wallets."""

    memory: float
    """The PSS, in megabytes."""
    own_memory: float
    """The anonymous part, in megabytes, which does not depend on other programs."""
    wake_ups: float
    """Per request."""
    times: Mapping[str, Sequence[float]]
    """When each wallet's requests arrived, in seconds."""
    longest_ms: Mapping[str, float]
    """The longest ``pass`` of the GUI thread and garbage ``collection``, in CPU time."""


class Wallets:
    """A server that records when requests arrive; it never responds for HANGING."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        """When each wallet's requests arrived, in seconds."""

    async def answer(self, server: FaultyServer, writer: object) -> AsyncIterator[bytes]:
        """Send the response to the last request."""
        client_id = server.requests[-1].headers["client-id"]
        times = self.times[client_id]
        times.append(time.perf_counter())
        sent = hang() if client_id == HANGING else balance(6448 - 3 * len(times))
        async for piece in sent(server, writer):  # type: ignore[arg-type]
            yield piece


def measure(desktop: Desktop, count: int, start_s: float, seconds: float, *options: str) -> Cost:
    """Run the tray with ``count`` wallets; measure it for ``seconds`` after ``start_s``."""
    home = Path(tempfile.mkdtemp(dir=desktop.folder))
    ids = client_ids(count)
    history = History(Paths.below(home).history)
    for client_id in ids:
        history.merge(client_id, hourly_readings())
    history.close()
    wallets = Wallets()
    with FaultyServer(wallets.answer) as server:
        command = (sys.executable, "-m", many_wallets_tray.__name__)
        arguments = (server.url, str(home), str(count), *options)
        # GLib's event loop does not tell when the program's own work begins.
        program = desktop.start(*command, *arguments, name="program", QT_NO_GLIB="1")
        wait_until(lambda: wallets.times, "the first request")
        time.sleep(start_s)
        first, before = len(server.requests), wake_ups(program.pid)
        time.sleep(seconds)
        after, last = wake_ups(program.pid), len(server.requests)
        memory, own_memory = pss(program.pid), anonymous(program.pid)
        desktop.stop("program")
        wait_until(lambda: not TrayItem.all(desktop), "the icon's end")
    total = sum(number - before.get(thread, 0) for thread, number in after.items())
    ticks = seconds / TICK.total_seconds()
    return Cost(
        memory=memory,
        own_memory=own_memory,
        wake_ups=(total - ticks) / (last - first),
        times=wallets.times,
        longest_ms=json.loads((home / "gui.json").read_text()),
    )


def hourly_readings() -> Iterator[Reading]:
    """Yield eight weeks of readings until now, with spending by day."""
    now, left = datetime.now(UTC), 20_000
    for hours in range(WEEKS // timedelta(hours=1), 0, -1):
        at = now - timedelta(hours=hours)
        left -= 20 if 8 <= at.hour < 20 else 1
        yield Reading(at=at, balance=Decimal(left))


def most_in_a_minute(times: Sequence[float]) -> int:
    """Return the largest number of ``times`` within any minute."""
    return max(sum(start <= time < start + 60 for time in times) for start in times)


def longest_delay(times: Mapping[str, Sequence[float]]) -> float:
    """Return how late the last request of any wallet was, in seconds.

    The wallets' last two requests are an interval apart. One that hangs is in no turn.
    """
    last_two = [at[-2:] for client_id, at in times.items() if client_id != HANGING]
    return max(later - earlier - INTERVAL_S for earlier, later in last_two)


def rows(seconds: float = INTERVAL_S) -> Iterator[Row]:
    """Measure one wallet, then many."""
    with tempfile.TemporaryDirectory() as folder, Desktop(Path(folder)) as desktop:
        one = measure(desktop, 1, START_S, seconds)
        many = measure(desktop, WALLETS, SPREAD_S, seconds)
        with_views = measure(desktop, WALLETS, START_S, BURST_S, "views")
    of, others = f", {WALLETS} wallets", WALLETS - 1
    most = most_in_a_minute([at for times in many.times.values() for at in times])
    yield Row(f"requests within a minute at most{of}", "", most, goal="≤ 60")
    each = (many.memory - one.memory) / others
    yield Row(f"memory (PSS) of each wallet above one{of}", "MB", each, goal="≤ 0.3")
    own = (many.own_memory - one.own_memory) / others
    yield Row(f"its own memory{of}", "MB", own, goal="≤ 0.3")
    what = f"wake-ups of a request{of}"
    yield Row(what, "", many.wake_ups, one.wake_ups, "one wallet", "≤ 1.1")
    for measured, which in ((many, ""), (with_views, ", card, history and settings open")):
        longest = measured.longest_ms
        what = f"longest pass of the GUI thread's event loop, in CPU time{of}{which}"
        yield Row(what, "ms", longest["pass"], goal="≤ 16")
        what = f"longest garbage collection, in CPU time{of}{which}"
        yield Row(what, "ms", longest["collection"], goal="≤ 16")
    delay = longest_delay(many.times)
    yield Row(f"longest delay of a request while another hangs{of}", "s", delay, goal="≤ 2")


if __name__ == "__main__":
    show(rows(*map(float, sys.argv[1:])))
