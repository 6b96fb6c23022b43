"""The history window: the chart, the choice of its range, and the export."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.chart import Chart, Plot
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.windows import fitted, redraw_when_resized

DAY = timedelta(days=1)

AHEAD_SHARE = 0.3
"""The future shown if the forecast ends far ahead, relative to the past shown."""

MAX_AHEAD_SHARE, MARGIN_SHARE = 0.5, 0.02
"""Relative to the past shown: the longest future that a forecast's end may take, and the margin
after that end."""

NAME_CHARACTERS = (10, 28)
"""The width of the choice of the wallet, at least and at most; a longer name is shortened."""

RESIZE_MS = 300
"""The time after the last change of the window's size until it is reported."""


def end_of(since: datetime, now: datetime, runway: Runway | None) -> datetime:
    """Return the end of a range that starts at ``since``: that of the forecast, if it is near."""
    if runway is None or runway.latest <= now:
        return now
    length, ahead = now - since, runway.latest - now
    is_near = ahead <= length * MAX_AHEAD_SHARE
    return now + (ahead + length * MARGIN_SHARE if is_near else length * AHEAD_SHARE)


class HistoryWindow(QWidget):
    """Shows plots, and requests those that a person chooses.

    ``wallet_chosen`` carries the client ID of the wallet to show. ``plot_requested`` carries the
    start of the range, or None for the first reading, and its end, or None for the end that
    ``end_of`` returns; both are aware UTC. ``export_requested`` carries the file for the readings
    of the displayed range, and the start and end of that range. ``picture_requested`` carries the
    file for an image of the chart, and the image. ``resized`` carries a size that a person gave to
    the window; ``size`` is the last such one.
    """

    wallet_chosen = Signal(str)
    plot_requested = Signal(object, object)  # ``datetime | None`` each
    export_requested = Signal(Path, datetime, datetime)
    picture_requested = Signal(Path, QImage)
    resized = Signal(QSize)

    def __init__(self, prefix: str, size: QSize | None = None) -> None:
        super().__init__()
        title = self.tr("History")
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._plot: Plot | None = None
        self._length: timedelta | None = 7 * DAY
        self._follows_now = True
        self._chart = Chart()
        self._chart.range_requested.connect(self._on_range)
        self._message = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addLayout(self._head())
        layout.addWidget(self._chart, stretch=1)
        layout.addWidget(self._message)
        self._chart.setFocus()
        self.resize(fitted(self, size or self.sizeHint()))
        self._known_size = self.size()
        self._resize_timer = QTimer(self, singleShot=True, interval=RESIZE_MS)
        self._resize_timer.timeout.connect(self._report_size)
        keep_readable(self)
        redraw_when_resized(self)

    def ask(self) -> None:
        """Request the chosen range up to now, or the range to which the person has moved."""
        if not self._follows_now and self._plot:
            self.plot_requested.emit(self._plot.since, self._plot.until)
            return
        since = datetime.now(UTC) - self._length if self._length else None
        self.plot_requested.emit(since, None)

    def show_wallets(
        self, names: Mapping[str, str], removed: Iterable[str], client_id: str
    ) -> None:
        """Offer several wallets, by client ID, of which ``client_id`` is shown.

        ``removed`` are the client IDs of those without a name.
        """
        labels = [*names.items()]
        labels += [(each, self.tr("{0} (removed)").format(each)) for each in removed]
        rows = range(self._wallets.count())
        if labels != [(self._wallets.itemData(row), self._wallets.itemText(row)) for row in rows]:
            self._wallets.clear()
            for each, label in labels:
                self._wallets.addItem(label, each)
        self._wallets.setCurrentIndex(self._wallets.findData(client_id))
        self._wallets.setVisible(len(labels) > 1)

    def show_history(
        self,
        since: datetime,
        until: datetime | None,
        buckets: list[HistoryBucket],
        snapshot: Snapshot,
        now: datetime,
    ) -> None:
        """Draw a range of the history; None as its end is what ``end_of`` returns."""
        end = until or end_of(since, now, snapshot.runway)
        self.show_plot(Plot(since=since, until=end, buckets=buckets, snapshot=snapshot, now=now))

    def show_plot(self, plot: Plot) -> None:
        """Draw ``plot``, and show its runway in words."""
        self._plot = plot
        self._chart.show_plot(plot)
        range_text = texts.runway_range_text(plot.snapshot, plot.now)
        text = texts.runway_line(plot.snapshot, plot.now)
        self._message.setText(f"{text} ({range_text})" if range_text else text)

    def show_saved(self, path: Path) -> None:
        """Show that a file was written."""
        self._message.setText("✓ " + self.tr("Saved as {0}.").format(path))

    def show_failed(self, error: DeepvueError) -> None:
        """Show why something could not be read or written."""
        self._message.setText("✗ " + texts.error_text(error))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Start the time after which the new size is reported."""
        super().resizeEvent(event)
        self._resize_timer.start()

    def _report_size(self) -> None:
        # A size that was reduced to fit a small screen is not the person's choice.
        if self.size() != self._known_size and not self.isMaximized() and not self.isFullScreen():
            self._known_size = self.size()
            self.resized.emit(self._known_size)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(4)
        self._wallets = QComboBox()
        self._wallets.setAccessibleName(self.tr("Wallet"))
        self._wallets.setToolTip(self.tr("The wallet whose history is shown"))
        shortest, longest = (self.fontMetrics().averageCharWidth() * n for n in NAME_CHARACTERS)
        self._wallets.setMinimumWidth(shortest)
        self._wallets.setMaximumWidth(longest)
        self._wallets.activated.connect(
            lambda row: self.wallet_chosen.emit(self._wallets.itemData(row))
        )
        self._wallets.hide()
        head.addWidget(self._wallets)
        self._ranges = QButtonGroup(self)
        for label, length in (
            (self.tr("24 h"), DAY),
            (self.tr("7 d"), 7 * DAY),
            (self.tr("30 d"), 30 * DAY),
            (self.tr("90 d"), 90 * DAY),
            (self.tr("All"), None),
        ):
            button = _RangeButton(label)
            button.setToolTip(self.tr("All readings") if length is None else self.tr("Up to now"))
            button.setChecked(length == self._length)
            button.clicked.connect(lambda _checked, length=length: self._choose(length))
            self._ranges.addButton(button)
            head.addWidget(button)
        head.addStretch()
        export = QPushButton(self.tr("Save as"))
        export.setToolTip(self.tr("Saves the displayed range as a table or a picture"))
        menu = QMenu(export)
        menu.addAction(self.tr("CSV…"), self._save_csv)
        menu.addAction(self.tr("Picture…"), self._save_picture)
        export.setMenu(menu)
        head.addWidget(export)
        return head

    def _choose(self, length: timedelta | None) -> None:
        self._length, self._follows_now = length, True
        self.ask()

    @Slot(object, object)
    def _on_range(self, since: datetime, until: datetime) -> None:
        """Request a range from the chart, and uncheck the buttons."""
        self._follows_now = False
        self._ranges.setExclusive(False)
        for button in self._ranges.buttons():
            button.setChecked(False)
        self._ranges.setExclusive(True)
        self.plot_requested.emit(since, until)

    def _save_csv(self) -> None:
        path = self._ask_for_path(
            self.tr("Save the readings"), "deepvue-readings.csv", "CSV (*.csv)"
        )
        if path and self._plot:
            self.export_requested.emit(path, self._plot.since, self._plot.until)

    def _save_picture(self) -> None:
        path = self._ask_for_path(self.tr("Save the picture"), "deepvue-history.png", "PNG (*.png)")
        if path:
            self.picture_requested.emit(path, self._chart.grab().toImage())

    def _ask_for_path(self, title: str, name: str, kind: str) -> Path | None:
        # The current folder would be arbitrary: at login, Windows starts programs in System32.
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder if Path(folder).is_dir() else Path.home(), name))
        path, _ = QFileDialog.getSaveFileName(self, title, proposed, kind)
        return Path(path) if path else None


class _RangeButton(QPushButton):
    """A button that is underlined while it is checked, as some styles hardly show the state."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and the line if it is checked."""
        super().paintEvent(event)
        if self.isChecked():
            line = self.rect().adjusted(8, self.height() - 5, -8, -3)
            QPainter(self).fillRect(line, self.palette().color(QPalette.ColorRole.ButtonText))
