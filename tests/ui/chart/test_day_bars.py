"""The card's bars show what was spent on each of the last seven days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.chart.day_bars import DayBars, last_days

TODAY = date(2026, 11, 24)
SPENT = {TODAY - timedelta(days=ago): Decimal(10 * ago + 62) for ago in range(8)}


@pytest.fixture
def bars(qtbot: QtBot) -> DayBars:
    bars = DayBars(TODAY)
    qtbot.addWidget(bars)
    bars.resize(288, bars.sizeHint().height())
    return bars


def pixels(picture: QImage, colour: QColor) -> list[tuple[int, int]]:
    return [
        (x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y) == colour
    ]


def test_the_last_seven_days_end_today_and_a_day_without_a_reading_is_unknown() -> None:
    days = last_days({TODAY: Decimal(62)}, TODAY)
    assert [each.day for each in days] == [TODAY - timedelta(days=n) for n in range(6, -1, -1)]
    assert [each.spent for each in days] == [None] * 6 + [Decimal(62)]


def test_a_screen_reader_reads_every_value(bars: DayBars) -> None:
    bars.show_days(last_days({TODAY: Decimal(62), TODAY - timedelta(days=1): Decimal(1)}, TODAY))
    assert bars.accessibleName() == "Spent in the last 7 days"
    assert bars.accessibleDescription().endswith("Sun: —, Mon: 1 credit, Today: 62 credits")


def test_today_has_the_accent_and_the_other_days_the_lighter_colour(bars: DayBars) -> None:
    bars.show_days(last_days(SPENT, TODAY))
    picture, colours = bars.grab().toImage(), CardColours.of(bars.palette())
    today = {x for x, _ in pixels(picture, colours.accent)}
    others = {x for x, _ in pixels(picture, colours.bar)}
    assert min(today) > max(others)
    assert len(today) == pytest.approx(len(others) / 6, abs=1)


def test_the_highest_bar_is_the_day_of_the_highest_spending(bars: DayBars) -> None:
    bars.show_days(last_days({TODAY: Decimal(50), TODAY - timedelta(days=6): Decimal(100)}, TODAY))
    picture, colours = bars.grab().toImage(), CardColours.of(bars.palette())
    heights = [len({y for _, y in pixels(picture, c)}) for c in (colours.accent, colours.bar)]
    assert heights[0] == pytest.approx(heights[1] / 2, abs=2)


def test_unknown_and_zero_spending_do_not_look_the_same(bars: DayBars) -> None:
    bars.show_days(last_days({}, TODAY))
    unknown = bars.grab().toImage()
    bars.show_days(last_days({TODAY: Decimal(0)}, TODAY))
    assert bars.grab().toImage() != unknown


def test_the_size_depends_on_the_labels_and_not_on_the_values(bars: DayBars) -> None:
    before = bars.sizeHint()
    bars.show_days(last_days({TODAY: Decimal(10**9)}, TODAY))
    assert bars.sizeHint() == before
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * 3)
    bars.setFont(font)
    assert bars.minimumSizeHint().width() > before.width()


@pytest.mark.parametrize("credits_spent", [1, 10**6, 2**53 - 1])
def test_the_values_of_neighbouring_days_do_not_cover_each_other(
    bars: DayBars, credits_spent: int
) -> None:
    yesterday = TODAY - timedelta(days=1)
    bars.show_days(last_days({TODAY: Decimal(credits_spent), yesterday: Decimal(2**53)}, TODAY))
    [(today, _), (highest, text)] = bars.values()
    assert text == "9007199254740992"
    assert not today.intersects(highest)
    assert QRectF(bars.rect()).contains(today)
    assert QRectF(bars.rect()).contains(highest)


def test_a_day_that_is_today_s_and_the_highest_has_one_value(bars: DayBars) -> None:
    bars.show_days(last_days({TODAY: Decimal(62)}, TODAY))
    assert [text for _, text in bars.values()] == ["62"]
    bars.show_days(last_days({}, TODAY))
    assert bars.values() == []
