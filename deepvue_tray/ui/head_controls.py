"""The controls of a window's head: a button, one with a menu, and a choice, in the card's look."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QWidget

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import (
    BUTTON_PX,
    CardButton,
    draw_ring_of_focus,
    draw_rounded,
    has_focus_ring,
)
from deepvue_tray.ui.palette import mixed

ARROW_PX = 22
"""The width of the part with the arrow."""

MIN_CHOICE_PX = 96
"""The least width of a choice, so that what is beside it rarely moves with the chosen text."""

PADDING_PX = 12
RING_PX = 3
"""The width of the focus ring with its gap."""


class HeadButton(CardButton):
    """A button with more room around its text."""

    def sizeHint(self) -> QSize:
        """Return the size with the room."""
        return super().sizeHint() + QSize(PADDING_PX, 0)


class MenuButton(HeadButton):
    """A button that opens a menu."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setContentsMargins(0, 0, ARROW_PX - PADDING_PX + 4, 0)

    def sizeHint(self) -> QSize:
        """Return a size with room for the arrow."""
        return super().sizeHint() + QSize(ARROW_PX - PADDING_PX + 4, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button and the arrow."""
        super().paintEvent(event)
        _draw_arrow(QPainter(self), self)


class Choice(QComboBox):
    """A choice of one of several texts."""

    def __init__(self) -> None:
        super().__init__()
        self.currentIndexChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Return the size of the chosen text, as high as the buttons."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.currentText()) + PADDING_PX + ARROW_PX + 2
        width = min(max(width, MIN_CHOICE_PX), self.maximumWidth())
        return QSize(width, max(metrics.height() + 12, BUTTON_PX))

    def minimumSizeHint(self) -> QSize:
        """Return the same; longer texts are shortened."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the chosen text; the style's own field differs in height and colour."""
        painter = QPainter(self)
        colours, area = CardColours.of(self.palette()), QRectF(self.rect())
        text, ground = self.palette().color(QPalette.ColorRole.WindowText), colours.button
        if self.underMouse():
            ground = mixed(ground, text, 0.07)
        if has_focus_ring(self):
            draw_ring_of_focus(painter, area, colours.ring)
            area = area.adjusted(RING_PX, RING_PX, -RING_PX, -RING_PX)
        draw_rounded(painter, area, ground, edge=colours.outline)
        painter.setPen(text)
        inside = self.rect().adjusted(PADDING_PX, 0, -ARROW_PX, 0)
        elide = Qt.TextElideMode.ElideMiddle
        name = self.fontMetrics().elidedText(self.currentText(), elide, inside.width())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inside, left, name)
        _draw_arrow(painter, self)


def _draw_arrow(painter: QPainter, widget: QWidget) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(widget.palette().color(QPalette.ColorRole.WindowText), 1.5))
    tip = QPointF(widget.width() - ARROW_PX / 2 - 2, widget.height() / 2 + 2)
    arms = [tip + QPointF(-4, -4), tip, tip + QPointF(4, -4)]
    painter.drawPolyline(QPolygonF(arms))
