"""Finds a platform on which Qt can start, or returns one line that explains why there is none.

Qt tries the platforms of QT_QPA_PLATFORM, or Wayland and X11, one after the other, and aborts the
process if none works. This module therefore first loads each platform's plugin and connects to its
display.
"""

import builtins
import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libwayland-client0",
    "libwayland-cursor0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxkbcommon-x11-0",
)
"""The Debian packages that, with their dependencies, contain all libraries that Qt needs for
Wayland and X11."""

INSTALL = f"apt-get install {' '.join(PACKAGES)}"

_M_ARENA_MAX = -8
"""From glibc's malloc.h; see mallopt(3)."""

_WITHOUT_DISPLAY = ("offscreen", "minimal", "vnc")


def choose_platform() -> str | None:
    """Select the first of Qt's platforms that works on this computer.

    Returns None, or one line with the reason why none works and what to do.
    """
    if not sys.platform.startswith("linux"):
        return None
    problems: list[str] = []
    for platform in _wanted():
        problem = _problem_of(platform)
        if problem is None:
            if problems:  # Otherwise Qt would try those first, and print a warning for each.
                os.environ["QT_QPA_PLATFORM"] = platform
            return None
        problems.append(problem)
    return f"No screen: {'; '.join(problems)}."


def load_qt() -> None:
    """Import PySide6 so that it needs less memory; call this before any other import of PySide6.

    PySide6 replaces the built-in ``__import__`` by a function that reads the source of every later
    module. This function restores the original, which saves 2 to 4 MB, and 4 ms before the icon:
    see docs/decisions/import-hook.md.
    """
    if sys.platform.startswith("linux"):
        # All threads allocate from one heap, instead of one for each thread: 0.5 MB less.
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    plain_import = builtins.__import__
    import PySide6  # noqa: F401, PLC0415 - the import itself is what replaces __import__

    builtins.__import__ = plain_import


def loading_problem(platform: str) -> str | None:
    """Return the loader's error for the plugin of a Qt platform, or None if the plugin loads."""
    found = find_spec("PySide6")
    folders = found.submodule_search_locations if found else None
    plugins = Path(next(iter(folders or [""])), "Qt", "plugins", "platforms")
    try:
        ctypes.CDLL(str(plugins / f"libq{platform}.so"))
    except OSError as error:
        return f"{error} (on Debian: {INSTALL})"
    return None


def _wanted() -> list[str]:
    """Return the platforms that Qt would try, in its order."""
    if listed := os.environ.get("QT_QPA_PLATFORM"):
        return listed.split(";")
    is_wayland = os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return ["wayland", "xcb"] if is_wayland or "WAYLAND_DISPLAY" in os.environ else ["xcb"]


def _problem_of(platform: str) -> str | None:
    """Return why Qt could not start on a platform, or None if it can."""
    # Options follow a colon; Wayland's variants, such as wayland-egl, share a plugin.
    name = platform.lower().partition(":")[0]
    if name in _WITHOUT_DISPLAY:
        return loading_problem(name)
    if name.startswith("wayland"):
        name = "wayland"
        display = os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
        answers = _compositor_answers
    elif name == "xcb":
        display = os.environ.get("DISPLAY", "")
        answers = _x_server_answers
    else:
        return f"QT_QPA_PLATFORM names {platform!r}, which is no desktop"
    if not display:  # Installing libraries would not help.
        return "DISPLAY is not set"
    lacking = loading_problem(name)
    if lacking is None and not answers():
        return f"the display {display} does not answer"
    return lacking


def _compositor_answers() -> bool:
    wayland = ctypes.CDLL("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    wayland.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    connection = wayland.wl_display_connect(None)
    if connection:
        wayland.wl_display_disconnect(connection)
    return connection is not None


def _x_server_answers() -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    answers = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return answers
