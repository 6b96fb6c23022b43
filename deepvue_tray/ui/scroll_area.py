"""A scroll area that scrolls only content that is taller than the screen."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

GAP_PX = 6
"""Between the content and the scroll bar."""


class ScrollArea(QScrollArea):
    """Requests the size of ``content``, and scrolls it vertically if the window is smaller."""

    def __init__(self, content: QWidget) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        self._content = content

    def allow_bar(self, allowed: bool) -> int:
        """Show or hide the scroll bar; return the width in pixels that it takes.

        The policy is explicit, because Qt's automatic one shows a bar until the first layout.
        """
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if allowed else policy.ScrollBarAlwaysOff
        )
        self.setViewportMargins(0, 0, GAP_PX if allowed else 0, 0)
        return GAP_PX + self.verticalScrollBar().sizeHint().width() if allowed else 0

    def sizeHint(self) -> QSize:
        """Return the size of the content; Qt's own hint is capped at 24 lines."""
        return self._content.sizeHint()

    def eventFilter(self, content: QObject, event: QEvent) -> bool:
        """Update the size hint when the content's changes."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(content, event)
