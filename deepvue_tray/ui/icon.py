"""The tray's icon: a gauge or a number, drawn from vectors.

The ring's fill is the balance relative to the peak since the last top-up. After a failed request
the ring is grey, as the balance may have changed. The sign in the ring shows the level, or the
error of the last request, by its shape, so that the state can be read without colour. The colours
have a contrast of at least 3:1 on both white and near-black, as no toolkit reports the colour of
the panel; macOS colours a black template itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from deepvue_tray.core.errors import Condition
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Level, Snapshot

SIZES_PX = (16, 20, 22, 24, 32, 48, 64)
"""The sizes that panels request at scales from 1 to 2."""

FILL_STEPS = 24
"""The fill is rounded to this many steps; finer ones are invisible, and would redraw more often."""

COLOURS = {
    Level.UNKNOWN: QColor("#808080"),
    Level.OK: QColor("#1a9c5b"),
    Level.LOW: QColor("#c77700"),
    Level.CRITICAL: QColor("#e0443a"),
    Level.EMPTY: QColor("#e0443a"),
}
"""The colour of each level, also used in the charts."""

Stroke = tuple[tuple[float, float], ...]

# Each sign is a few strokes, in coordinates from -1 to 1; a stroke of one point is a dot.
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
    Condition.PAUSED: (((-0.5, -0.8), (-0.5, 0.8)), ((0.5, -0.8), (0.5, 0.8))),
    Condition.NOT_SET_UP: (((0, -0.9), (0, 0.9)), ((-0.9, 0), (0.9, 0))),
}
_BAR_GAPS = {Level.UNKNOWN: 0, Level.OK: 0, Level.LOW: 1, Level.CRITICAL: 2, Level.EMPTY: 3}


@dataclass(frozen=True, slots=True)
class _Look:
    """All inputs of the drawing: equal values give the same picture."""

    level: Level
    trouble: Condition | None
    """The condition, if it has a sign."""
    fill: float
    text: str
    """A number to show instead of the gauge; empty for the gauge."""
    template: bool

    @property
    def colour(self) -> QColor:
        return QColor(Qt.GlobalColor.black) if self.template else COLOURS[self.level]

    @property
    def ring(self) -> QColor:
        is_grey = self.trouble is not None and not self.template
        return COLOURS[Level.UNKNOWN] if is_grey else self.colour

    @property
    def sign(self) -> QColor:
        """Never green with an error, because green means that there is no problem."""
        return self.ring if self.level is Level.OK else self.colour


def icon_for(overview: Overview, *, template: bool = False) -> QIcon:
    """Return the icon of the worst wallet; the same object where it looks the same.

    An error shows the gauge with its sign even if the number was chosen, so that an old number
    does not look current. ``template`` leaves the colours to the panel, as macOS expects.
    """
    text, snapshot = "", overview.worst
    if (
        overview.settings.number_icon
        and snapshot.reading is not None
        and snapshot.condition not in _TROUBLE_SIGNS
    ):
        text = format_short_balance(snapshot.reading.balance)
    return _icon(_look_of(snapshot, text, template=template))


def format_short_balance(balance: Decimal) -> str:
    """Return a balance in at most four characters: ``<1``, ``950``, ``6.4k``, ``64k``, ``1.2M``.

    A minus sign makes it five.
    """
    if 0 < abs(balance) < 1:
        return "<1" if balance > 0 else ">-1"
    amount, unit = abs(balance), ""
    for unit in ("", "k", "M", "G", "T", "P"):  # noqa: B007 - used after the loop
        if amount < 1000:  # noqa: PLR2004 - three digits
            break
        amount /= 1000
    # One decimal if it fits, truncated: 9,999 rounded would be 10.0k.
    digits = f"{int(amount * 10) / 10:.1f}" if unit and amount < 10 else f"{int(amount)}"  # noqa: PLR2004
    return f"{'-' if balance < 0 else ''}{digits}{unit}"


def _look_of(snapshot: Snapshot, text: str, *, template: bool) -> _Look:
    fill = round(snapshot.fill * FILL_STEPS) / FILL_STEPS
    trouble = snapshot.condition if snapshot.condition in _TROUBLE_SIGNS else None
    return _Look(snapshot.level, trouble, fill, text, template)


@lru_cache(maxsize=64)
def _icon(look: _Look) -> QIcon:
    icon = QIcon()
    for size in SIZES_PX:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        (_draw_number if look.text else _draw_gauge)(painter, size, look)
        painter.end()
        icon.addPixmap(pixmap)
    icon.setIsMask(look.template)
    return icon


def _draw_number(painter: QPainter, size: float, look: _Look) -> None:
    """Draw a number as large as it fits, above a bar that shows the fill and the level."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, bar = look.colour, max(2.0, size / 8)
    font = QFont()
    font.setBold(True)
    font.setPixelSize(100)
    path, three_digits = QPainterPath(), QPainterPath()
    path.addText(0, 0, font, look.text)
    three_digits.addText(0, 0, font, "000")
    box, area = path.boundingRect(), QRectF(0, 0, size, size - bar - 1)
    # A single digit is no taller than three digits.
    width = max(box.width(), three_digits.boundingRect().width())
    scale = min(area.width() / width, area.height() / box.height())
    painter.save()
    painter.translate(area.center())
    painter.scale(scale, scale)
    painter.translate(-box.center())
    painter.fillPath(path, colour)
    painter.restore()
    painter.fillRect(QRectF(0, size - bar, size, bar), _muted(colour))
    painter.fillRect(QRectF(0, size - bar, size * look.fill, bar), colour)
    # The number of gaps shows the level without colour.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    gaps = _BAR_GAPS[look.level]
    for gap in range(1, gaps + 1):
        centre = round(size * gap / (gaps + 1))
        painter.fillRect(QRectF(centre - bar / 2, size - bar, bar, bar), colour)


def _draw_gauge(painter: QPainter, size: float, look: _Look) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = size / 7
    ring = QRectF(0, 0, size, size).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    pen = QPen(_muted(look.ring), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
    # In sixteenths of a degree, from the lower left over the top to the lower right.
    start, sweep = 225 * 16, -270 * 16
    painter.setPen(pen)
    painter.drawArc(ring, start, sweep)
    pen.setColor(look.ring)
    painter.setPen(pen)
    if look.fill > 0:
        painter.drawArc(ring, start, round(sweep * look.fill))
    pen.setColor(look.sign)
    pen.setWidthF(size / 9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    centre, radius = size / 2, size * 0.19
    for stroke in _TROUBLE_SIGNS[look.trouble] if look.trouble else _LEVEL_SIGNS[look.level]:
        points = [QPointF(centre + x * radius, centre + y * radius) for x, y in stroke]
        if len(points) == 1:
            painter.drawPoint(points[0])
        else:
            painter.drawPolyline(QPolygonF(points))


def _muted(colour: QColor) -> QColor:
    muted = QColor(colour)
    muted.setAlphaF(0.35)
    return muted
