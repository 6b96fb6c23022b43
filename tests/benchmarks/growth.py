"""Whether memory grows: 10,000 refreshes, then 200 openings of each window.

    python -m tests.benchmarks.growth [REFRESHES [OPENINGS]]

The real tray on a desktop without a screen; its menu is clicked over D-Bus, and each window closed
with Escape. What the first tenth needs, once loaded, is not growth.
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
from tests.support.memory import own

OFTEN, SELDOM = 0.02, 3600.0
"""Seconds from one refresh to the next."""

WINDOWS = {"History…": "History", "Settings…": "Settings", "About": "About", "": "deepvue-tray"}
"""The title of what each line of the menu opens; a click on the icon itself opens the card."""


def close(desktop: Desktop, title: str) -> None:
    """Wait for a window, and close it."""
    desktop.focus(title)
    desktop.run("xdotool", "key", "Escape")
    search = ("xdotool", "search", "--onlyvisible", "--name", f"^{title}")
    wait_until(lambda: not desktop.run(*search), f"the end of {title}")


def rows(refreshes: int = 10_000, openings: int = 200) -> Iterator[Row]:
    """Measure both."""
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

        def asked(count: int) -> None:
            wait_until(lambda: len(server.requests) >= count, f"{count} requests", 3600)

        pid = start("refreshes", OFTEN)
        asked(refreshes // 10)
        before = own(pid)
        asked(refreshes)
        yield Row(f"growth by {refreshes:,} refreshes", "MB", own(pid) - before, goal="≤ 2")
        desktop.stop("program")
        wait_until(lambda: not TrayItem.all(desktop), "the icon's end")

        pid = start("openings", SELDOM)
        item = TrayItem.wait(desktop)
        for opening in range(openings):
            for label, title in WINDOWS.items():
                item.click(label) if label else item.activate()
                close(desktop, title)
            if opening + 1 == openings // 10:
                before = own(pid)
        grown = own(pid) - before
        yield Row(f"growth by {openings} openings of each window", "MB", grown, goal="≤ 2")


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
