"""Debian's GNOME Shell, KDE Plasma and sway on Wayland, without a screen.

Each starts with its panel, notifications, keyring and portals, drawn in software. It has its own
home and buses, so that nothing of the user who runs the tests is read or changed. Two desktops on
one machine disturb each other, so a lock lets only one run at a time.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from unittest.mock import patch

from jeepney import DBusAddress, MatchRule, MessageType
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPolygon

from deepvue_tray.core.snapshot import Level
from deepvue_tray.ui.icon import COLOURS
from tests.desktop.accessibility import Accessible
from tests.desktop.session import BUS, Desktop, wait_until
from tests.desktop.wayland_input import RIGHT, Input, KWinInput, ShellInput, SwayInput, Wayland
from tests.support.timeouts import TIMEOUT_S

SCREEN = QSize(1280, 800)

_CENTRE = QPoint(SCREEN.width() // 2, SCREEN.height() // 2)

USER = 1000
"""Who the desktops run as, in a user name space: sway refuses root."""

_SYSTEM_SERVICES = Path("/usr/share/dbus-1/services")
_EXTENSIONS = "/usr/share/gnome-shell/extensions"
_LIB = "/usr/lib/x86_64-linux-gnu"
_PORTALS = Path("/usr/share/xdg-desktop-portal/portals")
_X11_FOLDER = Path("/tmp/.X11-unix")

# Only what a desktop has: where several are installed, the bus would start another one's services.
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:path={address}</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

_WAYBAR = """{"height": 30, "modules-right": ["tray"], "tray": {"icon-size": 22}}"""

_WATCHER = "org.kde.StatusNotifierWatcher"


@dataclass(frozen=True, slots=True)
class Window:
    """A window as the compositor shows it, with its title bar."""

    title: str
    app: str
    area: QRect
    focused: bool
    floating: bool = True


class WaylandDesktop(Desktop):
    """One of the three desktops; it runs until the context ends."""

    name: ClassVar[str]
    packages: ClassVar[Mapping[str, str]]
    """Debian's package of each file that must be there, by the file."""
    portals: ClassVar[tuple[str, ...]] = ()
    services: ClassVar[tuple[str, ...]]
    """What the bus may start: the beginnings of names."""
    variables: ClassVar[Mapping[str, str]]

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, screen=f"{SCREEN.width()}x{SCREEN.height()}")
        self.env |= {
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "LP_NUM_THREADS": "1",
            "WAYLAND_DISPLAY": "wayland-1",
            "XDG_SESSION_TYPE": "wayland",
            "XDG_DESKTOP_PORTAL_DIR": str(folder / "portals"),
            **self.variables,
        }
        del self.env["PYTHONWARNINGS"]  # of Debian's own programs in Python

    @classmethod
    def missing(cls) -> list[str]:
        """Return Debian's names of the packages that are not here."""
        return sorted({cls.packages[file] for file in cls.packages if not _is_there(file)})

    def __enter__(self) -> Self:
        with self._exit_stack:
            self._exit_stack.enter_context(_one_at_a_time())
            self._exit_stack.callback(self._end_all)
            _make_x11_folder()
            portals = self.folder / "portals"
            portals.mkdir()
            for portal in self.portals:
                shutil.copy(_PORTALS / f"{portal}.portal", portals)
            self.start_bus()
            self._start_parts()
            self.input = self._input()
            self._exit_stack = self._exit_stack.pop_all()
        return self

    def start_bus(self) -> None:
        """Start the session bus, which starts this desktop's services alone."""
        services = self.folder / "services"
        services.mkdir()
        for path in _SYSTEM_SERVICES.iterdir():
            if path.name.startswith(self.services):
                shutil.copy(path, services)
        address = f"unix:path={self.env['XDG_RUNTIME_DIR']}/bus"
        config = self.folder / "bus.conf"
        config.write_text(_BUS.format(address=address.partition("=")[2], services=services))
        self.env["DBUS_SESSION_BUS_ADDRESS"] = address
        if os.geteuid() == 0:
            self.prefix = (
                "/usr/bin/unshare",
                "--user",
                f"--map-user={USER}",
                f"--map-group={USER}",
            )
        process = self.start("dbus-daemon", f"--config-file={config}", "--nofork", name="bus")
        self._bus = self._connect(address)
        self._exit_stack.callback(self._bus.close)
        if self.prefix:
            # One name space for all: KWin looks up who its clients are.
            self.prefix = (
                "/usr/bin/nsenter",
                "--user",
                "--preserve-credentials",
                f"--target={process.pid}",
            )

    def start_tray(self) -> None:
        """Start the panel, or what shows the tray in it, and wait until it takes icons."""
        raise NotImplementedError

    def stop_tray(self) -> None:
        """End it."""
        raise NotImplementedError

    def open_menu(self, icon: QPoint) -> QPoint:
        """Open the icon's menu with the mouse, and return where its first entry is."""
        self.input.move(icon)
        before = self.picture()

        def found() -> Any:
            area = _changed_area(before, self.picture())
            is_menu = area.width() > _MENU_PX and area.height() > _MENU_PX
            return area if is_menu and area == _changed_area(before, self.picture()) else None

        for _ in range(_TRIES):
            self.input.click(icon, button=RIGHT)
            with suppress(AssertionError):
                menu: QRect = wait_until(found, "the menu", TIMEOUT_S / _TRIES)
                return menu.topLeft() + _FIRST_ENTRY
            self.input.press("escape")
        raise AssertionError("the menu does not open")

    def dismiss_notifications(self) -> None:
        """Dismiss what is shown, where only one notification at a time is."""

    def press_in_notification(self, label: str) -> None:
        """Press a button of the notification that is shown, once it is."""
        raise NotImplementedError

    def restart_notifications(self) -> None:
        """Let the notification service end; it comes back by itself, or when it is called."""
        name = "org.freedesktop.Notifications"
        before = self.call(BUS, "GetNameOwner", "s", name)
        os.kill(self.pid_of(name), signal.SIGTERM)
        wait_until(
            lambda: not self.has_name(name) or self.call(BUS, "GetNameOwner", "s", name) != before,
            "the end of the notification service",
        )

    def shown(self) -> list[Window]:
        """Return the windows that are shown."""
        raise NotImplementedError

    def window(self, title: str) -> Window | None:
        """Return the window whose title begins with ``title``, if it is shown."""
        return next((each for each in self.shown() if each.title.startswith(title)), None)

    def wait_for_window(self, title: str, *, focused: bool = True) -> Window:
        """Wait for a window, and until it has the focus."""

        def found() -> Any:
            window = self.window(title)
            return window if window and (window.focused or not focused) else None

        try:
            shown: Window = wait_until(found, f"the window {title!r}")
        except AssertionError as error:
            error.add_note(f"there are {self.shown()}")
            raise
        return shown

    def picture(self) -> QImage:
        """Return a picture of the whole screen, taken by the compositor."""
        path = self.folder / "screen.png"
        self.screenshot(path)
        return QImage(str(path))

    def icon(self) -> QPoint:
        """Return where the icon is in the panel: where its ring's colour is."""

        def ring() -> list[QPoint]:
            picture = self.picture()
            rows = (*_PANEL_ABOVE, *_PANEL_BELOW)
            places = (
                QPoint(x, y) for x in range(SCREEN.width() // 2, SCREEN.width()) for y in rows
            )
            return [place for place in places if _is_ring(picture.pixelColor(place))]

        found = QPolygon(wait_until(ring, "an icon in the panel"))
        return found.boundingRect().center()

    def has_name(self, name: str) -> bool:
        """Return whether somebody owns a name of the session bus."""
        return bool(self.call(BUS, "NameHasOwner", "s", name)[0])

    def pid_of(self, name: str) -> int:
        """Return the process that owns a name of the session bus."""
        return int(self.call(BUS, "GetConnectionUnixProcessID", "s", name)[0])

    def dark(self, *, on: bool) -> None:
        """Choose dark or light colours, as the desktop's settings do."""
        raise NotImplementedError

    def _start_parts(self) -> None:
        raise NotImplementedError

    def _wayland(self, connection: socket.socket, interface: str, version: int) -> Wayland:
        self._exit_stack.callback(connection.close)
        return Wayland(connection, interface, version)

    def _input(self) -> Input:
        raise NotImplementedError

    def _connect(self, address: str) -> DBusConnection:
        """Return a connection to a bus, once it answers."""

        def connected() -> DBusConnection | None:
            # The bus sees the user name space's user.
            user = USER if self.prefix else os.geteuid()
            with suppress(OSError), patch.object(os, "geteuid", return_value=user):
                return open_dbus_connection(address, enable_fds=True)
            return None

        connection: DBusConnection = wait_until(connected, f"the bus {address}")
        return connection

    def _mock_logind(self) -> None:
        """Start a system bus with a logind: the shells ask it, and without one they wait or end."""
        address = f"unix:path={self.env['XDG_RUNTIME_DIR']}/system_bus"
        self.start(
            "dbus-daemon", "--session", "--nofork", f"--address={address}", name="system-bus"
        )
        self.env["DBUS_SYSTEM_BUS_ADDRESS"] = address
        self._connect(address).close()
        self.start(
            "/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind", name="logind"
        )
        login = "org.freedesktop.login1"
        call = ("gdbus", "call", "--system", "-d", login, "-o", "/org/freedesktop/login1")
        method = "org.freedesktop.DBus.Mock.AddSession"
        add = (*call, "-m", method, "c1", "seat0", str(USER), "desk", "true")
        wait_until(lambda: "session" in self.run(*add), "logind")

    def _tell_bus(self) -> None:
        """Tell services that the bus starts, such as the portal, of the display."""
        names = [
            name
            for name in self.env
            if name.startswith(("XDG_", "WAYLAND_", "DISPLAY", "XAUTH", "KDE_"))
        ]
        self.run("dbus-update-activation-environment", *names)

    def _has_tray(self) -> bool:
        host = (_WATCHER, "/StatusNotifierWatcher", _WATCHER, "IsStatusNotifierHostRegistered")
        with suppress(LookupError):
            return self.has_name(_WATCHER) and bool(self.property(*host))
        return False

    def _end_all(self) -> None:
        """End what was started here by anybody: its run-time folder is in its environment."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for _ in range(20):
                running = list(self._processes())
                if not running:
                    return
                for pid in running:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
                time.sleep(0.1)

    def _processes(self) -> Iterator[int]:
        mark = f"XDG_RUNTIME_DIR={self.env['XDG_RUNTIME_DIR']}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)


_PANEL_ABOVE, _PANEL_BELOW = range(32), range(SCREEN.height() - 44, SCREEN.height())
"""The rows of the panels at the screen's upper and lower edge."""

_MENU_PX, _FIRST_ENTRY = 100, QPoint(40, 8)
"""The least width and height of a menu, and where its first entry is."""

_TRIES = 3
"""A busy panel may lose a click, after which a person clicks again."""

_LAYOUT_S = 0.1
"""The time between two looks at a part that may still move."""

_SHADOW = 150
"""How much a shadow may darken a pixel, as the sum over its colours."""

_CLOCK, _COLOURS_OF_TEXT = QRect(1140, 762, 84, 30), 10
"""Where Plasma's panel has its clock, and how many colours its text has at least."""


class Gnome(WaylandDesktop):
    """GNOME Shell with the AppIndicator extension, as Ubuntu ships it."""

    name = "gnome"
    packages: ClassVar = {
        "gnome-shell": "gnome-shell",
        "gjs": "gjs",
        "gnome-keyring-daemon": "gnome-keyring",
        "Xwayland": "xwayland",
        "gdbus": "libglib2.0-bin",
        f"{_EXTENSIONS}/ubuntu-appindicators@ubuntu.com": "gnome-shell-extension-appindicator",
        "/usr/lib/python3/dist-packages/dbusmock": "python3-dbusmock",
        "/usr/share/glib-2.0/schemas/org.gnome.settings-daemon.enums.xml": "gnome-settings-daemon",
        "/usr/lib/x86_64-linux-gnu/gio/modules/libdconfsettings.so": "dconf-gsettings-backend",
        "/usr/share/xdg-desktop-portal/portals/gnome.portal": "xdg-desktop-portal-gnome",
        "/usr/share/xdg-desktop-portal/portals/gtk.portal": "xdg-desktop-portal-gtk",
        "/usr/share/icons/Adwaita": "adwaita-icon-theme",
        "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so": "libgl1-mesa-dri",
        f"{_LIB}/gdk-pixbuf-2.0/2.10.0/loaders/libpixbufloader-svg.so": "librsvg2-common",
    }
    portals = ("gnome", "gtk")
    services = ("ca.desrt", "org.a11y", "org.freedesktop", "org.gnome", "org.gtk")
    variables: ClassVar = {
        "XDG_CURRENT_DESKTOP": "GNOME",
        "XDG_SESSION_DESKTOP": "gnome",
        "DESKTOP_SESSION": "gnome",
        "XDG_MENU_PREFIX": "gnome-",
    }

    def evaluate(self, javascript: str) -> Any:
        """Evaluate it in GNOME Shell and return the result, or None where it fails."""
        with suppress(LookupError):
            worked, result = self.call(_SHELL, "Eval", "s", javascript)
            return json.loads(result) if worked and result else None
        return None

    def shown(self) -> list[Window]:
        """Return the windows, the topmost last."""
        found = self.evaluate(_GNOME_WINDOWS) or []
        return [_window(each) for each in found]

    def icon(self) -> QPoint:
        """Return where the icon is in the panel."""
        return self._wait_for_place(_GNOME_ICON, "an icon in the panel")

    def open_menu(self, icon: QPoint) -> QPoint:
        """Open the menu, which a left click does, and return where its first entry is."""
        self.input.click(icon)
        return self._wait_for_place(_GNOME_MENU, "the menu")

    def dismiss_notifications(self) -> None:
        """Dismiss the banner, such as "deepvue-tray is ready": below it, no other one comes up."""
        self.evaluate("Main.messageTray.getSources().forEach(s => s.destroy()); 1")
        hidden = "Main.messageTray._notificationState === 0"
        wait_until(lambda: self.evaluate(hidden), "the banner's end")

    def press_in_notification(self, label: str) -> None:
        """Press a button of the banner, which shows its buttons below the pointer."""
        button = _GNOME_BUTTON.replace("LABEL", label)

        def place() -> Any:
            if not (found := self._place(button)) and (banner := self._place(_GNOME_BANNER)):
                self.input.move(banner)
            return found

        self.input.click(wait_until(place, f"the button {label!r}"))
        # A banner that comes up below the pointer would not show its buttons.
        self.input.move(_CENTRE)

    def close_menu(self) -> None:
        """Close the icon's menu."""
        self.input.press("escape")
        wait_until(lambda: self.evaluate(f"{_GNOME_PLACE}{_GNOME_MENU}") is None, "the menu's end")

    def has_prompt(self) -> bool:
        """Return whether the shell asks for something, such as a password."""
        return bool(self.evaluate("Main.modalCount > 0"))

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole screen."""
        self.call(_SCREENSHOT, "Screenshot", "bbs", False, False, str(path))

    def start_tray(self) -> None:
        """Enable the extension."""
        self._enable_extensions("['ubuntu-appindicators@ubuntu.com']")
        wait_until(self._has_tray, "the tray")

    def stop_tray(self) -> None:
        """Disable it."""
        self._enable_extensions("[]")
        wait_until(lambda: not self._has_tray(), "no tray")

    def dark(self, *, on: bool) -> None:
        """Choose the style in the settings."""
        self._set("org.gnome.desktop.interface", "color-scheme", "prefer-dark" if on else "default")

    def _enable_extensions(self, names: str) -> None:
        self._set("org.gnome.shell", "enabled-extensions", names)

    def _wait_for_place(self, javascript: str, what: str) -> QPoint:
        place = wait_until(lambda: self._place(javascript), what)
        assert place  # what is not true is not returned
        return place

    def _place(self, javascript: str) -> QPoint | None:
        """Return the centre of a part of the shell, if it is shown and stays in its place."""
        first = self.evaluate(_GNOME_PLACE + javascript)
        if not first or None in first:
            return None
        time.sleep(_LAYOUT_S)
        if self.evaluate(_GNOME_PLACE + javascript) != first:
            return None
        return QRect(*(round(side) for side in first)).center()

    def _set(self, *setting: str) -> None:
        self.run("gsettings", "set", *setting)

    def _input(self) -> Input:
        return ShellInput(self.evaluate)

    def _start_parts(self) -> None:
        (self.folder / "services" / "notifications.service").write_text(
            "[D-BUS Service]\nName=org.freedesktop.Notifications\n"
            "Exec=/usr/bin/gjs /usr/share/gnome-shell/org.gnome.Shell.Notifications\n"
        )
        self._mock_logind()
        self._set("org.gnome.desktop.interface", "enable-animations", "false")
        self._set("org.gnome.desktop.session", "idle-delay", "0")
        self._set("org.gnome.desktop.screensaver", "lock-enabled", "false")
        self._set("org.gnome.shell", "welcome-dialog-last-shown-version", "999")
        self._start_keyring()
        # The unsafe mode opens the interfaces for pictures and for Eval.
        size = f"{SCREEN.width()}x{SCREEN.height()}"
        shell = ("gnome-shell", "--headless", "--wayland", "--virtual-monitor", size)
        self.start(*shell, "--wayland-display=wayland-1", "--unsafe-mode")
        wait_until(lambda: self.has_name("org.gnome.Shell"), "GNOME Shell's name")
        wait_until(lambda: self.evaluate("Main.layoutManager._startingUp") is False, "GNOME Shell")
        log = (self.folder / "gnome-shell.log").read_text()
        self.env["DISPLAY"] = log.partition("X11 display ")[2].split()[0].rstrip(",")
        [authority] = Path(self.env["XDG_RUNTIME_DIR"]).glob(".mutter-Xwaylandauth.*")
        self.env["XAUTHORITY"] = str(authority)
        self._tell_bus()
        self.start_tray()
        self.evaluate(_GNOME_BANNERS)
        # It starts in the overview, and with a note about the missing display manager.
        self.evaluate(
            "Main.overview.hide(); Main.messageTray.getSources().forEach(s => s.destroy()); 1"
        )
        wait_until(lambda: self.evaluate("Main.overview.visible") is False, "the overview's end")


class Kde(WaylandDesktop):
    """KDE Plasma with KWallet; ``wallet`` is as the session's start leaves it."""

    name = "kde"
    packages: ClassVar = {
        "plasmashell": "plasma-workspace",
        "kwin_wayland": "kwin-wayland",
        "Xwayland": "xwayland",
        "kded5": "kded5",
        "kwalletd5": "libkf5wallet-bin",
        "kwriteconfig5": "libkf5config-bin",
        "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
        "gdbus": "libglib2.0-bin",
        "/usr/lib/python3/dist-packages/dbusmock": "python3-dbusmock",
        "/usr/share/plasma/plasmoids/org.kde.desktopcontainment": "plasma-desktop",
        "/usr/share/plasma/look-and-feel/org.kde.breezedark.desktop": "plasma-workspace",
        "/usr/lib/x86_64-linux-gnu/qca-qt5/crypto/libqca-ossl.so": "libqca-qt5-2-plugins",
        f"{_LIB}/qt5/plugins/platformthemes/KDEPlasmaPlatformTheme.so": "plasma-integration",
        "/usr/share/color-schemes/BreezeDark.colors": "breeze",
        "/usr/share/icons/breeze": "breeze-icon-theme",
        "/usr/share/xdg-desktop-portal/portals/kde.portal": "xdg-desktop-portal-kde",
        "/usr/lib/x86_64-linux-gnu/dri/swrast_dri.so": "libgl1-mesa-dri",
    }
    portals = ("kde",)
    services = (
        "org.a11y",
        "org.freedesktop.impl.portal.desktop.kde",
        "org.freedesktop.impl.portal.Permission",
        "org.freedesktop.portal",
        "org.kde",
    )
    variables: ClassVar = {
        "XDG_CURRENT_DESKTOP": "KDE",
        "XDG_SESSION_DESKTOP": "KDE",
        "DESKTOP_SESSION": "plasmawayland",
        "KDE_FULL_SESSION": "true",
        "KDE_SESSION_VERSION": "5",
        "XDG_CONFIG_DIRS": "/etc/xdg",
        "XDG_DATA_DIRS": "/usr/share:/usr/local/share",
    }

    def __init__(self, folder: Path, wallet: str = "open") -> None:
        super().__init__(folder)
        self._wallet = wallet

    def shown(self) -> list[Window]:
        """Return the windows, the topmost last."""
        script = self.folder / "windows.js"
        script.write_text(_KWIN_WINDOWS.replace("US", self._bus.unique_name))
        rule = MatchRule(type=MessageType.method_call, interface="tests.Windows")
        with self._bus.filter(rule) as told:
            self.call(_SCRIPTING, "loadScript", "ss", str(script), str(script))
            self.call(_SCRIPTING, "start")
            answer = self._bus.recv_until_filtered(told, timeout=TIMEOUT_S)
        self.call(_SCRIPTING, "unloadScript", "s", str(script))
        return [
            _window(each)
            for each in json.loads(answer.body[0])
            if each["app"] != "org.kde.plasmashell"
        ]

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole screen: KWin writes the bare pixels into a file."""
        with tempfile.TemporaryFile() as pixels:
            area: Any = ("iiuua{sv}h", 0, 0, SCREEN.width(), SCREEN.height(), {}, pixels)
            [found] = self.call(_KWIN_SCREENSHOT, "CaptureArea", *area)
            # The answer comes before all is written.
            size = found["stride"][1] * found["height"][1]
            wait_until(lambda: os.fstat(pixels.fileno()).st_size >= size, "the picture")
            pixels.seek(0)
            image = QImage(pixels.read(), found["width"][1], found["height"][1], found["stride"][1],
                           QImage.Format.Format_RGB32)  # fmt: skip
            image.save(str(path))

    def start_tray(self) -> None:
        """Start Plasma's panel."""
        accessible = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self.start("plasmashell", "--no-respawn", QT_QPA_PLATFORM="wayland", **accessible)
        wait_until(self._has_tray, "the tray")
        # Until the panel is drawn, the desktop takes the focus from what opens.
        wait_until(self._has_drawn_panel, "the panel")

    def stop_tray(self) -> None:
        """End it."""
        self.stop("plasmashell")
        # The watcher lives on, in kded5.
        wait_until(lambda: not self.has_name("org.kde.plasmashell"), "plasmashell's end")

    def press_in_notification(self, label: str) -> None:
        """Press a button of the pop-up."""

        def place() -> Any:
            found = self._accessible.find("push button", label)
            with suppress(LookupError):
                area = found and found.area()
                return area if found and found.area() == area else None
            return None

        area: QRect = wait_until(place, f"the button {label!r}")
        self.input.click(area.center())

    def restart_notifications(self) -> None:
        """Let Plasma's panel, which shows them, start anew."""
        self.stop_tray()
        self.start_tray()

    def dark(self, *, on: bool) -> None:
        """Choose the colours in the settings."""
        self.run("plasma-apply-colorscheme", "BreezeDark" if on else "BreezeLight")

    def open_wallet(self) -> None:
        """Make and open the wallet as pam_kwallet5 does at login, so that nobody is asked."""
        salt = Path(self.env["HOME"], ".local/share/kwalletd/kdewallet.salt")
        salt.parent.mkdir(parents=True, exist_ok=True)
        if not salt.exists():
            salt.write_bytes(os.urandom(56))
        key = hashlib.pbkdf2_hmac("sha512", b"password", salt.read_bytes(), 50000, 56)
        self.start_wallet()
        self.call(_KWALLET, "pamOpen", "sayi", "kdewallet", key, 0)
        wait_until(lambda: self.call(_KWALLET, "isOpen", "s", "kdewallet")[0], "the open wallet")

    def start_wallet(self) -> None:
        """Start kwalletd5; its wallet is closed."""
        if not self.has_name("org.kde.kwalletd5"):
            self.start("kwalletd5", QT_QPA_PLATFORM="wayland")
        for name in ("org.kde.kwalletd5", "org.freedesktop.secrets"):
            self.wait_for_name(name)

    def end_wallet(self) -> None:
        """End kwalletd5, once it has written what was stored in the last seconds."""
        self.call(_KWALLET, "closeAllWallets")
        os.kill(self.pid_of("org.kde.kwalletd5"), signal.SIGTERM)
        wait_until(lambda: not self.has_name("org.kde.kwalletd5"), "kwalletd5's end")

    def _input(self) -> Input:
        # Connected by a process in the desktop's name space: KWin looks up who its clients are.
        code = (
            "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            "us = socket.socket(fileno=0); socket.send_fds(us, [b'.'], [s.fileno()]); us.recv(1)"
        )
        own, its = socket.socketpair()
        path = f"{self.env['XDG_RUNTIME_DIR']}/wayland-1"
        command = (*self.prefix, sys.executable, "-c", code, path)
        with its:
            child = subprocess.Popen(command, stdin=its.fileno())
        self._exit_stack.callback(child.wait)
        self._exit_stack.callback(own.close)
        _, [connection], _, _ = socket.recv_fds(own, 1, 1)
        return KWinInput(
            self._wayland(socket.socket(fileno=connection), "org_kde_kwin_fake_input", 4)
        )

    def _has_drawn_panel(self) -> bool:
        """Return whether the panel has its icons: the clock's text is the last of them."""
        clock = self.picture().copy(_CLOCK)
        colours = {clock.pixel(x, y) for x in range(clock.width()) for y in range(clock.height())}
        return len(colours) > _COLOURS_OF_TEXT

    def _start_parts(self) -> None:
        for file, group, key, value in (
            ("kscreenlockerrc", "Daemon", "Autolock", "false"),
            ("kscreenlockerrc", "Daemon", "LockOnResume", "false"),
            ("kdeglobals", "KDE", "AnimationDurationFactor", "0"),
            ("plasma-welcomerc", "General", "ShouldShow", "false"),
            # A minute: a busy machine may be late to find a notification.
            ("plasmanotifyrc", "Notifications", "PopupTimeout", "60000"),
            # The first use would open a wizard.
            ("kwalletrc", "Wallet", "First Use", "false"),
            ("kwalletrc", "Wallet", "Enabled", "true"),
            ("kwalletrc", "Wallet", "Prompt on Open", "false"),
        ):
            self.run("kwriteconfig5", "--file", file, "--group", group, "--key", key, value)
        self._mock_logind()
        # The two variables open the interfaces for pictures and for fake input.
        size = ("--width", str(SCREEN.width()), "--height", str(SCREEN.height()))
        kwin = ("kwin_wayland", "--virtual", *size, "--no-lockscreen", "--xwayland")
        checks = ("KWIN_SCREENSHOT_NO_PERMISSION_CHECKS", "KWIN_WAYLAND_NO_PERMISSION_CHECKS")
        self.start(*kwin, "--socket", "wayland-1", **dict.fromkeys(checks, "1"))
        wait_until(lambda: self.has_name("org.kde.KWin"), "KWin")
        self._tell_bus()
        self._accessible = Accessible.desktop(self, self._connect)
        self._exit_stack.callback(self._accessible.bus.close)
        self.start("kded5", QT_QPA_PLATFORM="wayland")
        if self._wallet != "none":
            # A wallet that was just made is a collection only once kwalletd5 has started again.
            self.open_wallet()
            self.end_wallet()
            self.start_wallet()
        if self._wallet == "open":
            self.open_wallet()
        self.start_tray()


class Sway(WaylandDesktop):
    """sway with waybar's tray, mako, gnome-keyring, and GTK's portal for the choice of colours."""

    name = "sway"
    packages: ClassVar = {
        "sway": "sway",
        "swaybg": "swaybg",
        "waybar": "waybar",
        "mako": "mako-notifier",
        "grim": "grim",
        "wtype": "wtype",
        "gnome-keyring-daemon": "gnome-keyring",
        "/usr/libexec/gcr-prompter": "gcr",
        "gsettings": "libglib2.0-bin",
        f"{_LIB}/gio/modules/libdconfsettings.so": "dconf-gsettings-backend",
        "/usr/share/xdg-desktop-portal/portals/gtk.portal": "xdg-desktop-portal-gtk",
    }
    portals = ("gtk",)
    services = (
        "ca.desrt",
        "fr.emersion.mako",
        "org.freedesktop.impl.portal.desktop.gtk",
        "org.freedesktop.impl.portal.Permission",
        "org.freedesktop.portal",
        "org.gnome.keyring",
    )
    variables: ClassVar = {
        "XDG_CURRENT_DESKTOP": "sway",
        "XDG_SESSION_DESKTOP": "sway",
        "WLR_BACKENDS": "headless",
        "WLR_LIBINPUT_NO_DEVICES": "1",
        "WLR_RENDERER": "pixman",
        "WLR_HEADLESS_OUTPUTS": "1",
    }

    def shown(self) -> list[Window]:
        """Return the windows in the tree's order."""
        return [
            _window(each)
            for each in _sway_windows(json.loads(self.run("swaymsg", "-rt", "get_tree")))
        ]

    def screenshot(self, path: Path) -> None:
        """Write a picture of the whole screen."""
        self.run("grim", str(path))

    def start_tray(self) -> None:
        """Start waybar."""
        self._write(".config/waybar/config", _WAYBAR)
        self._write(".config/waybar/style.css", "* { background: black; color: white }")
        self.start("waybar")
        wait_until(self._has_tray, "the tray")

    def stop_tray(self) -> None:
        """End it."""
        self.stop("waybar")
        wait_until(lambda: not self._has_tray(), "no tray")

    def press_in_notification(self, label: str) -> None:
        """Choose an action, as a menu of mako's does."""

        def pressed() -> bool:
            [shown] = json.loads(self.run("makoctl", "list"))["data"]
            for each in shown:
                for key, name in each["actions"]["data"].items():
                    if name == label:
                        self.run("makoctl", "invoke", "-n", str(each["id"]["data"]), key)
                        return True
            return False

        wait_until(pressed, f"the button {label!r}")

    def has_prompt(self) -> bool:
        """Return whether gnome-keyring asks for a password, and can be answered."""
        window = self.window("Unlock")
        return window is not None and window.focused

    def dark(self, *, on: bool) -> None:
        """Choose the style in the settings that GTK's portal reads."""
        choice = "prefer-dark" if on else "default"
        self.run("gsettings", "set", "org.gnome.desktop.interface", "color-scheme", choice)

    def restart_notifications(self) -> None:
        """End mako, and start it again."""
        self.stop("mako")
        self.start("mako")
        self.wait_for_name("org.freedesktop.Notifications")

    def _input(self) -> Input:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(Path(self.env["XDG_RUNTIME_DIR"], "wayland-1")))
        wayland = self._wayland(connection, "zwlr_virtual_pointer_manager_v1", 1)
        return SwayInput(wayland, SCREEN, self.run)

    def _start_parts(self) -> None:
        config = self.folder / "sway.conf"
        config.write_text(
            f"output HEADLESS-1 resolution {SCREEN.width()}x{SCREEN.height()} position 0 0\n"
            "output * bg #336699 solid_color\ndefault_border normal 2\n"
        )
        self.start("sway", "-c", str(config))
        runtime = Path(self.env["XDG_RUNTIME_DIR"])
        [control] = wait_until(lambda: list(runtime.glob("sway-ipc.*.sock")), "sway")
        self.env["SWAYSOCK"] = str(control)
        wait_until((runtime / "wayland-1").exists, "sway's display")
        self._tell_bus()
        self._start_keyring()
        self.start("mako")
        self.wait_for_name("org.freedesktop.Notifications")
        self.start_tray()


