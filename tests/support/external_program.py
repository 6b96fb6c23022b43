"""Finds the programs of other projects that some tests start."""

import os
import shutil

import pytest

PLUGINS = "/usr/lib/nagios/plugins"
"""Where Debian installs monitoring plugins."""


def external_program(name: str, package: str) -> str:
    """Return a program's path; without it the test is skipped, and fails in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:{PLUGINS}")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"apt-get install {package}")
    return found
