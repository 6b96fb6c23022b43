"""What may be taller than the screen, and is scrolled only there."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

GAP_PX = 6
"""Pixels between the content and the bar."""


class ScrollArea(QScrollArea):
    """Asks for as much room as ``content`` needs, and scrolls it upright where there is less."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self._content = content

    def allow_bar(self, allowed: bool) -> int:
        """Show a bar, or none; return the pixels that it takes from the width.

        Left to itself, Qt shows one until the window has been laid out.
        """
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if allowed else policy.ScrollBarAlwaysOff
        )
        self.setViewportMargins(0, 0, GAP_PX if allowed else 0, 0)
        return GAP_PX + self.verticalScrollBar().sizeHint().width() if allowed else 0

    def sizeHint(self) -> QSize:
        """Return what the content needs; Qt's own stops at 24 lines."""
        return self._content.sizeHint()

    def eventFilter(self, content: QObject, event: QEvent) -> bool:
        """Ask anew when the content needs more or less."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(content, event)
