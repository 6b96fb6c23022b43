"""The icon's gauge as a widget, crisp at every scale, and moving while an answer is waited for."""

from PySide6.QtCore import QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.icon import draw_gauge
from deepvue_tray.ui.palette import blended

DOT_COUNT = 3
"""Below the gauge, where its ring is open; one after the other stands out."""

ANIMATION_STEP_MS = 250
"""Milliseconds from one dot to the next."""


class Gauge(QWidget):
    """Draws a snapshot as the icon does; the text beside it says the same.

    While the snapshot is refreshing and the gauge can be seen, and at no other time, a timer wakes
    to move the sign of it.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self._snapshot = Snapshot()
        self._step = 0
        self._animation_timer = QTimer(self, interval=ANIMATION_STEP_MS)
        self._animation_timer.timeout.connect(self._move_on)
        self.setFixedSize(QSize(size, size))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw this from now on."""
        self._snapshot = snapshot
        self._move_or_rest()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Move on, if there is something to wait for."""
        super().showEvent(event)
        self._move_or_rest()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._move_or_rest()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the gauge, and the dots below it."""
        painter = QPainter(self)
        draw_gauge(painter, self.width(), self._snapshot)
        if not self._snapshot.refreshing:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        apart = self.width() / 7
        for dot in range(DOT_COUNT):
            strength = 0.75 if dot == self._step else 0.25
            painter.setBrush(blended(self.palette(), strength))
            x = self.width() / 2 + (dot - (DOT_COUNT - 1) / 2) * apart
            painter.drawEllipse(QPointF(x, self.height() - apart), apart / 4, apart / 4)

    def _move_on(self) -> None:
        self._step = (self._step + 1) % DOT_COUNT
        self.update()

    def _move_or_rest(self) -> None:
        if self._snapshot.refreshing and self.isVisible():
            self._animation_timer.start()
        else:
            self._animation_timer.stop()
