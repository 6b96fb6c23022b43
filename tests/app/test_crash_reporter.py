"""Our own bugs are logged, told once, and survived."""

import logging
import sys
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app.crash_reporter import CrashReporter


def fault() -> None:
    raise ZeroDivisionError


def in_this_thread() -> None:
    # What Qt does with an exception that leaves a slot.
    try:
        fault()
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())


def in_a_thread() -> None:
    thread = threading.Thread(target=fault)
    thread.start()
    thread.join()


def in_a_finalizer() -> None:
    class Faulty:
        def __del__(self) -> None:
            fault()

    Faulty()


@pytest.mark.parametrize("happen", [in_this_thread, in_a_thread, in_a_finalizer])
def test_a_fault_is_logged_each_time_and_told_once(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, happen: Callable[[], None]
) -> None:
    faults = CrashReporter()
    told: list[bool] = []
    faults.crashed.connect(lambda: told.append(True))
    with caplog.at_level(logging.ERROR), faults.installed():
        happen()
        happen()
    qtbot.waitUntil(lambda: told == [True])
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError,
        ZeroDivisionError,
    ]


def test_afterwards_the_hooks_are_as_they_were() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with CrashReporter().installed():
        pass
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
