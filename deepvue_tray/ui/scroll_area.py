"""Content that scrolls only if it is larger than the screen."""

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMargins,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from deepvue_tray.ui.windows import NO_LIMIT, REDRAW_MS, fitted, is_wayland, set_size

GAP_PX = 6
"""Between the content and the scroll bar."""

SCROLL_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ScrollArea(QScrollArea):
    """Requests the size of ``content``, and scrolls it if the window is smaller."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self._content = content

    def allow_bars(self, *, vertical: bool, horizontal: bool) -> None:
        """Show or hide the scroll bars.

        The policies are explicit, because Qt's automatic one shows a bar until the first layout.
        """
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if vertical else policy.ScrollBarAlwaysOff
        )
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if horizontal else policy.ScrollBarAlwaysOff
        )
        self.setViewportMargins(0, 0, GAP_PX if vertical else 0, GAP_PX if horizontal else 0)

    def show_whole(self, widget: QWidget) -> None:
        """Scroll to a widget of the content; Qt's own function shows only a field's cursor."""
        if self._content.isAncestorOf(widget):
            area = QRect(widget.mapTo(self._content, QPoint()), widget.size())
            center = area.center()
            self.ensureVisible(center.x(), center.y(), area.width() // 2, area.height() // 2 + 1)

    def bar_px(self) -> int:
        """Return the width of the vertical bar in pixels, which is the horizontal one's height."""
        return GAP_PX + self.verticalScrollBar().sizeHint().width()

    def sizeHint(self) -> QSize:
        """Return the size of the content; Qt's own hint is capped at 24 lines."""
        return self._content.sizeHint()

    def eventFilter(self, content: QObject, event: QEvent) -> bool:
        """Update the size hint when the content's changes."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(content, event)


class ScrollingDialog(QDialog):
    """A dialog as large as its content; the content scrolls if the screen is too small."""

    def lay_out(
        self, content: QWidget, below: list[QWidget], margins: QMargins, spacing: int
    ) -> None:
        """Put ``content`` into a scroll area, and the widgets that do not scroll below it."""
        self._area = ScrollArea(content)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(margins)
        self._column.setSpacing(spacing)
        for part in (self._area, *below):
            self._column.addWidget(part)
        self._fit()

    def scroll_to(self, widget: QWidget) -> None:
        """Make a widget of the content visible."""
        self._area.show_whole(widget)

    def event(self, event: QEvent) -> bool:
        """Resize when the required size changes, and when the window has another one."""
        handled = super().event(event)
        if event.type() == QEvent.Type.Show:
            # A change of a nested layout reaches the outer ones only by events, innermost first.
            for widget in reversed(self.findChildren(QWidget)):
                QCoreApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        elif event.type() == QEvent.Type.WindowActivate and is_wayland():
            # With the focus the compositor sends a size, which may be older than the present one.
            QTimer.singleShot(REDRAW_MS, self, self._fit)
        return handled

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Scroll to the widget that the Tab key reaches, also from outside the scroll area."""
        moved = super().focusNextPrevChild(forward)
        self.scroll_to(self.focusWidget())
        return moved

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with the keys that the focused widget does not need."""
        if event.key() in SCROLL_KEYS:
            self._area.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        size, largest = self._column.totalSizeHint(), fitted(self, NO_LIMIT)
        is_high = size.height() > largest.height()
        size += QSize(self._area.bar_px() if is_high else 0, 0)
        is_wide = size.width() > largest.width()
        if is_wide:
            size += QSize(0, self._area.bar_px())
            is_high = size.height() > largest.height()
        self._area.allow_bars(vertical=is_high, horizontal=is_wide)
        set_size(self, fitted(self, size))
