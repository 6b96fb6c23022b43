"""Finds the programs of other projects that some tests start."""

import os
import shutil

import pytest

PLUGINS = "/usr/lib/nagios/plugins"
"""Where Debian installs monitoring plugins."""


def external_program(name: str, package: str) -> str:
    """Return a program's path; without it the test is skipped, and fails in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:{PLUGINS}")
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"apt-get install {package}")
    return found


def user_and_group() -> tuple[str, str]:
    """Return the names under which a monitoring daemon keeps running; only POSIX has them."""
    import grp
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
