"""Muted colours for secondary text and lines, blended from the palette and still readable."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionFrame, QWidget

TEXT_CONTRAST = 4.5
"""The minimum contrast of text with its background: WCAG 2.2, success criterion 1.4.3."""

GRAPHICS_CONTRAST = 3.0
"""The minimum contrast of graphics, such as the focus ring: WCAG 2.2, criterion 1.4.11."""

_TEXT = QPalette.ColorRole.WindowText
_PLACEHOLDER = QPalette.ColorRole.PlaceholderText
_LINK = QPalette.ColorRole.Link
_BACKGROUND = QPalette.ColorRole.Window
_INACTIVE, _DISABLED = QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled
_HIGHLIGHT = QPalette.ColorRole.Highlight
_HIGHLIGHTED = QPalette.ColorRole.HighlightedText
_STRENGTHS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.9)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def blended(palette: QPalette, strength: float) -> QColor:
    """Return a mix of the window's colour and, by ``strength`` from 0 to 1, the text's.

    Opaque, because transparent colours are slow to draw.
    """
    return mixed(palette.color(_BACKGROUND), palette.color(_TEXT), strength)


def readable(palette: QPalette, role: QPalette.ColorRole) -> QColor:
    """Return the colour of ``role``, mixed with as much of the text's as readable text needs."""
    return _standing_out(palette, role, TEXT_CONTRAST)


def hairline(painter: QPainter, colour: QColor) -> QPen:
    """Return a pen as wide as whole pixels, so that all lines match at a scale such as 1.5."""
    pen = QPen(colour, max(1, int(painter.device().devicePixelRatio())))
    pen.setCosmetic(True)
    return pen


def on_pixels(painter: QPainter, area: QRectF) -> QRectF:
    """Return ``area`` rounded to whole pixels of the screen, so that its edges are crisp."""
    to_screen = painter.deviceTransform()
    on_screen = to_screen.mapRect(area)
    rounded = QRectF(on_screen.topLeft().toPoint(), on_screen.size().toSize())
    return to_screen.inverted()[0].mapRect(rounded)


def muted(palette: QPalette) -> QColor:
    """Return the weakest readable blend; the text's own colour if high contrast is wanted."""
    background, text = palette.color(_BACKGROUND), palette.color(_TEXT)
    if _is_high_contrast_wanted():
        return text
    blends = (blended(palette, strength) for strength in _STRENGTHS)
    return next((blend for blend in blends if contrast(blend, background) >= TEXT_CONTRAST), text)


def outline(palette: QPalette) -> QColor:
    """Return the weakest blend that shows a field or a check box by its edge alone."""
    background, text = palette.color(_BACKGROUND), palette.color(_TEXT)
    if _is_high_contrast_wanted():
        return text
    blends = (blended(palette, percent / 100) for percent in range(30, 100, 5))
    return next(
        (blend for blend in blends if contrast(blend, background) >= GRAPHICS_CONTRAST), text
    )


def focus_ring(palette: QPalette) -> QColor:
    """Return the colour of a focus ring; with Fusion, that of the style's own widgets."""
    if QApplication.style().name() != "fusion":
        return _standing_out(palette, _HIGHLIGHT, GRAPHICS_CONTRAST)
    return _drawn_ring(_readable_highlight(palette))


def draw_edge(painter: QPainter, area: QRectF, colour: QColor) -> None:
    """Draw the outermost line of pixels within ``area``."""
    pen = hairline(painter, colour)
    half = pen.widthF() / painter.device().devicePixelRatio() / 2
    painter.setPen(pen)
    painter.drawRect(on_pixels(painter, area).adjusted(half, half, -half, -half))


def keep_readable(window: QWidget) -> None:
    """Keep all text and the focus ring of ``window`` readable in every palette.

    Qt's placeholder text is half transparent, which is too weak on most backgrounds; on a dark
    background, links and the focus keep the colours for a light one; Breeze's selection is too
    light for its white text, and gives disabled parts another ground than their window's; and
    GNOME's themes make the text of an inactive window grey.
    """
    keeper = _Keeper(window)
    window.installEventFilter(keeper)
    keeper.mend(window)


class _Keeper(QObject):
    """Follows changes of the system's palette for the lifetime of its window."""

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and isinstance(window, QWidget):
            self.mend(window)
        return False

    def mend(self, window: QWidget) -> None:
        # The system's palette, as the window's own is already corrected.
        palette = QGuiApplication.palette()
        mended = {_PLACEHOLDER: muted(palette), _LINK: readable(palette, _LINK)}
        if window.style().name() == "fusion":
            highlight = _readable_highlight(palette)
            inks = palette.color(_HIGHLIGHTED), palette.color(_BACKGROUND), palette.color(_TEXT)
            mended[_HIGHLIGHT] = highlight
            mended[_HIGHLIGHTED] = next(
                (ink for ink in inks if contrast(ink, highlight) >= TEXT_CONTRAST),
                max(inks, key=lambda ink: contrast(ink, highlight)),
            )
        own = QPalette()  # Only these roles; the others follow the system.
        for role, colour in mended.items():
            own.setColor(role, colour)
        own.setColor(_INACTIVE, _TEXT, palette.color(_TEXT))
        own.setColor(_DISABLED, _BACKGROUND, palette.color(_BACKGROUND))
        if any(
            window.palette().color(group, role) != own.color(group, role)
            for group in (QPalette.ColorGroup.Active, _INACTIVE, _DISABLED)
            for role in (*mended, _TEXT, _BACKGROUND)
            if own.isBrushSet(group, role)
        ):
            window.setPalette(own)


def _standing_out(
    palette: QPalette,
    role: QPalette.ColorRole,
    least: float,
    drawn: Callable[[QColor], QColor] = QColor,
) -> QColor:
    """Return the colour of ``role``, mixed with as much of the text's as the contrast needs.

    ``least`` is the minimum contrast with the window of that colour as it is ``drawn``.
    """
    paper, text = palette.color(_BACKGROUND), palette.color(_TEXT)
    mixes = (mixed(palette.color(role), text, tenths / 10) for tenths in range(11))
    return next((each for each in mixes if contrast(drawn(each), paper) >= least), text)


def _readable_highlight(palette: QPalette) -> QColor:
    """Return the highlight, changed if Fusion's focus ring would have too little contrast."""
    return _standing_out(palette, _HIGHLIGHT, GRAPHICS_CONTRAST, drawn=_drawn_ring)


def _drawn_ring(highlight: QColor) -> QColor:
    """Return the colour of the focus ring that Fusion makes of a highlight.

    It is read from a field drawn with the focus, because no function of Qt returns it.
    """
    option, picture = QStyleOptionFrame(), QImage(16, 16, QImage.Format.Format_RGB32)
    option.rect = picture.rect()
    option.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_HasFocus
    option.palette.setColor(_HIGHLIGHT, highlight)
    painter = QPainter(picture)
    QApplication.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameLineEdit, option, painter)
    painter.end()
    return picture.pixelColor(8, 0)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """Return ``one`` mixed with ``share``, from 0 to 1, of ``other``; opaque."""
    pairs = (
        (one.red(), other.red()),
        (one.green(), other.green()),
        (one.blue(), other.blue()),
    )
    return QColor(*(round(start + (end - start) * share) for start, end in pairs))


def _is_high_contrast_wanted() -> bool:
    # Two steps: PySide destroys accessibility() together with a temporary styleHints().
    hints = QGuiApplication.styleHints()
    return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
