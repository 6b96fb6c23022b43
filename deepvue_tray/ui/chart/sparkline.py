"""A small chart of the last days of the balance, without labels."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.chart.step_line import StepLine, draw_thresholds
from deepvue_tray.ui.palette import on_pixels


class Sparkline(QWidget):
    """A step line from edge to edge, with the thresholds that lie within its height."""

    def __init__(self) -> None:
        super().__init__()
        self._wallet = WalletSettings()
        # Aware, because a naive time is local, and this one does not exist in some time zones.
        self._until = datetime.max.replace(tzinfo=UTC)
        self._since = self._until - timedelta(days=1)
        self._line = StepLine.through([], self._since)
        self.setAccessibleName(self.tr("Balance of the last 7 days"))

    def show_past(
        self, since: datetime, until: datetime, buckets: list[HistoryBucket], wallet: WalletSettings
    ) -> None:
        """Draw ``buckets`` between two aware times, with the thresholds of ``settings``."""
        self._since, self._until, self._wallet = since, until, wallet
        self._line = StepLine.through(buckets, since)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a size at which the line's shape is clear."""
        return QSize(240, 52)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = on_pixels(painter, QRectF(self.rect()).adjusted(0, 9, -3, -3))
        highest = max(1.0, self._line.highest)
        scale = Scale(area, self._since, self._until, self._line.lowest, highest)
        self._line.draw_fill(painter, scale)
        draw_thresholds(painter, scale, self._wallet)
        self._line.draw(painter, scale)
