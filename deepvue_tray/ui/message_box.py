"""Questions and messages that are whole on every desktop."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from deepvue_tray.ui.windows import redraw_when_resized, set_size


class MessageBox(QMessageBox):
    """Shows plain text. Qt alone fixes its size, of which GNOME takes the frame's shadow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        redraw_when_resized(self)

    def event(self, event: QEvent) -> bool:
        """Give the size anew after each of Qt's changes."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            set_size(self, self.size())
        return handled
