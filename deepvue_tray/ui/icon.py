"""The tray's icon: a gauge, drawn from vectors, with a sign of its own for each state.

The ring's fill is the balance against the highest since the last top-up. The sign inside is the
level, or the trouble of the last attempt: a shape, so that it can be told without colour. The
colours have a contrast of at least 3:1 on both white and near-black, as no toolkit tells the
panel's own colour.
"""

from decimal import Decimal
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from deepvue_tray.core.errors import Condition
from deepvue_tray.core.snapshot import Level, Snapshot

SIZES = (16, 20, 22, 24, 32, 48, 64)
"""Pixels; what panels ask for at scales from 1 to 2."""

STEPS = 24
"""The fill is drawn in so many steps: finer ones could not be seen, and would only churn."""

COLOURS = {
    Level.UNKNOWN: QColor("#808080"),
    Level.OK: QColor("#1a9c5b"),
    Level.LOW: QColor("#c77700"),
    Level.CRITICAL: QColor("#e0443a"),
    Level.EMPTY: QColor("#e0443a"),
}

"""Each level's; the chart draws with them too."""

Stroke = tuple[tuple[float, float], ...]

# Each sign is a few strokes on a field from -1 to 1; a stroke of one point is a dot.
_LEVEL_SIGNS: dict[Level, tuple[Stroke, ...]] = {
    Level.UNKNOWN: (((-0.7, 0), (0.7, 0)),),
    Level.OK: (),
    Level.LOW: (((-0.8, -0.4), (0, 0.5), (0.8, -0.4)),),
    Level.CRITICAL: (((0, -1.0), (0, 0.15)), ((0, 0.95),)),
    Level.EMPTY: (((-0.6, -0.9), (0.6, -0.9), (0.6, 0.9), (-0.6, 0.9), (-0.6, -0.9)),),
}
_TROUBLE_SIGNS: dict[Condition, tuple[Stroke, ...]] = {
    Condition.STALE: (((0, -1.0), (0, 0.1), (0.9, 0.1)),),
    Condition.OFFLINE: (((-1.0, 1.0), (1.0, -1.0)),),
    Condition.REJECTED: (((-0.8, -0.8), (0.8, 0.8)), ((-0.8, 0.8), (0.8, -0.8))),
    Condition.THROTTLED: (((-0.5, -0.8), (-0.5, 0.8)), ((0.5, -0.8), (0.5, 0.8))),
    Condition.SERVER_ERROR: (((0.4, -1.0), (-0.5, 0.1), (0.5, 0.0), (-0.4, 1.0)),),
    Condition.UNTRUSTED: (((0, -0.9), (0.95, 0.8), (-0.95, 0.8), (0, -0.9)),),
    Condition.UNREADABLE: (
        ((-0.6, -0.6), (-0.2, -1.0), (0.4, -0.9), (0.5, -0.4), (0, 0.1), (0, 0.35)),
        ((0, 1.0),),
    ),
    Condition.LOCKED: (
        ((-0.8, 0.0), (0.8, 0.0), (0.8, 0.9), (-0.8, 0.9), (-0.8, 0.0)),
        ((-0.5, 0.0), (-0.5, -0.6), (0, -1.0), (0.5, -0.6), (0.5, 0.0)),
    ),
    Condition.NO_KEYRING: (
        ((-0.9, 0), (-0.5, -0.5), (0, 0), (-0.5, 0.5), (-0.9, 0)),
        ((0, 0), (1.0, 0), (1.0, 0.5)),
    ),
    Condition.NOT_SET_UP: (((0, -0.9), (0, 0.9)), ((-0.9, 0), (0.9, 0))),
}


