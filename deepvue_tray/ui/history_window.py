"""The history window: ranges, summary, chart or table, and the export."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QImage, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.history_page import HistoryPage
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.usage_page import UsagePage
from deepvue_tray.ui import history_texts, texts
from deepvue_tray.ui.card_parts import Text
from deepvue_tray.ui.chart.chart import Chart
from deepvue_tray.ui.chart.plot import Plot
from deepvue_tray.ui.chart.time_range import DAY, end_of, start_for
from deepvue_tray.ui.form_widgets import row
from deepvue_tray.ui.head_controls import Choice, HeadButton, MenuButton
from deepvue_tray.ui.history_table import HistoryTable
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.products_view import ProductsView
from deepvue_tray.ui.row_or_column import RowOrColumn
from deepvue_tray.ui.segmented_control import SegmentedControl
from deepvue_tray.ui.summary_tiles import SummaryTiles
from deepvue_tray.ui.windows import fitted, redraw_when_resized

FIRST_LENGTH = 7 * DAY
"""The range that is shown first."""

NAME_CHARACTERS = 28
"""The width of the choice of the wallet, at most; a longer name is shortened."""

RESIZE_MS = 300
"""The time after the last change of the window's size until it is reported."""

MARGIN_PX, GAP_PX = 16, 8


