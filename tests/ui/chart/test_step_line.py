"""The balance as a line: its top-ups, its thresholds and the area below it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Level
from deepvue_tray.services.history_rows import buckets_of
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.chart.step_line import StepLine, draw_thresholds
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.palette import on_pixels
from tests.support.platform import time_zone

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_an_empty_chart_can_be_shown_in_every_time_zone(qtbot: QtBot, zone: str) -> None:
    with time_zone(zone):
        shown = Chart()
        qtbot.addWidget(shown)
        shown.grab()


def test_a_top_up_is_marked_and_a_correction_is_not() -> None:
    readings = [
        Reading(at=NOW + number * timedelta(minutes=5), balance=Decimal(balance))
        for number, balance in enumerate(("1000", "990", "995", "995.5", "1500"))
    ]
    marks = StepLine.through(buckets_of(None, readings), NOW).top_ups
    assert [(mark.x(), mark.y()) for mark in marks] == [(1200, 1500)]


def rows_of(picture: QImage, colour: QColor) -> list[int]:
    """Return the rows of pixels that contain exactly this colour."""
    rows = range(picture.height())
    across = range(picture.width())
    return [y for y in rows if any(picture.pixelColor(x, y) == colour for x in across)]


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75])
def test_both_thresholds_are_lines_of_one_pixel(qtbot: QtBot, scale: float) -> None:
    size = QSize(240, 52)
    picture = QImage(size * scale, QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = on_pixels(painter, QRectF(0, 0, 240, 52))
    across = Scale(area, NOW - timedelta(days=7), NOW, 0, 1000)
    draw_thresholds(painter, across, WalletSettings(low=500))
    painter.end()
    for level in (Level.LOW, Level.CRITICAL):
        assert len(rows_of(picture, COLOURS[level])) == 1


AREAS = """
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPolygonF
from deepvue_tray.ui.chart.step_line import area_below
for count in range(1, 2000):
    line = [(float(x + 1), 2.0 * x) for x in range(count)]
    area = area_below(QPolygonF([QPointF(*point) for point in line]), 7.0)
    expected = [*line, (float(count), 7.0), (1.0, 7.0)]
    assert [point.toTuple() for point in area] == expected, count
"""


def test_the_area_below_a_line_ends_with_it_for_any_number_of_points() -> None:
    # With this, glibc overwrites freed memory, so that its use shows.
    environment = {**os.environ, "MALLOC_PERTURB_": "85"}
    result = subprocess.run(
        [sys.executable, "-c", AREAS], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
