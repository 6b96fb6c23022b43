"""Start at login, as each operating system keeps it. What is true is what stands there now.

The parsers are loaded where they are needed: half a megabyte, for a question that is seldom asked.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from deepvue_tray.core.errors import StorageError
from deepvue_tray.resources import icon_path
from deepvue_tray.services import private_folder

NAME = "deepvue-tray"
BACKGROUND = "--background"
"""The option of a start that nobody is waiting for: it opens no window."""


class Autostart(Protocol):
    """Whether the program starts when its user logs in."""

    def is_on(self) -> bool:
        """Say whether it would start at the next login."""

    def switch(self, *, on: bool) -> None:
        """Let it start at login, or not; raises StorageError."""


def own_command() -> list[str]:
    """Return what starts this program again: its script or bundle, else its module."""
    program = Path(sys.executable)
    if sys.platform == "win32":
        # The one without a console, also where the one with a console asks. What pip makes of a
        # script has a console, whose window would stay open.
        if getattr(sys, "frozen", False):
            return [str(program.with_name(f"{NAME}.exe"))]
        return [str(program.with_name("pythonw.exe")), "-m", "deepvue_tray"]
    script = program.with_name(NAME)
    return [str(script)] if script.is_file() else [str(program), "-m", "deepvue_tray"]


def autostart_in(folder: Path) -> Autostart:
    """Return the one of this operating system; ``folder`` is where it keeps such files, if any."""
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
        """Say whether a desktop would obey the entry: there, not switched off, program present."""
        import configparser

        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(self._path.read_text(encoding="utf-8"))
            entry = parser["Desktop Entry"]
            program = _program(entry["Exec"])
        except (OSError, ValueError, configparser.Error, KeyError):
            return False
        switched_off = (
            entry.get("Hidden", "false") == "true"
            or entry.get("X-GNOME-Autostart-enabled", "true") == "false"
        )
        return not switched_off and shutil.which(program) is not None

    def switch(self, *, on: bool) -> None:
        """Write the entry, or remove it."""
        lines = [
            "[Desktop Entry]",
            "Type=Application",
            f"Name={NAME}",
            "Comment=Shows the balance of a Deepvue wallet",
            f"Exec={' '.join(map(_quoted, self._command))}",
            f"Icon={str(icon_path(f'{NAME}-256.png')).replace(chr(92), chr(92) * 2)}",
            "Terminal=false",
            # A tray icon needs the panel, which comes up at the same time.
            "X-GNOME-Autostart-Delay=2",
            "X-KDE-autostart-after=panel",
            "X-LXQt-Need-Tray=true",
        ]
        _replace(self._path, "\n".join(lines).encode() + b"\n" if on else None)


class LaunchAgent:
    """A property list in ``folder`` (launchd.plist(5)); never run on a Mac so far."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._path = folder / "ai.deepvue.tray.plist"
        self._command = command

    def is_on(self) -> bool:
        """Say whether launchd would start the program: there, enabled, program present."""
        import plistlib
        from xml.parsers.expat import ExpatError

        try:
            agent = plistlib.loads(self._path.read_bytes())
            program = agent["ProgramArguments"][0]
            wanted = agent.get("RunAtLoad") is True and agent.get("Disabled") is not True
            return wanted and Path(program).is_file()
        except (OSError, ValueError, ExpatError, LookupError, TypeError, AttributeError):
            return False

    def switch(self, *, on: bool) -> None:
        """Write the property list, or remove it."""
        import plistlib

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
        """A value below the current user's Run key."""

        def __init__(self, command: Sequence[str]) -> None:
            self._line = subprocess.list2cmdline(command)

        def is_on(self) -> bool:
            """Say whether it starts this program, where it is, and the Task Manager lets it."""
            if self._value(_RUN) != self._line:
                return False
            approved = self._value(_APPROVED)
            # The first byte's lowest bit is set where the Task Manager has switched it off.
            return not (isinstance(approved, bytes) and approved[:1] and approved[0] & 1)

        def switch(self, *, on: bool) -> None:
            """Write the value, or remove it; either way the Task Manager's veto is forgotten."""
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


def _quoted(argument: str) -> str:
    """Quote one argument of an Exec line: first as an argument, then as a string of the file."""
    for special in ("\\", '"', "`", "$"):
        argument = argument.replace(special, "\\" + special)
    return '"' + argument.replace("\\", "\\\\").replace("%", "%%") + '"'


def _program(line: str) -> str:
    """Return the program of an Exec line; the reverse of ``_quoted`` for its first argument."""
    line = line.replace("\\\\", "\\").lstrip()
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', line)
    program = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else line.partition(" ")[0]
    return program.replace("%%", "%")


def _replace(path: Path, content: bytes | None) -> None:
    try:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            private_folder.make(path.parent)
            path.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
