"""The history window: the chart, the ranges to look at, and what can be saved of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
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
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.chart import Chart, Plot
from deepvue_tray.ui.palette import keep_readable

DAY = timedelta(days=1)

SHOWN_AHEAD = 0.3
"""How much of a range is shown of the future, so that the forecast can be seen begin."""

NEAR, BEYOND = 0.5, 0.02
"""How much of a range ahead the forecast may end and be shown whole, and how much beyond that."""


def end_of(since: datetime, now: datetime, runway: Runway | None) -> datetime:
    """Return where a range up to now ends: where the forecast does, if that is near."""
    if runway is None or runway.latest <= now:
        return now
    length, ahead = now - since, runway.latest - now
    return now + (ahead + length * BEYOND if ahead <= length * NEAR else length * SHOWN_AHEAD)


class HistoryWindow(QWidget):
    """Shows plots, and asks for the ones a person wants to see.

    ``plot_asked`` carries the first moment, or None for all there is, and the last, or None for now
    and what ``end_of`` shows ahead; both aware, in UTC. ``export_asked`` carries the file that is
    to take the readings of the range shown, and the range; ``picture_asked`` the file that is to
    take an image, and the image.
    """

    plot_asked = Signal(object, object)
    export_asked = Signal(object, object, object)
    picture_asked = Signal(object, object)

    def __init__(self, prefix: str) -> None:
        super().__init__()
        title = self.tr("History")
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._plot: Plot | None = None
        self._length: timedelta | None = 7 * DAY
        self._follows = True
        self._chart = Chart()
        self._chart.range_asked.connect(self._on_range)
        self._said = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(8)
        whole.addLayout(self._head())
        whole.addWidget(self._chart, stretch=1)
        whole.addWidget(self._said)
        self._chart.setFocus()
        keep_readable(self)

    def ask(self) -> None:
        """Ask for the range that was chosen, up to now and a little beyond."""
        if not self._follows and self._plot:
            self.plot_asked.emit(self._plot.since, self._plot.until)
            return
        since = datetime.now(UTC) - self._length if self._length else None
        self.plot_asked.emit(since, None)

    def show_plot(self, plot: Plot) -> None:
        """Draw this."""
        self._plot = plot
        self._chart.show_plot(plot)
        likely = texts.runway_range_text(plot.snapshot, plot.now)
        text = texts.runway_line(plot.snapshot, plot.now)
        self._said.setText(f"{text} ({likely})" if likely else text)

    def show_saved(self, path: Path) -> None:
        """Say that a file was written."""
        self._said.setText("✓ " + self.tr("Saved as {0}.").format(path))

    def show_failed(self, error: DeepvueError) -> None:
        """Say why something could not be read or written."""
        self._said.setText("✗ " + texts.error_text(error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(4)
        self._ranges = QButtonGroup(self)
        for label, length in (
            (self.tr("24 h"), DAY),
            (self.tr("7 d"), 7 * DAY),
            (self.tr("30 d"), 30 * DAY),
            (self.tr("90 d"), 90 * DAY),
            (self.tr("All"), None),
        ):
            button = _RangeButton(label)
            button.setToolTip(
                self.tr("All readings there are") if length is None else self.tr("Up to now")
            )
            button.setChecked(length == self._length)
            button.clicked.connect(lambda _checked, length=length: self._choose(length))
            self._ranges.addButton(button)
            head.addWidget(button)
        head.addStretch()
        export = QPushButton(self.tr("Save as"))
        export.setToolTip(self.tr("The range that is shown, as a table or as a picture"))
        menu = QMenu(export)
        menu.addAction(self.tr("CSV…"), self._save_csv)
        menu.addAction(self.tr("Picture…"), self._save_picture)
        export.setMenu(menu)
        head.addWidget(export)
        return head

    def _choose(self, length: timedelta | None) -> None:
        self._length, self._follows = length, True
        self.ask()

    @Slot(object, object)
    def _on_range(self, since: datetime, until: datetime) -> None:
        """Leave the chosen range for one of the person's own."""
        self._follows = False
        self._ranges.setExclusive(False)
        for button in self._ranges.buttons():
            button.setChecked(False)
        self._ranges.setExclusive(True)
        self.plot_asked.emit(since, until)

    def _save_csv(self) -> None:
        path = self._file_for(self.tr("Save the readings"), "deepvue-readings.csv", "CSV (*.csv)")
        if path and self._plot:
            self.export_asked.emit(path, self._plot.since, self._plot.until)

    def _save_picture(self) -> None:
        path = self._file_for(self.tr("Save the picture"), "deepvue-history.png", "PNG (*.png)")
        if path:
            self.picture_asked.emit(path, self._chart.grab().toImage())

    def _file_for(self, title: str, name: str, kind: str) -> Path | None:
        # The current folder of a program that was started at login is Windows' own.
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder if Path(folder).is_dir() else Path.home(), name))
        chosen, _ = QFileDialog.getSaveFileName(self, title, proposed, kind)
        return Path(chosen) if chosen else None


class _RangeButton(QPushButton):
    """A button that is underlined while it is checked, which some styles hardly show."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the style's button, and the line."""
        super().paintEvent(event)
        if self.isChecked():
            line = self.rect().adjusted(8, self.height() - 5, -8, -3)
            QPainter(self).fillRect(line, self.palette().color(QPalette.ColorRole.ButtonText))
