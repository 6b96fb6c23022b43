"""The history can be looked at, moved, zoomed and saved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QStandardPaths, Qt
from PySide6.QtGui import QImage, QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.chart import Chart, Plot
from deepvue_tray.ui.history_window import HistoryWindow, end_of

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)

Asked = list[tuple[datetime | None, datetime | None]]


def plot(length: timedelta = 7 * DAY, *, empty: bool = False) -> Plot:
    hours = int(length / timedelta(hours=1))
    buckets = [
        HistoryBucket(
            start=NOW - n * timedelta(hours=1),
            at=NOW - n * timedelta(hours=1),
            last=Decimal(1000 + 10 * n),
            low=Decimal(1000 + 10 * n),
            high=Decimal(1000 + 10 * n),
            spent=Decimal(10),
            added=Decimal(0),
        )
        for n in range(hours, -1, -1)
    ]
    end = NOW + 4 * DAY
    snapshot = Snapshot(
        reading=Reading(at=NOW, balance=Decimal(1000)),
        runway=Runway(empty_at=end, earliest=end - DAY, latest=end + DAY, burn_rate=240),
    )
    return Plot(
        since=NOW - length,
        until=NOW + length * 0.3,
        buckets=[] if empty else buckets,
        snapshot=snapshot,
        now=NOW,
    )


@pytest.fixture
def asked() -> Asked:
    return []


@pytest.fixture
def window(qtbot: QtBot, asked: Asked) -> HistoryWindow:
    window = HistoryWindow("")
    qtbot.addWidget(window)
    window.plot_asked.connect(lambda since, until: asked.append((since, until)))
    window.resize(800, 500)
    window.show()
    window.show_plot(plot())
    return window


def chart_of(window: HistoryWindow) -> Chart:
    chart = window.findChild(Chart)
    assert isinstance(chart, Chart)
    return chart


def picture_of(window: HistoryWindow) -> QImage:
    return chart_of(window).grab().toImage()


def press(window: HistoryWindow, label: str) -> None:
    button = next(b for b in window.findChildren(QPushButton) if b.text() == label)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(("label", "days"), [("24 h", 1), ("7 d", 7), ("30 d", 30), ("90 d", 90)])
def test_a_range_up_to_now_is_a_click_away(
    window: HistoryWindow, asked: Asked, label: str, days: int
) -> None:
    press(window, label)
    since, until = asked[-1]
    assert since is not None
    assert abs(datetime.now(UTC) - since - days * DAY) < timedelta(minutes=1)
    assert until is None


def test_a_range_shows_a_near_end_of_the_forecast_and_a_bit_of_a_far_one() -> None:
    runway = plot().snapshot.runway
    assert runway is not None
    for length in (7 * DAY, 30 * DAY, 90 * DAY):
        ahead = end_of(NOW - length, NOW, runway) - NOW
        assert runway.latest - NOW < ahead if length > 10 * DAY else length * 0.2 < ahead
        assert ahead <= length / 2
    assert end_of(NOW - DAY, NOW, None) == NOW
    assert end_of(NOW - DAY, runway.latest + DAY, runway) == runway.latest + DAY


def test_all_there_is_has_no_begin(window: HistoryWindow, asked: Asked) -> None:
    press(window, "All")
    assert asked[-1][0] is None


def test_the_forecast_stands_below_in_words(window: HistoryWindow) -> None:
    assert window._said.text() == "About 4 days left, Fri 27 Nov (between 3 and 5 days)"


def test_something_is_drawn_and_an_empty_range_says_so(window: HistoryWindow) -> None:
    drawn = picture_of(window)
    window.show_plot(plot(empty=True))
    assert picture_of(window) != drawn


def test_the_pointer_shows_the_reading_below_it(window: HistoryWindow) -> None:
    pictures = []
    for x in (200, 400):
        # To this window, whichever another test has left open above it.
        place = chart_of(window).mapTo(window, QPoint(x, 100))
        QTest.mouseMove(window.windowHandle(), place)
        pictures.append(picture_of(window))
    assert pictures[0] != pictures[1]


def test_the_wheel_zooms_about_the_pointer(window: HistoryWindow, asked: Asked) -> None:
    chart = chart_of(window)
    place = QPointF(chart.width() / 2, 100)
    wheel = QWheelEvent(
        place, chart.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart, wheel)
    since, until = asked[-1]
    shown = plot()
    assert since is not None
    assert until is not None
    assert shown.since < since < until < shown.until


def test_dragging_pans_and_keeps_the_length(window: HistoryWindow, asked: Asked) -> None:
    chart = chart_of(window)
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    QTest.mouseMove(chart, QPoint(400, 100))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    since, until = asked[-1]
    shown = plot()
    assert since is not None
    assert until is not None
    assert since < shown.since
    assert until - since == shown.until - shown.since


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_Minus]
)
def test_the_keyboard_does_what_the_mouse_does(
    window: HistoryWindow, asked: Asked, key: Qt.Key
) -> None:
    QTest.keyClick(chart_of(window), key)
    assert asked[-1] != (plot().since, plot().until)


@pytest.mark.parametrize(
    ("keys", "hours_ago"),
    [
        ([(Qt.Key.Key_End, False)], 0),
        ([(Qt.Key.Key_Home, False)], 7 * 24),
        ([(Qt.Key.Key_Left, True)], 0),
        ([(Qt.Key.Key_Left, True), (Qt.Key.Key_Left, True)], 1),
        ([(Qt.Key.Key_Home, False), (Qt.Key.Key_Left, True)], 7 * 24),
    ],
)
def test_the_keyboard_reads_one_reading_after_the_other(
    window: HistoryWindow, asked: Asked, keys: list[tuple[Qt.Key, bool]], hours_ago: int
) -> None:
    modifiers = {True: Qt.KeyboardModifier.ControlModifier, False: Qt.KeyboardModifier.NoModifier}
    for key, ctrl in keys:
        QTest.keyClick(chart_of(window), key, modifiers[ctrl])
    reading = plot().buckets[-1 - hours_ago]
    said = chart_of(window).accessibleDescription()
    assert said == texts.reading_of(reading.last, reading.at)
    assert asked == []


def test_a_new_reading_leaves_the_one_that_is_looked_at(window: HistoryWindow) -> None:
    QTest.keyClick(chart_of(window), Qt.Key.Key_Home)
    said = chart_of(window).accessibleDescription()
    window.show_plot(plot())
    assert chart_of(window).accessibleDescription() == said


def test_the_range_that_is_shown_is_marked_by_more_than_a_colour(window: HistoryWindow) -> None:
    button = next(b for b in window.findChildren(QPushButton) if b.text() == "7 d")
    button.repaint()
    checked = button.grab().toImage()
    line = checked.pixelColor(button.width() // 2, button.height() - 4)
    assert line == button.palette().color(QPalette.ColorRole.ButtonText)


def test_a_range_of_one_s_own_is_kept_when_a_new_reading_comes(
    window: HistoryWindow, asked: Asked
) -> None:
    QTest.keyClick(chart_of(window), Qt.Key.Key_Left)
    own = plot(3 * DAY)
    window.show_plot(own)
    window.ask()
    assert asked[-1] == (own.since, own.until)


def test_the_picture_of_what_is_shown_is_asked_for(
    qtbot: QtBot, window: HistoryWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("history.png", ""))
    with qtbot.waitSignal(window.picture_asked) as asked:
        window._save_picture()
    path, picture = asked.args or (None, None)
    assert path == Path("history.png")
    assert picture == picture_of(window)


def test_the_readings_of_the_range_that_is_shown_are_asked_for(
    qtbot: QtBot, window: HistoryWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("readings.csv", ""))
    with qtbot.waitSignal(window.export_asked) as asked:
        window._save_csv()
    assert asked.args == [Path("readings.csv"), plot().since, plot().until]


@pytest.mark.parametrize("has_documents", [True, False])
def test_a_file_is_saved_among_the_person_s_own_wherever_the_program_was_started(
    window: HistoryWindow,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    has_documents: bool,
) -> None:
    documents = tmp_path / "documents"
    if has_documents:
        documents.mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(documents))
    proposed: list[str] = []

    def choose(_parent: object, _title: str, path: str, _kind: str) -> tuple[str, str]:
        proposed.append(path)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window._save_csv()
    folder = documents if has_documents else Path.home()
    assert proposed == [str(folder / "deepvue-readings.csv")]


def test_what_could_not_be_read_is_said(window: HistoryWindow) -> None:
    window.show_failed(StorageError("history.sqlite: disk I/O error"))
    assert "disk I/O error" in window._said.text()


def test_escape_closes_it(window: HistoryWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_the_axis_of_a_wallet_below_one_credit_is_labelled_in_fractions(
    monkeypatch: pytest.MonkeyPatch, window: HistoryWindow
) -> None:
    drawn: list[Decimal] = []
    number = texts.format_number

    def spied(amount: Decimal) -> str:
        drawn.append(amount)
        return number(amount)

    monkeypatch.setattr(texts, "format_number", spied)
    low, high = Decimal(0), Decimal("0.37")
    pieces = [replace(piece, last=high, low=low, high=high) for piece in plot().buckets]
    window.show_plot(replace(plot(), buckets=pieces))
    picture_of(window)
    labels = {number(amount) for amount in drawn if amount <= 1}
    assert labels >= {"0", "0.20", "1"}