class HistoryWindow(QWidget):
    """Shows plots, and requests those that a person chooses.

    ``wallet_chosen`` carries the client ID of the wallet to show. ``plot_requested`` carries the
    start of the range, or None for the first reading, and its end, or None for the end that
    ``end_of`` returns; both are aware UTC. ``export_requested`` carries the file for the readings
    of the displayed range, and the start and end of that range. ``picture_requested`` carries the
    file for an image of the chart, and the image. ``usage_export_requested`` carries the file for
    the products of the displayed range, and its start and end. ``resized`` carries a size that
    a person gave to the window; ``size`` is the last such one.
    """

    accessible_role = QAccessible.Role.Window

    wallet_chosen = Signal(str)
    plot_requested = Signal(object, object)  # ``datetime | None`` each
    export_requested = Signal(Path, datetime, datetime)
    picture_requested = Signal(Path, QImage)
    usage_export_requested = Signal(Path, datetime, datetime)
    resized = Signal(QSize)

    def __init__(self, prefix: str, size: QSize | None = None) -> None:
        super().__init__()
        title = self.tr("History")
        self.setWindowTitle(f"{prefix} · {title}" if prefix else title)
        self._plot: Plot | None = None
        self._length: timedelta | None = FIRST_LENGTH
        self._follows_now = True
        self._chart = Chart()
        self._chart.range_requested.connect(self._on_range)
        self._table = HistoryTable()
        self.products = ProductsView()
        self._tiles = SummaryTiles()
        now = datetime.now(UTC)
        self._tiles.show_summary(None, start_for(FIRST_LENGTH, now), now, now)
        self._dates = Text(muted=True)
        self._build()
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self._chart.setFocus()
        self.resize(fitted(self, size or self.sizeHint()))
        self._known_size = self.size()
        self._resize_timer = QTimer(self, singleShot=True, interval=RESIZE_MS)
        self._resize_timer.timeout.connect(self._report_size)
        keep_readable(self)
        redraw_when_resized(self)

    @property
    def shows_products(self) -> bool:
        """Whether the products are shown instead of the balance."""
        return self._views.currentWidget() is self.products

    def ask(self) -> None:
        """Request the chosen range up to now, or the range to which the person has moved."""
        if not self._follows_now and self._plot:
            self.plot_requested.emit(self._plot.since, self._plot.until)
            return
        since = start_for(self._length, datetime.now(UTC)) if self._length else None
        self.plot_requested.emit(since, None)

    def show_wallets(
        self, names: Mapping[str, str], removed: Iterable[str], client_id: str
    ) -> None:
        """Offer several wallets, by client ID, of which ``client_id`` is shown.

        ``removed`` are the client IDs of those without a name.
        """
        labels = [*names.items()]
        labels += [(each, self.tr("{0} (removed)").format(each)) for each in removed]
        rows = range(self._wallets.count())
        if labels != [(self._wallets.itemData(row), self._wallets.itemText(row)) for row in rows]:
            self._wallets.clear()
            for each, label in labels:
                self._wallets.addItem(label, each)
        self._wallets.setCurrentIndex(self._wallets.findData(client_id))
        self._wallets.setVisible(len(labels) > 1)

    def show_history(
        self,
        page: HistoryPage,
        until: datetime | None,
        snapshot: Snapshot,
        now: datetime,
        *,
        usage: UsagePage | None = None,
        reported: Sequence[Point] = (),
    ) -> None:
        """Draw a range of the history; None as its end is what ``end_of`` returns.

        ``usage`` has the products of the range, if they are shown. ``reported`` are balances before
        the first reading, from the usage report.
        """
        plot = Plot(
            since=page.since,
            until=until or end_of(page.since, now, snapshot.runway),
            buckets=page.buckets,
            snapshot=snapshot,
            now=now,
            first=page.first,
            summary=page.summary,
            reported=reported,
        )
        self.show_plot(plot)
        self.products.show_usage(snapshot, usage)

    def show_plot(self, plot: Plot) -> None:
        """Show ``plot`` in all parts, and its runway in words."""
        self._plot = plot
        self._chart.show_plot(plot)
        if self._shows_table:
            self._table.show_plot(plot)
        self._tiles.show_summary(plot.summary, plot.since, plot.until, plot.now)
        self._dates.setText(history_texts.range_text(plot.since, plot.until, plot.now))
        range_text = texts.runway_range_text(plot.snapshot, plot.now)
        runway = texts.runway_with_date_text(plot.snapshot, plot.now)
        self._message.setText(texts.capitalized(runway))
        self._range.show_text(f"({range_text})" if range_text else "")

    def show_saved(self, path: Path) -> None:
        """Show that a file was written."""
        self._show_message("✓ " + self.tr("Saved as {0}.").format(path))

    def show_failed(self, error: DeepvueError) -> None:
        """Show why something could not be read or written."""
        self._show_message("✗ " + texts.error_text(error))

    def _show_message(self, text: str) -> None:
        """Show ``text`` instead of the runway."""
        self._message.setText(text)
        self._range.show_text("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the tiles in a low window, and start the time after which the size is reported."""
        super().resizeEvent(event)
        self._show_tiles_if_they_fit()
        self._resize_timer.start()

    def _show_tiles_if_they_fit(self) -> None:
        needed = self._column.minimumHeightForWidth(self.width())
        if self._tiles.isHidden():
            width = self.width() - 2 * MARGIN_PX
            needed += self._tiles.heightForWidth(width) + self._column.spacing()
        self._tiles.setVisible(needed <= self.height())

    def _report_size(self) -> None:
        # A size that was reduced to fit a small screen is not the person's choice.
        if self.size() != self._known_size and not self.isMaximized() and not self.isFullScreen():
            self._known_size = self.size()
            self.resized.emit(self._known_size)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    @property
    def _shows_table(self) -> bool:
        return self._views.currentWidget() is self._table

    def _build(self) -> None:
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        layout.setSpacing(MARGIN_PX - 4)
        layout.addWidget(
            _group(
                _group(
                    _group(self._build_choice(), self._build_subjects()),
                    _group(self._build_ranges(), self._dates),
                ),
                _group(self._build_view_button(), self._build_export()),
            )
        )
        layout.addWidget(self._tiles)
        self._views = QStackedWidget()
        self._views.addWidget(self._chart)
        self._views.addWidget(self._table)
        self._views.addWidget(self.products)
        layout.addWidget(self._views, stretch=1)
        self._message, self._range = Text(), Text(muted=True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.products.buttons.hide()
        foot = row(self._message, self._range, stretch=True)
        foot.addWidget(self.products.buttons)
        layout.addLayout(foot)

    def _build_choice(self) -> QWidget:
        self._wallets = Choice()
        self._wallets.setAccessibleName(self.tr("Wallet"))
        self._wallets.setToolTip(self.tr("The wallet whose history is shown"))
        self._wallets.setMaximumWidth(self.fontMetrics().averageCharWidth() * NAME_CHARACTERS)
        self._wallets.activated.connect(
            lambda row: self.wallet_chosen.emit(self._wallets.itemData(row))
        )
        self._wallets.hide()
        return self._wallets

    def _build_subjects(self) -> QWidget:
        subjects = SegmentedControl()
        balance = subjects.add(self.tr("Balance"), self.tr("The balance over time"))
        balance.clicked.connect(lambda: self._show_view(self._chart))
        balance.setChecked(True)
        products = subjects.add(self.tr("Products"), self.tr("What spends the credits"))
        products.clicked.connect(lambda: self._show_view(self.products))
        return subjects

    def _build_ranges(self) -> QWidget:
        self._ranges = SegmentedControl()
        for label, length in (
            (self.tr("24 h"), DAY),
            (self.tr("7 d"), 7 * DAY),
            (self.tr("30 d"), 30 * DAY),
            (self.tr("90 d"), 90 * DAY),
            (self.tr("All"), None),
        ):
            tooltip = self.tr("All readings") if length is None else self.tr("Up to now")
            button = self._ranges.add(label, tooltip)
            button.clicked.connect(lambda _checked, length=length: self._choose(length))
            button.setChecked(length == self._length)
        return self._ranges

    def _build_view_button(self) -> QWidget:
        self._view = HeadButton(self.tr("Table"))
        self._view.setToolTip(self.tr("Shows the displayed range as a table or a chart"))
        self._view.clicked.connect(self._change_view)
        return self._view

    def _build_export(self) -> QWidget:
        export = MenuButton(self.tr("Save as"))
        export.setToolTip(self.tr("Saves the displayed range as a table or a picture"))
        menu = QMenu(export)
        menu.addAction("CSV…", self._save_csv)
        menu.addAction("PNG…", self._save_picture)
        export.setMenu(menu)
        return export

    def _change_view(self) -> None:
        shown = self._chart if self._shows_table else self._table
        self._show_view(shown)
        shown.setFocus()

    def _show_view(self, view: QWidget) -> None:
        self._views.setCurrentWidget(view)
        # The products have their own table.
        self._view.setEnabled(not self.shows_products)
        self.products.buttons.setVisible(self.shows_products)
        self._view.setText(self.tr("Chart") if self._shows_table else self.tr("Table"))
        if self.shows_products:
            self.ask()
        elif self._shows_table and self._plot:
            self._table.show_plot(self._plot)

    def _choose(self, length: timedelta | None) -> None:
        self._length, self._follows_now = length, True
        self.ask()

    @Slot(object, object)
    def _on_range(self, since: datetime, until: datetime) -> None:
        """Request a range from the chart, and uncheck the buttons."""
        self._follows_now = False
        self._ranges.uncheck()
        self.plot_requested.emit(since, until)

    def _save_csv(self) -> None:
        if self.shows_products:
            path = self._ask_for_path(
                self.tr("Save the products"), "deepvue-products.csv", "CSV (*.csv)"
            )
            if path and self._plot:
                self.usage_export_requested.emit(path, self._plot.since, self._plot.until)
            return
        path = self._ask_for_path(
            self.tr("Save the readings"), "deepvue-readings.csv", "CSV (*.csv)"
        )
        if path and self._plot:
            self.export_requested.emit(path, self._plot.since, self._plot.until)

    def _save_picture(self) -> None:
        path = self._ask_for_path(self.tr("Save the picture"), "deepvue-history.png", "PNG (*.png)")
        if path:
            shown = self.products if self.shows_products else self._chart
            self.picture_requested.emit(path, shown.grab().toImage())

    def _ask_for_path(self, title: str, name: str, kind: str) -> Path | None:
        # The current folder would be arbitrary: at login, Windows starts programs in System32.
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder if Path(folder).is_dir() else Path.home(), name))
        path, _ = QFileDialog.getSaveFileName(self, title, proposed, kind)
        return Path(path) if path else None


def _group(*widgets: QWidget) -> QWidget:
    """Return widgets side by side, the last one at the right, or in a column."""
    group = QWidget()
    layout = RowOrColumn(equal=False, row_gap=GAP_PX, column_gap=GAP_PX)
    for widget in widgets:
        layout.addWidget(widget)
    group.setLayout(layout)
    return group
