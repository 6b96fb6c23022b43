"""Setup of all tests: an offscreen Qt, one locale, one time zone, no access to the user's files.

If Qt cannot be loaded, its tests are left out and the summary names the missing Debian packages; in
CI that is an error.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from deepvue_tray.app import preflight
from tests.support.platform import (
    SAME_ON_WINDOWS,
    WINE,
    WINE_LACKS,
    private_folders,
    read_time_zone,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tests.support.patient_qtbot import PatientQtBot

# A slow test on a busy machine is not a failure. The soak session uses the profile "long".
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("long", deadline=None, max_examples=100)
settings.load_profile("quick")

# A script's background jobs ignore SIGINT, and so would the programs that the tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Set before Qt is imported. The desktop tests start programs with their own environment.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"
if sys.platform == "win32":
    # On Windows the offscreen platform finds no fonts without this.
    os.environ["QT_QPA_FONTDIR"] = str(Path(os.environ["WINDIR"], "Fonts"))

try:
    import PySide6.QtWidgets
except ImportError as error:
    if os.environ.get("CI"):
        raise
    qt_error = str(error)
else:
    qt_error = ""
    # Some systems do not take it from the environment.
    PySide6.QtCore.QLocale.setDefault(PySide6.QtCore.QLocale.c())

NEED_QT = ["desktop", "ui", "app/test_[!p]*.py", "app/test_poller.py", "test_endurance.py"]
"""``app`` without the preflight's tests, which must run without Qt."""
collect_ignore_glob = NEED_QT if qt_error else []
if not sys.platform.startswith("linux"):
    collect_ignore_glob += ["desktop", "test_endurance.py"]
if WINE:
    collect_ignore_glob.append("core")
if "WINE_WORK" not in os.environ or sys.platform != "linux":
    # .ci/wine prepares the environment of these tests, and runs them.
    collect_ignore_glob.append("windows")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Unregister pytest-qt if Qt cannot be loaded: it would end the whole run."""
    if qt_error:
        pluginmanager.unregister(name="pytest-qt")


def pytest_xdist_auto_num_workers() -> int:
    """Use two processes more than there are cores, because the desktop tests mostly wait."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0)) + 2
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what Wine cannot do, and what would only take long there."""
    for item in items if WINE else ():
        for test, lack in WINE_LACKS.items():
            if item.nodeid.startswith(test):
                item.add_marker(pytest.mark.skip(reason=f"Wine lacks {lack}"))
        if item.nodeid.startswith(tuple(SAME_ON_WINDOWS)):
            item.add_marker(pytest.mark.skip(reason="the same on every system, and slow on Wine"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print in one line which tests were skipped, and why."""
    reasons = Counter(
        report.longrepr[-1].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        skipped = ", ".join(f"{count} ({reason})" for reason, count in reasons.most_common())
        terminalreporter.line(f"Skipped: {skipped}")
    if qt_error:
        terminalreporter.line(f"Left out: tests that need Qt ({qt_error}). {preflight.INSTALL}")


@pytest.fixture
def qtbot(qapp: "QApplication", request: pytest.FixtureRequest) -> "PatientQtBot":
    """Return pytest-qt's bot with longer timeouts."""
    from tests.support.patient_qtbot import PatientQtBot

    return PatientQtBot(request)


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the user's settings, credentials, proxies and time zone from every test."""
    for name in os.environ:
        if name.startswith("DEEPVUE_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name, folder in private_folders(tmp_path / "home").items():
        monkeypatch.setenv(name, folder)
    monkeypatch.setenv("TZ", "UTC")
    read_time_zone()
    yield
    monkeypatch.undo()
    read_time_zone()
