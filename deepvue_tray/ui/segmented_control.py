"""A row of joined buttons of which one is checked."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.card_parts import (
    BUTTON_PX,
    RADIUS_PX,
    draw_ring_of_focus,
    draw_rounded,
    has_focus_ring,
    scaled_font,
)
from deepvue_tray.ui.palette import mixed

PADDING_PX = 14
RING_PX = 3
"""The width of the focus ring with its gap."""


class SegmentedControl(QWidget):
    """Joined buttons; at most one is checked."""

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._let_tab_reach_checked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def add(self, label: str, tooltip: str) -> QAbstractButton:
        """Add a button at the end, and return it."""
        buttons = self._group.buttons()
        segment = _Segment(label, is_first=not buttons)
        for other in buttons:
            if isinstance(other, _Segment):
                other.is_last = False
        segment.setToolTip(tooltip)
        self._group.addButton(segment)
        self._let_tab_reach_checked()
        self._row.addWidget(segment)
        return segment

    def uncheck(self) -> None:
        """Check none of the buttons."""
        self._group.setExclusive(False)
        for button in self._group.buttons():
            button.setChecked(False)
        self._group.setExclusive(True)

    def _let_tab_reach_checked(self) -> None:
        """Let the Tab key move to the checked button, and the arrow keys to the others."""
        checked = self._group.checkedButton()
        for button in self._group.buttons():
            is_reached = button is checked or checked is None
            button.setFocusPolicy(_STRONG_FOCUS if is_reached else Qt.FocusPolicy.ClickFocus)


class _Segment(QRadioButton):
    """One of the joined buttons, in the look of the card's buttons.

    Screen readers tell a radio button's place among the others.
    """

    def __init__(self, text: str, *, is_first: bool) -> None:
        super().__init__(text)
        self._is_first = is_first
        self.is_last = True

    def sizeHint(self) -> QSize:
        """Return a size with room around the text in bold."""
        metrics = QFontMetricsF(scaled_font(self.font(), 1.0, QFont.Weight.Bold))
        width = metrics.horizontalAdvance(self.text()) + 2 * PADDING_PX
        return QSize(round(width), max(round(metrics.height()) + 12, BUTTON_PX))

    def minimumSizeHint(self) -> QSize:
        """Return the same: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Return that a click at ``pos`` counts, also beside the text."""
        return self.rect().contains(pos)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the pointer is over the button."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the button; only the outer corners of the row are rounded."""
        painter = QPainter(self)
        colours, area = CardColours.of(self.palette()), QRectF(self.rect())
        is_checked = self.isChecked()
        ground = colours.accent if is_checked else colours.button
        text = colours.on_accent if is_checked else self.palette().color(_TEXT)
        if self.isDown() or self.underMouse():
            ground = mixed(ground, text, 0.16 if self.isDown() else 0.07)
        if has_focus_ring(self):
            draw_ring_of_focus(painter, area, colours.ring)
            area = area.adjusted(RING_PX, RING_PX, -RING_PX, -RING_PX)
        painter.setClipRect(area)
        # A side without rounded corners lies outside the clipped area; its neighbour draws it.
        left, right = -2 * RADIUS_PX, 0 if self.is_last else 2 * RADIUS_PX
        joined = area.adjusted(0 if self._is_first else left, 0, right, 0)
        draw_rounded(
            painter, joined, ground, edge=colours.accent if is_checked else colours.outline
        )
        if not self._is_first and not is_checked:
            painter.fillRect(QRectF(area.left(), area.top(), 1, area.height()), colours.outline)
        weight = QFont.Weight.Bold if is_checked else QFont.Weight.Normal
        painter.setFont(scaled_font(self.font(), 1.0, weight))
        painter.setPen(text)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


_TEXT, _STRONG_FOCUS = QPalette.ColorRole.WindowText, Qt.FocusPolicy.StrongFocus
