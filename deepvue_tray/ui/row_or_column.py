"""A layout that puts widgets side by side, or one below the other where they do not fit."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem


class RowOrColumn(QLayout):
    """A row that becomes a column instead of cutting a text.

    If ``equal``, the items fill the width, with equal widths where these fit. Otherwise each has
    the width it wants, the first ones on the left and the last one on the right.
    """

    def __init__(self, *, equal: bool, row_gap: int, column_gap: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._is_equal = equal
        self._row_gap = row_gap
        self._column_gap = column_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take ``item`` as the last one."""
        self._items.append(item)

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, or None if there is none at ``index``, as Qt requires."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return an item, or None if there is none at ``index``, as Qt requires."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Return that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the row, or of the column where a row does not fit."""
        heights = [_height(item, item_width) for item, item_width in self._widths(width)]
        if self._is_row(width):
            return max(heights, default=0)
        return sum(heights) + self._column_gap * (len(heights) - 1)

    def sizeHint(self) -> QSize:
        """Return the size of the row."""
        width = self._row_width()
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        """Return the width of the column, and the height of the row."""
        shown = self._shown()
        return QSize(
            max((item.minimumSize().width() for item in shown), default=0),
            max((item.minimumSize().height() for item in shown), default=0),
        )

    def setGeometry(self, area: QRect) -> None:
        """Place the items within ``area``."""
        super().setGeometry(area)
        is_row = self._is_row(area.width())
        x, y = area.x(), area.y()
        widths = self._widths(area.width())
        for item, width in widths:
            height = _height(item, width)
            if not is_row:
                item.setGeometry(QRect(x, y, width, height))
                y += height + self._column_gap
                continue
            is_last = len(widths) > 1 and item is widths[-1][0]
            left = area.right() + 1 - width if is_last and not self._is_equal else x
            top = y if self._is_equal else y + (area.height() - height) // 2
            item.setGeometry(QRect(left, top, width, height))
            x += width + self._row_gap

    def expandingDirections(self) -> Qt.Orientation:
        """Return that more width is useful, and more height is not."""
        return Qt.Orientation.Horizontal

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _row_width(self) -> int:
        widths = [item.sizeHint().width() for item in self._shown()]
        return sum(widths) + self._row_gap * max(0, len(widths) - 1)

    def _is_row(self, width: int) -> bool:
        return self._row_width() <= width

    def _widths(self, width: int) -> list[tuple[QLayoutItem, int]]:
        """Return the shown items with their widths."""
        shown = self._shown()
        wanted = [item.sizeHint().width() for item in shown]
        if not self._is_row(width):
            return [
                (item, width if self._is_equal else min(width, each))
                for item, each in zip(shown, wanted, strict=True)
            ]
        if self._is_equal and shown:
            room = width - self._row_gap * (len(shown) - 1)
            wanted = _shares(room, wanted)
        return list(zip(shown, wanted, strict=True))


def _shares(room: int, wanted: list[int]) -> list[int]:
    """Return widths that fill ``room``: equal ones, or else with equal parts of what is left."""
    count = len(wanted)
    is_equal_enough = max(wanted) * count <= room
    base = [0] * count if is_equal_enough else wanted
    left = room - sum(base)
    edges = [left * number // count for number in range(count + 1)]
    return [least + end - start for least, start, end in zip(base, edges, edges[1:], strict=False)]


def _height(item: QLayoutItem, width: int) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(width)
    return item.sizeHint().height()
