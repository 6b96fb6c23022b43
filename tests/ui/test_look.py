"""What is open follows the system's colours at once, and faint text can be read in all of them."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.ui import palette
from tests.ui.test_accessibility import WINDOWS

Role = QPalette.ColorRole


def scheme(paper: str, text: str) -> QPalette:
    """Return a scheme as a platform gives it: each colour, and a half transparent placeholder."""
    made = QPalette(QColor(paper))
    for role in (Role.Window, Role.Base, Role.Button, Role.ToolTipBase):
        made.setColor(role, QColor(paper))
    for role in (Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText):
        made.setColor(role, QColor(text))
    # What GNOME's dark theme gives to all that is selected, and Qt's own to a link.
    made.setColor(Role.Highlight, QColor("#15539e"))
    made.setColor(Role.Link, QColor("#0000ff"))
    placeholder = QColor(text)
    placeholder.setAlpha(128)
    made.setColor(Role.PlaceholderText, placeholder)
    return made


SCHEMES = {
    "light": scheme("#efefef", "#000000"),
    "dark": scheme("#323232", "#ffffff"),
    "black": scheme("#000000", "#ffffff"),
    "white": scheme("#ffffff", "#000000"),
    "solarized": scheme("#fdf6e3", "#586e75"),
}


@pytest.fixture
def wear(qtbot: QtBot) -> Iterator[Callable[[QPalette], None]]:
    """Change the system's colours until the test ends."""
    before = QApplication.palette()

    def wear(palette: QPalette) -> None:
        QApplication.setPalette(palette)
        QApplication.processEvents()

    yield wear
    QApplication.setPalette(before)


def picture(window: QWidget) -> QImage:
    """Return what is seen of a window, but for the blinking cursor."""
    if focused := QApplication.focusWidget():
        focused.clearFocus()
    return window.grab().toImage()


@pytest.mark.parametrize("name", WINDOWS)
def test_an_open_window_follows_from_light_to_dark(
    wear: Callable[[QPalette], None], name: str
) -> None:
    wear(SCHEMES["light"])
    window = WINDOWS[name]()
    window.show()
    light = picture(window)
    wear(SCHEMES["dark"])
    followed = picture(window)
    window.hide()
    fresh = WINDOWS[name]()
    fresh.show()
    # What was opened in the dark looks the same: nothing has kept a colour of before.
    assert followed == picture(fresh)
    assert followed != light
    fresh.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", WINDOWS)
def test_every_text_can_be_read(wear: Callable[[QPalette], None], name: str, scheme: str) -> None:
    window = WINDOWS[name]()
    window.show()
    wear(SCHEMES[scheme])
    for label in labels(window):
        text = label.palette().color(label.foregroundRole())
        assert text.alpha() == 255, label.text()
        assert palette.contrast(text, label.palette().color(Role.Window)) >= 4.5, label.text()
    window.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_can_be_seen(qtbot: QtBot, wear: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["settings"]()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    wear(SCHEMES[scheme])
    field = QApplication.focusWidget()
    assert field is not None
    with_ring = edge_of(field)
    field.clearFocus()
    ring = [one for one, other in zip(with_ring, edge_of(field), strict=True) if one != other]
    paper = window.palette().color(Role.Window)
    assert max(palette.contrast(colour, paper) for colour in ring) >= palette.GRAPHICS_CONTRAST
    window.hide()


def edge_of(field: QWidget) -> list[QColor]:
    picture = field.grab().toImage()
    return [picture.pixelColor(field.width() // 2, y) for y in range(4)]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_selection_can_be_read(wear: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["settings"]()
    wear(SCHEMES[scheme])
    ground, text = (window.palette().color(r) for r in (Role.Highlight, Role.HighlightedText))
    system = (SCHEMES[scheme].color(r) for r in (Role.Highlight, Role.HighlightedText))
    assert palette.contrast(ground, text) >= min(palette.TEXT_CONTRAST, palette.contrast(*system))
    window.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_links_can_be_read(wear: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["about"]()
    window.show()
    wear(SCHEMES[scheme])
    links = next(label for label in labels(window) if "href" in label.text())
    [colour] = set(re.findall(r"color: (#\w+)", links.text()))
    assert (
        palette.contrast(QColor(colour), window.palette().color(Role.Window))
        >= palette.TEXT_CONTRAST
    )
    window.hide()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_faint_text_can_be_read_and_is_fainter_where_there_is_room(scheme: str) -> None:
    colours = SCHEMES[scheme]
    paper = colours.color(Role.Window)
    full = palette.contrast(colours.color(Role.WindowText), paper)
    faint = palette.contrast(palette.faint(colours), paper)
    assert faint >= min(full, palette.TEXT_CONTRAST)
    assert faint < full or full < 1.5 * palette.TEXT_CONTRAST


def test_where_high_contrast_is_wanted_nothing_is_faint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "_high_contrast_is_wanted", lambda: True)
    assert palette.faint(SCHEMES["dark"]) == QColor("#ffffff")


def test_contrast_is_measured_as_wcag_does() -> None:
    assert palette.contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert palette.contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def labels(window: QWidget) -> list[QLabel]:
    return [label for label in window.findChildren(QLabel) if label.isVisible() and label.text()]
