"""What would make Qt abort is one clear line instead."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deepvue_tray.app import preflight

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone")


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the program without the desktop that the tests may run on."""
    without_traceback = {
        name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"
    }
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        without_traceback.pop(name, None)
    command = [sys.executable, "-m", "deepvue_tray", *arguments]
    return subprocess.run(
        command, env=without_traceback | env, capture_output=True, text=True, check=False
    )


@linux
def test_without_a_screen_one_line_says_so() -> None:
    ran = run()
    assert ran.returncode == 1
    assert ran.stderr.startswith("No screen: ")
    assert ran.stderr.count("\n") == 1


@linux
@pytest.mark.skipif(bool(preflight.missing_packages()), reason="needs Qt's system libraries")
def test_a_display_that_does_not_answer_is_named() -> None:
    ran = run(DISPLAY=":4242")
    assert ran.returncode == 1
    assert ran.stderr == "No screen: the display :4242 does not answer. Check DISPLAY.\n"


@linux
def test_missing_libraries_are_named_with_debian_s_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = {"libxcb-cursor.so.0", "libxcb-icccm.so.4", preflight._xcb_plugin()}
    monkeypatch.setattr(preflight, "_loads", lambda library: library not in gone)
    told = preflight.problem({"DISPLAY": ":0"})
    assert told is not None
    assert told.endswith("apt-get install libxcb-cursor0 libxcb-icccm4")


@linux
@pytest.mark.skipif(not shutil.which("ldd"), reason="asks ldd for what the plugin loads")
def test_every_library_that_qt_loads_from_the_system_has_its_package() -> None:
    plugin = Path(preflight._xcb_plugin())
    assert plugin.is_file()
    linked = subprocess.run(["ldd", plugin], capture_output=True, text=True, check=True).stdout
    names = {line.split()[0] for line in linked.splitlines()}
    graphical = {n for n in names if n.startswith(("libxcb", "libxkb", "libX", "libEGL", "libGL."))}
    known = set(preflight.PACKAGES)
    always_with_another = {"libXau.so.6", "libXdmcp.so.6"}  # what libxcb1 itself depends on
    assert graphical <= known | always_with_another


@linux
def test_the_demo_without_a_screen_takes_one_look_in_the_terminal() -> None:
    ran = run("--demo")
    assert ran.returncode == 0
    first, second, third = ran.stdout.splitlines()
    assert first.startswith("Demo: 1,1")
    assert "tray" in second
    assert third.startswith("No screen: ")
    assert ran.stderr == ""


@linux
@pytest.mark.parametrize(
    "env",
    [
        {"QT_QPA_PLATFORM": "wayland;xcb"},
        {"QT_QPA_PLATFORM": ""},
        {"WAYLAND_DISPLAY": "wayland-gone"},
    ],
)
def test_no_setting_of_a_desktop_that_is_gone_makes_qt_abort(env: dict[str, str]) -> None:
    ran = run("--demo", **env)
    assert ran.returncode == 0
    assert "No screen: " in ran.stdout


def test_an_offscreen_qt_needs_no_screen() -> None:
    assert preflight.problem({"QT_QPA_PLATFORM": "offscreen"}) is None
