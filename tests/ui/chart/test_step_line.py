"""The balance as a line, and the labels of its top-ups."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history_rows import buckets_of
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.chart.step_line import MAX_BUCKETS, StepLine
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
    assert [(mark.x(), mark.y(), amount) for mark, amount in marks] == [
        (1200, 1500, Decimal("504.5"))
    ]


def labels(amounts: list[int]) -> list[tuple[QRectF, str]]:
    """Return the labels of top-ups half an hour apart in a range of 24 hours."""
    balance, readings = 0, []
    for number, amount in enumerate([0, *amounts]):
        balance += amount
        at = NOW + number * timedelta(minutes=30)
        readings.append(Reading(at=at, balance=Decimal(balance)))
    line = StepLine.through(buckets_of(None, readings), NOW)
    scale = Scale(QRectF(0, 20, 600, 200), NOW, NOW + timedelta(days=1), 0, max(balance, 1))
    return line.top_up_labels(scale, QFontMetricsF(QApplication.font()))


def test_a_top_up_is_labelled_with_its_amount(qtbot: QtBot) -> None:
    [(place, text)] = labels([2400])
    assert text == "+2400"
    assert place.bottom() <= 20


@given(st.lists(st.integers(100, 5000), min_size=1, max_size=40))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_labels_never_cover_each_other_and_the_largest_is_there(
    qtbot: QtBot, amounts: list[int]
) -> None:
    found = labels(amounts)
    for (one, _), (other, _) in combinations(found, 2):
        assert not one.intersects(other)
    assert f"+{max(amounts)}" in [text for _, text in found]


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=4000), st.integers(1, 3600))
@settings(max_examples=20)
def test_no_extreme_is_lost_when_thousands_of_readings_are_merged(
    balances: list[int], seconds: int
) -> None:
    readings = [
        Reading(at=NOW + n * timedelta(seconds=seconds), balance=Decimal(balance))
        for n, balance in enumerate(balances)
    ]
    line = StepLine.through(buckets_of(None, readings), NOW)
    assert len(line.lines) <= 4 * MAX_BUCKETS
    amounts = {point.y() for each in line.lines for point in (each.p1(), each.p2())}
    assert {min(balances), max(balances)} <= amounts
    assert line.end is not None
    assert line.end.y() == balances[-1]
