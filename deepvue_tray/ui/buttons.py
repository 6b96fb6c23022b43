"""The row of buttons at the end of a window."""

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialogButtonBox


def button_box(buttons: QDialogButtonBox.StandardButton) -> QDialogButtonBox:
    """Return the row, in the platform's own order, without the pictures some styles draw."""
    box = QDialogButtonBox(buttons)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box
