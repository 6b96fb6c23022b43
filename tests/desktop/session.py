"""A real desktop without a screen: X server, session bus, keyring, notifications, panel.

All programs are Debian's. Each desktop has its own display, bus and home folder, so that the user's
files and session are neither read nor changed.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from deepvue_tray.app import preflight
from tests.support.timeouts import TIMEOUT_S

T = TypeVar("T")

PACKAGES = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "dunst": "dunst",
    "gnome-keyring-daemon": "gnome-keyring",
    "xfce4-panel": "xfce4-panel",
    "xfwm4": "xfwm4",
    "tint2": "tint2",
    "xwininfo": "x11-utils",
    "xdotool": "xdotool",
    "import": "imagemagick",
    "weston": "weston",
    "unshare": "util-linux",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
}
"""The Debian package of each program that the tests start."""

PASSWORD = "password"
"""Of the keyring."""

BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")

_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="26"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
"""

_TINT2 = """
panel_items = S
panel_size = 100% 30
panel_position = top center horizontal
systray_padding = 4 4 4
"""

_DUNST = """[global]
    timeout = 0
    history_length = 50
"""


_NO_SERVICE = """[D-BUS Service]
Name=org.freedesktop.Notifications
Exec=/bin/false
"""


def missing() -> list[str]:
    """Return the names of the missing Debian packages."""
    packages = {package for program, package in PACKAGES.items() if not shutil.which(program)}
    if preflight.loading_problem("xcb"):
        packages.update(preflight.PACKAGES)
    return sorted(packages)


def wait_until(condition: Callable[[], T], what: str, timeout_s: float = TIMEOUT_S) -> T:
    """Return the first true value of ``condition``; fails with ``what`` after ``timeout_s``."""
    end = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout_s:g} s: {what}")
        time.sleep(0.02)
    return value


