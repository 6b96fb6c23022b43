"""What the settings' groups are made of: lines of fields, and messages below them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QWidget

FIELD_WIDTH = 320
"""Pixels; for a whole secret, and so that a message below a field does not widen the window."""


class Message(QLabel):
    """A line below a field, there only while it has something to say."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setMinimumWidth(FIELD_WIDTH)
        self.hide()
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def say(self, text: str) -> None:
        """Say this, in place of what it said."""
        self.setText(text)
        self.setVisible(True)


def align_labels(dialog: QWidget) -> None:
    """Let the fields of all groups begin at one line."""
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
    """Lay widgets side by side; with ``stretch`` no wider than they ask for."""
    line = QHBoxLayout()
    for widget in widgets:
        line.addWidget(widget)
    if stretch:
        line.addStretch()
    return line
