"""The time to open the history window on ten years, and to draw one frame.

    python -m tests.benchmarks.chart_cost [YEARS]

Times are medians of 20. The reference is a plain line of 2,000 points of the same size.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

from deepvue_tray.core.forecast.runway import forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, series_of
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.history_table import HistoryTable
from deepvue_tray.ui.history_window import HistoryWindow
from tests.benchmarks.table import Row, show
from tests.benchmarks.ten_years import NOW, YEAR, build

SIZE = QSize(1600, 800)


class PlainLine(QWidget):
    """The simplest chart: a line without axes."""

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [QPointF(x * 0.8, 400 + (x * 7919) % 300) for x in range(2000)]
        painter.drawPolyline(QPolygonF(points))


def median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(20):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def rows(years: float = 10) -> Iterator[Row]:
    """Build the history, then measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.sqlite")
        build(path, years * YEAR)
        history = History(path)
        series = series_of(history.points("live_1", NOW - MEMORY, NOW))
        snapshot = Snapshot(
            reading=history.latest("live_1", NOW), runway=forecast_runway(series, NOW)
        )

        def plot(length: timedelta) -> Plot:
            buckets = history.buckets("live_1", NOW - length, NOW)
            return Plot(since=NOW - length, until=NOW, buckets=buckets, snapshot=snapshot, now=NOW)

        def open_window() -> None:
            window = HistoryWindow("")
            window.resize(SIZE)
            window.show_plot(plot(years * YEAR))
            window.show()
            application.processEvents()
            window.close()

        def open_table() -> None:
            table = HistoryTable()
            table.resize(SIZE)
            table.show_plot(plot(years * YEAR))
            table.grab()

        line = PlainLine()
        line.resize(SIZE)
        plain = median(line.grab)
        window = median(open_window)
        yield Row(f"open the history window on {years:g} years", "ms", window, goal="< 150 ms")
        table = median(open_table)
        yield Row(f"open its table of {years:g} years", "ms", table, goal="< 150 ms")
        for days in (1, 7, 30, 90, int(years * 365)):
            chart = Chart()
            chart.resize(SIZE)
            chart.show_plot(plot(timedelta(days=days)))
            frame = median(chart.grab)
            what = f"draw one frame of {days} days"
            yield Row(what, "ms", frame, plain, "a line of 2,000 points", "≤ 16.7 ms")
        history.close()


if __name__ == "__main__":
    show(rows(*map(float, sys.argv[1:])))
