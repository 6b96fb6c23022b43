"""On X11, on Wayland, or with neither, the program runs or says in one line why it cannot."""

import itertools
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deepvue_tray.app import preflight
from tests.desktop.session import Desktop, wait_until
from tests.support.command import COMMAND
from tests.support.timeouts import TIMEOUT_S

LIVE, DEAD, UNSET = "live", "dead", ""
X11 = {LIVE: "", DEAD: ":4242"}
WAYLAND = {LIVE: "wayland-live", DEAD: "wayland-dead"}

HIDE = 'mount --bind /dev/null "$0" && exec "$@"'
"""A script that empties a file, in a mount name space of its own, and runs a command."""


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Desktop]:
    """Return a desktop with an X server and, beside it, a Wayland compositor."""
    with Desktop(tmp_path, panel=None, keyring=False, notifications=False) as desktop:
        socket = WAYLAND[LIVE]
        desktop.start("weston", "--backend=headless-backend.so", f"--socket={socket}")
        wait_until(Path(desktop.env["XDG_RUNTIME_DIR"], socket).is_socket, "the compositor")
        yield desktop


def found(library: str) -> str:
    """Return the file that the loader finds for a library."""
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    [path] = {line.split()[-1] for line in listed.splitlines() if line.split()[0] == library}
    return os.path.realpath(path)


def outcome(desktop: Desktop, x11: str, wayland: str, without: str = "", **env: str) -> str:
    """Start the program without a library; returns "runs", or the one line with which it ended."""
    names = {
        "DISPLAY": desktop.env["DISPLAY"] if x11 == LIVE else X11.get(x11, ""),
        "WAYLAND_DISPLAY": WAYLAND.get(wayland, ""),
    }
    env = desktop.env | env | names
    env = {name: value for name, value in env.items() if value}
    command = [*COMMAND, "--background"]
    if without:
        # Bind mounts alone need no more than the capabilities that are kept.
        alone = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
        command = [*alone, "bash", "-c", HIDE, found(without), *command]
    listening = Path(env["XDG_RUNTIME_DIR"], "deepvue-tray.socket")
    listening.unlink(missing_ok=True)
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        # It listens for other starts last, once Qt runs.
        wait_until(lambda: listening.exists() or process.poll() is not None, "its start")
        process.kill()
        told = process.communicate(timeout=TIMEOUT_S)[1]
    if listening.exists():
        # Said only after ten seconds without a tray, which pass on a busy machine.
        assert told in ("", f"{NO_TRAY}\n")
        return "runs"
    assert process.returncode == 1, told
    [line] = told.splitlines()
    return line


NO_TRAY = "No tray on this desktop: a window shows the balance until there is one."

ANY = list(itertools.product((LIVE, DEAD, UNSET), repeat=2))
ONE_AT_MOST = [(LIVE, UNSET), (LIVE, DEAD), (DEAD, LIVE), (UNSET, UNSET)]


@pytest.mark.parametrize(
    ("wanted", "states", "on_x11", "on_wayland"),
    [
        ("", ANY, True, True),
        ("xcb;wayland", ONE_AT_MOST, True, True),
        ("xcb", ONE_AT_MOST, True, False),
        ("wayland", ONE_AT_MOST, False, True),
        ("wayland-egl", ONE_AT_MOST, False, True),
        ("nonsense", [(LIVE, LIVE)], False, False),
    ],
)
def test_it_runs_where_a_screen_that_is_wanted_answers_and_else_says_in_a_line_what_does_not(
    screens: Desktop,
    wanted: str,
    states: Sequence[tuple[str, str]],
    on_x11: bool,
    on_wayland: bool,
) -> None:
    for x11, wayland in states:
        told = outcome(screens, x11, wayland, QT_QPA_PLATFORM=wanted)
        if (on_x11 and x11 == LIVE) or (on_wayland and wayland == LIVE):
            assert told == "runs", (x11, wayland)
        else:
            assert told.startswith("No screen: "), (x11, wayland)


@pytest.mark.parametrize(
    ("hidden", "x11", "wayland", "lacking"),
    [
        ("libxcb-cursor.so.0", LIVE, LIVE, ""),
        ("libxcb-cursor.so.0", LIVE, DEAD, "libxcb-cursor.so.0"),
        ("libwayland-cursor.so.0", LIVE, LIVE, ""),
        ("libwayland-cursor.so.0", DEAD, LIVE, "libwayland-cursor.so.0"),
        ("libwayland-client.so.0", UNSET, LIVE, "libwayland-client.so.0"),
        ("libEGL.so.1", LIVE, LIVE, "libEGL.so.1"),
    ],
)
def test_it_runs_without_the_libraries_of_the_other_platform_and_else_names_what_is_missing(
    screens: Desktop, hidden: str, x11: str, wayland: str, lacking: str
) -> None:
    told = outcome(screens, x11, wayland, without=hidden)
    if lacking:
        assert told.startswith("No screen: ")
        assert lacking in told
        assert preflight.INSTALL in told
    else:
        assert told == "runs"
