"""Parts of forms: fields, rows of them, messages below them, links, and a row of buttons."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QFocusEvent, QIcon, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QTimeEdit,
    QWidget,
)

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.palette import draw_edge, focus_ring, outline

GAP_PX = 8
"""Between two fields, and between two rows of them."""

FIELD_WIDTH_PX = 320
"""Fits a whole secret, and a message below a field without widening the window."""


_KEYBOARD_USED = Qt.WidgetAttribute.WA_KeyboardFocusChange
"""Set in a window after its focus was moved with the keyboard."""


class Message(QLabel):
    """A line of text below a field, hidden until there is one; a problem is red."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setMinimumWidth(FIELD_WIDTH_PX)
        self.hide()
        self._is_problem = False
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str) -> None:
        """Show ``text`` in place of the present text."""
        self._show(text, is_problem=False)

    def show_problem(self, reason: str) -> None:
        """Show why something is invalid or failed; an empty ``reason`` hides the line."""
        self._show(f"✗ {reason}" if reason else "", is_problem=True)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_problem:
            self._redden()

    def _show(self, text: str, *, is_problem: bool) -> None:
        self._is_problem = is_problem
        if is_problem:
            self._redden()
        else:
            self.setPalette(QPalette())
        self.setText(text)
        self.setVisible(bool(text))

    def _redden(self) -> None:
        red, role = CardColours.of(self.palette()).critical.text, QPalette.ColorRole.WindowText
        if self.palette().color(role) != red:
            own = QPalette()  # Only this role; the others follow the system.
            own.setColor(role, red)
            self.setPalette(own)


class Links(QLabel):
    """Links that open in the browser, by text; in the palette's colour.

    Qt would keep the colour that they were created with.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        super().__init__()
        self._urls = urls
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setOpenExternalLinks(True)
        self.setAccessibleName(self.tr("Links") if len(urls) > 1 else next(iter(urls)))
        self.setAccessibleDescription(
            self.tr("Tab selects a link, Return opens it in the browser.")
        )
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._apply_colour()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the focus ring as well: Qt only dots a line around the link."""
        super().paintEvent(event)
        draw_focus_ring(QPainter(self), self, self.rect())

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_colour()

    def _apply_colour(self) -> None:
        style = f"color: {self.palette().color(QPalette.ColorRole.Link).name()}"
        self.setText(
            " · ".join(
                f'<a href="{url}" style="{style}">{text}</a>' for text, url in self._urls.items()
            )
        )


class CheckBox(QCheckBox):
    """A check box with a visible square and focus: Fusion draws both with too little contrast."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the square's edge, and the focus ring if the keyboard moved the focus here."""
        super().paintEvent(event)
        if self.style().name() != "fusion":
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QPainter(self)
        square = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        draw_edge(painter, QRectF(square), outline(self.palette()))
        draw_focus_ring(painter, self, self.rect())


class LineEdit(QLineEdit):
    """A field with a visible edge."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the text after the Tab key, but nothing in an empty field.

        Qt would report a selection there before the focus, and Orca would not read the field.
        """
        is_empty = not self.text()
        other = QFocusEvent(event.type(), Qt.FocusReason.OtherFocusReason)
        super().focusInEvent(other if is_empty else event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge as well."""
        super().paintEvent(event)
        _draw_field_edge(self)


class LinesEdit(QPlainTextEdit):
    """A field for several lines, of which ``rows`` are visible, with a visible edge."""

    def __init__(self, *, rows: int) -> None:
        super().__init__(lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap, tabChangesFocus=True)
        self._rows = rows
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the size of the visible lines."""
        margins = 2 * round(self.document().documentMargin())
        height = self._rows * self.fontMetrics().lineSpacing() + margins
        return QSize(FIELD_WIDTH_PX, height)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge as well."""
        super().paintEvent(event)
        _draw_field_edge(self, self.viewport())


class SpinBox(QSpinBox):
    """A field for a whole number, with a visible edge."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge as well, and the field's ground over Fusion's edge within it."""
        super().paintEvent(event)
        if self.style().name() == "fusion":
            ground = self.palette().color(QPalette.ColorRole.Base)
            draw_edge(QPainter(self), QRectF(self.rect()).adjusted(1, 1, -1, -1), ground)
        _draw_field_edge(self)


class TimeEdit(QTimeEdit):
    """A field for a time of day, with a visible edge."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge as well."""
        super().paintEvent(event)
        _draw_field_edge(self)


class Separator(QWidget):
    """A vertical line between two parts of a window; that of Breeze is almost black."""

    accessible_role = QAccessible.Role.Separator

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(1)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the line."""
        QPainter(self).fillRect(self.rect(), CardColours.of(self.palette()).line)


class ComboBox(QComboBox):
    """A choice, with a visible edge."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge as well."""
        super().paintEvent(event)
        _draw_field_edge(self)


def muted_label(text: str) -> QLabel:
    """Return a paragraph of secondary text."""
    label = QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def button_box(buttons: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """Return a row of standard buttons, in the platform's order, without icons."""
    box = QDialogButtonBox(buttons)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box


def draw_focus_ring(painter: QPainter, widget: QWidget, area: QRect) -> None:
    """Draw a ring within ``area`` if the keyboard moved the focus to ``widget``."""
    if widget.hasFocus() and widget.window().testAttribute(_KEYBOARD_USED):
        draw_edge(painter, QRectF(area), focus_ring(widget.palette()))


def _draw_field_edge(field: QWidget, surface: QWidget | None = None) -> None:
    """Draw the edge of a field: Fusion's is hardly darker than the window, also if that is dark.

    ``surface`` is the part of the field that is painted, if it is not the field itself.
    """
    if field.style().name() == "fusion" and field.isEnabled():
        colours = field.palette()
        colour = focus_ring(colours) if field.hasFocus() else outline(colours)
        draw_edge(QPainter(surface or field), QRectF(field.rect()), colour)


def row(*widgets: QWidget, stretch: bool = False) -> QHBoxLayout:
    """Lay widgets side by side; ``stretch`` keeps them at their preferred width."""
    layout = QHBoxLayout()
    layout.setSpacing(GAP_PX)
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch()
    return layout
