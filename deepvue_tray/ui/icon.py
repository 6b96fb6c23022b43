"""The tray's icon: one of five signs and two calm ones, or a number; drawn from vectors.

A ring is a gauge: its fill is the balance relative to the peak since the last top-up. Each sign
has a shape of its own, so that it can be read at 16 pixels without colour. Everything is opaque and
in a colour whose contrast is at least 3:1 on the panels of all desktops, because no toolkit reports
the panel's colour; macOS colours a black template itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
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
    Level.UNKNOWN: QColor("#848484"),
    Level.OK: QColor("#1a9c5b"),
    Level.LOW: QColor("#c27400"),
    Level.CRITICAL: QColor("#e5534a"),
    Level.EMPTY: QColor("#e5534a"),
}
"""The colour of each level, also used in the charts."""

NEEDS_YOU_COLOUR = QColor("#3584e4")


class Sign(Enum):
    """What the icon says."""

    UNKNOWN = "no balance is known yet"
    FINE = "enough credits"
    LOW = "few credits"
    CRITICAL = "very few credits, or none"
    NEEDS_YOU = "credentials, keyring or set-up need the person"
    UNREACHABLE = "no current balance; the program tries again by itself"
    PAUSED = "the person has paused the wallet"


_LEVEL_SIGNS = {
    Level.UNKNOWN: Sign.UNKNOWN,
    Level.OK: Sign.FINE,
    Level.LOW: Sign.LOW,
    Level.CRITICAL: Sign.CRITICAL,
    Level.EMPTY: Sign.CRITICAL,
}
_OF_THE_LEVEL = {Condition.FRESH, Condition.REFRESHING}
_CONDITION_SIGNS = {
    Condition.PAUSED: Sign.PAUSED,
    Condition.REJECTED: Sign.NEEDS_YOU,
    Condition.INACTIVE: Sign.NEEDS_YOU,
    Condition.LOCKED: Sign.NEEDS_YOU,
    Condition.NO_KEYRING: Sign.NEEDS_YOU,
    Condition.NOT_SET_UP: Sign.NEEDS_YOU,
}
"""All other conditions mean that there is no current balance."""

_BAR_GAPS = {Level.UNKNOWN: 0, Level.OK: 0, Level.LOW: 1, Level.CRITICAL: 2, Level.EMPTY: 3}

_GRID = 16
"""The size in which the shapes are described; their edges are crisp in its multiples."""


@dataclass(frozen=True, slots=True)
class _Look:
    """All inputs of the drawing: equal values give the same picture."""

    sign: Sign
    level: Level
    fill: float
    text: str
    """A number to show instead of the sign; empty for the sign."""
    template: bool

    @property
    def colour(self) -> QColor:
        """The sign's colour; the slash's if the balance cannot be reached."""
        if self.template:
            return QColor(Qt.GlobalColor.black)
        if self.sign is Sign.NEEDS_YOU:
            return NEEDS_YOU_COLOUR
        # Never green without a current balance, because green means that there is no problem.
        is_grey = self.sign is Sign.PAUSED or (
            self.sign is Sign.UNREACHABLE and self.level is Level.OK
        )
        return COLOURS[Level.UNKNOWN if is_grey else self.level]


def sign_of(snapshot: Snapshot) -> Sign:
    """Return what the icon says about a wallet."""
    condition = snapshot.condition
    if condition in _OF_THE_LEVEL:
        return _LEVEL_SIGNS[snapshot.level]
    return _CONDITION_SIGNS.get(condition, Sign.UNREACHABLE)


def icon_for(overview: Overview, *, template: bool = False) -> QIcon:
    """Return the icon of the worst wallet; the same object where it looks the same.

    Without a current balance the sign is shown even if the number was chosen, so that an old number
    does not look current. ``template`` leaves the colours to the panel, as macOS expects.
    """
    text, snapshot = "", overview.worst
    if (
        overview.settings.number_icon
        and snapshot.reading is not None
        and snapshot.condition in _OF_THE_LEVEL
    ):
        text = format_short_balance(snapshot.reading.balance)
    fill = round(snapshot.fill * FILL_STEPS) / FILL_STEPS
    return _icon(_Look(sign_of(snapshot), snapshot.level, fill, text, template))


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


@lru_cache(maxsize=64)
def _icon(look: _Look) -> QIcon:
    icon = QIcon()
    for size in SIZES_PX:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        (_draw_number if look.text else _draw_sign)(painter, size, look)
        painter.end()
        icon.addPixmap(pixmap)
    icon.setIsMask(look.template)
    return icon


def _draw_number(painter: QPainter, size: float, look: _Look) -> None:
    """Draw a number as large as it fits, above a bar that shows the fill and the level."""
    colour, bar = look.colour, max(2, round(size / 8))
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
    painter.fillRect(QRectF(0, size - bar // 2, size, bar // 2), colour)
    painter.fillRect(QRectF(0, size - bar, size * look.fill, bar), colour)
    # The number of gaps shows the level without colour.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    gaps = _BAR_GAPS[look.level]
    for gap in range(1, gaps + 1):
        centre = round(size * gap / (gaps + 1))
        painter.fillRect(QRectF(centre - bar // 2, size - bar, bar, bar), colour)


def _draw_sign(painter: QPainter, size: float, look: _Look) -> None:
    painter.scale(size / _GRID, size / _GRID)
    colour = look.colour
    match look.sign:
        case Sign.CRITICAL:
            _draw_disc(painter, colour)
            _cut(painter, _EXCLAMATION_MARK)
        case Sign.NEEDS_YOU:
            painter.strokePath(_shackle(), QPen(colour, 2))
            painter.fillPath(_round_rect(QRectF(2, 7, 12, 9)), colour)
            _cut(painter, _KEYHOLE)
        case Sign.UNREACHABLE:
            base = colour if look.template else COLOURS[Level.UNKNOWN]
            if _LEVEL_SIGNS[look.level] is Sign.CRITICAL:
                _draw_disc(painter, base)
            else:
                _draw_gauge(painter, look.fill, base)
            _draw_slash(painter, colour)
        case _:
            _draw_gauge(painter, look.fill, colour)
            painter.fillPath(_GAUGE_SIGNS[look.sign], colour)


def _draw_gauge(painter: QPainter, fill: float, colour: QColor) -> None:
    """Draw a ring, thick as far as it is filled; its rest is thin instead of pale."""
    ring = QRectF(1.5, 1.5, _GRID - 3, _GRID - 3)
    # In sixteenths of a degree, from the lower left over the top to the lower right.
    start, sweep = 225 * 16, -270 * 16
    painter.setPen(QPen(colour, 1.5, c=Qt.PenCapStyle.FlatCap))
    painter.drawArc(ring, start, sweep)
    if fill > 0:
        painter.setPen(QPen(colour, 3, c=Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, start, round(sweep * fill))


def _draw_disc(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(0, 0, _GRID, _GRID))


def _draw_slash(painter: QPainter, colour: QColor) -> None:
    """Strike through what is drawn; a gap on both sides keeps the line visible on it."""
    _cut(painter, _polygon((-3, 15), (1, 19), (19, 1), (15, -3)))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setPen(QPen(colour, 2.25, c=Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(1.5, 14.5), QPointF(14.5, 1.5))


def _cut(painter: QPainter, shape: QPainterPath) -> None:
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.fillPath(shape, Qt.GlobalColor.black)


def _shackle() -> QPainterPath:
    path = QPainterPath(QPointF(5, 8))
    path.lineTo(5, 4)
    path.arcTo(QRectF(5, 1, 6, 6), 180, -180)
    path.lineTo(11, 8)
    return path


def _round_rect(area: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(area, 1.5, 1.5)
    return path


def _rects(*areas: QRectF) -> QPainterPath:
    path = QPainterPath()
    for area in areas:
        path.addRect(area)
    return path


def _polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    return path


_EXCLAMATION_MARK = _rects(QRectF(7, 3, 2, 6), QRectF(7, 11, 2, 2))
_KEYHOLE = _rects(QRectF(7, 10, 2, 3))
_GAUGE_SIGNS = {
    Sign.UNKNOWN: _rects(QRectF(5, 7, 6, 2)),
    Sign.FINE: _rects(),
    Sign.LOW: _polygon((4, 6), (12, 6), (8, 11)),
    Sign.PAUSED: _rects(QRectF(5, 5, 2, 6), QRectF(9, 5, 2, 6)),
}
