"""A fault of the program's own is said where people look."""

import sys

import pytest

from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem

UNBUILDABLE = """
from deepvue_tray.app.startup import run
from deepvue_tray.core.errors import StorageError

def build():
    raise {0}

raise SystemExit(run(build, single=False))
"""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("ZeroDivisionError", "Internal error in deepvue-tray"),
        ("StorageError('history.sqlite')", "A file could not be used"),
    ],
)
def test_a_program_that_cannot_be_built_says_so_and_can_be_quit(
    desktop: Desktop, error: str, said: str
) -> None:
    process = desktop.start(sys.executable, "-c", UNBUILDABLE.format(error), name="program")
    item = TrayItem.wait(desktop)
    wait_until(lambda: any(said in label for label in item.labels()), said)
    assert not any("loading" in label.lower() for label in item.labels())
    item.click("Quit")
    assert process.wait(5) == 0


FAULTY = """
import asyncio
from deepvue_tray.app.startup import run
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.backend.monitor import Monitor

load_last_known = Monitor.load_last_known

def fail_later(monitor):
    asyncio.get_running_loop().call_soon(divmod, 1, 0)
    return load_last_known(monitor)

Monitor.load_last_known = fail_later
with demo_backend() as build:
    raise SystemExit(run(build, prefix="Demo", single=False))
"""


def test_a_fault_that_asyncio_alone_would_see_is_told_by_a_notification(desktop: Desktop) -> None:
    notifications = Notifications.of(desktop)
    desktop.start(sys.executable, "-c", FAULTY, name="program")
    notifications.wait_for("Internal error in deepvue-tray")
