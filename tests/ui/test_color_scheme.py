"""The windows have readable colours whatever palette the desktop's theme supplies."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from deepvue_tray.ui.color_scheme import ColorScheme

WINDOW, FIELD = QPalette.ColorRole.Window, QPalette.ColorRole.Base


@pytest.fixture(autouse=True)
def own_palette(qapp: QApplication) -> Iterator[None]:
    before = qapp.palette()
    yield
    qapp.setPalette(before)


def light_palette(window: str, field: str) -> QPalette:
    palette = QPalette()
    palette.setColor(WINDOW, QColor(window))
    palette.setColor(FIELD, QColor(field))
    return palette


def test_fields_that_can_be_edited_do_not_look_disabled(qapp: QApplication) -> None:
    """GNOME's light colours, as Qt's GTK theme supplies them."""
    qapp.setPalette(light_palette("#faf9f8", "#f6f5f4"))
    ColorScheme(qapp)
    assert qapp.palette().color(FIELD).lightness() > qapp.palette().color(WINDOW).lightness()


def test_the_theme_s_light_colours_stay_if_its_fields_are_lighter(qapp: QApplication) -> None:
    qapp.setPalette(light_palette("#eff0f1", "#fcfcfc"))
    ColorScheme(qapp)
    assert qapp.palette().color(WINDOW) == QColor("#eff0f1")