def icon_for(snapshot: Snapshot) -> QIcon:
    """Return the icon of a snapshot; the same object for what looks the same.

    Trouble shows the gauge with its sign, also where the number was chosen: a number that may be
    old should not look like one that is not.
    """
    if (
        snapshot.settings.number_icon
        and snapshot.reading is not None
        and snapshot.condition not in _TROUBLE_SIGNS
    ):
        text = shortened(snapshot.reading.balance)
        return _number_icon(snapshot.level, text, round(snapshot.fill * STEPS))
    return _icon(snapshot.level, snapshot.condition, round(snapshot.fill * STEPS))


@lru_cache(maxsize=64)
def _icon(level: Level, condition: Condition, steps: int) -> QIcon:
    signs = _TROUBLE_SIGNS.get(condition, _LEVEL_SIGNS[level])
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_gauge(size, COLOURS[level], steps / STEPS, signs))
    return icon


_GAPS = {Level.UNKNOWN: 0, Level.OK: 0, Level.LOW: 1, Level.CRITICAL: 2, Level.EMPTY: 3}


def shortened(balance: Decimal) -> str:
    """Say a balance in at most four characters: ``950``, ``6.4k``, ``64k``, ``1.2M``."""
    amount, unit = abs(balance), ""
    for unit in ("", "k", "M", "G", "T", "P"):  # noqa: B007 - the unit it ends with
        if amount < 1000:  # noqa: PLR2004 - three digits
            break
        amount /= 1000
    # One decimal where it fits, cut and not rounded: 9,999 are not 10.0k.
    digits = f"{int(amount * 10) / 10:.1f}" if unit and amount < 10 else f"{int(amount)}"  # noqa: PLR2004
    return f"{'-' if balance < 0 else ''}{digits}{unit}"


@lru_cache(maxsize=64)
def _number_icon(level: Level, text: str, steps: int) -> QIcon:
    icon = QIcon()
    for size in SIZES:
        icon.addPixmap(_number(size, level, text, steps / STEPS))
    return icon


def _number(size: int, level: Level, text: str, fill: float) -> QPixmap:
    """Draw a number as large as it fits, above a bar that says what the gauge would."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, bar = COLOURS[level], max(2.0, size / 8)
    font = QFont()
    font.setBold(True)
    font.setPixelSize(100)
    path = QPainterPath()
    path.addText(0, 0, font, text)
    box, room = path.boundingRect(), QRectF(0, 0, size, size - bar - 1)
    scale = min(room.width() / box.width(), room.height() / box.height())
    painter.save()
    painter.translate(room.center())
    painter.scale(scale, scale)
    painter.translate(-box.center())
    painter.fillPath(path, colour)
    painter.restore()
    faint = QColor(colour)
    faint.setAlphaF(0.35)
    painter.fillRect(QRectF(0, size - bar, size, bar), faint)
    painter.fillRect(QRectF(0, size - bar, size * fill, bar), colour)
    # Gaps tell the level without colour: none, one, two, three.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    gaps = _GAPS[level]
    for gap in range(1, gaps + 1):
        middle = round(size * gap / (gaps + 1))
        painter.fillRect(QRectF(middle - bar / 2, size - bar, bar, bar), colour)
    painter.end()
    return pixmap


def _gauge(size: int, colour: QColor, fill: float, signs: tuple[Stroke, ...]) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = size / 7
    ring = QRectF(0, 0, size, size).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    pen = QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    faint = QColor(colour)
    faint.setAlphaF(0.35)
    # From the lower left over the top to the lower right, as gauges go; sixteenths of a degree.
    start, sweep = 225 * 16, -270 * 16
    pen.setColor(faint)
    painter.setPen(pen)
    painter.drawArc(ring, start, sweep)
    pen.setColor(colour)
    painter.setPen(pen)
    if fill > 0:
        painter.drawArc(ring, start, round(sweep * fill))
    pen.setWidthF(size / 9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    centre, reach = size / 2, size * 0.19
    for stroke in signs:
        points = [QPointF(centre + x * reach, centre + y * reach) for x, y in stroke]
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))
    painter.end()
    return pixmap
