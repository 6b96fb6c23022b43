"""Parts of forms: rows of fields, messages below them, and the window's row of buttons."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from deepvue_tray.ui.palette import draw_edge, focus_ring, muted

FIELD_WIDTH_PX = 320
"""Fits a whole secret, and a message below a field without widening the window."""


class Message(QLabel):
    """A line of text below a field, hidden until there is one."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setMinimumWidth(FIELD_WIDTH_PX)
        self.hide()
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str) -> None:
        """Show ``text`` in place of the present text."""
        self.setText(text)
        self.setVisible(True)


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
        draw_edge(painter, QRectF(square), muted(self.palette()))
        shown = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if option.state & shown == shown:
            draw_edge(painter, QRectF(self.rect()), focus_ring(self.palette()))


def button_box(buttons: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """Return a row of standard buttons, in the platform's order, without icons."""
    box = QDialogButtonBox(buttons)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box


def align_labels(dialog: QWidget) -> None:
    """Give the labels of all forms in ``dialog`` the same width, so that the fields line up."""
    forms = dialog.findChildren(QFormLayout)
    items = [
        form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        for form in forms
        for row in range(form.rowCount())
    ]
    labels = [widget for item in items if item and (widget := item.widget())]
    width = max(label.sizeHint().width() for label in labels)
    for label in labels:
        label.setMinimumWidth(width)


def row(*widgets: QWidget, stretch: bool = False) -> QHBoxLayout:
    """Lay widgets side by side; ``stretch`` keeps them at their preferred width."""
    layout = QHBoxLayout()
    for widget in widgets:
        layout.addWidget(widget)
    if stretch:
        layout.addStretch()
    return layout
