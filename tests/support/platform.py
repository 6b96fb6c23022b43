"""Marks for tests that need a feature which some systems lack."""

import ctypes
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

WINDOWS = sys.platform == "win32"

WINE = sys.platform == "win32" and hasattr(ctypes.windll.ntdll, "wine_get_version")
"""Whether Windows is emulated by Wine, which lacks some features of Windows."""

WINE_LACKS = {
    "tests/services/test_wallet_api.py::test_a_broken_connection_is_offline": (
        "resets of connections, which it reports as closed"
    ),
    "tests/services/test_wallet_api.py::test_a_trusted_certificate_is_accepted": (
        "certificates for an IP address"
    ),
}
"""Tests that pass on Windows and fail under Wine 8, by the beginnings of their names, and why."""

needs_time_zones = pytest.mark.skipif(
    not hasattr(time, "tzset"), reason="Windows takes its time zone only from the registry"
)
needs_posix_files = pytest.mark.skipif(
    WINDOWS, reason="Windows has no POSIX devices, pipes, links, modes or file size limits"
)
needs_posix_signals = pytest.mark.skipif(
    WINDOWS, reason="Windows sends no signals to other processes"
)
needs_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a session bus, /proc and desktop entries"
)
needs_windows = pytest.mark.skipif(not WINDOWS, reason="only Windows has it")


@contextmanager
def time_zone(name: str) -> Iterator[None]:
    """Set the local time zone by its name in TZ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        read_time_zone()
        yield
    read_time_zone()


def read_time_zone() -> None:
    """Let the C library read TZ again; does nothing on Windows."""
    if sys.platform != "win32":
        time.tzset()


def private_folders(folder: "os.PathLike[str]") -> dict[str, str]:
    """Return the environment variables that make ``folder`` each of the user's folders."""
    names = ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
    # Windows ignores the environment; platformdirs reads these variables for tests.
    names += ["WIN_PD_OVERRIDE_LOCAL_APPDATA", "WIN_PD_OVERRIDE_APPDATA", "USERPROFILE"]
    return dict.fromkeys(names, str(folder))
