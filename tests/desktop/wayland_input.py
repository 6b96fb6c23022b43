"""A virtual mouse and a virtual keyboard for each compositor.

The few requests to Wayland are written here, because a library for them would have to be built.
"""

import socket
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QPoint, QSize

# The key code of Linux, which KWin expects, and the name of the keysym, which the others expect.
_KEYS = {
    "escape": (1, "Escape"),
    "backspace": (14, "BackSpace"),
    "tab": (15, "Tab"),
    "return": (28, "Return"),
    "alt": (56, "Alt_L"),
    "space": (57, "space"),
    "up": (103, "Up"),
    "down": (108, "Down"),
    **{
        letter: (code, letter)
        for row, first in (
            ("1234567890", 2),
            ("qwertyuiop", 16),
            ("asdfghjkl", 30),
            ("zxcvbnm", 44),
        )
        for code, letter in enumerate(row, first)
    },
}
LEFT, RIGHT = (0x110, 1), (0x111, 3)
"""The buttons: Linux' code, and Clutter's number."""

PRESS_S = 0.04
"""The time for which a button or a key is pressed."""

NOTICE_S = 0.3
"""The time until windows use a new device; they ignore its earlier events."""


class Input(ABC):
    """A mouse and a keyboard."""

    def move(self, place: QPoint) -> None:
        """Move the pointer there."""
        self._move(place - QPoint(3, 0))  # A widget needs a movement to notice the pointer.
        self._move(place)
        time.sleep(NOTICE_S)

    def click(self, place: QPoint, times: int = 1, button: tuple[int, int] = LEFT) -> None:
        """Move the pointer there, and click."""
        self.move(place)
        for _ in range(times):
            for down in (1, 0):
                self._button(button, down)
                time.sleep(PRESS_S)

    def drag(self, place: QPoint, by: QPoint) -> None:
        """Press the button there, and release it elsewhere."""
        self._move(place)
        time.sleep(NOTICE_S)
        self._button(LEFT, 1)
        for part in range(1, 11):
            self._move(place + by * part / 10)
            time.sleep(PRESS_S)
        self._button(LEFT, 0)

    def press(self, *names: str) -> None:
        """Press keys, one after the other."""
        self._keys([_KEYS[name] for name in names])

    def press_with_alt(self, letter: str) -> None:
        """Press a letter while Alt is down, which presses the button with this mnemonic."""
        time.sleep(NOTICE_S)
        for name, down in (("alt", 1), (letter, 1), (letter, 0), ("alt", 0)):
            self._key(_KEYS[name], down)
            time.sleep(PRESS_S)

    def type(self, text: str) -> None:
        """Type a text of small letters and digits."""
        self.press(*text)

    def _keys(self, keys: Iterable[tuple[int, str]]) -> None:
        time.sleep(NOTICE_S)
        for key in keys:
            for down in (1, 0):
                self._key(key, down)
                time.sleep(PRESS_S)

    def _key(self, key: tuple[int, str], down: int) -> None:
        raise NotImplementedError

    @abstractmethod
    def _move(self, place: QPoint) -> None: ...

    @abstractmethod
    def _button(self, button: tuple[int, int], down: int) -> None: ...


class ShellInput(Input):
    """GNOME Shell's own virtual devices, created with JavaScript."""

    def __init__(self, evaluate: Callable[[str], Any]) -> None:
        self._evaluate = evaluate
        for device in ("POINTER", "KEYBOARD"):
            kind = f"imports.gi.Clutter.InputDeviceType.{device}_DEVICE"
            seat = "imports.gi.Clutter.get_default_backend().get_default_seat()"
            evaluate(f"(global._{device} = {seat}.create_virtual_device({kind})) && 1")
        time.sleep(NOTICE_S)

    def _move(self, place: QPoint) -> None:
        self._notify("POINTER", f"absolute_motion(TIME, {place.x()}, {place.y()})")

    def _button(self, button: tuple[int, int], down: int) -> None:
        self._notify("POINTER", f"button(TIME, {button[1]}, {down})")

    def _key(self, key: tuple[int, str], down: int) -> None:
        self._notify("KEYBOARD", f"keyval(TIME, imports.gi.Clutter.KEY_{key[1]}, {down})")

    def _notify(self, device: str, call: str) -> None:
        call = call.replace("TIME", "global.get_current_time() * 1000")
        self._evaluate(f"global._{device}.notify_{call}; 1")


class Wayland:
    """A connection to a compositor that has bound one global, as object 4."""

    def __init__(self, connection: socket.socket, interface: str, version: int) -> None:
        self._socket = connection
        self._socket.settimeout(10)
        self.send(1, 1, struct.pack("=I", 2))  # wl_display.get_registry
        self.send(1, 0, struct.pack("=I", 3))  # wl_display.sync, whose answer ends the list
        sender, body = 0, b""
        while not (sender == 2 and _text(interface) in body):
            assert sender != 3, f"the compositor offers no {interface}"
            sender, size = struct.unpack("=II", self._socket.recv(8, socket.MSG_WAITALL))
            body = self._socket.recv((size >> 16) - 8, socket.MSG_WAITALL)
        name = body[:4]
        self.send(
            2, 0, name + _text(interface) + struct.pack("=II", version, 4)
        )  # wl_registry.bind

    def send(self, to: int, code: int, body: bytes = b"") -> None:
        self._socket.sendall(struct.pack("=II", to, (len(body) + 8) << 16 | code) + body)


class KWinInput(Input):
    """KWin's fake input."""

    def __init__(self, wayland: Wayland) -> None:
        self._wayland = wayland
        wayland.send(4, 0, _text("tests") + _text("tests"))  # authenticate

    def _move(self, place: QPoint) -> None:
        self._wayland.send(4, 9, struct.pack("=ii", place.x() * 256, place.y() * 256))

    def _button(self, button: tuple[int, int], down: int) -> None:
        self._wayland.send(4, 2, struct.pack("=II", button[0], down))

    def _key(self, key: tuple[int, str], down: int) -> None:
        self._wayland.send(4, 10, struct.pack("=II", key[0], down))


class SwayInput(Input):
    """wlroots' virtual pointer, and wtype."""

    def __init__(self, wayland: Wayland, screen: QSize, run: Callable[..., str]) -> None:
        self._screen = screen
        self._run = run
        self._wayland = wayland
        wayland.send(4, 0, struct.pack("=II", 0, 5))  # create_virtual_pointer, as object 5
        time.sleep(NOTICE_S)

    def _keys(self, keys: Iterable[tuple[int, str]]) -> None:
        # One call for all: each makes a keyboard of its own.
        presses = [word for _code, name in keys for word in ("-k", name, "-s", "40")]
        self._run("wtype", "-s", "300", *presses)

    def press_with_alt(self, letter: str) -> None:
        """Press a letter while Alt is down, on one keyboard."""
        self._run("wtype", "-s", "300", "-M", "alt", "-k", letter, "-m", "alt")

    def _move(self, place: QPoint) -> None:
        size = self._screen.width(), self._screen.height()
        self._wayland.send(5, 1, struct.pack("=IIIII", _now_ms(), place.x(), place.y(), *size))
        self._wayland.send(5, 4)  # frame

    def _button(self, button: tuple[int, int], down: int) -> None:
        self._wayland.send(5, 2, struct.pack("=III", _now_ms(), button[0], down))
        self._wayland.send(5, 4)


def _text(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return struct.pack("=I", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def _now_ms() -> int:
    return int(time.monotonic() * 1000) & 0xFFFFFFFF
