"""The windows have readable colours whatever palette the desktop's theme supplies."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from deepvue_tray.ui.color_scheme import ColorScheme, dark_palette

WINDOW, TEXT = QPalette.ColorRole.Window, QPalette.ColorRole.WindowText


@pytest.fixture(autouse=True)
def own_palette(qapp: QApplication) -> Iterator[None]:
    before = qapp.palette()
    yield
    qapp.setPalette(before)


def test_dark_windows_become_light_again_once_nothing_wants_them_dark(qapp: QApplication) -> None:
    """As on GNOME without Qt's GTK theme, where "light" is no wish at all."""
    qapp.setPalette(dark_palette())
    ColorScheme(qapp)
    assert qapp.palette().color(WINDOW).lightness() > qapp.palette().color(TEXT).lightness()
