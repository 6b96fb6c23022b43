"""Without a screen, the program prints one clear line; Qt would abort the process."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.command import COMMAND

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program without the environment of the desktop on which the tests run."""
    desktop = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
    without_desktop = {name: value for name, value in os.environ.items() if name not in desktop}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=without_desktop | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_screen_one_line_explains_why_the_tray_cannot_start() -> None:
    result = run()
    assert result.returncode == 1
    assert result.stderr == "No screen: DISPLAY is not set.\n"


def test_the_demo_without_a_screen_prints_each_balance_once() -> None:
    result = run("--demo")
    assert result.returncode == 0
    trial, live, hint, problem = result.stdout.splitlines()
    assert re.match(r"Demo, Trial: 1,[01]\d\d credits at ", trial)
    assert re.match(r"Demo, Live: 6,4\d\d credits at ", live)
    assert "tray" in hint
    assert problem.startswith("No screen: ")
    assert result.stderr == ""


def test_a_platform_that_is_no_desktop_is_named_in_the_error() -> None:
    result = run(QT_QPA_PLATFORM="linuxfb")
    assert result.returncode == 1
    assert result.stderr == "No screen: QT_QPA_PLATFORM names 'linuxfb', which is no desktop.\n"


def test_qt_does_not_keep_the_source_of_what_is_imported_after_it() -> None:
    program = (
        "import linecache; from deepvue_tray.app.preflight import load_qt; load_qt();"
        "import PySide6.QtGui, asyncio;"
        "assert asyncio.__file__ not in linecache.cache"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_all_threads_of_the_tray_allocate_from_one_heap() -> None:
    program = (
        "import ctypes, threading; from deepvue_tray.app.preflight import load_qt; load_qt();"
        "libc = ctypes.CDLL(None); thread = threading.Thread(target=libc.malloc, args=(100,));"
        "thread.start(); thread.join(); libc.malloc_stats()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert "Arena 0:" in result.stderr
    assert "Arena 1:" not in result.stderr
