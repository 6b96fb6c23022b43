"""A table of numbers: rows can be selected, nothing can be edited."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.form_widgets import draw_focus_ring
from deepvue_tray.ui.palette import muted

ROW_PADDING_PX = 8
CELL_PADDING_PX = 8
"""At the left and the right of a text."""

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class DataModel(QAbstractTableModel):
    """The titles of the columns and the texts of the cells, which a subclass returns."""

    def titles(self) -> list[str]:
        """Return the title of each column."""
        raise NotImplementedError

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell."""
        raise NotImplementedError

    def columnCount(self, parent: Index = ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.titles())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell, or its alignment."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the title of a column, or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


class DataTable(QTableView):
    """Shows a model, whose first column is text; the arrow keys move from cell to cell."""

    def __init__(self, model: DataModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalHeader(_Header())
        self.setItemDelegate(_Delegate(self))
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
        """Draw the focus ring in place of the frame, around the header and the rows."""
        if event.type() == QEvent.Type.Paint:
            draw_focus_ring(QPainter(self), self, self.rect())
            return True
        is_handled = super().event(event)
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return is_handled


class _Header(QHeaderView):
    """The titles of the columns in a muted colour, above a line."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def sectionSizeFromContents(self, section: int) -> QSize:
        """Return a size with some air."""
        return super().sectionSizeFromContents(section) + QSize(2 * CELL_PADDING_PX, ROW_PADDING_PX)

    def paintSection(self, painter: QPainter, area: QRect, section: int) -> None:
        """Draw one title."""
        palette = self.palette()
        painter.fillRect(area, palette.color(QPalette.ColorRole.Window))
        line = QRect(area.left(), area.bottom(), area.width(), 1)
        painter.fillRect(line, CardColours.of(palette).line)
        painter.setPen(muted(palette))
        title = self.model().headerData(section, self.orientation())
        # Qt draws the text of a cell with this margin.
        margin = self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
        inside = area.adjusted(CELL_PADDING_PX + margin, 0, -CELL_PADDING_PX - margin, 0)
        painter.drawText(inside, _alignment(section), str(title))


class _Delegate(QStyledItemDelegate):
    """Gives the cells some air."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size with the padding, for columns that fit their contents."""
        return super().sizeHint(option, index) + QSize(2 * CELL_PADDING_PX, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the ground of the whole cell, and the text within its padding."""
        cell = QStyle.PrimitiveElement.PE_PanelItemViewItem
        option.widget.style().drawPrimitive(cell, option, painter, option.widget)
        padded = QStyleOptionViewItem(option)
        padded.rect = option.rect.adjusted(CELL_PADDING_PX, 0, -CELL_PADDING_PX, 0)
        super().paint(painter, padded, index)


def _alignment(column: int) -> int:
    """Return the alignment of a column: text at the left, numbers at the right."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
