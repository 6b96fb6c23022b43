"""The parts that the card is made of: texts, a pill, a notice with a coloured edge, buttons."""

from math import ceil, floor

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from deepvue_tray.ui.card_colours import CardColours, Tone
from deepvue_tray.ui.palette import mixed

SMALL = 0.92
"""The size of secondary text, relative to the desktop's font."""

RADIUS_PX = 6
BUTTON_PX = 32
"""The least height of a button."""

_EDGE_PX = 3
"""The width of a notice's coloured edge, and of the focus ring with its gap."""

_RING_PX = 2

_ROUNDING = 0.01
"""More than the error of a multiplied coordinate, in pixels."""

_UNLIMITED = QRect(0, 0, 2**20, 2**20)


def scaled_font(font: QFont, scale: float, weight: QFont.Weight) -> QFont:
    """Return ``font``, ``scale`` times as large."""
    scaled = QFont(font)
    if font.pointSizeF() > 0:
        scaled.setPointSizeF(font.pointSizeF() * scale)
    else:
        scaled.setPixelSize(round(font.pixelSize() * scale))
    scaled.setWeight(weight)
    return scaled


class Text(QLabel):
    """A plain text that wraps only where it must; its size is relative to the desktop's font."""

    def __init__(
        self,
        *,
        scale: float = 1.0,
        weight: QFont.Weight = QFont.Weight.Normal,
        muted: bool = False,
    ) -> None:
        super().__init__(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self._scale = scale
        self._weight = weight
        if muted:
            self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def follow_font(self, font: QFont) -> None:
        """Take the desktop's ``font``."""
        self.setFont(scaled_font(font, self._scale, self._weight))

    def show_text(self, text: str) -> None:
        """Show ``text``; nothing, and no room for it, if it is empty."""
        self.setText(text)
        self.setVisible(bool(text))

    def sizeHint(self) -> QSize:
        """Return the size of one line; Qt would wrap the text into a square."""
        margins = self.contentsMargins()
        # The advance is too narrow for scripts whose glyphs have fractional widths.
        line = self.fontMetrics().boundingRect(_UNLIMITED, Qt.TextFlag.TextWordWrap, self.text())
        width = line.width() + 1
        width += margins.left() + margins.right()
        return QSize(width, max(self.heightForWidth(width), 0))


class Pill(Text):
    """A short text on a rounded ground in the colours of a tone."""

    def __init__(self) -> None:
        super().__init__(scale=SMALL, weight=QFont.Weight.Bold)
        self.setContentsMargins(8, 2, 8, 2)

    def show_tone(self, tone: Tone) -> None:
        """Take the colours of ``tone``."""
        _set_colours(self, tone.text, tone.ground)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the text."""
        painter = QPainter(self)
        draw_rounded(painter, QRectF(self.rect()), self.palette().color(_WINDOW), radius=10)
        painter.end()
        super().paintEvent(event)


class Notice(QFrame):
    """A title and a sentence on a tinted ground with a coloured edge."""

    def __init__(self) -> None:
        super().__init__()
        self._edge = QColor()
        self._title = Text(weight=QFont.Weight.Bold)
        self._sentence = Text()
        self.texts = (self._title, self._sentence)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 8, 12, 8)
        lines.setSpacing(0)
        lines.addWidget(self._title)
        lines.addWidget(self._sentence)

    def show_texts(self, title: str, sentence: str) -> None:
        """Show what happened and what follows."""
        self._title.show_text(title)
        self._sentence.show_text(sentence)

    def show_tone(self, tone: Tone, *, coloured_title: bool) -> None:
        """Take the colours of ``tone``."""
        self._edge = tone.graphics
        _set_colours(self, tone.plain, tone.ground)
        _set_colours(self._title, tone.text if coloured_title else tone.plain, tone.ground)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the ground and the edge."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        draw_rounded(painter, area, self.palette().color(_WINDOW))
        # The edge is straight, and covers the rounded corners on its side.
        edge = _within_pixels(painter, QRectF(0, 0, _EDGE_PX, area.height()))
        painter.fillRect(edge, self._edge)


class CardButton(QPushButton):
    """A button of the card; the primary one has the accent's colour."""

    def __init__(self, text: str = "", *, primary: bool = False) -> None:
        super().__init__(text)
        self._is_primary = primary
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def sizeHint(self) -> QSize:
        """Return a size with room around the text, at least BUTTON_PX high."""
        metrics = QFontMetrics(self._font())
        width = metrics.horizontalAdvance(self.text().replace("&", "")) + 2 * 8
        return QSize(max(width, BUTTON_PX), max(metrics.height() + 2 * 6, BUTTON_PX))

    def minimumSizeHint(self) -> QSize:
        """Return the same: the text is never cut."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that the pointer is over the button."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show that the pointer has left the button."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Draw the button; the style's own ones differ in height and colour from the card."""
        painter = QPainter(self)
        colours, area = CardColours.of(self.palette()), QRectF(self.rect())
        ground = colours.accent if self._is_primary else colours.button
        text = colours.on_accent if self._is_primary else self.palette().color(_TEXT)
        if not self.isEnabled():
            text = self.palette().color(QPalette.ColorRole.PlaceholderText)
        elif self.isDown():
            ground = mixed(ground, text, 0.16)
        elif self.underMouse():
            ground = mixed(ground, text, 0.07)
        if has_focus_ring(self):
            draw_ring_of_focus(painter, area, colours.ring)
            area = area.adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        edge = None if self._is_primary else colours.outline
        draw_rounded(painter, area, ground, edge=edge)
        painter.setPen(text)
        painter.setFont(self._font())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextHideMnemonic
        painter.drawText(self.contentsRect(), flags, self.text())

    def _font(self) -> QFont:
        weight = QFont.Weight.Bold if self._is_primary else QFont.Weight.Normal
        return scaled_font(self.font(), 1.0, weight)


_WINDOW, _TEXT = QPalette.ColorRole.Window, QPalette.ColorRole.WindowText


def has_focus_ring(widget: QWidget) -> bool:
    """Return whether the keyboard is in use and has brought the focus to ``widget``."""
    attribute = Qt.WidgetAttribute.WA_KeyboardFocusChange
    return widget.hasFocus() and widget.window().testAttribute(attribute)


def draw_rounded(
    painter: QPainter,
    area: QRectF,
    ground: QColor,
    *,
    radius: float = RADIUS_PX,
    edge: QColor | None = None,
) -> None:
    """Fill a rounded rectangle, with an ``edge`` of whole pixels within it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = _within_pixels(painter, area)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        scale = painter.deviceTransform().m11()
        width = max(1, int(scale)) / scale  # whole pixels of the screen
        area = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.setPen(QPen(edge, width))
    painter.setBrush(ground)
    radius = min(radius, area.height() / 2)
    painter.drawRoundedRect(area, radius, radius)


def _within_pixels(painter: QPainter, area: QRectF) -> QRectF:
    """Return the largest part of ``area`` in whole pixels of the screen.

    At a scale such as 1.5, an area that was rounded up would lose an edge.
    """
    to_screen = painter.deviceTransform()
    on_screen = to_screen.mapRect(area)
    left, top = ceil(on_screen.left() - _ROUNDING), ceil(on_screen.top() - _ROUNDING)
    right, bottom = floor(on_screen.right() + _ROUNDING), floor(on_screen.bottom() + _ROUNDING)
    return to_screen.inverted()[0].mapRect(QRectF(left, top, right - left, bottom - top))


def draw_ring_of_focus(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Draw a focus ring along the inside of ``area``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(colour)
    pen.setWidthF(_RING_PX)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = _RING_PX / 2
    painter.drawRoundedRect(area.adjusted(half, half, -half, -half), RADIUS_PX, RADIUS_PX)


class MoreButton(CardButton):
    """A button with three dots."""

    def sizeHint(self) -> QSize:
        """Return a square."""
        height = super().sizeHint().height()
        return QSize(height, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and the dots, which some fonts lack."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(_TEXT))
        centre = QRectF(self.rect()).center()
        for x in (-5, 0, 5):
            painter.drawEllipse(centre + QPointF(x, 0), 1.5, 1.5)


def _set_colours(widget: QWidget, text: QColor, ground: QColor) -> None:
    colours = QPalette()  # Only these roles; the others follow the system.
    colours.setColor(_WINDOW, ground)
    colours.setColor(_TEXT, text)
    if any(widget.palette().color(role) != colours.color(role) for role in (_WINDOW, _TEXT)):
        widget.setPalette(colours)
