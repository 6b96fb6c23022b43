"""Fixtures of the interface's tests."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvue_tray.ui import accessible_roles


@pytest.fixture(autouse=True, scope="session")
def _accessible_roles(qapp: QApplication) -> None:
    """Give widgets the roles that the program gives them at its start."""
    accessible_roles.install()


@pytest.fixture(autouse=True)
def no_window_left() -> Iterator[None]:
    """Delete a test's windows: a later test's palette and font would be applied to all of them."""
    yield
    for widget in QApplication.topLevelWidgets():
        if widget.parent() is None:
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def locale(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the locale that a test is parametrised with, by default British English."""
    before = QLocale()
    QLocale.setDefault(QLocale(getattr(request, "param", "en_GB")))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def apply_palette(qtbot: QtBot) -> Iterator[Callable[[QPalette], None]]:
    """Change the system's colours until the test ends."""
    before = QApplication.palette()

    def apply_palette(palette: QPalette) -> None:
        QApplication.setPalette(palette)
        QApplication.processEvents()

    yield apply_palette
    QApplication.setPalette(before)
