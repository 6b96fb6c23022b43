"""The card: the balance in large type, its time, the recent spending, and buttons.

Without a tray it is the program's main window.
"""

from datetime import UTC, datetime

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QScreen,
    QWindow,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray.core.actions import Action
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.sparkline import Sparkline
from deepvue_tray.ui.gauge import Gauge
from deepvue_tray.ui.message_box import MessageBox
from deepvue_tray.ui.palette import blended, keep_readable
from deepvue_tray.ui.windows import NO_LIMIT, bring_to_front, is_wayland, redraw_when_resized

WIDTH_PX = 320
"""The minimum width, which fits a remedy in two or three lines."""

MARGIN_PX = 4
"""Between the card and the icon, a panel, or the edge of the screen."""

CLICK_MS = 400
"""The longest time from the loss of the focus to the click on the icon that caused it."""

MOVE_START_MS = 500
"""The longest time from the start of a move to the loss of the focus on GNOME. The focus returns at
the end of the move."""

POINTER_PX = 24
"""The assumed size of the icon around the pointer, if the desktop reports neither the icon's
position nor the panel's."""


class Card(QWidget):
    """A small window that shows snapshots.

    As a pop-up beside the tray it closes on Escape and when it loses the focus. Without a tray it
    is a window that stays open and also offers ``menu``, the tray's menu; once closed, it shows
    that the program keeps running.
    """

    action_requested = Signal(Action)
    """The action that the person chose."""

    def __init__(self, prefix: str, menu: QMenu | None = None) -> None:
        super().__init__()
        self._prefix = prefix
        self._quit_question: QMessageBox | None = None
        self._icon: QRect | None = None
        self._overview = Overview()
        self._awaits_past = True
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

    @Slot(object)
    def show_overview(self, overview: Overview) -> None:
        """Show ``overview``."""
        self._overview, snapshot = overview, overview.worst
        self._gauge.show_snapshot(snapshot)
        self._balance.setText(texts.format_balance(snapshot))
        now = datetime.now(UTC)
        runway = texts.runway_line(snapshot, now)
        self._runway.setText(runway)
        self._runway.setVisible(bool(runway))
        self._range.setText(texts.runway_range_text(snapshot, now))
        self._range.setVisible(bool(self._range.text()))
        trouble = snapshot.trouble or snapshot.storage
        # The explanation below describes the error, so this line has only the time.
        self._status.setText(
            texts.reading_time_text(snapshot, now) if trouble else texts.status_text(snapshot, now)
        )
        self._status.setVisible(bool(self._status.text()))
        if self._awaits_past:
            self._reserve_space_for_past(snapshot.reading is not None)
        self._refresh.setEnabled(not snapshot.refreshing)
        self._refresh.setText(texts.refresh_label(snapshot))
        self._explanation.setVisible(trouble is not None)
        if trouble:
            sentences = (texts.error_text(trouble), texts.retry_text(trouble))
            self._explanation.setText(" ".join(filter(None, sentences)))
        for action, button in self._remedy_buttons.items():
            button.setVisible(trouble is not None and trouble.action is action)
        self._fit()

    def show_past(self, since: datetime, until: datetime, buckets: list[HistoryBucket]) -> None:
        """Show the balance and the spending between ``since`` and ``until``, aware UTC."""
        self._sparkline.show_past(since, until, buckets, self._overview.worst.wallet)
        self._sparkline.setVisible(len(buckets) > 1)
        self._spent.setText(texts.recent_spending_text(buckets, until))
        self._spent.setVisible(len(buckets) > 1)
        self._awaits_past = False
        self._reserve_space_for_past(False)
        self._fit()

    @Slot()
    def open_without_tray(self) -> None:
        """Open as the program's window, with a notice that there is no tray."""
        self._icon = None
        self._notice.setText(
            self.tr(
                "This desktop has no tray, so the balance is shown here. It moves to the tray as"
                " soon as there is one. On GNOME, install the AppIndicator extension."
            )
        )
        self._notice.setVisible(True)
        self._menu.setVisible(True)
        if self.windowType() != Qt.WindowType.Window:
            self.setWindowFlags(Qt.WindowType.Window)
        self._fit()
        bring_to_front(self)

    def open_as_popup(self, icon: QRect | None = None) -> None:
        """Open beside the tray's icon, or beside the pointer if its position is unknown."""
        self._icon = icon or _icon_at(QCursor.pos())
        self._notice.setVisible(False)
        self._menu.setVisible(False)
        self.setWindowFlags(Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self._fit()
        self.show()
        self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._balance.setFont(_large(self.font()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Show that the program keeps running: without a tray, nothing else of it is visible."""
        super().closeEvent(event)
        if not self._is_popup and self._quit_question is None:
            self._quit_question = self._show_quit_question()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the border, because window managers draw none around a pop-up."""
        if self._is_popup:
            painter = QPainter(self)
            painter.setPen(blended(self.palette(), 0.3))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the pop-up on Escape."""
        if self._is_popup and event.key() == Qt.Key.Key_Escape:
            self.hide()
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

    def _fit(self) -> None:
        """Resize to the content, and keep a pop-up beside the icon.

        Qt's adjustSize stops at 2/3 of the screen.
        """
        self.ensurePolished()
        size = self.sizeHint().expandedTo(QSize(WIDTH_PX, 0))
        size.setHeight(max(size.height(), self.heightForWidth(size.width())))
        if self._icon is None:
            self.setMaximumSize(NO_LIMIT)
            self.setMinimumSize(WIDTH_PX, 0)
            self.resize(size.boundedTo(_available_area(self.screen()).size()))
            return
        area = _available_area(_screen_at(self._icon.center()))
        # A tiling compositor would enlarge a window without a fixed size to half the screen.
        self.setFixedSize(size.boundedTo(area.size()))
        self.move(_beside(self._icon, self.size(), area))

    def _show_quit_question(self) -> QMessageBox:
        question = MessageBox()
        # A modal message would block other windows, such as the settings.
        question.setModal(False)
        question.setWindowTitle(self.windowTitle())
        question.setIcon(QMessageBox.Icon.Information)
        question.setText(self.tr("deepvue-tray keeps running and still notifies you."))
        question.setInformativeText(self.tr("Start deepvue-tray again to open its window."))
        quit_button = question.addButton(
            texts.action_label(Action.QUIT), QMessageBox.ButtonRole.DestructiveRole
        )
        quit_button.clicked.connect(lambda: self.action_requested.emit(Action.QUIT))
        stay = question.addButton(self.tr("Keep running"), QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        question.show()
        return question

    def _button(self, action: Action) -> QPushButton:
        button = QPushButton(texts.action_label(action))
        button.setToolTip(texts.action_tooltip(action))
        button.clicked.connect(lambda: self.action_requested.emit(action))
        return button

    def _build(self) -> None:
        self._sparkline = Sparkline()
        self._spent = _line(muted=True)
        # As high as a text: with some fonts an empty label is higher, and the card would jump.
        self._spent.setText(" ")
        self._explanation = _line()
        self._explanation.setWordWrap(True)
        self._notice = _line(muted=True)
        self._notice.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.addLayout(self._head())
        for part in (self._sparkline, self._spent, self._explanation, self._notice):
            # Each is shown only while it has content.
            part.hide()
            layout.addWidget(part)
        # Only the remedies that have no permanent button.
        self._remedy_buttons = {
            action: self._button(action) for action in (Action.UNLOCK, Action.STATUS_PAGE)
        }
        for button in self._remedy_buttons.values():
            layout.addWidget(button)
        layout.addLayout(self._buttons())

    def _reserve_space_for_past(self, reserved: bool) -> None:
        """Reserve space for the history, which arrives after the card has opened."""
        for widget in (self._sparkline, self._spent):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(reserved)
            widget.setSizePolicy(policy)

    def _head(self) -> QHBoxLayout:
        self._gauge = Gauge(52)
        self._balance = _line()
        self._balance.setFont(_large(self.font()))
        self._runway = _line()
        self._range = _line(muted=True)
        self._status = _line(muted=True)
        figures = QVBoxLayout()
        figures.setSpacing(2)
        if self._prefix:
            demo = _line(muted=True)
            demo.setText(self._prefix)
            figures.addWidget(demo)
        for line in (self._balance, self._runway, self._range, self._status):
            figures.addWidget(line)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._gauge, alignment=Qt.AlignmentFlag.AlignTop)
        head.addLayout(figures, stretch=1)
        return head

    def _buttons(self) -> QHBoxLayout:
        self._refresh = self._button(Action.REFRESH)
        self._menu = QPushButton(self.tr("More"))
        self._menu.setToolTip(self.tr("Snooze, dashboard, about and quit"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (
            self._refresh,
            self._button(Action.HISTORY),
            self._button(Action.SETTINGS),
            self._menu,
        ):
            # Equal widths, so that the layout stays when a label changes.
            buttons.addWidget(button, stretch=1)
        self._menu.hide()
        return buttons


def _icon_at(pointer: QPoint) -> QRect:
    """Return the assumed rectangle of the icon below the pointer.

    A single pixel if the pointer is on a panel, because the card never covers panels.
    """
    side = POINTER_PX if _available_area(_screen_at(pointer)).contains(pointer) else 1
    icon = QRect(0, 0, side, side)
    icon.moveCenter(pointer)
    return icon


def _screen_at(position: QPoint) -> QScreen:
    return QGuiApplication.screenAt(position) or QGuiApplication.primaryScreen()


def _available_area(screen: QScreen) -> QRect:
    """Return the area of a screen without its panels and a margin."""
    geometry, area = screen.geometry(), screen.availableGeometry()
    if not geometry.contains(area):
        # On X11, when a panel appears later, Qt scales the size but leaves the position in native
        # pixels.
        offset = (area.topLeft() - geometry.topLeft()) / screen.devicePixelRatio()
        area.moveTopLeft(geometry.topLeft() + offset)
    return area.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)


def _beside(icon: QRect, size: QSize, area: QRect) -> QPoint:
    """Return the top left corner of a card above or below the icon, where ``area`` has more room.

    The card lies within ``area``.
    """
    card = QRect(QPoint(), size)
    card.moveCenter(icon.center())
    if icon.center().y() < area.center().y():
        card.moveTop(icon.bottom() + MARGIN_PX)
    else:
        card.moveBottom(icon.top() - MARGIN_PX)
    left = max(area.left(), min(card.left(), area.right() - card.width() + 1))
    top = max(area.top(), min(card.top(), area.bottom() - card.height() + 1))
    return QPoint(left, top)


def _large(font: QFont) -> QFont:
    large = QFont(font)
    large.setPointSizeF(font.pointSizeF() * 1.8)
    large.setBold(True)
    return large


def _line(*, muted: bool = False) -> QLabel:
    label = QLabel(textFormat=Qt.TextFormat.PlainText)
    if muted:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
