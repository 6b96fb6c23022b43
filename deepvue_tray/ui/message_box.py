"""Message boxes that are not cut off on any desktop."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.windows import redraw_when_resized, set_size


class MessageBox(QMessageBox):
    """Shows plain text. Qt fixes its size, and on GNOME subtracts the frame's shadow from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        keep_readable(self)
        redraw_when_resized(self)

    def event(self, event: QEvent) -> bool:
        """Set the size again after each change by Qt."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            set_size(self, self.size())
        return handled
