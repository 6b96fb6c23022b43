"""Memory growth by 10,000 refreshes, and by 200 openings of each window.

    python -m tests.benchmarks.growth [REFRESHES [OPENINGS]]

The real tray runs on a desktop without a screen. Its menu is clicked over D-Bus, and each window is
closed with Escape. Memory is first measured after a tenth of the run, when all code is loaded.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import busy_tray
from tests.benchmarks.table import Row, show
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer, balance
from tests.support.memory import anonymous

SHORT_INTERVAL_S, LONG_INTERVAL_S = 0.02, 3600.0
"""Between two refreshes."""

WINDOWS = {"History…": "History", "Settings…": "Settings", "About": "About", "": "deepvue-tray"}
"""Menu entries and the titles of their windows; without a label: the icon, which opens the card."""


def close(desktop: Desktop, title: str) -> None:
    """Wait for a window, then close it."""
    desktop.focus(title)
    desktop.run("xdotool", "key", "Escape")
    search = ("xdotool", "search", "--onlyvisible", "--name", f"^{title}")
    wait_until(lambda: not desktop.run(*search), f"the end of {title}")


def rows(refreshes: int = 10_000, openings: int = 200) -> Iterator[Row]:
    """Measure both kinds of growth."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Desktop(Path(folder)) as desktop,
        FaultyServer(balance(6448)) as server,
    ):
        desktop.start("xfwm4", "--compositor=off")

        def start(name: str, seconds: float) -> int:
            home = Path(folder, name)
            home.mkdir()
            command = (sys.executable, "-m", busy_tray.__name__, server.url, str(home))
            return desktop.start(*command, str(seconds), name="program").pid

        def wait_for_requests(count: int) -> None:
            wait_until(lambda: len(server.requests) >= count, f"{count} requests", 3600)

        pid = start("refreshes", SHORT_INTERVAL_S)
        wait_for_requests(refreshes // 10)
        before = anonymous(pid)
        wait_for_requests(refreshes)
        yield Row(
            f"memory growth, {refreshes:,} refreshes", "MB", anonymous(pid) - before, goal="≤ 2"
        )
        desktop.stop("program")
        wait_until(lambda: not TrayItem.all(desktop), "the icon's end")

        pid = start("openings", LONG_INTERVAL_S)
        item = TrayItem.wait(desktop)
        for opening in range(openings):
            for label, title in WINDOWS.items():
                item.click(label) if label else item.activate()
                close(desktop, title)
            if opening + 1 == openings // 10:
                before = anonymous(pid)
        grown = anonymous(pid) - before
        yield Row(f"memory growth, {openings} openings of each window", "MB", grown, goal="≤ 2")


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
