"""The card: the wallets, the balance in large type, the forecast, the spending, and buttons.

Without a tray it is the program's main window.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QCloseEvent,
    QCursor,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWindow,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLayout,
    QMenu,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import NotSetUpError, RejectedError, WalletError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.spending import Period, spent_by
from deepvue_tray.ui import card_texts, texts, usage_texts
from deepvue_tray.ui.card_colours import CardColours, Tone
from deepvue_tray.ui.card_parts import (
    SMALL,
    CardButton,
    MoreButton,
    Notice,
    Pill,
    Text,
)
from deepvue_tray.ui.card_place import available_area, beside, icon_at, screen_at
from deepvue_tray.ui.chart.day_bars import DayBars, last_days
from deepvue_tray.ui.message_box import MessageBox
from deepvue_tray.ui.palette import blended, draw_edge, keep_readable
from deepvue_tray.ui.row_or_column import RowOrColumn
from deepvue_tray.ui.wallet_list import MAX_ROWS, WalletList, tone_of
from deepvue_tray.ui.windows import NO_LIMIT, bring_to_front, is_wayland, redraw_when_resized

WIDTH_PX = 320
"""The width, unless the desktop's text is too large for it. A multiple of WIDTH_STEP_PX."""

WIDTH_STEP_PX = 64
"""KWin 5.27 shows the first picture of a window of another width skewed."""

GRID_PX = 8

CLICK_MS = 400
"""The longest time from the loss of the focus to the click on the icon that caused it."""

MOVE_START_MS = 500
"""The longest time from the start of a move to the loss of the focus on GNOME. The focus returns at
the end of the move."""


