"""The history as a table: for screen readers, and for everybody who wants the numbers."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.form_widgets import draw_focus_ring
from deepvue_tray.ui.formats import format_day_and_time, format_number

ROW_PADDING_PX = 8

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class HistoryModel(QAbstractTableModel):
    """The buckets of a range, newest first; texts are made for the visible rows only."""

    def __init__(self) -> None:
        super().__init__()
        self._buckets: list[HistoryBucket] = []

    def show_buckets(self, buckets: list[HistoryBucket]) -> None:
        """Replace the rows by ``buckets``, oldest first."""
        self.beginResetModel()
        self._buckets = buckets
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of buckets."""
        return 0 if parent.isValid() else len(self._buckets)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._headers())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, or its alignment."""
        if role == Qt.ItemDataRole.DisplayRole:
            bucket = self._buckets[-1 - index.row()]
            match index.column():
                case 0:
                    return format_day_and_time(bucket.at)
                case 1:
                    return format_number(bucket.last)
                case 2:
                    return format_number(bucket.spent)
                case _:
                    return format_number(bucket.added)
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return the title of a column, or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers()[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _headers(self) -> list[str]:
        return [self.tr("Time"), self.tr("Balance"), self.tr("Spent"), self.tr("Added")]


class HistoryTable(QTableView):
    """Shows the buckets of a plot; the arrow keys move from cell to cell."""

    def __init__(self) -> None:
        super().__init__()
        self._model = HistoryModel()
        self.setModel(self._model)
        self.setAccessibleName(self.tr("Readings"))
        self.setAccessibleDescription(self.tr("The displayed range, newest first"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        # A fixed height: Qt need not measure thousands of rows.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)

    def show_plot(self, plot: Plot) -> None:
        """Show the buckets of ``plot``; the current row stays the same number from the newest."""
        row = self.currentIndex().row()
        self._model.show_buckets(plot.shown)
        height = QFontMetricsF(self.font()).height() + ROW_PADDING_PX
        self.verticalHeader().setDefaultSectionSize(round(height))
        if 0 <= row < self._model.rowCount():
            self.setCurrentIndex(self._model.index(row, 0))

    def event(self, event: QEvent) -> bool:
        """Draw the focus ring on the frame as well, around the header and the rows."""
        is_handled = super().event(event)
        if event.type() == QEvent.Type.Paint:
            draw_focus_ring(QPainter(self), self, self.rect())
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return is_handled


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
