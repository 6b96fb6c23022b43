"""The real desktop, started for each test that asks for it."""

import functools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desktop.session import Desktop, missing
from tests.desktop.wayland import DESKTOPS
from tests.support.command import COMMAND
from tests.support.faulty_server import FaultyServer, balance
from tests.support.timeouts import TIMEOUT_S

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without Debian's packages they skip, and in CI they fail."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("desktop")
            packages = _missing(item)
            skip = pytest.mark.skip(reason=f"apt-get install {' '.join(packages)}")
            if packages and not os.environ.get("CI"):
                item.add_marker(skip)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Where a skip would hide that nothing was tried, fail with what is missing instead."""
    if os.environ.get("CI") and (packages := _missing(item)):
        pytest.fail(f"apt-get install {' '.join(packages)}", pytrace=False)


def _missing(item: pytest.Item) -> list[str]:
    """Return Debian's names of the packages that a test's desktop lacks."""
    if item.get_closest_marker("wayland"):
        return sorted({package for kind in DESKTOPS for package in kind.missing()})
    return _missing_on_x11()


_missing_on_x11 = functools.cache(missing)


@pytest.fixture
def new_desktop(tmp_path: Path) -> Iterator[Callable[..., Desktop]]:
    """Start a desktop of one's own choice; it ends with the test."""
    with ExitStack() as stack:
        yield lambda **parts: stack.enter_context(Desktop(tmp_path, **parts))


@pytest.fixture
def desktop(new_desktop: Callable[..., Desktop]) -> Desktop:
    """Start the usual one: a StatusNotifier panel, an unlocked keyring, notifications."""
    return new_desktop()


SIGNED_IN = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
"""The environment of one who needs no keyring."""


class Program:
    """The installed program, on a desktop, against a server.

    It finds nothing on its PATH, no Python either, and no variable but the desktop's own.
    """

    def __init__(self, desktop: Desktop, url: str) -> None:
        self.desktop = desktop
        self._env = {"DEEPVUE_BASE_URL": url, "PATH": "/nonexistent"}

    def login(self, client_id: str, secret: str) -> subprocess.CompletedProcess[str]:
        """Sign in as a script would, with the secret on standard input."""
        return self.run("login", "--client-id", client_id, input=secret)

    def run(self, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:  # noqa: A002
        """Run a command to its end."""
        return subprocess.run(
            [*self.desktop.prefix, *COMMAND, *arguments],
            env=self.desktop.env | self._env,
            input=input,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        """Start the tray."""
        return self.desktop.start(*COMMAND, *arguments, name="program", **self._env | env)

    def output(self) -> str:
        """Return all that the tray printed."""
        return (self.desktop.folder / "program.log").read_text()


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """Start a wallet server that says 6,448 until it is told otherwise."""
    with FaultyServer(balance(6448)) as server:
        yield server


@pytest.fixture
def program(desktop: Desktop, server: FaultyServer) -> Program:
    """Return the program on the usual desktop, not started yet."""
    return Program(desktop, server.url)