class Card(QWidget):
    """A small window that shows overviews.

    As a pop-up beside the tray it closes on Escape and when it loses the focus. Without a tray it
    is a window that stays open and also offers ``menu``, the tray's menu; once closed, it shows
    that the program keeps running.
    """

    accessible_role = QAccessible.Role.Window
    """Of a dialog, Orca reads the labels as well as the description: most of it twice."""

    action_requested = Signal(Action, str)
    """The action that the person chose, and the client id of its wallet; empty for all."""

    selected = Signal()
    """Emitted when the person has selected another wallet, whose history is not shown yet."""

    def __init__(self, prefix: str, menu: QMenu | None = None) -> None:
        super().__init__()
        self._prefix = prefix
        self._quit_question: QMessageBox | None = None
        self._icon: QRect | None = None
        self._overview = Overview()
        self._client_id = ""
        self._is_moved = False
        self._since_focus = QElapsedTimer()
        self.setWindowTitle(prefix or "deepvue-tray")
        self._build()
        if menu:
            self._menu.setMenu(menu)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._on_focus_window)
        keep_readable(self)
        redraw_when_resized(self)
        self._follow_font()
        self._show()

    @property
    def shown(self) -> Snapshot:
        """The wallet that is unfolded: the selected one, at first the worst."""
        return self._overview.snapshot(self._client_id) or self._overview.worst

    @Slot(object)
    def show_overview(self, overview: Overview) -> None:
        """Show ``overview``; the selected wallet stays selected."""
        before = self.shown.client_id
        self._overview = overview
        if self.shown.client_id != before:
            self._clear_history()
        self._show()

    def select(self, client_id: str) -> None:
        """Unfold a wallet; if there is none with this client id, the worst one."""
        known = self._overview.snapshot(client_id) or self._overview.worst
        if known.client_id != self._client_id:
            self._client_id = known.client_id
            self._clear_history()
            self._show()

    def show_history(self, client_id: str, now: datetime, buckets: Iterable[HistoryBucket]) -> None:
        """Show the spending of the last days of a wallet, unless another one is selected now."""
        if client_id == self.shown.client_id:
            today = now.astimezone().date()
            spent = spent_by(Period.DAY, buckets)
            by_day = {start.date(): amount for start, amount in spent.items()}
            self._bars.show_days(last_days(by_day, today))

    @Slot()
    def open_without_tray(self) -> None:
        """Open as the program's window, with a notice that there is no tray."""
        self._icon = None
        self._no_tray.setVisible(True)
        self._menu.setVisible(True)
        if self.windowType() != Qt.WindowType.Window:
            self.setWindowFlags(Qt.WindowType.Window)
        self._fit()
        self._focus_wallets()
        bring_to_front(self)

    def open_as_popup(self, icon: QRect | None = None) -> None:
        """Open beside the tray's icon, or beside the pointer if its position is unknown."""
        self._icon = icon or icon_at(QCursor.pos())
        self._no_tray.setVisible(False)
        self._menu.setVisible(False)
        self.setWindowFlags(Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self._fit()
        self._focus_wallets()
        self.show()
        self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font and colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._follow_font()
            self._fit()
        elif event.type() == QEvent.Type.PaletteChange:
            self._show_colours()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the content together in the middle of a window that the person enlarged."""
        super().resizeEvent(event)
        self._place_content()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Show that the program keeps running: without a tray, nothing else of it is visible."""
        super().closeEvent(event)
        if not self._is_popup and self._quit_question is None:
            self._quit_question = self._show_quit_question()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the border, because window managers draw none around a pop-up."""
        if self._is_popup:
            draw_edge(QPainter(self), QRectF(self.rect()), blended(self.palette(), 0.3))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the pop-up on Escape, and copy the balance."""
        if self._is_popup and event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(texts.format_balance(self.shown))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a move of the pop-up on Wayland, where the compositor chose its place."""
        if self._is_popup and is_wayland():
            self._is_moved = self.windowHandle().startSystemMove()
            QTimer.singleShot(MOVE_START_MS, self, self._on_move_started)
        else:
            super().mousePressEvent(event)

    def close_popup(self) -> bool:
        """Close the pop-up at a click on the icon; False if it was closed before the click."""
        was_open = self._is_popup and (
            self.isVisible()
            or (self._since_focus.isValid() and self._since_focus.elapsed() < CLICK_MS)
        )
        self._since_focus.invalidate()
        if was_open:
            self.hide()
        return was_open

    @property
    def _is_popup(self) -> bool:
        return self._icon is not None

    @Slot(QWindow)
    def _on_focus_window(self, window: QWindow | None) -> None:
        """Close the pop-up when it loses the focus; its ActivationChange is not always sent."""
        if (
            self._is_popup
            and self.isVisible()
            and not self._is_moved
            and window != self.windowHandle()
        ):
            self.hide()
            self._since_focus.start()

    def _on_move_started(self) -> None:
        self._is_moved = False

    def _focus_wallets(self) -> None:
        """Let the arrow keys select a wallet at once."""
        if not self._wallets.isHidden():
            self._wallets.setFocus()

    def _on_selected(self, client_id: str) -> None:
        if client_id == self.shown.client_id:
            return
        top = self.pos()
        self.select(client_id)
        if self._is_popup:
            # The rows stay below the pointer; they would move with a card that grows upwards.
            area = available_area(screen_at(top))
            top.setY(max(area.top(), min(top.y(), area.bottom() + 1 - self.height())))
            self.move(top)
        self.selected.emit()

    def _clear_history(self) -> None:
        self._bars.show_days(last_days({}, _today()))

    def _show(self) -> None:
        """Show the overview, and the selected wallet of it."""
        snapshot, now = self.shown, datetime.now(UTC)
        is_one = not self._overview.has_several
        self._head.setText(card_texts.head_text(self._overview, self._prefix))
        self._times.show_text(card_texts.times_text(snapshot, now))
        self._wallets.setVisible(not is_one)
        self._wallets.show_wallets(self._overview.snapshots, snapshot.client_id)
        title = card_texts.notice_title(snapshot)
        self._notice.setVisible(bool(title))
        self._notice.show_texts(title, card_texts.notice_text(snapshot, now))
        undelivered = card_texts.alert_command_text(snapshot, now)
        self._undelivered.setVisible(bool(undelivered))
        self._undelivered.show_texts("", undelivered)
        is_told = snapshot.reading is None and bool(title)
        self._balance.setText(texts.format_balance(snapshot))
        self._balance.setVisible(is_one and not is_told)
        self._pill.show_text(card_texts.pill_text(snapshot) if is_one else "")
        name = "" if is_one else snapshot.wallet.name
        self._runway.show_text(card_texts.runway_text(snapshot, now, name))
        self._outlook.show_text(card_texts.outlook_text(snapshot, now))
        # Known before the history is read, so that the card keeps its size when it arrives.
        self._bars.setVisible(snapshot.runway is not None)
        self._main_product.show_text(usage_texts.main_product_text(snapshot))
        snoozed = card_texts.snooze_text(snapshot, now)
        self._snoozed.show_text(snoozed)
        self._resume.setVisible(bool(snoozed))
        self._show_buttons(snapshot)
        self._show_colours()
        self._describe()
        self._fit()

    def _describe(self) -> None:
        """Let a screen reader read the balance and what it means when the card opens.

        With several wallets it reads the row of the selected one, which has the focus.
        """
        told = () if self._overview.has_several else (*self._notice.texts, *self._figure_texts)
        shown = (text.text().rstrip(".") for text in told if text.isVisibleTo(self))
        self.setAccessibleDescription(". ".join(shown))

    def _show_buttons(self, snapshot: Snapshot) -> None:
        primary = card_texts.primary_action(snapshot)
        self._primary.setText(card_texts.primary_label(snapshot))
        self._primary.setToolTip(card_texts.button_tooltip(primary) if primary else "")
        self._primary.setVisible(primary is not None)
        trouble = snapshot.trouble
        has_status_page = trouble is not None and trouble.action is Action.STATUS_PAGE
        self._status_page.setVisible(has_status_page)
        # Enabled also during a request: a disabled button would lose the keyboard's focus.
        self._refresh.setEnabled(not snapshot.wallet.is_paused)
        self._refresh.setText(card_texts.refresh_label(snapshot))
        leads_to_settings = primary in (Action.SETTINGS, Action.SET_UP)
        self._settings.setVisible(not leads_to_settings)
        self._dashboard.setVisible(leads_to_settings)

    def _show_colours(self) -> None:
        colours = CardColours.of(self.palette())
        trouble = self.shown.trouble
        self._pill.show_tone(tone_of(self.shown.level, colours))
        self._notice.show_tone(
            _tone_of_trouble(self.shown, colours),
            coloured_title=isinstance(trouble, RejectedError),
        )
        self._undelivered.show_tone(colours.low, coloured_title=False)

    def _follow_font(self) -> None:
        for text in self.findChildren(Text):
            text.follow_font(self.font())

    def _fit(self) -> None:
        """Resize to the content, and keep a pop-up beside the icon."""
        self.ensurePolished()
        screen = screen_at(self._icon.center()) if self._icon else self.screen()
        area = available_area(screen)
        for max_rows in range(MAX_ROWS, 1, -1):
            self._wallets.show_at_most(max_rows)
            # Without these, the layouts would learn later of sizes that have changed.
            self._notice.updateGeometry()
            self._undelivered.updateGeometry()
            self._column.invalidate()
            self._column.activate()
            needed = self._column.totalMinimumSize().width()
            steps = max(WIDTH_PX, needed) + WIDTH_STEP_PX - 1
            width = steps // WIDTH_STEP_PX * WIDTH_STEP_PX
            size = QSize(width, self._column.totalHeightForWidth(width))
            if self._wallets.isHidden() or size.height() <= area.height():
                break
        self._content.resize(size)
        if self._icon is None:
            self.setMaximumSize(NO_LIMIT)
            self.setMinimumSize(WIDTH_PX, 0)
            self.resize(size.boundedTo(area.size()))
        else:
            # A tiling compositor would enlarge a window without a fixed size to half the screen.
            self.setFixedSize(size.boundedTo(area.size()))
            self.move(beside(self._icon, self.size(), area))
        self._place_content()

    def _place_content(self) -> None:
        self._content.move(max(0, (self.width() - self._content.width()) // 2), 0)

    def _show_quit_question(self) -> QMessageBox:
        question = MessageBox()
        # A modal message would block other windows, such as the settings.
        question.setModal(False)
        question.setWindowTitle(self.windowTitle())
        question.setText(self.tr("deepvue-tray keeps running and still notifies you."))
        question.setInformativeText(self.tr("Start deepvue-tray again to open its window."))
        quit_button = question.addButton(
            texts.action_label(Action.QUIT), QMessageBox.ButtonRole.DestructiveRole
        )
        quit_button.clicked.connect(lambda: self.action_requested.emit(Action.QUIT, ""))
        stay = question.addButton(self.tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        question.show()
        return question

    def _request(self, action: Action) -> None:
        if action is Action.REFRESH and self.shown.refreshing:
            return
        concerns_all = action in (Action.REFRESH, Action.UNLOCK, Action.STATUS_PAGE)
        self.action_requested.emit(action, "" if concerns_all else self.shown.client_id)

    def _on_primary(self) -> None:
        action = card_texts.primary_action(self.shown)
        if action is not None:
            self._request(action)

    def _build(self) -> None:
        self._content = QWidget(self)
        self._notice, self._undelivered = Notice(), Notice()
        self._wallets = WalletList()
        self._wallets.selected.connect(self._on_selected)
        self._bars = DayBars(_today())
        column = self._column = QVBoxLayout(self._content)
        column.setSpacing(12)
        # The rows of the list are 8 px wider on both sides than their texts.
        column.setContentsMargins(GRID_PX, 16, GRID_PX, 16)
        self._head, self._times = Text(scale=SMALL, muted=True), Text(scale=SMALL, muted=True)
        self._times.setAlignment(Qt.AlignmentFlag.AlignRight)
        column.addLayout(_inset(_pair(self._head, self._times)))
        column.addWidget(self._wallets)
        column.addLayout(_inset(self._notice))
        column.addLayout(_inset(self._undelivered))
        column.addLayout(_inset(self._figures()))
        column.addLayout(_inset(self._bars))
        self._main_product = Text(scale=SMALL, muted=True)
        column.addLayout(_inset(self._main_product))
        self._snoozed = Text(scale=SMALL, muted=True)
        self._resume = self._button(Action.RESUME)
        column.addLayout(_inset(_pair(self._snoozed, self._resume)))
        column.addLayout(_inset(self._buttons()))
        self._no_tray = Text(scale=SMALL, muted=True)
        self._no_tray.setText(
            self.tr(
                "This desktop has no tray, so the balance is shown here. GNOME needs the"
                " AppIndicator extension."
            )
        )
        self._no_tray.hide()
        column.addLayout(_inset(self._no_tray))

    def _figures(self) -> QLayout:
        self._balance = Text(scale=1.9, weight=QFont.Weight.Bold)
        self._balance.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._balance.setCursor(Qt.CursorShape.IBeamCursor)
        self._pill = Pill()
        self._runway = Text(scale=1.08)
        self._outlook = Text(muted=True)
        self._figure_texts = (self._balance, self._pill, self._runway, self._outlook)
        figures = QVBoxLayout()
        figures.setSpacing(0)
        figures.addLayout(_pair(self._balance, self._pill))
        figures.addSpacing(4)
        figures.addWidget(self._runway)
        figures.addWidget(self._outlook)
        return figures

    def _button(self, action: Action) -> CardButton:
        button = CardButton(card_texts.button_label(action))
        button.setToolTip(card_texts.button_tooltip(action))
        button.clicked.connect(lambda: self._request(action))
        return button

    def _buttons(self) -> QLayout:
        self._primary = CardButton(primary=True)
        self._primary.clicked.connect(self._on_primary)
        self._status_page = self._button(Action.STATUS_PAGE)
        self._refresh = self._button(Action.REFRESH)
        self._settings = self._button(Action.SETTINGS)
        self._dashboard = self._button(Action.DASHBOARD)
        self._menu = MoreButton()
        self._menu.setAccessibleName(self.tr("More"))
        self._menu.setToolTip(self.tr("Snooze, dashboard, about and quit"))
        self._menu.hide()
        row = RowOrColumn(equal=True, row_gap=GRID_PX, column_gap=GRID_PX)
        for button in (
            self._refresh,
            self._button(Action.HISTORY),
            self._settings,
            self._dashboard,
        ):
            row.addWidget(button)
        below = QHBoxLayout()
        below.setSpacing(GRID_PX)
        below.addLayout(row, stretch=1)
        below.addWidget(self._menu, alignment=Qt.AlignmentFlag.AlignTop)
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID_PX)
        buttons.addWidget(self._primary)
        buttons.addWidget(self._status_page)
        buttons.addLayout(below)
        return buttons


def _tone_of_trouble(snapshot: Snapshot, colours: CardColours) -> Tone:
    """Return the colours of a notice: red if refused, amber if the person must correct it."""
    trouble = snapshot.trouble or snapshot.storage
    if isinstance(trouble, RejectedError):
        return colours.critical
    passes = trouble is None or isinstance(trouble, WalletError | NotSetUpError)
    return colours.neutral if passes else colours.low


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _pair(left: QWidget, right: QWidget) -> QLayout:
    """Return a row of two widgets, or a column if they are too wide."""
    pair = RowOrColumn(equal=False, row_gap=GRID_PX, column_gap=4)
    pair.addWidget(left)
    pair.addWidget(right)
    return pair


def _inset(part: QWidget | QLayout) -> QLayout:
    """Return a layout of ``part`` with the margins that the list of wallets does not have."""
    inset = QVBoxLayout()
    inset.setContentsMargins(GRID_PX, 0, GRID_PX, 0)
    if isinstance(part, QWidget):
        inset.addWidget(part)
    else:
        inset.addLayout(part)
    return inset
