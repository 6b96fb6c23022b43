"""The card's list of several wallets: a row for each, one of them selected."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QScrollBar,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionSlider,
    QStyleOptionViewItem,
    QWidget,
)

from deepvue_tray.core.errors import Condition
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui import card_texts, texts
from deepvue_tray.ui.card_colours import CardColours, Tone
from deepvue_tray.ui.card_parts import (
    SMALL,
    draw_ring_of_focus,
    draw_rounded,
    has_focus_ring,
    scaled_font,
)
from deepvue_tray.ui.gauge import draw_ring

MAX_ROWS = 8
"""The most rows that are visible; the others scroll."""

PADDING_PX = 8
_GAUGE_PX = 28
_GAP_PX = 12
_LINE_GAP_PX = 2
_BAR_PX = 9
_PILL_PX = (8, 2)
"""The room around a pill's text, beside and above it."""

_ROW = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


def tone_of(level: Level, colours: CardColours) -> Tone:
    """Return the colours of a level."""
    return {
        Level.UNKNOWN: colours.neutral,
        Level.OK: colours.ok,
        Level.LOW: colours.low,
        Level.CRITICAL: colours.critical,
        Level.EMPTY: colours.critical,
    }[level]


class WalletList(QListView):
    """Shows at most MAX_ROWS rows; the mouse and the arrow keys select one."""

    selected = Signal(str)
    """The client id of the wallet that is selected now."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Rows(self)
        self._max_rows = MAX_ROWS
        self.setModel(self._rows)
        self._delegate = _RowDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBar(_ScrollBar())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(card_texts.wallets_title())
        self.setAccessibleDescription(card_texts.wallets_tooltip())
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_wallets(self, snapshots: Sequence[Snapshot], client_id: str) -> None:
        """Show ``snapshots``, of which ``client_id`` is selected."""
        now = datetime.now(UTC)
        self._rows.show_rows([_Row.of(snapshot, now) for snapshot in snapshots])
        index = self._rows.index(self._rows.row_of(client_id), 0)
        if index != self.currentIndex():
            self.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(index)

    def show_at_most(self, max_rows: int) -> None:
        """Let at most ``max_rows`` be visible; the others scroll."""
        self._max_rows = max_rows
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn
            if self._rows.rowCount() > max_rows
            else policy.ScrollBarAlwaysOff
        )
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the visible rows."""
        if self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOn:
            width -= self.verticalScrollBar().sizeHint().width()
        rows = self._rows.rows[: self._max_rows]
        return sum(_row_layout(self, row, width).height for row in rows)

    def sizeHint(self) -> QSize:
        """Return a width that fits any row."""
        return QSize(0, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Return the same: names are shortened, and texts wrap."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, and the focus ring around them."""
        colours = self._delegate.colours = CardColours.of(self.palette())
        super().paintEvent(event)
        if has_focus_ring(self):
            painter = QPainter(self.viewport())
            draw_ring_of_focus(painter, QRectF(self.viewport().rect()), colours.ring)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.selected.emit(self._rows.rows[index.row()].client_id)


class _ScrollBar(QScrollBar):
    """A narrow handle, as the card's other parts have no frame either."""

    def sizeHint(self) -> QSize:
        """Return the width of the handle."""
        return QSize(_BAR_PX, super().sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the handle where the style has it."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style, control = self.style(), QStyle.ComplexControl.CC_ScrollBar
        part = QStyle.SubControl.SC_ScrollBarSlider
        handle = QRectF(style.subControlRect(control, option, part, self))
        colour = CardColours.of(self.palette()).outline
        draw_rounded(QPainter(self), handle.adjusted(2, 0, -1, 0), colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a row shows of a wallet, so that most polls change one row and not all."""

    client_id: str
    name: str
    balance: str
    line: str
    pill: str
    level: Level
    condition: Condition
    fill: float

    @classmethod
    def of(cls, snapshot: Snapshot, now: datetime) -> "_Row":
        """Return the row of a wallet."""
        return cls(
            client_id=snapshot.client_id,
            name=snapshot.wallet.name,
            balance=texts.format_balance(snapshot),
            line=card_texts.row_text(snapshot, now),
            pill=card_texts.pill_text(snapshot),
            level=snapshot.level,
            condition=snapshot.condition,
            fill=snapshot.fill,
        )

    @property
    def description(self) -> str:
        """The row in one line, for screen readers."""
        return f"{self.name}: {', '.join(filter(None, (self.balance, self.line, self.pill)))}"


class _Rows(QAbstractListModel):
    """The wallets of a list."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[_Row] = ()

    def show_rows(self, rows: Sequence[_Row]) -> None:
        """Replace the rows; the selection stays if the wallets are the same."""
        before = self.rows
        if [row.client_id for row in rows] != [row.client_id for row in before]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        self.rows = rows
        for number, row in enumerate(rows):
            if row != before[number]:
                index = self.index(number, 0)
                self.dataChanged.emit(index, index)

    def row_of(self, client_id: str) -> int:
        """Return the row of a wallet, or the first one."""
        ids = [row.client_id for row in self.rows]
        return ids.index(client_id) if client_id in ids else 0

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        """Return the number of wallets."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a row, or its texts for the keyboard's search, tooltips and screen readers."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"<span>{html.escape(row.name)}</span>"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.description
        return row if role == _ROW else None


@dataclass(frozen=True, slots=True)
class _RowLayout:
    """Where the parts of a row are drawn, relative to its upper left corner."""

    gauge: QRect
    name: QRect
    balance: QRect
    line: QRect
    pill: QRect
    height: int


def _row_layout(view: QWidget, row: _Row, width: int) -> _RowLayout:
    return _layout(row.balance, row.line, row.pill, width, view.font(), view.logicalDpiY())


@lru_cache(maxsize=512)
def _layout(
    balance_text: str, text: str, pill_text: str, width: int, font: QFont, _dpi: int
) -> _RowLayout:
    """Return the layout of a row of ``width``.

    Cached, because Qt asks for the height of every row whenever one has changed.
    """
    bold, small = QFontMetrics(_bold(font)), QFontMetrics(_small(font))
    pill_font = QFontMetrics(_pill(font))
    left = PADDING_PX + _GAUGE_PX + _GAP_PX
    room = width - left - PADDING_PX
    balance = bold.horizontalAdvance(balance_text) + 1
    first = QRect(left, PADDING_PX, room, bold.height())
    beside, above = _PILL_PX
    pill = QSize(0, small.height() + 2 * above)
    if pill_text:
        pill.setWidth(pill_font.horizontalAdvance(pill_text) + 2 * beside)
    line_width = small.horizontalAdvance(text) + 1
    fits = not pill_text or line_width + PADDING_PX + pill.width() <= room
    line = small.boundingRect(QRect(0, 0, room, 0), Qt.TextFlag.TextWordWrap, text)
    line_height = max(line.height(), pill.height()) if fits else line.height()
    second = QRect(left, first.bottom() + 1 + _LINE_GAP_PX, room, line_height)
    if fits:
        place = QRect(left + room - pill.width(), second.top(), pill.width(), pill.height())
    else:
        place = QRect(left, second.bottom() + 1 + _LINE_GAP_PX, pill.width(), pill.height())
    bottom = max(second.bottom(), place.bottom()) + 1
    return _RowLayout(
        gauge=QRect(PADDING_PX, (bottom + PADDING_PX - _GAUGE_PX) // 2, _GAUGE_PX, _GAUGE_PX),
        name=first.adjusted(0, 0, -balance - PADDING_PX, 0),
        balance=first,
        line=second,
        pill=place,
        height=bottom + PADDING_PX,
    )


class _RowDelegate(QStyledItemDelegate):
    """Draws a row: gauge, name, balance, runway or trouble, and the level's pill."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self.colours = CardColours.of(view.palette())
        """Those of the palette at each drawing of the list."""

    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the size of a row as wide as the list."""
        width = self._view.viewport().width()
        return QSize(width, _row_layout(self._view, index.data(_ROW), width).height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw a row."""
        row: _Row = index.data(_ROW)
        palette, state, colours = self._view.palette(), option.state, self.colours
        tone = tone_of(row.level, colours)
        place = _row_layout(self._view, row, option.rect.width())
        painter.save()
        painter.translate(option.rect.topLeft())
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            ground = colours.neutral.ground if is_selected else colours.hover
            draw_rounded(painter, QRectF(0, 0, option.rect.width(), place.height), ground)
        is_current = row.condition in (Condition.FRESH, Condition.REFRESHING)
        ring = (tone if is_current else colours.neutral).graphics
        draw_ring(painter, QRectF(place.gauge), row.fill, ring, colours.track(ring))
        text = colours.muted if row.condition is Condition.PAUSED else palette.color(_TEXT)
        painter.setPen(text)
        painter.setFont(_bold(self._view.font()))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(
            row.name, Qt.TextElideMode.ElideRight, place.name.width()
        )
        painter.drawText(place.name, left, name)
        painter.drawText(place.balance, right, row.balance)
        is_refused = row.condition in (Condition.REJECTED, Condition.INACTIVE)
        painter.setPen(colours.critical.text if is_refused else colours.muted)
        painter.setFont(_small(self._view.font()))
        painter.drawText(place.line, left | Qt.TextFlag.TextWordWrap, row.line)
        if row.pill:
            draw_rounded(painter, QRectF(place.pill), tone.ground, radius=10)
            painter.setPen(tone.text)
            painter.setFont(_pill(self._view.font()))
            painter.drawText(place.pill, Qt.AlignmentFlag.AlignCenter, row.pill)
        painter.restore()


_TEXT = QPalette.ColorRole.WindowText


def _bold(font: QFont) -> QFont:
    return scaled_font(font, 1.0, QFont.Weight.Bold)


def _small(font: QFont) -> QFont:
    return scaled_font(font, SMALL, QFont.Weight.Normal)


def _pill(font: QFont) -> QFont:
    return scaled_font(font, SMALL, QFont.Weight.Bold)
