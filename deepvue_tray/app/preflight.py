"""What would keep Qt from starting, found before Qt aborts the process over it.

Qt ends the process where its platform plugin lacks a library or cannot reach the display. Loading
the plugin's file and connecting to the display first turns both into one clear line.
"""

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Debian's package of each library that Qt's core, its widgets and its X11 plugin load."""


def problem(environ: Mapping[str, str] = os.environ) -> str | None:
    """Say in one line why no window can be shown here, and what to do; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    # Qt tries the listed platforms one after the other.
    platforms = {p.partition(":")[0] for p in (environ.get("QT_QPA_PLATFORM") or "xcb").split(";")}
    if not platforms & {"xcb", "wayland", "wayland-egl"}:
        return None
    wayland = _wayland_answers(environ)
    if not environ.get("DISPLAY") and not wayland:
        return "No screen: neither DISPLAY nor WAYLAND_DISPLAY names one. Start it on a desktop."
    missing = missing_packages()
    if missing:
        return f"Qt lacks system libraries. Debian has them: apt-get install {' '.join(missing)}"
    if not wayland and not _display_answers():
        return f"No screen: the display {environ['DISPLAY']} does not answer. Check DISPLAY."
    return None


def missing_packages() -> list[str]:
    """Return Debian's names of the packages that Qt needs and that are not here."""
    if _loads(_xcb_plugin()):
        return []
    return sorted({package for library, package in PACKAGES.items() if not _loads(library)})


def _xcb_plugin() -> str:
    found = find_spec("PySide6")
    folders = found.submodule_search_locations if found else None
    return str(Path(next(iter(folders or [""])), "Qt", "plugins", "platforms", "libqxcb.so"))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    """Say whether there is a compositor, and not only its name left over."""
    name = environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    import socket  # noqa: PLC0415 - 2 ms, which the icon need not wait for on X11

    with socket.socket(socket.AF_UNIX) as compositor:
        try:
            compositor.connect(str(Path(environ.get("XDG_RUNTIME_DIR", "/"), name)))
        except OSError:
            return False
    return True


def _display_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers
