"""The tests themselves, run where something is missing."""

import os
import re
import subprocess
import sys

import pytest

WITHOUT_QT = """
import sys

import pytest

# What an import meets where Qt's system libraries are missing.
sys.modules["PySide6.QtGui"] = sys.modules["PySide6.QtWidgets"] = None
sys.exit(pytest.main(sys.argv[1:]))
"""


def run_pytest(*command: str) -> subprocess.CompletedProcess[str]:
    """Run another pytest as outside of CI, in this folder, on one core."""
    outside = {name: value for name, value in os.environ.items() if name not in {"CI", "PATH"}}
    return subprocess.run(
        [sys.executable, *command, "-q", "-n", "0"],
        env=outside | {"PYTEST_ADDOPTS": "", "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.checkout
def test_where_qt_cannot_be_loaded_the_tests_that_need_none_are_found() -> None:
    ran = run_pytest("-c", WITHOUT_QT, "--collect-only")
    assert ran.returncode == 0, ran.stdout
    assert "Left out: what needs Qt" in ran.stdout
    assert "tests/core/test_alert_rules.py::" in ran.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktop tests are Linux's")
def test_what_is_skipped_stands_in_one_line_with_what_brings_it() -> None:
    ran = run_pytest("-m", "pytest", "tests/desktop/test_alerts.py")
    assert ran.returncode == 0, ran.stdout
    [line] = [line for line in ran.stdout.splitlines() if "apt-get install" in line]
    assert re.match(r"Skipped: \d+ \(apt-get install dbus dunst ", line)
