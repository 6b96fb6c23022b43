"""Start at login, in each operating system's own configuration, which is read at each call."""

import plistlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from xml.parsers.expat import ExpatError

from deepvue_tray.core.errors import StorageError
from deepvue_tray.resources import icon_path
from deepvue_tray.services import desktop_entry, private_folder

NAME = "deepvue-tray"
BACKGROUND = "--background"
"""The command line's option to open no window."""


_TRANSLOCATED = "/AppTranslocation/"
"""Part of the path of a program that macOS runs from a temporary copy after its download."""


class Autostart(Protocol):
    """Whether the program starts at login."""

    def is_on(self) -> bool:
        """Return whether the program would start at the next login."""

    def switch(self, *, on: bool) -> None:
        """Switch the start at login on or off; raises StorageError."""


def own_command() -> list[str]:
    """Return the command that starts this program: its script or bundle, otherwise its module."""
    program = Path(sys.executable)
    if sys.platform == "win32":
        # The program without a console, even if the one with a console is running. pip's
        # launcher has a console, whose window would stay open.
        if getattr(sys, "frozen", False):
            return [str(program.with_name(f"{NAME}.exe"))]
        return [str(program.with_name("pythonw.exe")), "-m", "deepvue_tray"]
    script = program.with_name(NAME)
    return [str(script)] if script.is_file() else [str(program), "-m", "deepvue_tray"]


def autostart_in(folder: Path) -> Autostart:
    """Return this operating system's implementation; ``folder`` is for its files, if it has any."""
    command = [*own_command(), BACKGROUND]
    if sys.platform == "win32":
        return RunKey(command)
    if sys.platform == "darwin":
        return LaunchAgent(folder, command)
    return XdgAutostart(folder, command)


class XdgAutostart:
    """A desktop entry in ``folder`` (freedesktop.org, Desktop Application Autostart 0.5)."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / f"{NAME}.desktop"
        self._command = command

    def is_on(self) -> bool:
        """Return whether the entry exists, is not switched off, and its program exists."""
        entry = desktop_entry.read(self._path)
        switched_off = (
            entry.get("Hidden", "false") == "true"
            or entry.get("X-GNOME-Autostart-enabled", "true") == "false"
        )
        program = desktop_entry.program_of(entry.get("Exec", ""))
        return not switched_off and shutil.which(program) is not None

    def switch(self, *, on: bool) -> None:
        """Write the entry, or remove it."""
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={NAME}",
            "Comment=Shows the balance of a Deepvue wallet",
            f"Exec={desktop_entry.exec_line(self._command)}",
            f"Icon={desktop_entry.escaped(str(icon_path(f'{NAME}-256.png')))}",
            "Terminal=false",
            # The tray icon needs the panel, which starts at the same time.
            "X-GNOME-Autostart-Delay=2",
            "X-KDE-autostart-after=panel",
            "X-LXQt-Need-Tray=true",
        ]
        _replace(self._path, "\n".join(lines).encode() + b"\n" if on else None)


class LaunchAgent:
    """A property list in ``folder`` (launchd.plist(5)); not tested on macOS yet."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / "ai.deepvue.tray.plist"
        self._command = command

    def is_on(self) -> bool:
        """Return whether the property list exists, is enabled, and its program exists."""
        try:
            agent = plistlib.loads(self._path.read_bytes())
            program = agent["ProgramArguments"][0]
            is_enabled = agent.get("RunAtLoad") is True and agent.get("Disabled") is not True
            return is_enabled and Path(program).is_file()
        except (OSError, ValueError, ExpatError, LookupError, TypeError, AttributeError):
            return False

    def switch(self, *, on: bool) -> None:
        """Write the property list, or remove it."""
        if on and _TRANSLOCATED in self._command[0]:
            raise StorageError(
                f"{self._command[0]}: macOS runs it from a temporary folder;"
                " move the program into Applications first"
            )
        agent = {
            "Label": self._path.stem,
            "ProgramArguments": list(self._command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        _replace(self._path, plistlib.dumps(agent) if on else None)


if sys.platform == "win32":
    import winreg

    _RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
    _APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

    class RunKey:
        """A value in the current user's Run key."""

        def __init__(self, command: Sequence[str]) -> None:
            self._line = subprocess.list2cmdline(command)

        def is_on(self) -> bool:
            """Return whether it starts this program, and is not switched off in the Task Manager.

            A value of another installation does not count.
            """
            if self._value(_RUN) != self._line:
                return False
            approved = self._value(_APPROVED)
            # The Task Manager sets the lowest bit of the first byte to switch an entry off.
            return not (isinstance(approved, bytes) and approved[:1] and approved[0] & 1)

        def switch(self, *, on: bool) -> None:
            """Write the value, or remove it; both discard the Task Manager's setting."""
            try:
                self._delete(_APPROVED)
                if on:
                    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
                        winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, self._line)
                else:
                    self._delete(_RUN)
            except OSError as error:
                raise StorageError(f"HKCU\\{_RUN}: {error.strerror}") from None

        def _value(self, path: str) -> object:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                    return winreg.QueryValueEx(key, NAME)[0]
            except OSError:
                return None

        def _delete(self, path: str) -> None:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key:
                    winreg.DeleteValue(key, NAME)
            except FileNotFoundError:
                pass


def _replace(path: Path, content: bytes | None) -> None:
    try:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            private_folder.make(path.parent)
            path.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
