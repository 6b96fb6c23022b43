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
    "tests/ui/test_icon.py::test_only_edges_are_translucent": (
        "fonts whose strokes have an opaque pixel everywhere"
    ),
}
"""Tests that pass on Windows and fail under Wine 8, by the beginnings of their names, and why."""

SAME_ON_WINDOWS = [
    "tests/test_collection.py",
    *(
        f"tests/cli/test_{command}.py::test_{name}"
        for command, names in {
            "alerts": ["a_failed_test", "a_failure_is", "a_test_", "check_passes", "without_a"],
            "check": [
                "a_failure_is",
                "a_secret_file_that",
                "a_usage_error",
                "after_a_failure",
                "an_alert_notified",
                "an_unsafe_server",
                "details_follow",
                "json_is",
                "one_check_is",
                "plain_thresholds",
                "the_exit_status",
                "the_runway_comes",
                "thresholds_can",
                "its_reading_is",
                "without_credentials",
            ],
            "history": [
                "a_missing_file",
                "an_invalid_time",
                "every_bad_line",
                "for_a_file_of_another",
                "importing_has",
                "importing_twice",
                "json_lines",
                "since_leaves",
                "without_a_wallet_the_error_has_the_remedy",
            ],
            "main": [
                "a_secret_file_that",
                "an_unsafe_server",
                "every_command_has_help",
                "the_tray_s_options",
            ],
        }.items()
        for name in names
    ),
]
"""The beginnings of the names of tests that start the program and ask nothing of the system.

Under Wine a start takes seconds. The main tasks run each command there, and no test of ``core``,
which uses no system at all, is run there.
"""

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
