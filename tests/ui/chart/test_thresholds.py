"""The thresholds are crisp lines, and their labels never hide each other."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from pytestqt.qtbot import QtBot

from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.chart.thresholds import apart, draw_labels, draw_lines, thresholds_within
from deepvue_tray.ui.palette import on_pixels

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def rows_of(picture: QImage, colour: QColor) -> list[int]:
    """Return the rows of pixels that contain exactly this colour."""
    rows = range(picture.height())
    across = range(picture.width())
    return [y for y in rows if any(picture.pixelColor(x, y) == colour for x in across)]


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_both_thresholds_are_crisp_lines(qtbot: QtBot, scale: float) -> None:
    size = QSize(240, 52)
    picture = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    colours = CardColours.of(QPalette(QColor("#ffffff")))
    area = on_pixels(painter, QRectF(0, 0, 200, 52))
    axis = Scale(area, NOW - timedelta(days=7), NOW, 0, 1000)
    marks = thresholds_within(axis, WalletSettings(low=500), colours)
    draw_lines(painter, axis, marks)
    draw_labels(painter, axis, marks)
    painter.end()
    for tone in (colours.low, colours.critical):
        lines = rows_of(picture.copy(0, 0, int(200 * scale), picture.height()), tone.graphics)
        assert len(lines) == int(scale)
        labels = picture.copy(int(205 * scale), 0, int(35 * scale), picture.height())
        assert rows_of(labels, tone.text)


def test_a_threshold_outside_the_axis_is_not_drawn() -> None:
    colours = CardColours.of(QPalette(QColor("#ffffff")))
    axis = Scale(QRectF(0, 0, 200, 50), NOW - timedelta(days=7), NOW, 900, 2000)
    wallet = WalletSettings(low=1000, critical=250)
    assert [label for _, label, _ in thresholds_within(axis, wallet, colours)] == ["1000"]
    assert thresholds_within(axis, WalletSettings(low=None, critical=None), colours) == []


@given(st.floats(0, 500), st.floats(0, 500), st.floats(1, 50))
def test_two_labels_are_a_row_apart(upper: float, distance: float, row: float) -> None:
    above, below = apart([upper, upper + distance], row)
    assert below - above >= row - 1e-6
    assert (above + below) / 2 == pytest.approx(upper + distance / 2, abs=1e-6)
