"""Fixtures of the interface's tests."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale


@pytest.fixture
def locale(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the locale that a test is parametrised with, by default British English."""
    before = QLocale()
    QLocale.setDefault(QLocale(getattr(request, "param", "en_GB")))
    yield
    QLocale.setDefault(before)
