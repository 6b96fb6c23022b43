"""The history as a table: for screen readers, and for everybody who wants the numbers."""

from PySide6.QtCore import QAbstractTableModel, Qt

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.data_table import ROOT, DataTable, Index, alignment
from deepvue_tray.ui.formats import format_day_and_time, format_number


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

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of buckets."""
        return 0 if parent.isValid() else len(self._buckets)

    def columnCount(self, parent: Index = ROOT) -> int:
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
        return alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

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
        return alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _headers(self) -> list[str]:
        return [self.tr("Time"), self.tr("Balance"), self.tr("Spent"), self.tr("Added")]


class HistoryTable(DataTable):
    """Shows the buckets of a plot; the arrow keys move from cell to cell."""

    def __init__(self) -> None:
        self._model = HistoryModel()
        super().__init__(self._model)
        self.setAccessibleName(self.tr("Readings"))
        self.setAccessibleDescription(self.tr("The displayed range, newest first"))

    def show_plot(self, plot: Plot) -> None:
        """Show the buckets of ``plot``; the current row stays the same number from the newest."""
        row = self.currentIndex().row()
        self._model.show_buckets(plot.shown)
        self.restore_row(row)