DESKTOPS: tuple[type[WaylandDesktop], ...] = (Gnome, Kde, Sway)

_SHELL = DBusAddress("/org/gnome/Shell", "org.gnome.Shell", "org.gnome.Shell")
_SCREENSHOT = DBusAddress(
    "/org/gnome/Shell/Screenshot", "org.gnome.Shell.Screenshot", "org.gnome.Shell.Screenshot"
)
_SCRIPTING = DBusAddress("/Scripting", "org.kde.KWin", "org.kde.kwin.Scripting")
_KWIN_SCREENSHOT = DBusAddress(
    "/org/kde/KWin/ScreenShot2", "org.kde.KWin", "org.kde.KWin.ScreenShot2"
)
_KWALLET = DBusAddress("/modules/kwalletd5", "org.kde.kwalletd5", "org.kde.KWallet")

_GNOME_WINDOWS = """global.get_window_actors().map(a => a.meta_window)
.filter(w => w.get_frame_rect().x >= 0).map(w => { let r = w.get_frame_rect(); return {
title: w.get_title(), app: w.get_wm_class(), x: r.x, y: r.y, width: r.width, height: r.height,
focused: w.has_focus()}})"""

# The rectangle of an actor, if it is shown.
_GNOME_PLACE = """var PLACE = a => a && a.mapped ?
[...a.get_transformed_position(), ...a.get_transformed_size()] : null;
var FIND = (a, is) => is(a) ? a : a.get_children().reduce((f, c) => f || FIND(c, is), null);
var ITEM = Object.entries(Main.panel.statusArea).find(e => e[0].startsWith("appindicator-"));
"""

