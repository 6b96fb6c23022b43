"""Open windows follow the system's colours, and all text can be read in all of them."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.ui import palette
from deepvue_tray.ui.color_scheme import dark_palette
from tests.ui.test_accessibility import WINDOWS

Role = QPalette.ColorRole


def palette_of(background: str, text: str) -> QPalette:
    """Return a palette as a platform provides it, with a half transparent placeholder text."""
    scheme = QPalette(QColor(background))
    for role in (Role.Window, Role.Base, Role.Button, Role.ToolTipBase):
        scheme.setColor(role, QColor(background))
    for role in (Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText):
        scheme.setColor(role, QColor(text))
    # The selection of GNOME's dark theme, and the links of Qt's palette.
    scheme.setColor(Role.Highlight, QColor("#15539e"))
    scheme.setColor(Role.Link, QColor("#0000ff"))
    placeholder = QColor(text)
    placeholder.setAlpha(128)
    scheme.setColor(Role.PlaceholderText, placeholder)
    return scheme


SCHEMES = {
    "light": palette_of("#efefef", "#000000"),
    "dark": palette_of("#323232", "#ffffff"),
    "black": palette_of("#000000", "#ffffff"),
    "white": palette_of("#ffffff", "#000000"),
    "solarized": palette_of("#fdf6e3", "#586e75"),
    "own": dark_palette(),
}


@pytest.fixture
def apply_palette(qtbot: QtBot) -> Iterator[Callable[[QPalette], None]]:
    """Change the system's colours until the test ends."""
    before = QApplication.palette()

    def apply_palette(palette: QPalette) -> None:
        QApplication.setPalette(palette)
        QApplication.processEvents()

    yield apply_palette
    QApplication.setPalette(before)


def picture(window: QWidget) -> QImage:
    """Return an image of a window without the blinking cursor."""
    if focused := QApplication.focusWidget():
        focused.clearFocus()
    return window.grab().toImage()


@pytest.mark.parametrize("name", WINDOWS)
def test_an_open_window_follows_from_light_to_dark(
    apply_palette: Callable[[QPalette], None], name: str
) -> None:
    apply_palette(SCHEMES["light"])
    window = WINDOWS[name]()
    window.show()
    light = picture(window)
    apply_palette(SCHEMES["dark"])
    followed = picture(window)
    window.hide()
    fresh = WINDOWS[name]()
    fresh.show()
    # A window that was opened in the dark looks the same: no earlier colour remains.
    assert followed == picture(fresh)
    assert followed != light
    fresh.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", WINDOWS)
def test_every_text_can_be_read(
    apply_palette: Callable[[QPalette], None], name: str, scheme: str
) -> None:
    window = WINDOWS[name]()
    window.show()
    apply_palette(SCHEMES[scheme])
    for label in labels(window):
        text = label.palette().color(label.foregroundRole())
        assert text.alpha() == 255, label.text()
        assert palette.contrast(text, label.palette().color(Role.Window)) >= 4.5, label.text()
    window.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_is_visible(
    qtbot: QtBot, apply_palette: Callable[[QPalette], None], scheme: str
) -> None:
    window = WINDOWS["settings"]()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    apply_palette(SCHEMES[scheme])
    field = QApplication.focusWidget()
    assert field is not None
    with_ring = edge_of(field)
    field.clearFocus()
    ring = [one for one, other in zip(with_ring, edge_of(field), strict=True) if one != other]
    background = window.palette().color(Role.Window)
    assert max(palette.contrast(colour, background) for colour in ring) >= palette.GRAPHICS_CONTRAST
    window.hide()


def edge_of(field: QWidget) -> list[QColor]:
    picture = field.grab().toImage()
    return [picture.pixelColor(field.width() // 2, y) for y in range(4)]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_selection_can_be_read(apply_palette: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["settings"]()
    apply_palette(SCHEMES[scheme])
    ground, text = (window.palette().color(r) for r in (Role.Highlight, Role.HighlightedText))
    system = (SCHEMES[scheme].color(r) for r in (Role.Highlight, Role.HighlightedText))
    assert palette.contrast(ground, text) >= min(palette.TEXT_CONTRAST, palette.contrast(*system))
    window.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_links_can_be_read(apply_palette: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["about"]()
    window.show()
    apply_palette(SCHEMES[scheme])
    links = next(label for label in labels(window) if "href" in label.text())
    [colour] = set(re.findall(r"color: (#\w+)", links.text()))
    assert (
        palette.contrast(QColor(colour), window.palette().color(Role.Window))
        >= palette.TEXT_CONTRAST
    )
    window.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_muted_text_can_be_read_and_is_weaker_if_the_contrast_allows(scheme: str) -> None:
    colours = SCHEMES[scheme]
    background = colours.color(Role.Window)
    full = palette.contrast(colours.color(Role.WindowText), background)
    muted = palette.contrast(palette.muted(colours), background)
    assert muted >= min(full, palette.TEXT_CONTRAST)
    assert muted < full or full < 1.5 * palette.TEXT_CONTRAST


def test_in_high_contrast_no_text_is_muted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "_is_high_contrast_wanted", lambda: True)
    assert palette.muted(SCHEMES["dark"]) == QColor("#ffffff")


def test_contrast_is_measured_as_wcag_does() -> None:
    assert palette.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert palette.contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def labels(window: QWidget) -> list[QLabel]:
    return [label for label in window.findChildren(QLabel) if label.isVisible() and label.text()]
