"""The history can be read, panned, zoomed and saved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, QStandardPaths, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QRadioButton,
    QTableView,
)
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.history_page import HistorySummary, TopUp
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import formats, texts
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.chart.time_range import start_for
from deepvue_tray.ui.history_window import HistoryWindow
from deepvue_tray.ui.palette import GRAPHICS_CONTRAST, contrast
from deepvue_tray.ui.summary_tiles import SummaryTiles, _Tile

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)

Requests = list[tuple[datetime | None, datetime | None]]

SUMMARY = HistorySummary(
    spent=Decimal(3180),
    per_day=Decimal("105.7"),
    change=-0.08,
    this_month=Decimal(2540),
    last_month=Decimal(3402),
    top_ups=(
        TopUp(NOW - 20 * DAY, Decimal(1000), Decimal(2000)),
        TopUp(NOW - 15 * DAY, Decimal(1400), Decimal(3000)),
    ),
)


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
        first=NOW - 2 * length,
        summary=SUMMARY,
    )


@pytest.fixture
def requests() -> Requests:
    return []


@pytest.fixture
def window(qtbot: QtBot, requests: Requests) -> HistoryWindow:
    window = HistoryWindow("")
    qtbot.addWidget(window)
    window.plot_requested.connect(lambda since, until: requests.append((since, until)))
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
    button = next(b for b in window.findChildren(QAbstractButton) if b.text() == label)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_single_wallet_offers_no_choice(window: HistoryWindow) -> None:
    window.show_wallets({"live_1": "Live"}, [], "live_1")
    assert not window._wallets.isVisible()


def test_a_choice_requests_the_wallet(qtbot: QtBot, window: HistoryWindow) -> None:
    window.show_wallets({"live_1": "Live", "free_tier_1": "Trial"}, ["old_1"], "live_1")
    assert window._wallets.isVisible()
    assert window._wallets.currentText() == "Live"
    window._wallets.setFocus()
    with qtbot.waitSignal(window.wallet_chosen) as chosen:
        QTest.keyClick(window._wallets, Qt.Key.Key_End)
    assert chosen.args == ["old_1"]
    assert window._wallets.currentText() == "old_1 (removed)"


def test_an_open_choice_stays_when_nothing_was_added(qtbot: QtBot, window: HistoryWindow) -> None:
    names = {"live_1": "Live", "free_tier_1": "Trial"}
    window.show_wallets(names, [], "live_1")
    with qtbot.assertNotEmitted(window._wallets.model().rowsRemoved):
        window.show_wallets(names, [], "live_1")


@pytest.mark.parametrize(("label", "days"), [("24 h", 1), ("7 d", 7), ("30 d", 30), ("90 d", 90)])
def test_a_click_requests_a_range_up_to_now(
    window: HistoryWindow, requests: Requests, label: str, days: int
) -> None:
    press(window, label)
    since, until = requests[-1]
    assert since == start_for(days * DAY, datetime.now(UTC))
    assert until is None


def test_the_tab_key_moves_to_the_chosen_range(window: HistoryWindow) -> None:
    reached = {
        button.text()
        for button in window.findChildren(QRadioButton)
        if button.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    }
    assert reached == {"Balance", "7 d"}


def test_the_range_of_all_readings_has_no_start(window: HistoryWindow, requests: Requests) -> None:
    press(window, "All")
    assert requests[-1][0] is None


def test_the_forecast_is_shown_as_text(window: HistoryWindow) -> None:
    assert window._message.text() == "About 4 days left, until Fri 27 Nov"
    assert window._range.text() == "(between 3 and 5 days)"


def test_an_empty_range_looks_different_from_one_with_readings(window: HistoryWindow) -> None:
    drawn = picture_of(window)
    window.show_plot(plot(empty=True))
    assert picture_of(window) != drawn


def test_the_pointer_shows_the_reading_below_it(window: HistoryWindow) -> None:
    pictures = []
    for x in (200, 400):
        # To this window, even if another test has left one open above it.
        position = chart_of(window).mapTo(window, QPoint(x, 100))
        QTest.mouseMove(window.windowHandle(), position)
        pictures.append(picture_of(window))
    assert pictures[0] != pictures[1]


def test_the_wheel_zooms_about_the_pointer(window: HistoryWindow, requests: Requests) -> None:
    chart = chart_of(window)
    position = QPointF(chart.width() / 2, 100)
    wheel = QWheelEvent(
        position, chart.mapToGlobal(position), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(chart, wheel)
    since, until = requests[-1]
    shown = plot()
    assert since is not None
    assert until is not None
    assert shown.since < since < until < shown.until


def test_dragging_pans_and_keeps_the_length(window: HistoryWindow, requests: Requests) -> None:
    chart = chart_of(window)
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    QTest.mouseMove(chart, QPoint(400, 100))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    since, until = requests[-1]
    shown = plot()
    assert since is not None
    assert until is not None
    assert since < shown.since
    assert until - since == shown.until - shown.since


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_Minus])
def test_the_keyboard_pans_and_zooms(
    window: HistoryWindow, requests: Requests, key: Qt.Key
) -> None:
    QTest.keyClick(chart_of(window), key)
    assert requests[-1] != (plot().since, plot().until)


def test_panning_stops_at_the_first_reading(window: HistoryWindow, requests: Requests) -> None:
    for _ in range(9):
        QTest.keyClick(chart_of(window), Qt.Key.Key_Left)
        since, until = requests[-1]
        assert since is not None
        assert until is not None
        window.show_plot(moved(plot(), since, until))
    assert requests[-1][0] == plot().first
    count = len(requests)
    QTest.keyClick(chart_of(window), Qt.Key.Key_Left)
    assert len(requests) == count


def moved(before: Plot, since: datetime, until: datetime) -> Plot:
    return Plot(
        since=since,
        until=until,
        buckets=before.buckets,
        snapshot=before.snapshot,
        now=before.now,
        first=before.first,
    )


def tiles(window: HistoryWindow) -> list[list[str]]:
    """Return the texts of each tile."""
    shown = [tile.findChildren(QLabel) for tile in window.findChildren(_Tile)]
    return [[label.text() for label in labels if not label.isHidden()] for labels in shown]


def test_the_summary_says_what_was_spent_and_added(window: HistoryWindow) -> None:
    window.show_plot(plot(30 * DAY))
    assert tiles(window) == [
        ["Spent in 31 days", "3180"],
        ["Average a day", "106", "\N{MINUS SIGN}8 %"],
        ["November so far", "2540", "Oct: 3402"],
        ["Top-ups", "+2400", "last 8 Nov"],
    ]
    assert window._dates.text() == "24 Oct \N{EN DASH} 23 Nov"


def test_what_is_unknown_is_a_dash_or_left_out(window: HistoryWindow) -> None:
    unknown = replace(SUMMARY, per_day=None, change=None, last_month=None, top_ups=())
    window.show_plot(replace(plot(DAY), summary=unknown))
    assert tiles(window) == [
        ["Spent in 24 hours", "3180"],
        ["Average a day", "—"],
        ["November so far", "2540"],
        ["Top-ups", "0"],
    ]
    assert window._dates.text() == "Sun 22 Nov, 14:05 \N{EN DASH} 14:05"
    window.show_plot(replace(plot(DAY), summary=None))
    assert [values for _, *values in tiles(window)] == [["—"]] * 4


def test_the_pointer_shows_the_spending_of_the_bar_below_it(window: HistoryWindow) -> None:
    chart = chart_of(window)
    # To this window, even if another test has left one open above it.
    position = chart.mapTo(window, QPoint(chart.width() // 2, chart.height() - 40))
    QTest.mouseMove(window.windowHandle(), position)
    assert chart.accessibleDescription() == "Sat 21 Nov: 240 credits"


def test_the_table_has_the_readings_of_the_range_newest_first(window: HistoryWindow) -> None:
    press(window, "Table")
    table = window.findChild(QTableView)
    assert isinstance(table, QTableView)
    assert table.isVisible()
    assert not chart_of(window).isVisible()
    model = table.model()
    assert model.rowCount() == len(plot().buckets)
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(4)]
    assert titles == ["Time", "Balance", "Spent", "Added"]
    first = [model.index(0, column).data() for column in range(4)]
    assert first == [formats.format_day_and_time(NOW), "1000", "10", "0"]
    press(window, "Chart")
    assert chart_of(window).isVisible()


def test_a_new_reading_leaves_the_table_s_row_selected(window: HistoryWindow) -> None:
    press(window, "Table")
    table = window.findChild(QTableView)
    assert isinstance(table, QTableView)
    QTest.keyClick(table, Qt.Key.Key_Down)
    row = table.currentIndex().row()
    window.show_plot(plot())
    assert table.currentIndex().row() == row >= 0


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
def test_the_keyboard_selects_one_reading_after_the_other(
    window: HistoryWindow, requests: Requests, keys: list[tuple[Qt.Key, bool]], hours_ago: int
) -> None:
    modifiers = {True: Qt.KeyboardModifier.ControlModifier, False: Qt.KeyboardModifier.NoModifier}
    for key, ctrl in keys:
        QTest.keyClick(chart_of(window), key, modifiers[ctrl])
    reading = plot().buckets[-1 - hours_ago]
    description = chart_of(window).accessibleDescription()
    assert description == texts.reading_text(reading.last, reading.at)
    assert requests == []


def test_a_new_reading_keeps_the_selected_one(window: HistoryWindow) -> None:
    QTest.keyClick(chart_of(window), Qt.Key.Key_Home)
    description = chart_of(window).accessibleDescription()
    window.show_plot(plot())
    assert chart_of(window).accessibleDescription() == description


def test_the_chosen_range_is_marked_by_more_than_a_hue(window: HistoryWindow) -> None:
    buttons = {b.text(): b for b in window.findChildren(QAbstractButton)}
    grounds = [buttons[label].grab().toImage().pixelColor(20, 5) for label in ("7 d", "30 d")]
    assert contrast(*grounds) >= GRAPHICS_CONTRAST


def test_a_panned_range_is_kept_when_a_new_reading_arrives(
    window: HistoryWindow, requests: Requests
) -> None:
    QTest.keyClick(chart_of(window), Qt.Key.Key_Left)
    panned = plot(3 * DAY)
    window.show_plot(panned)
    window.ask()
    assert requests[-1] == (panned.since, panned.until)


def test_saving_a_picture_requests_one_of_the_displayed_chart(
    qtbot: QtBot, window: HistoryWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("history.png", ""))
    with qtbot.waitSignal(window.picture_requested) as requested:
        window._save_picture()
    path, picture = requested.args or (None, None)
    assert path == Path("history.png")
    assert picture == picture_of(window)


def test_saving_a_table_requests_the_readings_of_the_displayed_range(
    qtbot: QtBot, window: HistoryWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("readings.csv", ""))
    with qtbot.waitSignal(window.export_requested) as requested:
        window._save_csv()
    assert requested.args == [Path("readings.csv"), plot().since, plot().until]


@pytest.mark.parametrize("has_documents", [True, False])
def test_the_proposed_folder_does_not_depend_on_the_working_folder(
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


def test_a_read_error_is_shown(window: HistoryWindow) -> None:
    window.show_failed(StorageError("history.sqlite: disk I/O error"))
    assert "disk I/O error" in window._message.text()


def test_the_standard_key_closes_it(qtbot: QtBot, window: HistoryWindow) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(chart_of(window), Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert not window.isVisible()


def test_escape_closes_it(window: HistoryWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_the_axis_of_a_wallet_below_one_credit_is_labelled_in_fractions(
    monkeypatch: pytest.MonkeyPatch, window: HistoryWindow
) -> None:
    drawn: list[Decimal] = []
    format_number = formats.format_number

    def recorded(amount: Decimal) -> str:
        drawn.append(amount)
        return format_number(amount)

    monkeypatch.setattr(formats, "format_number", recorded)
    low, high = Decimal(0), Decimal("0.37")
    buckets = [replace(bucket, last=high, low=low, high=high) for bucket in plot().buckets]
    window.show_plot(replace(plot(), buckets=buckets))
    picture_of(window)
    labels = {format_number(amount) for amount in drawn if amount <= 1}
    assert labels >= {"0", "0.10", "0.20", "0.30"}


@pytest.fixture
def sizes(window: HistoryWindow) -> list[QSize]:
    sizes: list[QSize] = []
    window.resized.connect(sizes.append)
    return sizes


def test_a_size_that_a_person_gives_is_reported_once_it_stays(
    qtbot: QtBot, window: HistoryWindow, sizes: list[QSize]
) -> None:
    for width in (700, 710, 720):
        window.resize(width, 450)
    qtbot.waitUntil(lambda: bool(sizes))
    assert sizes == [QSize(720, 450)]


def test_it_opens_as_large_as_it_was(qtbot: QtBot) -> None:
    window = HistoryWindow("", QSize(640, 480))
    qtbot.addWidget(window)
    window.show()
    assert window.size() == QSize(640, 480)


def test_in_a_low_window_the_sums_make_room_for_the_chart(window: HistoryWindow) -> None:
    [tiles] = window.findChildren(SummaryTiles)
    assert tiles.isVisible()
    window.resize(420, 360)
    assert not tiles.isVisible()
    QApplication.processEvents()
    assert chart_of(window).height() >= chart_of(window).minimumSizeHint().height()
    window.resize(800, 500)
    assert tiles.isVisible()


def test_on_a_smaller_screen_it_fits_and_its_size_is_not_forgotten(qtbot: QtBot) -> None:
    window = HistoryWindow("", QSize(3000, 2000))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window._resize_timer.timeout), qtbot.assertNotEmitted(window.resized):
        window.show()
    area = window.screen().availableSize()
    assert window.width() <= area.width()
    assert window.frameSize().height() <= area.height()


def test_a_maximized_window_keeps_the_size_it_had(qtbot: QtBot, window: HistoryWindow) -> None:
    with qtbot.waitSignal(window._resize_timer.timeout), qtbot.assertNotEmitted(window.resized):
        window.showMaximized()


def test_what_the_usage_report_tells_is_drawn_unlike_what_was_read(window: HistoryWindow) -> None:
    shown = plot()
    began = replace(shown, buckets=shown.buckets[-48:])
    window.show_plot(began)
    without = picture_of(window)
    start = (NOW - 7 * DAY).timestamp()
    hours = [(start + 3600 * hour, 2000.0 - 5 * hour) for hour in range(24 * 5)]
    window.show_plot(replace(began, reported=hours))
    assert picture_of(window) != without
    # The axis has room for it.
    assert chart_of(window)._limits[1] >= 2000