class Desktop:
    """A desktop that runs until the context ends; ``folder`` takes its home and its logs."""

    prefix: tuple[str, ...] = ()
    """Stands before each command that is started on the desktop."""

    def __init__(
        self,
        folder: Path,
        *,
        panel: str | None = "xfce4-panel",
        keyring: bool = True,
        notifications: bool = True,
        screen: str = "1000x700",
    ):
        self.folder = folder
        self._screen = f"{screen}x24"
        self._panel = panel
        self._keyring = keyring
        self._notifications = notifications
        self._exit_stack = ExitStack()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        home = folder / "home"
        home.mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONWARNINGS": "error",
            # Of a desktop that is installed on this machine, but does not run here.
            "XDG_DESKTOP_PORTAL_DIR": "/nonexistent",
        }
        """The complete environment of a program on this desktop."""

    def __enter__(self) -> Self:
        with self._exit_stack:
            self._start_display()
            self.start_bus()
            if self._keyring:
                self._start_keyring()
            self._write(".config/dunst/dunstrc", _DUNST)
            if self._notifications:
                self.start("dunst")
                self.wait_for_name("org.freedesktop.Notifications")
            if self._panel:
                self.start_panel(self._panel)
            self._exit_stack = self._exit_stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit_stack.close()

    def start(self, *command: str, name: str = "", **env: str) -> subprocess.Popen[bytes]:
        """Start a program that ends with the desktop; its output goes to ``<name>.log``."""
        name = name or Path(command[0]).name
        log = self._exit_stack.enter_context((self.folder / f"{name}.log").open("ab"))
        command = (*self.prefix, *command)
        process = subprocess.Popen(command, env=self.env | env, stdout=log, stderr=log)
        self._running[name] = process
        self._exit_stack.callback(_end, process)
        return process

    def stop(self, name: str) -> None:
        """End a program and wait for its end; does nothing if it was not started."""
        if process := self._running.pop(name, None):
            _end(process)

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a program that was started."""
        self._running[name].send_signal(number)

    def stop_panel(self) -> None:
        """End xfce4-panel, and wait until the StatusNotifier watcher is gone."""
        self.stop("xfce4-panel")
        # The watcher runs in a plugin's process, which may end later than the panel.
        watcher = "org.kde.StatusNotifierWatcher"
        wait_until(lambda: not self.call(BUS, "NameHasOwner", "s", watcher)[0], "no panel")

    def start_panel(self, panel: str) -> None:
        """Start ``xfce4-panel`` (StatusNotifier) or ``tint2`` (XEmbed)."""
        if panel == "tint2":
            self._write(".config/tint2/tint2rc", _TINT2)
            self.start("xfwm4", "--compositor=off")
            self.start("tint2")
            wait_until(lambda: '"tint2"' in self.windows(), "tint2's window")
            return
        self._write(".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml", _PANEL)
        self.start("xfce4-panel", "--disable-wm-check")
        self.wait_for_name("org.kde.StatusNotifierWatcher")

    @property
    def bus(self) -> str:
        """The address of the session bus."""
        return self.env["DBUS_SESSION_BUS_ADDRESS"]

    def windows(self) -> str:
        """Return the tree of all windows, as xwininfo prints it."""
        return self.run("xwininfo", "-root", "-tree")

    def focus(self, name: str) -> None:
        """Wait for a window whose title begins with ``name``, and give it the keyboard focus."""
        search = ("xdotool", "search", "--onlyvisible", "--name", "^" + name.replace("[", r"\["))

        def is_focused() -> bool:
            # Search each time: the window found first may be about to close.
            for window in self.run(*search).split():
                self.run("xdotool", "windowactivate", window)
            return self.run("xdotool", "getwindowfocus", "getwindowname").startswith(name)

        wait_until(is_focused, f"the focus in {name!r}")

    def click_icon(self, button: int) -> None:
        """Click the only icon in xfce4-panel with the mouse."""
        # The panel accepts a click only after the pointer has rested there.
        place = ("mousemove", "25", "13", "sleep", "0.5")
        self.run("xdotool", *place, "click", str(button))

    def run(self, *command: str, input: str = "") -> str:  # noqa: A002 - subprocess's own name
        """Run a program on this desktop to its end, and return its output."""
        result = subprocess.run(
            (*self.prefix, *command),
            env=self.env,
            input=input,
            capture_output=True,
            text=True,
            check=False,
        )
        return result.stdout

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole screen."""
        self.run("import", "-window", "root", str(path))

    def call(
        self, address: DBusAddress, method: str, signature: str = "", *arguments: object
    ) -> tuple[Any, ...]:
        """Call a method over the session bus, and return its result; raises LookupError."""
        message = new_method_call(address, method, signature or None, arguments)
        reply = self._bus.send_and_get_reply(message, timeout=TIMEOUT_S)
        if reply.header.message_type is MessageType.error:
            name = reply.header.fields.get(HeaderFields.error_name)
            raise LookupError(f"{method}: {name} {reply.body}")
        return tuple(reply.body)

    def property(self, bus_name: str, path: str, interface: str, name: str) -> Any:
        """Return a property of an object on the session bus."""
        address = DBusAddress(path, bus_name, "org.freedesktop.DBus.Properties")
        return self.call(address, "Get", "ss", interface, name)[0][1]

    def wait_for_name(self, name: str) -> None:
        """Wait until ``name`` has an owner on the session bus."""
        wait_until(lambda: self.call(BUS, "NameHasOwner", "s", name)[0], name)

    def _write(self, name: str, text: str) -> None:
        path = Path(self.env["HOME"], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def _start_display(self) -> None:
        reader, writer = os.pipe()
        with os.fdopen(reader) as pipe:
            command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", self._screen]
            process = subprocess.Popen(
                [*command, "-nolisten", "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL
            )
            self._exit_stack.callback(_end, process)
            os.close(writer)
            self.env["DISPLAY"] = f":{pipe.readline().strip()}"

    def start_bus(self) -> None:
        """Start the session bus, always at the same address."""
        runtime = Path(self.env["XDG_RUNTIME_DIR"])
        # A notification service is started by tests only, never by the bus.
        overrides = runtime / "dbus-1" / "services"
        overrides.mkdir(parents=True, exist_ok=True)
        (overrides / "org.freedesktop.Notifications.service").write_text(_NO_SERVICE)
        address = f"unix:path={runtime}/bus"
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        self.start("dbus-daemon", "--session", "--nofork", f"--address={address}", name="bus")
        bus: DBusConnection = wait_until(lambda: _connected(address), "the session bus")
        self._bus = bus
        self._exit_stack.callback(bus.close)

    def _start_keyring(self) -> None:
        command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        command = [*self.prefix, *command]
        log = self._exit_stack.enter_context((self.folder / "keyring.log").open("ab"))
        process = subprocess.Popen(
            command, env=self.env, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        self._exit_stack.callback(_end, process)
        assert process.stdin is not None
        with process.stdin as pipe:
            pipe.write(PASSWORD.encode())
        self.wait_for_name("org.freedesktop.secrets")


def _connected(address: str) -> Any:
    try:
        return open_dbus_connection(address)
    except OSError:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
