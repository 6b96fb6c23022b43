"""The tray's icon: a gauge, drawn from vectors, with a sign of its own for each state.

The ring's fill is the balance against the highest since the last top-up; in trouble the ring is
grey, as it is no more than the last that is known. The sign inside is the level, or the trouble of
the last attempt: a shape, so that it can be told without colour. The colours have a contrast of at
least 3:1 on both white and near-black, as no toolkit tells the panel's own colour; macOS tints a
template of black and transparent by itself.
"""

from dataclasses import dataclass
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
_REFUSED: tuple[Stroke, ...] = (((-0.8, -0.8), (0.8, 0.8)), ((-0.8, 0.8), (0.8, -0.8)))
_TROUBLE_SIGNS: dict[Condition, tuple[Stroke, ...]] = {
    Condition.STALE: (((0, -1.0), (0, 0.1), (0.9, 0.1)),),
    Condition.OFFLINE: (((-1.0, 1.0), (1.0, -1.0)),),
    Condition.REJECTED: _REFUSED,
    Condition.INACTIVE: _REFUSED,
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
_GAPS = {Level.UNKNOWN: 0, Level.OK: 0, Level.LOW: 1, Level.CRITICAL: 2, Level.EMPTY: 3}


@dataclass(frozen=True, slots=True)
class _Look:
    """All that an icon is drawn from: what is equal here looks the same."""

    level: Level
    trouble: Condition | None
    """The condition, where that has a sign of its own."""
    fill: float
    text: str
    """A number to show instead of the gauge, or nothing."""
    template: bool

    @property
    def colour(self) -> QColor:
        return QColor(Qt.GlobalColor.black) if self.template else COLOURS[self.level]

    @property
    def ring(self) -> QColor:
        is_old = self.trouble is not None and not self.template
        return COLOURS[Level.UNKNOWN] if is_old else self.colour

    @property
    def sign(self) -> QColor:
        """Not green in trouble, which would say that all is well."""
        return self.ring if self.level is Level.OK else self.colour


def icon_for(snapshot: Snapshot, *, template: bool = False) -> QIcon:
    """Return the icon of a snapshot; the same object for what looks the same.

    Trouble shows the gauge with its sign, also where the number was chosen: a number that may be
    old should not look like one that is not. ``template`` leaves the colours to the panel, as
    macOS wants it.
    """
    text = ""
    if (
        snapshot.settings.number_icon
        and snapshot.reading is not None
        and snapshot.condition not in _TROUBLE_SIGNS
    ):
        text = shortened(snapshot.reading.balance)
    return _icon(_look(snapshot, text, template=template))


def draw_gauge(painter: QPainter, size: float, snapshot: Snapshot) -> None:
    """Draw the gauge of a snapshot into a square of this size."""
    _draw_gauge(painter, size, _look(snapshot, "", template=False))


def shortened(balance: Decimal) -> str:
    """Say a balance in at most four characters: ``<1``, ``950``, ``6.4k``, ``64k``, ``1.2M``."""
    if 0 < abs(balance) < 1:
        return "<1" if balance > 0 else ">-1"
    amount, unit = abs(balance), ""
    for unit in ("", "k", "M", "G", "T", "P"):  # noqa: B007 - the unit it ends with
        if amount < 1000:  # noqa: PLR2004 - three digits
            break
        amount /= 1000
    # One decimal where it fits, cut and not rounded: 9,999 are not 10.0k.
    digits = f"{int(amount * 10) / 10:.1f}" if unit and amount < 10 else f"{int(amount)}"  # noqa: PLR2004
    return f"{'-' if balance < 0 else ''}{digits}{unit}"


def _look(snapshot: Snapshot, text: str, *, template: bool) -> _Look:
    fill = round(snapshot.fill * STEPS) / STEPS
    trouble = snapshot.condition if snapshot.condition in _TROUBLE_SIGNS else None
    return _Look(snapshot.level, trouble, fill, text, template)


@lru_cache(maxsize=64)
def _icon(poll: _Look) -> QIcon:
    icon = QIcon()
    for size in SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        (_draw_number if poll.text else _draw_gauge)(painter, size, poll)
        painter.end()
        icon.addPixmap(pixmap)
    icon.setIsMask(poll.template)
    return icon


def _draw_number(painter: QPainter, size: float, poll: _Look) -> None:
    """Draw a number as large as it fits, above a bar that says what the gauge would."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, bar = poll.colour, max(2.0, size / 8)
    font = QFont()
    font.setBold(True)
    font.setPixelSize(100)
    path, usual = QPainterPath(), QPainterPath()
    path.addText(0, 0, font, poll.text)
    usual.addText(0, 0, font, "000")
    box, room = path.boundingRect(), QRectF(0, 0, size, size - bar - 1)
    # A single digit stands no taller than three.
    widest = max(box.width(), usual.boundingRect().width())
    scale = min(room.width() / widest, room.height() / box.height())
    painter.save()
    painter.translate(room.center())
    painter.scale(scale, scale)
    painter.translate(-box.center())
    painter.fillPath(path, colour)
    painter.restore()
    painter.fillRect(QRectF(0, size - bar, size, bar), _faint(colour))
    painter.fillRect(QRectF(0, size - bar, size * poll.fill, bar), colour)
    # Gaps tell the level without colour: none, one, two, three.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    gaps = _GAPS[poll.level]
    for gap in range(1, gaps + 1):
        middle = round(size * gap / (gaps + 1))
        painter.fillRect(QRectF(middle - bar / 2, size - bar, bar, bar), colour)


def _draw_gauge(painter: QPainter, size: float, poll: _Look) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = size / 7
    ring = QRectF(0, 0, size, size).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    pen = QPen(_faint(poll.ring), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    # From the lower left over the top to the lower right, as gauges go; sixteenths of a degree.
    start, sweep = 225 * 16, -270 * 16
    painter.setPen(pen)
    painter.drawArc(ring, start, sweep)
    pen.setColor(poll.ring)
    painter.setPen(pen)
    if poll.fill > 0:
        painter.drawArc(ring, start, round(sweep * poll.fill))
    pen.setColor(poll.sign)
    pen.setWidthF(size / 9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    centre, reach = size / 2, size * 0.19
    for stroke in _TROUBLE_SIGNS[poll.trouble] if poll.trouble else _LEVEL_SIGNS[poll.level]:
        points = [QPointF(centre + x * reach, centre + y * reach) for x, y in stroke]
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))


def _faint(colour: QColor) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(0.35)
    return faint
