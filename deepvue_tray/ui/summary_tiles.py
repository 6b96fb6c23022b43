"""Four tiles: spent in the range, average of a day, this month, top-ups."""

from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from deepvue_tray.core.history_page import HistorySummary
from deepvue_tray.ui import history_texts
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import SMALL, Text, draw_rounded
from deepvue_tray.ui.row_or_column import RowOrColumn

GAP_PX = 8
VALUE_SCALE = 1.3

Role = QPalette.ColorRole


class SummaryTiles(QWidget):
    """Four tiles in a row, or in two rows or four where these do not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._tiles = [_Tile() for _ in range(4)]
        halves = RowOrColumn(equal=True, row_gap=GAP_PX, column_gap=GAP_PX)
        self.setLayout(halves)
        self._pairs = [QWidget(), QWidget()]
        for start, pair in zip((0, 2), self._pairs, strict=True):
            layout = RowOrColumn(equal=True, row_gap=GAP_PX, column_gap=GAP_PX)
            for tile in self._tiles[start : start + 2]:
                layout.addWidget(tile)
            pair.setLayout(layout)
            halves.addWidget(pair)
        self._tiles[1].setToolTip(history_texts.average_tooltip())
        self._show_colours()

    def show_summary(
        self, summary: HistorySummary | None, since: datetime, until: datetime, now: datetime
    ) -> None:
        """Show the sums of a range; dashes before the first reading."""
        contents = history_texts.summary_texts(summary, since, until, now)
        for tile, content in zip(self._tiles, contents, strict=True):
            tile.show_texts(*content)
        for widget in (*self._tiles, *self._pairs, self):
            widget.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_colours()

    def _show_colours(self) -> None:
        colours = CardColours.of(self.palette())
        for tile in self._tiles:
            tile.show_colours(colours)


class _Tile(QFrame):
    """A title, a large value and a note beside it on a tinted ground."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Text(muted=True)
        self._value = Text(scale=VALUE_SCALE, weight=QFont.Weight.Bold)
        self._note = Text(scale=SMALL, muted=True)
        self._lines = lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 8, 12, 8)
        lines.setSpacing(2)
        lines.addWidget(self._title)
        values = QHBoxLayout()
        values.setSpacing(GAP_PX)
        values.addWidget(self._value)
        values.addWidget(self._note, alignment=Qt.AlignmentFlag.AlignBottom)
        values.addStretch()
        lines.addLayout(values)
        lines.addStretch()
        self._follow_font()

    def show_texts(self, title: str, value: str, note: str) -> None:
        """Show the value of ``title``."""
        self._title.setText(title)
        self._value.setText(value)
        self._note.show_text(note)
        # At once, as a new size of a text would otherwise reach the window step by step.
        self._lines.activate()

    def show_colours(self, colours: CardColours) -> None:
        """Take the colours of a neutral ground."""
        own = QPalette()  # Only these roles; the others follow the system.
        own.setColor(Role.Window, colours.neutral.ground)
        own.setColor(Role.WindowText, colours.neutral.plain)
        own.setColor(Role.PlaceholderText, colours.muted)
        self.setPalette(own)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._follow_font()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the ground."""
        draw_rounded(QPainter(self), QRectF(self.rect()), self.palette().color(Role.Window))

    def _follow_font(self) -> None:
        for text in (self._title, self._value, self._note):
            text.follow_font(self.font())
        # Both texts stand on one line.
        descents = [text.fontMetrics().descent() for text in (self._value, self._note)]
        self._note.setContentsMargins(0, 0, 0, max(0, descents[0] - descents[1]))
