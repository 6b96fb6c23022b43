"""The tray reports its own bugs."""

import sys

import pytest

from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.timeouts import TIMEOUT_S

FAILING_BUILD = """
from deepvue_tray.app.startup import run
from deepvue_tray.core.errors import StorageError

def build():
    raise {0}

raise SystemExit(run(build, single=False))
"""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("ZeroDivisionError", "Internal error in deepvue-tray"),
        ("StorageError('history.sqlite')", "A file could not be used"),
    ],
)
def test_a_backend_that_cannot_be_built_is_reported_and_the_tray_can_quit(
    desktop: Desktop, error: str, text: str
) -> None:
    process = desktop.start(sys.executable, "-c", FAILING_BUILD.format(error), name="program")
    item = TrayItem.wait(desktop)
    wait_until(lambda: any(text in label for label in item.labels()), text)
    assert not any("loading" in label.lower() for label in item.labels())
    item.click("Quit")
    assert process.wait(TIMEOUT_S) == 0


BUG_IN_A_CALLBACK = """
import asyncio
from deepvue_tray.app.startup import run
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.backend.monitor import Monitor

load = Monitor.load_last_known

def faulty_load(monitor):
    asyncio.get_running_loop().call_soon(divmod, 1, 0)
    return load(monitor)

Monitor.load_last_known = faulty_load
with demo_backend() as build:
    raise SystemExit(run(build, is_demo=True, single=False))
"""


def test_a_bug_in_an_asyncio_callback_is_notified(desktop: Desktop) -> None:
    notifications = Notifications.of(desktop)
    desktop.start(sys.executable, "-c", BUG_IN_A_CALLBACK, name="program")
    notifications.wait_for("Internal error in deepvue-tray")