_GNOME_ICON = "ITEM ? PLACE(ITEM[1]) : null"

_GNOME_MENU = """ITEM && ITEM[1].menu.isOpen ?
PLACE(ITEM[1].menu._getMenuItems().find(i => i.visible)) : null"""

# Once it has moved into the screen.
_GNOME_BANNER = """Main.messageTray._notificationState === 2 ?
PLACE(Main.messageTray._banner) : null"""

_GNOME_BUTTON = """PLACE(FIND(Main.messageTray, a => a.label === "LABEL" && a.mapped))"""

# Banners stay for a minute: a busy machine may be late to find them.
_GNOME_BANNERS = """var UPDATE = Main.messageTray._updateNotificationTimeout;
Main.messageTray._updateNotificationTimeout = function (ms) { UPDATE.call(this, ms && 60000) }; 1"""

# KWin tells only its scripts, and a script tells others over D-Bus.
_KWIN_WINDOWS = """var all = workspace.clientList();
all.sort(function (a, b) { return (a.stackingOrder || 0) - (b.stackingOrder || 0) });
callDBus("US", "/", "tests.Windows", "Tell", JSON.stringify(all.map(function (w) {
var g = w.frameGeometry; return { title: w.caption, app: String(w.resourceClass),
x: g.x, y: g.y, width: g.width, height: g.height, focused: w.active} })))"""


