"""A Windows desktop under Wine, which `.ci/wine` prepares in the folder WINE_WORK."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.support.faulty_server import FaultyServer, balance
from tests.support.timeouts import TIMEOUT_S

ICON = (1189, 850)
"""The tray's only icon, in pixels: at the end of the task bar on a desktop of 1200 by 860."""

PROFILE = r"C:\users\Имя Фамилия\AppData\Local"
PROGRAM = os.environ.get("PROGRAM_UNDER_TEST", r"C:\Новая папка\Scripts\deepvue-tray.exe")
"""The folders have spaces and letters that the system's encoding lacks."""

BUNDLE = PROGRAM.endswith(".com")
WITHOUT_CONSOLE = (
    [PROGRAM.replace(".com", ".exe")]
    if BUNDLE
    else [PROGRAM.replace("deepvue-tray.exe", "pythonw.exe"), "-m", "deepvue_tray"]
)


def lines_of_text(picture: QImage, across: range, down: range) -> list[int]:
    """Return the middle of each line of text in a part of a picture, from the top, in pixels."""

    def lightness(x: int, y: int) -> int:
        return picture.pixelColor(x, y).lightness()

    background = lightness(across.start, down.start)

    def has_text(y: int) -> bool:
        return any(abs(lightness(x, y) - background) > 45 for x in across)

    lines: list[int] = []
    for text, rows in groupby(down, has_text):
        covered = [*rows]
        # A separator is thinner than any letter.
        if text and len(covered) > 3:
            lines.append(covered[len(covered) // 2])
    return lines


class Windows:
    """Runs Windows programs, and uses their desktop with mouse and keyboard."""

    def __init__(self, server: FaultyServer) -> None:
        self._work = Path(os.environ["WINE_WORK"])
        self.server = server
        self.drive = self._work / "prefix" / "drive_c"
        self.profile = self.path_of(PROFILE)
        self.pictures = self._work / "pictures"
        self.pictures.mkdir(exist_ok=True)
        self._env = os.environ | {
            "WIN_PD_OVERRIDE_LOCAL_APPDATA": PROFILE,
            "DEEPVUE_BASE_URL": server.url,
        }

    def path_of(self, name: str) -> Path:
        r"""Return the path of a file that Windows names with ``C:\``."""
        return self.drive / name[3:].replace("\\", "/")

    def name_of(self, path: Path) -> str:
        """Return what Windows names a file on its drive."""
        return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")

    def run(self, *command: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a program to its end; standard error is part of its standard output."""
        return subprocess.run(
            [self._work / "w", *command],
            env=self._env,
            input=typed,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=3 * TIMEOUT_S,
            check=False,
        )

    def deepvue_tray(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        """Run a command; return its exit status and its output."""
        ran = self.run(PROGRAM, *arguments, typed=typed)
        return ran.returncode, ran.stdout

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a program, and do not wait for its end."""
        return subprocess.Popen(
            [os.environ["WINE"], *command],
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def probe(self) -> Iterator[None]:
        """Let the windows be seen, as long as the context lasts."""
        shutil.copy(Path(__file__).with_name("probe.py"), self.drive)
        command = [str(self._work / "w"), r"C:\Python313\python.exe", r"C:\probe.py"]
        with subprocess.Popen(
            command,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as self._probe:
            yield
            self._probe.communicate()

    def windows(self) -> list[dict[str, Any]]:
        """Return the visible windows."""
        assert self._probe.stdin
        assert self._probe.stdout
        self._probe.stdin.write("\n")
        self._probe.stdin.flush()
        return list(json.loads(self._probe.stdout.readline()))

    def python(self, program: str) -> str:
        """Run a Python program on Windows; return its output."""
        return self.run(r"C:\Python313\python.exe", "-", typed=program).stdout

    def titles(self) -> set[str]:
        """Return the titles of the visible windows."""
        return {window["title"] for window in self.windows()}

    def wait_for(self, holds: Callable[[], object], what: str) -> None:
        """Wait until ``holds`` returns true; fails with ``what`` after TIMEOUT_S."""
        end = time.monotonic() + TIMEOUT_S
        while not holds():
            if time.monotonic() > end:
                self.take_picture("failed")
                raise AssertionError(f"{what}; windows: {self.titles()}, log: {self.log()}")
            time.sleep(0.2)

    def log(self) -> str:
        """Return the content of the tray's log."""
        path = self.profile / "deepvue-tray" / "Logs" / "deepvue-tray.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def point_at_icon(self) -> None:
        """Move the pointer away from the tray's icon, and back to it."""
        for across, down in ((300, 300), ICON):
            self._move_to(across, down)
            time.sleep(0.5)

    def click(self, button: int) -> None:
        """Click the tray's icon."""
        self.point_at_icon()
        self._xdotool("click", str(button))

    def press(self, title: str, *keys: str) -> None:
        """Press keys in a window, one after the other, if it is open."""
        for window in self.windows():
            if window["title"] == title:
                left, top, *_ = window["edges"]
                # Wine's desktop may have lost the keyboard to a hidden window of Wine, and the
                # window in it to another one: the click is into its title, or its margin.
                self._xdotool("search", "--name", "^desk - Wine desktop$", "windowfocus")
                self._move_to(left + 60, top + 12)
                self._xdotool("click", "1")
                time.sleep(0.5)
                self._xdotool("key", "--delay", "100", *keys)

    def close(self, title: str) -> None:
        """Press Escape until a window is closed."""

        def is_closed() -> bool:
            self.press(title, "Escape")
            return title not in self.titles()

        self.wait_for(is_closed, f"{title} does not close")

    def choose(self, place_from_end: int) -> int:
        """Choose an entry of the icon's menu, counted from the end; the last is 1.

        Returns the number of entries.
        """
        self.click(3)
        self.wait_for(self._menu, "no menu")
        left, top, right, bottom = self._menu()
        # Away from the icon, whose tooltip would cover the last entry, and from the menu: on a busy
        # machine the button may be released only now.
        self._move_to(left - 20, top - 20)
        pictures = [QImage()]

        def is_still() -> bool:
            pictures.append(self.take_picture("menu"))
            return pictures[-1] == pictures[-2]

        self.wait_for(is_still, "the screen does not come to rest")
        across, down = range(left + 20, right - 20), range(top + 3, bottom - 3)
        entries = lines_of_text(pictures[-1], across, down)
        self._move_to(left + 40, entries[-place_from_end])
        time.sleep(0.5)
        self._xdotool("click", "1")
        return len(entries)

    def _menu(self) -> list[int]:
        """Return the edges of the menu; empty if none is open."""
        return next((w["edges"] for w in self.windows() if "Popup" in w["kind"]), [])

    def take_picture(self, name: str) -> QImage:
        """Keep what the screen shows."""
        path = self.pictures / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(path)], check=True)
        return QImage(str(path))

    def _move_to(self, across: int, down: int) -> None:
        self._xdotool("mousemove", str(across), str(down))

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], check=True)


@pytest.fixture(scope="module")
def windows() -> Iterator[Windows]:
    """Return the desktop of a person who has not used the program before."""
    assert sys.platform == "linux"
    with FaultyServer(balance(6448)) as server:
        windows = Windows(server)
        with windows.probe():
            yield windows
