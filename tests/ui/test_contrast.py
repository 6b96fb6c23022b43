"""Every view has the contrast that WCAG 2.2 AA requires, in the themes that most people have."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.snapshot import Level
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import GRAPHICS_CONTRAST, TEXT_CONTRAST, contrast
from tests.support.drawn_contrast import (
    drawn_texts,
    enlarged,
    frame_contrast,
    frames,
    text_contrast,
    texts,
)
from tests.support.palettes import THEMES, Role
from tests.ui.test_accessibility import WINDOWS
from tests.ui.test_history_window import DAY, plot

ApplyPalette = Callable[[QPalette], None]


@pytest.fixture(
    params=[
        pytest.param(name, marks=() if name in ("Breeze", "Adwaita dark") else pytest.mark.soak)
        for name in THEMES
    ]
)
def theme(request: pytest.FixtureRequest, apply_palette: ApplyPalette) -> QPalette:
    """The system's palette during the test; a light one and a dark one are tested each time."""
    palette = THEMES[request.param]
    apply_palette(palette)
    return palette


@pytest.fixture(params=WINDOWS)
def window(request: pytest.FixtureRequest, qtbot: QtBot, theme: QPalette) -> QWidget:
    window = WINDOWS[request.param]()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def unreadable(window: QWidget) -> list[tuple[str, float]]:
    """Return the texts without enough contrast, and the contrast that they have."""
    picture = enlarged(window)
    found = [(each.text, round(text_contrast(picture, each), 2)) for each in texts(window)]
    assert found
    return [(text, reached) for text, reached in found if reached < TEXT_CONTRAST]


def test_every_text_can_be_read_also_while_another_window_has_the_focus(
    qtbot: QtBot, window: QWidget
) -> None:
    assert unreadable(window) == []
    other = QLabel("other")
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    assert unreadable(window) == []


@pytest.fixture
def chart(qtbot: QtBot, theme: QPalette) -> Chart:
    """A chart with thresholds, a top-up and a forecast."""
    month = plot(30 * DAY)
    late = [replace(each, last=each.last + 500) for each in month.buckets[-200:]]
    late[0] = replace(late[0], high=late[0].last, added=Decimal(500))
    chart = Chart()
    chart.show_plot(replace(month, buckets=[*month.buckets[:-200], *late]))
    chart.resize(chart.sizeHint())
    qtbot.addWidget(chart)
    chart.show()
    return chart


def test_every_text_of_the_chart_can_be_read_and_its_graphics_stand_out(
    chart: Chart, theme: QPalette
) -> None:
    window, colours = theme.color(Role.Window), CardColours.of(theme)
    graphics = [colours.accent, colours.bar, colours.low.graphics, colours.critical.graphics]
    assert {each.name() for each in graphics} <= drawn_colours(chart)
    assert min(contrast(each, window) for each in graphics) >= GRAPHICS_CONTRAST
    below = QPoint(chart.width() // 4, chart.height() - 30)
    for place in (chart.rect().center(), below):
        # To this window, even if another test has left one open above it.
        QTest.mouseMove(chart.windowHandle(), place)
        found = list(drawn_texts(chart))
        assert {"+500", "1000", "250", "Today"} <= {each.text for each in found}
        assert found[-1].text.endswith(" credits")
        picture = enlarged(chart)
        weak = [each.text for each in found if text_contrast(picture, each) < TEXT_CONTRAST]
        assert weak == []


def drawn_colours(widget: QWidget) -> set[str]:
    """Return the names of the colours of ``widget``."""
    picture = widget.grab().toImage()
    pixels = memoryview(picture.constBits()).cast("I")
    return {QColor.fromRgb(each).name() for each in set(pixels)}


def test_every_field_and_check_box_has_a_visible_frame(window: QWidget) -> None:
    background = window.palette().color(Role.Window)
    reached = {
        widget: round(frame_contrast(widget, area, background), 2)
        for widget, area in frames(window)
    }
    assert {w: each for w, each in reached.items() if each < GRAPHICS_CONTRAST} == {}


@pytest.mark.parametrize("name", THEMES)
def test_the_colours_of_the_levels_stand_out(name: str) -> None:
    for level in Level:
        assert contrast(COLOURS[level], THEMES[name].color(Role.Window)) >= GRAPHICS_CONTRAST
