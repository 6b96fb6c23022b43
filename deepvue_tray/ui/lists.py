"""Lists to select from, with a visible focus: Fusion draws none."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from deepvue_tray.ui.form_widgets import draw_focus_ring
from deepvue_tray.ui.palette import blended, muted

_PADDING_PX = 6
"""Around the text of a row."""
_BAR_STRENGTH = 0.1
"""The share of the text's colour in the bar of the selected row."""
_MAX_WIDTH_PX = 200
"""Of a second column, which leaves at least as much for the first."""
_MAX_ROWS = 5
"""The rows that are shown without scrolling."""


class PageList(QListWidget):
    """The names of pages, as wide as the longest."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_Delegate(self))
        for name in names:
            QListWidgetItem(name, self)

    def sizeHint(self) -> QSize:
        """Return the size of all rows, with room for the focus ring."""
        height = sum(self.sizeHintForRow(index) for index in range(self.count()))
        bold = QFont(self.font())
        bold.setBold(True)
        names = (self.item(index).text() for index in range(self.count()))
        width = max(QFontMetrics(bold).horizontalAdvance(name) for name in names)
        return QSize(width + 4 * _PADDING_PX, height)

    def minimumSizeHint(self) -> QSize:
        """Return the size of all rows: a page that cannot be seen is not found."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the focus ring as well."""
        super().paintEvent(event)
        draw_focus_ring(QPainter(self.viewport()), self, self.viewport().rect())


class WalletList(QTreeWidget):
    """The wallets: the name, and at the right in a muted colour a second text."""

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setColumnCount(2)
        self.setAllColumnsShowFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_Delegate(self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def add_row(self, name: str, beside: str, *, is_current: bool) -> None:
        """Add a wallet at the end; ``is_current`` selects it."""
        item = QTreeWidgetItem(self, [name, beside])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if is_current:
            self.setCurrentItem(item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size of the rows, at most of ``_MAX_ROWS``."""
        rows = min(self.topLevelItemCount(), _MAX_ROWS)
        height = rows * self.sizeHintForRow(0) + 2 * self.frameWidth()
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """Return the height of the rows; the width may be smaller."""
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the focus ring as well."""
        super().paintEvent(event)
        draw_focus_ring(QPainter(self.viewport()), self, self.viewport().rect())


class _Delegate(QStyledItemDelegate):
    """Gives rows some air, and shows the selected one in bold on a light bar.

    The second column is muted in the other rows.
    """

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index) + QSize(2 * _PADDING_PX, 2 * _PADDING_PX)
        return size.boundedTo(QSize(_MAX_WIDTH_PX, size.height()))

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        state = QStyle.StateFlag
        is_selected = bool(option.state & state.State_Selected)
        # The bold font and the bar show both.
        option.font.setBold(is_selected and index.column() == 0)
        option.state &= ~(state.State_Selected | state.State_HasFocus)
        # On the bar it would be too weak.
        if index.column() == 1 and not is_selected:
            option.palette.setColor(QPalette.ColorRole.Text, muted(option.palette))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, blended(option.palette, _BAR_STRENGTH))
        padded = QStyleOptionViewItem(option)
        padded.rect = option.rect.adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        super().paint(painter, padded, index)
