"""Text and lines that stand back: the palette's own colours, thinned, and still readable."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QWidget

READABLE = 4.5
"""The least contrast of text with its ground: WCAG 2.2, success criterion 1.4.3."""

_STRENGTHS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.9)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def thinned(palette: QPalette, strength: float) -> QColor:
    """Return the text's colour thinned with the window's; opaque, as blending costs frames."""
    paper = palette.color(QPalette.ColorRole.Window)
    text = palette.color(QPalette.ColorRole.WindowText)
    mixed = [
        round(own + (other - own) * strength)
        for own, other in (
            (paper.red(), text.red()),
            (paper.green(), text.green()),
            (paper.blue(), text.blue()),
        )
    ]
    return QColor(*mixed)


def hairline(painter: QPainter, colour: QColor) -> QPen:
    """Return a pen of whole pixels, so that lines are equally thick at a scale such as 1.5 too."""
    pen = QPen(colour, max(1, int(painter.device().devicePixelRatio())))
    pen.setCosmetic(True)
    return pen


def on_pixels(painter: QPainter, area: QRectF) -> QRectF:
    """Return an area moved and sized to whole pixels of the screen, so that its edges are crisp."""
    to_screen = painter.deviceTransform()
    there = to_screen.mapRect(area)
    there = QRectF(there.topLeft().toPoint(), there.size().toSize())
    return to_screen.inverted()[0].mapRect(there)


def faint(palette: QPalette) -> QColor:
    """Return the faintest ink that can be read; the text's own where high contrast is wanted."""
    paper = palette.color(QPalette.ColorRole.Window)
    inks = (thinned(palette, strength) for strength in _STRENGTHS)
    full = palette.color(QPalette.ColorRole.WindowText)
    if _high_contrast_is_wanted():
        return full
    return next((ink for ink in inks if contrast(ink, paper) >= READABLE), full)


def keep_faint_readable(window: QWidget) -> None:
    """Let what has the role PlaceholderText in ``window`` be faint and readable.

    To be called anew when the palette changes. Qt's own is half transparent, which is too faint on
    most grounds.
    """
    ink = faint(window.palette())
    if window.palette().color(QPalette.ColorRole.PlaceholderText) != ink:
        own = QPalette()  # with this role alone, so that the others go on following the system
        own.setColor(QPalette.ColorRole.PlaceholderText, ink)
        window.setPalette(own)


def _high_contrast_is_wanted() -> bool:
    # Two steps: PySide ends the hints of accessibility with the ones they belong to.
    hints = QGuiApplication.styleHints()
    return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast


def _luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
