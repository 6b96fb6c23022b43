"""The history as a table: for screen readers, and for everybody who wants the numbers."""

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.data_table import ROOT, DataModel, DataTable, Index
from deepvue_tray.ui.formats import format_day_and_time, format_number


class HistoryModel(DataModel):
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

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell."""
        bucket = self._buckets[-1 - row]
        match column:
            case 0:
                return format_day_and_time(bucket.at)
            case 1:
                return format_number(bucket.last)
            case 2:
                return format_number(bucket.spent)
            case _:
                return format_number(bucket.added)

    def titles(self) -> list[str]:
        """Return the title of each column."""
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
