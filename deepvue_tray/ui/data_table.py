"""A table of numbers: rows can be selected, nothing can be edited."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from deepvue_tray.ui.form_widgets import draw_focus_ring

ROW_PADDING_PX = 8

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class DataTable(QTableView):
    """Shows a model, whose first column is text; the arrow keys move from cell to cell."""

    def __init__(self, model: QAbstractTableModel) -> None:
        super().__init__()
        self.setModel(model)
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

    def restore_row(self, row: int) -> None:
        """Make a row the current one again after its model was reset."""
        height = QFontMetricsF(self.font()).height() + ROW_PADDING_PX
        self.verticalHeader().setDefaultSectionSize(round(height))
        if 0 <= row < self.model().rowCount():
            self.setCurrentIndex(self.model().index(row, 0))

    def event(self, event: QEvent) -> bool:
        """Draw the focus ring on the frame as well, around the header and the rows."""
        is_handled = super().event(event)
        if event.type() == QEvent.Type.Paint:
            draw_focus_ring(QPainter(self), self, self.rect())
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return is_handled


def alignment(column: int) -> int:
    """Return the alignment of a column: text at the left, numbers at the right."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
