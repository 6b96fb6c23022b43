"""Fixtures of the running tray's tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a folder whose path is short enough for a socket: 107 characters on Linux."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
