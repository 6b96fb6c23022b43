"""The icon's gauge as a widget, animated during a request."""

from PySide6.QtCore import QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import draw_gauge
from deepvue_tray.ui.palette import blended

DOT_COUNT = 3
"""Dots in the gap at the bottom of the ring, highlighted one after the other."""

ANIMATION_STEP_MS = 250
"""Time from one dot to the next."""


class Gauge(QWidget):
    """Draws a snapshot like the icon; the text beside it has the same information.

    A timer runs only while the snapshot is refreshing and the gauge is visible.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._snapshot = Snapshot()
        self._step = 0
        self._animation_timer = QTimer(self, interval=ANIMATION_STEP_MS)
        self._animation_timer.timeout.connect(self._advance)
        self.setFixedSize(QSize(size, size))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw ``snapshot``."""
        self._snapshot = snapshot
        self._update_timer()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Start the animation during a request."""
        super().showEvent(event)
        self._update_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the animation."""
        super().hideEvent(event)
        self._update_timer()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the gauge, and the dots below it."""
        painter = QPainter(self)
        draw_gauge(painter, self.width(), self._snapshot)
        if not self._snapshot.refreshing:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        spacing = self.width() / 7
        for dot in range(DOT_COUNT):
            strength = 0.75 if dot == self._step else 0.25
            painter.setBrush(blended(self.palette(), strength))
            x = self.width() / 2 + (dot - (DOT_COUNT - 1) / 2) * spacing
            painter.drawEllipse(QPointF(x, self.height() - spacing), spacing / 4, spacing / 4)

    def _advance(self) -> None:
        self._step = (self._step + 1) % DOT_COUNT
        self.update()

    def _update_timer(self) -> None:
        if self._snapshot.refreshing and self.isVisible():
            self._animation_timer.start()
        else:
            self._animation_timer.stop()
