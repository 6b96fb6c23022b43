"""Open windows follow the system's colours, and all text can be read in all of them."""

import re
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deepvue_tray.ui import palette
from deepvue_tray.ui.connect_dialog import ConnectDialog
from tests.support.palettes import SCHEMES, THEMES
from tests.ui.test_accessibility import ONE, WINDOWS, controls

Role = QPalette.ColorRole

every_scheme = pytest.mark.parametrize(
    "scheme",
    [
        pytest.param(name, marks=() if name in ("light", "dark") else pytest.mark.soak)
        for name in SCHEMES
    ],
)
"""Every window in every scheme takes minutes; two schemes are tested each time."""


def picture(window: QWidget) -> QImage:
    """Return an image of a window without the blinking cursor."""
    QApplication.processEvents()  # A window has the focus only after it.
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


@every_scheme
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


@every_scheme
@pytest.mark.parametrize("name", WINDOWS)
def test_the_keyboard_s_focus_is_visible_on_every_control(
    qtbot: QtBot, apply_palette: Callable[[QPalette], None], name: str, scheme: str
) -> None:
    window = WINDOWS[name]()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    apply_palette(SCHEMES[scheme])
    for control in controls(window):
        if isinstance(control, QPushButton) and control.isDefault():
            continue  # has the ring always
        control.setFocus(Qt.FocusReason.TabFocusReason)
        # As after the Tab key.
        window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        focused = control.grab().toImage()
        control.clearFocus()
        assert has_ring(focused, control.grab().toImage(), background_of(window)), control
    window.close()


def has_ring(focused: QImage, other: QImage, background: QColor) -> bool:
    """Return whether most of a frame, two pixels wide, differs from ``other`` and stands out."""

    def stands_out(x: int, y: int) -> bool:
        colour = focused.pixelColor(x, y)
        return colour != other.pixelColor(x, y) and (
            palette.contrast(colour, background) >= palette.GRAPHICS_CONTRAST
        )

    width, height = focused.width(), focused.height()
    columns = sum(stands_out(x, 0) or stands_out(x, 1) for x in range(width))
    rows = sum(stands_out(0, y) or stands_out(1, y) for y in range(height))
    return columns > width * 0.7 and rows > height * 0.6


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_check_box_and_its_state_are_visible(
    apply_palette: Callable[[QPalette], None], scheme: str
) -> None:
    window = WINDOWS["settings, alerts"]()
    window.show()
    apply_palette(SCHEMES[scheme])
    boxes = [box for box in window.findChildren(QCheckBox) if box.isVisible()]
    assert boxes
    for box in boxes:
        box.setChecked(False)
        [edge, inside, *_] = pixels_from_the_left(box)
        assert palette.contrast(edge, background_of(window)) >= palette.GRAPHICS_CONTRAST
        box.setChecked(True)
        tick = max(palette.contrast(each, inside) for each in pixels_from_the_left(box)[1:-1])
        assert tick >= palette.GRAPHICS_CONTRAST
    window.close()


def pixels_from_the_left(box: QCheckBox) -> list[QColor]:
    """Return the middle row of pixels of a check box's square."""
    option = QStyleOptionButton()
    box.initStyleOption(option)
    square = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    picture = box.grab().toImage()
    return [
        picture.pixelColor(x, square.center().y()) for x in range(square.left(), square.right() + 1)
    ]


def background_of(window: QWidget) -> QColor:
    return window.palette().color(Role.Window)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_selection_can_be_read(apply_palette: Callable[[QPalette], None], scheme: str) -> None:
    window = WINDOWS["settings, alerts"]()
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


@pytest.mark.parametrize("scheme", THEMES)
def test_a_form_that_waits_keeps_the_ground_of_its_window(
    apply_palette: Callable[[QPalette], None], scheme: str
) -> None:
    apply_palette(THEMES[scheme])
    window = ConnectDialog(ONE, client_id="live_1")
    window.show()
    window._secret.setText("s3cr3t-value")
    window._request()
    corner = window._form.mapTo(window, window._form.rect().topRight())
    assert picture(window).pixelColor(corner) == background_of(window)
    window.close()
