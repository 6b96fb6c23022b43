"""The card: the balance large, how current it is, and what can be done.

Without a tray host it is the program's window.
"""

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QFont,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QScreen,
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
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts
from deepvue_tray.ui.chart.sparkline import Sparkline
from deepvue_tray.ui.gauge import Gauge
from deepvue_tray.ui.palette import blended, keep_readable

WIDTH_PX = 300
"""Pixels, at least; wide enough for a remedy in two or three lines."""

MARGIN_PX = 4
"""Pixels between the card and the icon, a panel, or the screen's edge."""

POINTER_PX = 24
"""Pixels around the pointer that count as the icon, where no desktop tells its place, nor that of
the panel."""


class Card(QWidget):
    """A small window that shows snapshots.

    As a pop-up by the tray it closes when it loses the focus and on Escape. Without a tray it is a
    window that stays and also offers ``menu``, the tray's own; once it is closed, it says that the
    program goes on.
    """

    action_requested = Signal(object)
    """An Action that a person has chosen."""

    def __init__(self, prefix: str, menu: QMenu | None = None) -> None:
        super().__init__()
        self._prefix = prefix
        self._after_closing: QMessageBox | None = None
        self._icon: QRect | None = None
        self._settings = Settings()
        self._awaits_past = True
        self.setWindowTitle(prefix or "deepvue-tray")
        self._build()
        if menu:
            self._menu.setMenu(menu)
        keep_readable(self)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Let the card say what ``snapshot`` says."""
        self._settings = snapshot.settings
        self._gauge.show_snapshot(snapshot)
        self._balance.setText(texts.format_balance(snapshot))
        now = datetime.now(UTC)
        runway = texts.runway_line(snapshot, now)
        self._runway.setText(runway)
        self._runway.setVisible(bool(runway))
        self._range.setText(texts.runway_range_text(snapshot, now))
        self._range.setVisible(bool(self._range.text()))
        trouble = snapshot.trouble or snapshot.storage
        # The explanation below says what is wrong; here stands what is known all the same.
        self._status.setText(
            texts.reading_time_text(snapshot, now) if trouble else texts.status_text(snapshot, now)
        )
        self._status.setVisible(bool(self._status.text()))
        if self._awaits_past:
            self._keep_room_for_past(snapshot.reading is not None)
        self._refresh.setEnabled(not snapshot.refreshing)
        self._refresh.setText(texts.refresh_label(snapshot))
        self._explanation.setVisible(trouble is not None)
        if trouble:
            said = (texts.error_text(trouble), texts.retry_text(trouble))
            self._explanation.setText(" ".join(filter(None, said)))
        for action, button in self._mending.items():
            button.setVisible(trouble is not None and trouble.action is action)
        self._fit()

    def show_past(self, since: datetime, until: datetime, buckets: list[HistoryBucket]) -> None:
        """Draw the last days, and say what was spent in them."""
        self._sparkline.show_past(since, until, buckets, self._settings)
        self._sparkline.setVisible(len(buckets) > 1)
        self._spent.setText(texts.recent_spending_text(buckets, until))
        self._spent.setVisible(len(buckets) > 1)
        self._awaits_past = False
        self._keep_room_for_past(False)
        self._fit()

    @Slot()
    def open_without_tray(self) -> None:
        """Be the program's window, and say why there is one."""
        self._icon = None
        self._notice.setText(
            self.tr(
                "This desktop shows no tray icons, so the balance stands here; it moves into the"
                " tray as soon as there is one. On GNOME, the AppIndicator extension brings it."
            )
        )
        self._notice.setVisible(True)
        self._menu.setVisible(True)
        self.setWindowFlags(Qt.WindowType.Window)
        self._fit()
        self.show()

    def open_as_popup(self, icon: QRect | None = None) -> None:
        """Open beside the tray's icon, or the pointer where no desktop tells the icon's place."""
        self._icon = icon or _icon_at(QCursor.pos())
        self._notice.setVisible(False)
        self._menu.setVisible(False)
        self.setWindowFlags(Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self._fit()
        self.show()
        self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        """Close the pop-up when another window gets the focus; follow the system's text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._balance.setFont(_large(self.font()))
        if (
            event.type() == QEvent.Type.ActivationChange
            and self._is_popup
            and not self.isActiveWindow()
        ):
            self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that the program goes on, where nothing else of it can be seen."""
        super().closeEvent(event)
        if not self._is_popup and self._after_closing is None:
            self._after_closing = self._ask_whether_to_quit()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the edge that no window manager draws around a pop-up."""
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

    @property
    def _is_popup(self) -> bool:
        return self._icon is not None

    def _fit(self) -> None:
        """Be as large as all it says, beside the icon; Qt's own adjustSize stops at 2/3 screen."""
        self.ensurePolished()
        size = self.sizeHint().expandedTo(QSize(WIDTH_PX, 0))
        size.setHeight(max(size.height(), self.heightForWidth(size.width())))
        if self._icon is None:
            self.resize(size.boundedTo(_room(self.screen()).size()))
            return
        room = _room(_screen_at(self._icon.center()))
        self.resize(size.boundedTo(room.size()))
        self.move(_beside(self._icon, self.size(), room))

    def _ask_whether_to_quit(self) -> QMessageBox:
        question = QMessageBox()
        # Other windows, such as the settings, are not to wait for it.
        question.setModal(False)
        question.setWindowTitle(self.windowTitle())
        question.setIcon(QMessageBox.Icon.Information)
        question.setText(self.tr("deepvue-tray keeps running, and alerts still come."))
        question.setInformativeText(self.tr("Start deepvue-tray again to see its window."))
        leave = question.addButton(
            texts.action_label(Action.QUIT), QMessageBox.ButtonRole.DestructiveRole
        )
        leave.clicked.connect(lambda: self.action_requested.emit(Action.QUIT))
        stay = question.addButton(self.tr("Keep watching"), QMessageBox.ButtonRole.AcceptRole)
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
        self.setMinimumWidth(WIDTH_PX)
        self._sparkline = Sparkline()
        self._spent = _line(faint=True)
        self._explanation = _line()
        self._explanation.setWordWrap(True)
        self._notice = _line(faint=True)
        self._notice.setWordWrap(True)
        whole = QVBoxLayout(self)
        whole.setSpacing(10)
        whole.setContentsMargins(14, 14, 14, 14)
        whole.addLayout(self._head())
        for part in (self._sparkline, self._spent, self._explanation, self._notice):
            # Each is there only while it has something to say.
            part.hide()
            whole.addWidget(part)
        # Only the remedies that the card does not offer anyway.
        self._mending = {a: self._button(a) for a in (Action.UNLOCK, Action.STATUS_PAGE)}
        for button in self._mending.values():
            whole.addWidget(button)
        whole.addLayout(self._buttons())

    def _keep_room_for_past(self, kept: bool) -> None:
        """Keep room for what comes a moment after the card has opened, which should not jump."""
        for past in (self._sparkline, self._spent):
            policy = past.sizePolicy()
            policy.setRetainSizeWhenHidden(kept)
            past.setSizePolicy(policy)

    def _head(self) -> QHBoxLayout:
        self._gauge = Gauge(52)
        self._balance = _line()
        self._balance.setFont(_large(self.font()))
        self._runway = _line()
        self._range = _line(faint=True)
        self._status = _line(faint=True)
        figures = QVBoxLayout()
        figures.setSpacing(2)
        if self._prefix:
            demo = _line(faint=True)
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
            # All of one width, so that nothing moves when a label changes.
            buttons.addWidget(button, stretch=1)
        self._menu.hide()
        return buttons


def _icon_at(pointer: QPoint) -> QRect:
    """Return what counts as the icon below the pointer: on a panel, the panel tells its own end."""
    edge = POINTER_PX if _room(_screen_at(pointer)).contains(pointer) else 1
    icon = QRect(0, 0, edge, edge)
    icon.moveCenter(pointer)
    return icon


def _screen_at(place: QPoint) -> QScreen:
    return QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()


def _room(screen: QScreen) -> QRect:
    """Return what the panels leave of a screen, but for a narrow edge."""
    whole, room = screen.geometry(), screen.availableGeometry()
    if not whole.contains(room):
        # On X11 Qt scales the size alone when a panel comes later: the place is in native pixels.
        place = (room.topLeft() - whole.topLeft()) / screen.devicePixelRatio()
        room.moveTopLeft(whole.topLeft() + place)
    return room.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)


def _beside(icon: QRect, size: QSize, room: QRect) -> QPoint:
    """Return the corner of a card that lies beside the icon, on the side that has more room.

    Whole in ``room``.
    """
    card = QRect(QPoint(), size)
    card.moveCenter(icon.center())
    if icon.center().y() < room.center().y():
        card.moveTop(icon.bottom() + MARGIN_PX)
    else:
        card.moveBottom(icon.top() - MARGIN_PX)
    left = max(room.left(), min(card.left(), room.right() - card.width() + 1))
    top = max(room.top(), min(card.top(), room.bottom() - card.height() + 1))
    return QPoint(left, top)


def _large(font: QFont) -> QFont:
    large = QFont(font)
    large.setPointSizeF(font.pointSizeF() * 1.8)
    large.setBold(True)
    return large


def _line(*, faint: bool = False) -> QLabel:
    label = QLabel(textFormat=Qt.TextFormat.PlainText)
    if faint:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