def _sway_windows(node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if node.get("pid") and node["type"] in ("con", "floating_con"):
        area, bar = node["rect"], node["deco_rect"]["height"]
        app = node.get("app_id") or node["window_properties"]["class"]
        yield {
            **area,
            "title": node["name"],
            "app": app,
            "y": area["y"] - bar,
            "height": area["height"] + bar,
            "focused": node["focused"],
            "floating": node["type"] == "floating_con",
        }
    for child in (*node["nodes"], *node["floating_nodes"]):
        yield from _sway_windows(child)


def _window(found: Mapping[str, Any]) -> Window:
    area = QRect(*(round(found[side]) for side in ("x", "y", "width", "height")))
    return Window(
        found["title"] or "",
        found["app"] or "",
        area,
        found["focused"],
        found.get("floating", True),
    )


def _changed_area(before: QImage, after: QImage) -> QRect:
    """Return the rectangle that has changed below a panel at the top, without mere shadows."""
    places = (
        QPoint(x, y)
        for y in range(_PANEL_ABOVE.stop, SCREEN.height(), 2)
        for x in range(SCREEN.width() // 2, SCREEN.width(), 2)
        if before.pixel(x, y) != after.pixel(x, y)
        and _distance(before.pixelColor(x, y), after.pixelColor(x, y)) > _SHADOW
    )
    return QPolygon(list(places)).boundingRect()


def _distance(one: QColor, other: QColor) -> int:
    return (
        abs(one.red() - other.red())
        + abs(one.green() - other.green())
        + abs(one.blue() - other.blue())
    )


def _is_ring(colour: QColor) -> bool:
    """Return whether a pixel is of an icon's coloured ring; panels scale it."""
    own = (COLOURS[level] for level in (Level.OK, Level.LOW, Level.CRITICAL))
    near = 12
    return any(_distance(colour, each) < near for each in own)


def _is_there(file: str) -> bool:
    return Path(file).exists() if file.startswith("/") else shutil.which(file) is not None


def _make_x11_folder() -> None:
    """Make the folder of X servers' sockets, as systemd does at boot.

    The first compositor would make it without the right to write for others, and GNOME Shell ends
    where they lack it.
    """
    with suppress(PermissionError):  # another user's, who is root
        _X11_FOLDER.mkdir(exist_ok=True)
        _X11_FOLDER.chmod(0o1777)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with Path(tempfile.gettempdir(), "deepvue-tray-wayland.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
