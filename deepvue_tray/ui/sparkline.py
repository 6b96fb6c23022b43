"""The last days of the balance, small: their shape, without any number."""

from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.reading import Stretch
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.ui.icon import COLOURS
from deepvue_tray.ui.scale import Scale


class Sparkline(QWidget):
    """A step line from edge to edge, with the thresholds that lie within its height."""

    def __init__(self) -> None:
        super().__init__()
        self._stretches: list[Stretch] = []
        self._snapshot = Snapshot()
        self._since = self._until = datetime.max
        self.setAccessibleName(self.tr("Balance of the last 7 days"))

    def show_past(
        self, since: datetime, until: datetime, stretches: list[Stretch], snapshot: Snapshot
    ) -> None:
        """Draw these pieces between these moments."""
        self._since, self._until = since, until
        self._stretches, self._snapshot = stretches, snapshot
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size whose shape can be read."""
        return QSize(240, 46)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the line."""
        if not self._stretches:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        highest = max(1.0, *(float(piece.high) for piece in self._stretches))
        lowest = min(0.0, *(float(piece.low) for piece in self._stretches))
        area = QRectF(self.rect()).adjusted(1, 3, -1, -3)
        scale = Scale(area, self._since, self._until, lowest, highest)
        settings = self._snapshot.settings
        for amount, level in ((settings.low, Level.LOW), (settings.critical, Level.CRITICAL)):
            if amount is not None and amount < highest:
                painter.setPen(QPen(COLOURS[level], 1, Qt.PenStyle.DotLine))
                y = scale.y(amount)
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        points: list[QPointF] = []
        for piece in self._stretches:
            x = scale.x(piece.at)
            if points:
                points.append(QPointF(x, points[-1].y()))
            points.append(QPointF(x, scale.y(float(piece.last))))
        points.append(QPointF(area.right(), points[-1].y()))
        painter.setPen(QPen(COLOURS[Level.OK], 1.5))
        painter.drawPolyline(QPolygonF(points))
