"""Fixtures of the real desktop, which is started for each test that uses it."""

import functools
import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.services.settings_file import SettingsFile
from tests.desktop import secret_service
from tests.desktop.session import Desktop, missing, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.desktop.wayland import DESKTOPS
from tests.support.command import COMMAND
from tests.support.faulty_server import FaultyServer, balance
from tests.support.timeouts import TIMEOUT_S

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without the Debian packages skip them, or fail in CI."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("desktop")
            packages = _missing(item)
            skip = pytest.mark.skip(reason=f"apt-get install {' '.join(packages)}")
            if packages and not os.environ.get("CI"):
                item.add_marker(skip)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """In CI, fail with the names of the missing packages instead of skipping."""
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
    """Return a function that starts a desktop with the given parts; it ends with the test."""
    with ExitStack() as stack:
        yield lambda **parts: stack.enter_context(Desktop(tmp_path, **parts))


@pytest.fixture
def desktop(new_desktop: Callable[..., Desktop]) -> Desktop:
    """Start the default desktop: a StatusNotifier panel, an unlocked keyring, notifications."""
    return new_desktop()


SIGNED_IN = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}
"""Credentials in the environment, so that no keyring is needed."""


class Program:
    """The installed program on a desktop, with a server.

    Its environment is the desktop's, with an empty PATH, so that it finds no Python.
    """

    def __init__(self, desktop: Desktop, url: str) -> None:
        self.desktop = desktop
        self._env = {"DEEPVUE_BASE_URL": url, "PATH": "/nonexistent"}

    def sign_in(self, client_id: str, secret: str, name: str = "Live") -> None:
        """Sign in to a further wallet without the program, which takes 0.6 s."""
        secret_service.store(self.desktop, client_id, secret)
        file = SettingsFile(Path(self.desktop.env["HOME"], ".config/deepvue-tray/settings.json"))
        new = WalletSettings(client_id=client_id, name=name)
        # Before the first sign-in, the settings have one wallet without a client ID.
        file.update(
            lambda old: replace(old, wallets=(*(w for w in old.wallets if w.client_id), new))
        )

    def login(
        self, client_id: str, secret: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Sign in with the secret on standard input, as a script would."""
        return self.run("login", "--client-id", client_id, *arguments, input=secret)

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
        """Return the output of the tray."""
        return (self.desktop.folder / "program.log").read_text()


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """Start a wallet server; its balance is 6,448 until a test changes it."""
    with FaultyServer(balance(6448)) as server:
        yield server


@pytest.fixture
def program(desktop: Desktop, server: FaultyServer) -> Program:
    """Return the program on the default desktop, not started yet."""
    return Program(desktop, server.url)


def tooltip(item: TrayItem, *words: str) -> str:
    """Wait until the tooltip contains all of ``words``, and return it."""

    def complete_text() -> str:
        text = item.tooltip
        return text if all(word in text for word in words) else ""

    return wait_until(complete_text, f"a tooltip with {words} instead of {item.tooltip!r}")


def refresh_until(item: TrayItem, happened: Callable[[], bool], what: str) -> None:
    """Click Refresh, which is limited to once a second, until ``happened`` is true."""

    def clicked() -> bool:
        item.click("Refresh")
        return happened()

    wait_until(clicked, what)


def read(item: TrayItem, server: FaultyServer, left: int) -> None:
    """Set the server's balance, and choose Refresh until the tray shows it."""
    server.answer = balance(left)
    start = f"Deepvue · {left:,} credits"
    refresh_until(item, lambda: item.tooltip.startswith(start), f"{left} credits")


MIN_BARS_PX = 6000
"""The least number of green pixels of a chart with bars; the pressed button has 2,000."""


def has_bars(desktop: Desktop, window: str) -> bool:
    """Return whether a history window shows bars of spending, which are green."""
    path = desktop.folder / "window.png"
    desktop.run("import", "-window", window, str(path))
    picture = QImage(str(path))
    places = itertools.product(range(0, picture.width(), 2), range(0, picture.height(), 2))
    colours = (picture.pixelColor(x, y) for x, y in places)
    return (
        4 * sum(each.green() - max(each.red(), each.blue()) > 40 for each in colours) > MIN_BARS_PX
    )
