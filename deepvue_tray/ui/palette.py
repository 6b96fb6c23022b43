"""Text and lines that stand back: the palette's own colours, thinned, and still readable."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPalette, QPen
from PySide6.QtWidgets import QWidget

TEXT_CONTRAST = 4.5
"""The least contrast of text with its ground: WCAG 2.2, success criterion 1.4.3."""

GRAPHICS_CONTRAST = 3.0
"""The least contrast of what is no text, such as the ring of the focus: criterion 1.4.11."""

_TEXT = QPalette.ColorRole.WindowText
_FAINT = QPalette.ColorRole.PlaceholderText
_LINK = QPalette.ColorRole.Link
_PAPER = QPalette.ColorRole.Window
_HIGHLIGHT = QPalette.ColorRole.Highlight
_HIGHLIGHTED = QPalette.ColorRole.HighlightedText
_STRENGTHS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.9)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def blended(palette: QPalette, strength: float) -> QColor:
    """Return the text's colour thinned with the window's; opaque, as blending costs frames."""
    paper = palette.color(_PAPER)
    return _mixed(paper, palette.color(_TEXT), strength)


def readable(palette: QPalette, role: QPalette.ColorRole) -> QColor:
    """Return a role's colour, with so much of the text's own that it can be read."""
    return _standing_out(palette, role, TEXT_CONTRAST)


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
    paper = palette.color(_PAPER)
    inks = (blended(palette, strength) for strength in _STRENGTHS)
    full = palette.color(_TEXT)
    if _high_contrast_is_wanted():
        return full
    return next((ink for ink in inks if contrast(ink, paper) >= TEXT_CONTRAST), full)


def keep_readable(window: QWidget) -> None:
    """Let faint text, links and the ring of the focus stand out in ``window``, in all its colours.

    Qt's own placeholder text is half transparent, which is too faint on most grounds; links and
    the focus keep on a dark ground what suits a light one.
    """
    keeper = _Keeper(window)
    window.installEventFilter(keeper)
    keeper.mend(window)


class _Keeper(QObject):
    """Follows the system's look as long as its window lives."""

    def eventFilter(self, window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange and isinstance(window, QWidget):
            self.mend(window)
        return False

    def mend(self, window: QWidget) -> None:
        # The system's: the window's own has been mended before.
        palette = QGuiApplication.palette()
        mended = {_FAINT: faint(palette), _LINK: readable(palette, _LINK)}
        if window.style().name() == "fusion":
            # Fusion draws the ring darker than the highlight, so on a dark ground the highlight
            # needs more contrast than the ring must have.
            is_dark = _luminance(palette.color(_PAPER)) < _luminance(palette.color(_TEXT))
            least = TEXT_CONTRAST if is_dark else GRAPHICS_CONTRAST
            highlight = _standing_out(palette, _HIGHLIGHT, least)
            mended[_HIGHLIGHT] = highlight
            mended[_HIGHLIGHTED] = palette.color(_HIGHLIGHTED)
            if highlight != palette.color(_HIGHLIGHT):
                inks = palette.color(_PAPER), palette.color(_TEXT)
                mended[_HIGHLIGHTED] = max(inks, key=lambda each: contrast(each, highlight))
        if any(window.palette().color(role) != colour for role, colour in mended.items()):
            own = QPalette()  # with these roles alone, so that the others follow the system
            for role, colour in mended.items():
                own.setColor(role, colour)
            window.setPalette(own)


def _standing_out(palette: QPalette, role: QPalette.ColorRole, least: float) -> QColor:
    """Return a role's colour, with so much of the text's own that it stands out from the window."""
    paper, text = palette.color(_PAPER), palette.color(_TEXT)
    mixed = (_mixed(palette.color(role), text, tenths / 10) for tenths in range(11))
    return next((each for each in mixed if contrast(each, paper) >= least), text)


def _mixed(one: QColor, other: QColor, part: float) -> QColor:
    pairs = (
        (one.red(), other.red()),
        (one.green(), other.green()),
        (one.blue(), other.blue()),
    )
    return QColor(*(round(own + (its - own) * part) for own, its in pairs))


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
