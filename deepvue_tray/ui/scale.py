"""Where on the screen a time or an amount lies, and which of them deserve a label."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from deepvue_tray.core.spending import midnight

_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A rectangle of the screen, the times from left to right, the amounts from bottom to top."""

    area: QRectF
    since: datetime
    until: datetime
    lowest: float
    highest: float

    def x(self, at: datetime) -> float:
        """Return where a time lies, in pixels."""
        return self.area.left() + (at - self.since) / (self.until - self.since) * self.area.width()

    def y(self, amount: float) -> float:
        """Return where an amount lies, in pixels."""
        part = (amount - self.lowest) / (self.highest - self.lowest)
        return self.area.bottom() - part * self.area.height()

    def transform(self) -> QTransform:
        """Return what takes (seconds since the left edge, amount) to pixels, many at once."""
        wide = self.area.width() / (self.until - self.since).total_seconds()
        tall = self.area.height() / (self.highest - self.lowest)
        zero = self.area.bottom() + self.lowest * tall
        return QTransform(wide, 0, 0, -tall, self.area.left(), zero)

    def at(self, x: float) -> datetime:
        """Return the time that lies at a pixel."""
        part = (x - self.area.left()) / self.area.width()
        return self.since + part * (self.until - self.since)


def amount_ticks(highest: float, most: int) -> list[float]:
    """Return round amounts from 0 up, the last of them at or above ``highest``."""
    rough = max(highest, 1.0) / max(most, 1)
    magnitude = 10.0 ** floor(log10(rough))
    step = next(s * magnitude for s in _STEPS if s * magnitude >= rough * (1 - 1e-9))
    return [step * n for n in range(ceil(max(highest, 1.0) / step) + 1)]


def time_ticks(since: datetime, until: datetime, most: int) -> tuple[list[datetime], timedelta]:
    """Return round local times within a range, at most ``most``, and the step between them."""
    hours = (1, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 30, 24 * 91, 24 * 182, 24 * 365)
    length = until - since
    step = next(
        (timedelta(hours=h) for h in hours if length / timedelta(hours=h) <= most),
        length / max(most, 1),
    )
    tick = midnight(since.astimezone().date())
    while tick < since:
        tick += step
    ticks = []
    while tick <= until:
        ticks.append(tick)
        tick += step
    return ticks, step
