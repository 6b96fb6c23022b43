"""The icon's gauge as a widget, crisp at every scale."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import draw_gauge


class Gauge(QWidget):
    """Draws a snapshot as the icon does; the text beside it says the same."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._snapshot = Snapshot()
        self.setFixedSize(QSize(size, size))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this from now on."""
        self._snapshot = snapshot
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the gauge."""
        draw_gauge(QPainter(self), self.width(), self._snapshot)
