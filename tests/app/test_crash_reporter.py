"""Unhandled exceptions are logged each time, reported once, and survived."""

import logging
import sys
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app.crash_reporter import CrashReporter


def fail() -> None:
    raise ZeroDivisionError


def in_this_thread() -> None:
    # PySide handles an exception that leaves a slot in this way.
    try:
        fail()
    except ZeroDivisionError:
        sys.excepthook(*sys.exc_info())


def in_a_thread() -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_finalizer() -> None:
    class Faulty:
        def __del__(self) -> None:
            fail()

    Faulty()


@pytest.mark.parametrize("raise_error", [in_this_thread, in_a_thread, in_a_finalizer])
def test_an_unhandled_exception_is_logged_each_time_and_reported_once(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, raise_error: Callable[[], None]
) -> None:
    reporter = CrashReporter()
    reports: list[bool] = []
    reporter.crashed.connect(lambda: reports.append(True))
    with caplog.at_level(logging.ERROR), reporter.installed():
        raise_error()
        raise_error()
    qtbot.waitUntil(lambda: reports == [True])
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [
        ZeroDivisionError,
        ZeroDivisionError,
    ]


def test_the_hooks_are_restored_afterwards() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with CrashReporter().installed():
        pass
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
