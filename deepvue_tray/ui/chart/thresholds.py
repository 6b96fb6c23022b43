"""The thresholds in credits: dashed lines, labelled with their values at the right."""

from decimal import Decimal

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter

from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.ui.card_colours import CardColours, Tone
from deepvue_tray.ui.chart.scale import Scale
from deepvue_tray.ui.formats import format_number
from deepvue_tray.ui.palette import hairline

LABEL_GAP_PX = 6
"""Between the end of a line and its label."""


def thresholds_within(
    scale: Scale, wallet: WalletSettings, colours: CardColours
) -> list[tuple[float, str, Tone]]:
    """Return the amount, the label and the colours of each threshold on the axis, highest first."""
    marks = ((wallet.low, colours.low), (wallet.critical, colours.critical))
    return [
        (float(amount), format_number(Decimal(amount)), tone)
        for amount, tone in marks
        if amount is not None and scale.lowest <= amount <= scale.highest
    ]


def draw_lines(painter: QPainter, scale: Scale, marks: list[tuple[float, str, Tone]]) -> None:
    """Draw a dashed line at each threshold."""
    # Antialiasing would blur a line that lies between two rows of pixels.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for amount, _, tone in marks:
        pen = hairline(painter, tone.graphics)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        y = scale.y(amount)
        painter.drawLine(QLineF(scale.area.left(), y, scale.area.right(), y))


def draw_labels(painter: QPainter, scale: Scale, marks: list[tuple[float, str, Tone]]) -> None:
    """Write the value of each threshold at the end of its line."""
    row = painter.fontMetrics().height()
    middles = apart([scale.y(amount) for amount, _, _ in marks], row)
    for middle, (_, text, tone) in zip(middles, marks, strict=True):
        place = QRectF(scale.area.right() + LABEL_GAP_PX, middle - row / 2, 1, row)
        painter.setPen(tone.text)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, left | Qt.TextFlag.TextDontClip, text)


def apart(middles: list[float], distance: float) -> list[float]:
    """Return two positions, the upper one first, moved so that they are ``distance`` apart."""
    if len(middles) < 2:  # noqa: PLR2004 - a pair
        return middles
    upper, lower = middles
    missing = max(0.0, distance - (lower - upper)) / 2
    return [upper - missing, lower + missing]
