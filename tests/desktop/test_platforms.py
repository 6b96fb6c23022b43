"""On X11, on Wayland, or with neither, the program runs or prints one line with the reason."""

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
"""A script that runs a command in a new mount namespace in which one file is empty."""


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Desktop]:
    """Return a desktop with an X server and a Wayland compositor."""
    with Desktop(tmp_path, panel=None, keyring=False, notifications=False) as desktop:
        socket = WAYLAND[LIVE]
        desktop.start("weston", "--backend=headless-backend.so", f"--socket={socket}")
        wait_until(Path(desktop.env["XDG_RUNTIME_DIR"], socket).is_socket, "the compositor")
        yield desktop


def library_path(library: str) -> str:
    """Return the path at which the loader finds a library."""
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    [path] = {line.split()[-1] for line in listed.splitlines() if line.split()[0] == library}
    return os.path.realpath(path)


def outcome(desktop: Desktop, x11: str, wayland: str, without: str = "", **env: str) -> str:
    """Start the program without a library; return "runs", or the one line that it printed."""
    names = {
        "DISPLAY": desktop.env["DISPLAY"] if x11 == LIVE else X11.get(x11, ""),
        "WAYLAND_DISPLAY": WAYLAND.get(wayland, ""),
    }
    env = desktop.env | env | names
    env = {name: value for name, value in env.items() if value}
    command = [*COMMAND, "--background"]
    if without:
        # The kept capabilities are enough for bind mounts.
        unshare = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
        command = [*unshare, "bash", "-c", HIDE, library_path(without), *command]
    listening = Path(env["XDG_RUNTIME_DIR"], "deepvue-tray.socket")
    listening.unlink(missing_ok=True)
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process:
        # Listening for other starts is the last step of a start, after Qt's.
        wait_until(lambda: listening.exists() or process.poll() is not None, "its start")
        process.kill()
        output = process.communicate(timeout=TIMEOUT_S)[1]
    if listening.exists():
        # On a busy machine the ten seconds pass after which a missing tray is logged.
        assert output in ("", f"{NO_TRAY}\n")
        return "runs"
    assert process.returncode == 1, output
    [line] = output.splitlines()
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
def test_it_runs_if_a_requested_display_responds_and_otherwise_one_line_says_which_does_not(
    screens: Desktop,
    wanted: str,
    states: Sequence[tuple[str, str]],
    on_x11: bool,
    on_wayland: bool,
) -> None:
    for x11, wayland in states:
        output = outcome(screens, x11, wayland, QT_QPA_PLATFORM=wanted)
        if (on_x11 and x11 == LIVE) or (on_wayland and wayland == LIVE):
            assert output == "runs", (x11, wayland)
        else:
            assert output.startswith("No screen: "), (x11, wayland)


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
def test_it_runs_without_the_other_platform_s_libraries_and_otherwise_names_the_missing_ones(
    screens: Desktop, hidden: str, x11: str, wayland: str, lacking: str
) -> None:
    output = outcome(screens, x11, wayland, without=hidden)
    if lacking:
        assert output.startswith("No screen: ")
        assert lacking in output
        assert preflight.INSTALL in output
    else:
        assert output == "runs"
