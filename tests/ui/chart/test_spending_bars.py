"""Bars show the spending of each period, and the one below the pointer is found."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from pytestqt.qtbot import QtBot

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.chart.plot import Bar
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.chart.spending_bars import MAX_BAR_PX, bar_at, draw_bars, place_of

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BARS = [Bar(SINCE + n * DAY, SINCE + (n + 1) * DAY, Decimal(n % 4)) for n in (0, 1, 2, 5)]


def scale(width: float) -> Scale:
    return Scale(QRectF(0, 0, width, 50), SINCE, SINCE + 6 * DAY, 0, 4)


def drawn(width: int, now: datetime, marked: Bar | None) -> QImage:
    picture = QImage(QSize(width, 50), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    draw_bars(painter, scale(width), BARS, colours(), now=now, marked=marked)
    painter.end()
    return picture


def colours() -> CardColours:
    return CardColours.of(QPalette(QColor("#ffffff")))


@pytest.mark.parametrize("width", [30, 240])
def test_the_current_and_the_marked_bar_have_the_accent(qtbot: QtBot, width: int) -> None:
    picture = drawn(width, BARS[3].start, BARS[2])
    found = [picture.pixelColor(int(place_of(bar, scale(width)).center().x()), 45) for bar in BARS]
    # Nothing was spent on the first day.
    expected = [QColor("#ffffff"), colours().bar, colours().accent, colours().accent]
    assert found == expected


def test_a_bar_is_found_in_its_period_only() -> None:
    assert bar_at(BARS, SINCE + DAY) is BARS[1]
    assert bar_at(BARS, SINCE + 3 * DAY - timedelta(seconds=1)) is BARS[2]
    assert bar_at(BARS, SINCE + 3 * DAY) is None
    assert bar_at(BARS, SINCE - timedelta(seconds=1)) is None
    assert bar_at(BARS, SINCE + 6 * DAY) is None


def test_few_bars_are_not_blocks() -> None:
    assert place_of(BARS[1], scale(6000)).width() == MAX_BAR_PX
