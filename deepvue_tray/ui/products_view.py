"""What spends the credits: the spending over time by product, and a table of the products."""

from collections.abc import Callable

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QStackedWidget, QVBoxLayout, QWidget

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.usage_page import STACKED_PRODUCTS, UsagePage
from deepvue_tray.ui import history_texts, usage_texts
from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import Text
from deepvue_tray.ui.chart.stacked_bars import StackedBars
from deepvue_tray.ui.data_table import ROOT, DataModel, DataTable, Index
from deepvue_tray.ui.form_widgets import muted_label
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.head_controls import HeadButton

EXPLANATION_PX = 420
GAP_PX = 12
BARS_FROM_PX = 240
"""The least height of the view with bars above the table."""


class ProductsView(QWidget):
    """Shows a page of the usage reports, or an offer to switch them on.

    ``buttons`` are for the window's foot, so that they need no row of their own.
    """

    switched_on = Signal()
    fetch_requested = Signal()
    stop_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._bars, self._table = StackedBars(), ProductTable()
        self._message = Text(muted=True)
        self._fetch = HeadButton(self.tr("Fetch 60 days"))
        self._fetch.setToolTip(self.tr("Fetches what is missing of the last 60 days"))
        self._fetch.clicked.connect(self.fetch_requested)
        self._stop = HeadButton(self.tr("Stop"))
        self._stop.setToolTip(self.tr("What was fetched is kept"))
        self._stop.clicked.connect(self.stop_requested)
        self.buttons = QWidget()
        buttons = QHBoxLayout(self.buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self._fetch)
        buttons.addWidget(self._stop)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._build_offer())
        self._pages.addWidget(self._build_content())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def minimumSizeHint(self) -> QSize:
        """Return that of the chart of the balance: in less room, the bars are hidden."""
        return QSize(320, 116)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the bars where they and the table do not fit."""
        super().resizeEvent(event)
        self._bars.setVisible(self.height() >= BARS_FROM_PX)

    def offer_switch(self, is_possible: bool) -> None:
        """Offer to switch the report on, or only explain it for a wallet without settings."""
        self._switch.setVisible(is_possible)

    def show_usage(self, snapshot: Snapshot, page: UsagePage | None) -> None:
        """Show a page, or the offer if the wallet's usage report is off."""
        usage = snapshot.usage
        self._pages.setCurrentIndex(0 if usage is None else 1)
        self._fetch.setVisible(usage is not None and usage.progress is None)
        self._stop.setVisible(usage is not None and usage.progress is not None)
        if usage is None or page is None:
            return
        self._bars.show_page(page)
        self._table.show_page(page)
        self._message.show_text(usage_texts.state_text(usage, page))

    def _build_offer(self) -> QWidget:
        offer = QWidget()
        text = muted_label(usage_texts.explanation())
        text.setMaximumWidth(EXPLANATION_PX)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._switch = HeadButton(self.tr("Switch on"))
        self._switch.clicked.connect(self.switched_on)
        layout = QVBoxLayout(offer)
        layout.setSpacing(GAP_PX)
        layout.addStretch()
        layout.addWidget(text, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._switch, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return offer

    def _build_content(self) -> QWidget:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP_PX)
        layout.addWidget(self._bars, stretch=2)
        layout.addWidget(self._table, stretch=3)
        layout.addWidget(self._message)
        layout.addStretch()  # for a low view, whose bars are hidden
        return content


class ProductModel(DataModel):
    """The products of a page, the one with the highest spending first.

    ``colours`` returns those of the parts of a bar.
    """

    def __init__(self, colours: Callable[[], tuple[QColor, ...]]) -> None:
        super().__init__()
        self._colours = colours
        self._page: UsagePage | None = None

    def show_page(self, page: UsagePage) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._page = page
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Return the number of products."""
        return 0 if parent.isValid() or self._page is None else len(self._page.products)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return also the colour of a product's part of a bar."""
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._colours()[min(index.row(), STACKED_PRODUCTS)]
        return super().data(index, role)

    def titles(self) -> list[str]:
        """Return the title of each column."""
        return [
            self.tr("Product"),
            self.tr("Spent"),
            self.tr("Share"),
            self.tr("Calls"),
            self.tr("A call"),
            self.tr("Nothing found"),
            self.tr("Change"),
        ]

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell."""
        if self._page is None:
            return ""
        product = self._page.products[row]
        total, not_found = product.total, product.not_found
        change = self._page.change(product)
        return (
            product.product,
            format_number(total.spent),
            usage_texts.share_text(self._page.share(product)),
            QLocale().toString(total.calls),
            format_number(total.spent / total.calls),
            format_number(not_found.spent) if not_found.calls else "",
            "" if change is None else history_texts.percent_change_text(change),
        )[column]


class ProductTable(DataTable):
    """Shows the products of a page."""

    def __init__(self) -> None:
        # Read when a cell is drawn, so that they follow the system's colours.
        self._model = ProductModel(lambda: CardColours.of(self.palette()).series)
        super().__init__(self._model)
        self.setAccessibleName(self.tr("Products"))
        self.setAccessibleDescription(self.tr("The most expensive product first"))
        # A page has few rows. The names get the room that the numbers do not need.
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_page(self, page: UsagePage) -> None:
        """Show the products of ``page``; the current row stays the same number."""
        current = self.currentIndex().row()
        self._model.show_page(page)
        self.restore_row(current)
        # What a few products leave free belongs to the bars.
        rows = self.verticalHeader().length() + self.horizontalHeader().sizeHint().height()
        self.setMaximumHeight(rows + 2 * self.frameWidth())
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns into the new width."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Hide columns from the right where not all fit, so that no number is cut."""
        header, columns = self.horizontalHeader(), range(self._model.columnCount())
        for number in columns:
            self.showColumn(number)  # A hidden one has no width.
        widths = [max(self.sizeHintForColumn(n), header.sectionSizeHint(n)) for n in columns]
        room = self.viewport().width()
        # A long name may be cut.
        widths[0] = min(widths[0], room // 3)
        for number in columns[2:]:
            self.setColumnHidden(number, sum(widths[: number + 1]) > room)
