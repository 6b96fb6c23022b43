"""The test suite on a machine without Qt, or without some of the Debian packages."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.platform import SAME_ON_WINDOWS, WINE_LACKS

WITHOUT_QT = """
import sys

import pytest

# Importing these fails, as without Qt's system libraries.
sys.modules["PySide6.QtGui"] = sys.modules["PySide6.QtWidgets"] = None
sys.exit(pytest.main(sys.argv[1:]))
"""


def run_pytest(*command: str) -> subprocess.CompletedProcess[str]:
    """Run another pytest in this folder, outside of CI, in one process."""
    outside = {name: value for name, value in os.environ.items() if name not in {"CI", "PATH"}}
    return subprocess.run(
        [sys.executable, *command, "-q", "-n", "0"],
        env=outside | {"PYTEST_ADDOPTS": "", "PATH": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.checkout
def test_tests_without_qt_are_collected_if_qt_cannot_be_loaded() -> None:
    result = run_pytest("-c", WITHOUT_QT, "--collect-only")
    assert result.returncode == 0, result.stdout
    assert "Left out: tests that need Qt" in result.stdout
    assert "tests/core/test_alert_rules.py::" in result.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the desktop tests need Linux")
def test_skipped_tests_are_summarised_in_one_line_with_the_missing_packages() -> None:
    result = run_pytest("-m", "pytest", "tests/desktop/test_alerts.py")
    assert result.returncode == 0, result.stdout
    [line] = [line for line in result.stdout.splitlines() if "apt-get install" in line]
    assert re.match(r"Skipped: \d+ \(apt-get install dbus dunst ", line)


@pytest.mark.parametrize("name", [*WINE_LACKS, *SAME_ON_WINDOWS])
def test_what_is_left_out_under_wine_still_has_its_name(name: str) -> None:
    file, _, test = name.partition("::")
    assert f"def {test}" in Path(file).read_text(encoding="utf-8")
