"""What all tests share: an offscreen Qt, one locale, one time zone, nobody's real files."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# Set before Qt is imported anywhere. The desktop tests start programs with an environment of
# their own.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep every test away from the real settings, credentials, proxies and clock zone."""
    for name in os.environ:
        if name.startswith("DEEPVUE_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
