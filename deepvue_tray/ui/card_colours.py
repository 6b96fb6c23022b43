"""The colours of the card, derived from the system's palette, for light and dark windows."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

from deepvue_tray.ui.palette import (
    GRAPHICS_CONTRAST,
    TEXT_CONTRAST,
    contrast,
    focus_ring,
    mixed,
    muted,
)

_GREEN = QColor("#15803d"), QColor("#3fbf6f")
_AMBER = QColor("#9a5b00"), QColor("#f3b54a")
_RED = QColor("#b3261e"), QColor("#ff8a80")
_SERIES = (
    _GREEN,
    (QColor("#1f5fae"), QColor("#6aa9f4")),
    (QColor("#b26a00"), QColor("#f0b04a")),
    (QColor("#8e3b9e"), QColor("#d08be0")),
    (QColor("#0f8b8d"), QColor("#54c6c8")),
    (QColor("#76797d"), QColor("#9a9ea4")),
)
"""Each on a light and on a dark window."""

_AMBER_TINT, _RED_TINT = QColor("#ffb020"), QColor("#ff5a4d")
"""Mixed into the window; the darker hues would make it grey."""

_BLACK, _WHITE = QColor("#000000"), QColor("#ffffff")

_WINDOW, _TEXT = QPalette.ColorRole.Window, QPalette.ColorRole.WindowText


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of one meaning."""

    graphics: QColor
    """Stands out from the window."""
    text: QColor
    """Coloured text that can be read on ``ground``, and on the window."""
    plain: QColor
    """The window's text, which can be read on ``ground``."""
    ground: QColor
    """A tint of the window."""


@dataclass(frozen=True, slots=True)
class CardColours:
    """All colours of the card besides those of plain and muted text."""

    accent: QColor
    """The primary button, and today's bar."""
    on_accent: QColor
    """Text on ``accent``."""
    bar: QColor
    """The bars of earlier days: lighter than ``accent``."""
    button: QColor
    """The ground of an ordinary button."""
    outline: QColor
    """The edge of an ordinary button."""
    line: QColor
    """A line that only separates."""
    muted: QColor
    """Secondary text, also on the ground of ``neutral``."""
    hover: QColor
    """The ground of a row below the pointer."""
    ring: QColor
    """The focus ring."""
    ok: Tone
    low: Tone
    critical: Tone
    neutral: Tone
    series: tuple[QColor, ...]
    """The parts of a stacked bar, and the last one for all others; each stands out."""

    def track(self, ring: QColor) -> QColor:
        """Return the colour of the unfilled part of a ring."""
        return mixed(self.neutral.ground, ring, 0.28)

    @classmethod
    def of(cls, palette: QPalette) -> "CardColours":
        """Return the colours for a palette."""
        inks = (palette.color(_WINDOW), palette.color(_TEXT), muted(palette), focus_ring(palette))
        return _derived(*(ink.rgb() for ink in inks))


@lru_cache(maxsize=4)
def _derived(*inks: int) -> CardColours:
    """Return the colours for a window, its text, its muted text and its focus ring.

    Cached, because every part of the card needs them whenever it is drawn.
    """
    window, text, weak, ring = map(QColor, inks)
    is_dark = contrast(window, _WHITE) > contrast(window, _BLACK)
    green, amber, red = (hues[is_dark] for hues in (_GREEN, _AMBER, _RED))
    accent = _standing_out(green, [window], GRAPHICS_CONTRAST)
    row = mixed(window, text, 0.07)
    plain = _standing_out(text, [window, row], TEXT_CONTRAST)
    return CardColours(
        accent=accent,
        on_accent=max(_BLACK, _WHITE, key=lambda each: contrast(each, accent)),
        bar=_weakest(accent, window, GRAPHICS_CONTRAST),
        button=mixed(window, text, 0.08) if is_dark else mixed(window, _WHITE, 0.8),
        outline=_weakest(text, window, GRAPHICS_CONTRAST),
        line=mixed(window, text, 0.2),
        muted=_standing_out(weak, [window, row], TEXT_CONTRAST),
        hover=mixed(window, text, 0.04),
        ring=ring,
        ok=_tone(green, green, window, text),
        low=_tone(amber, _AMBER_TINT, window, text),
        critical=_tone(red, _RED_TINT, window, text),
        neutral=Tone(
            graphics=_weakest(text, row, GRAPHICS_CONTRAST), text=plain, plain=plain, ground=row
        ),
        series=tuple(_standing_out(hues[is_dark], [window], GRAPHICS_CONTRAST) for hues in _SERIES),
    )


def _tone(hue: QColor, tint: QColor, window: QColor, text: QColor) -> Tone:
    ground = mixed(window, tint, 0.17)
    return Tone(
        graphics=_standing_out(hue, [window, ground], GRAPHICS_CONTRAST),
        text=_standing_out(hue, [window, ground], TEXT_CONTRAST),
        plain=_standing_out(text, [ground], TEXT_CONTRAST),
        ground=ground,
    )


def _standing_out(colour: QColor, grounds: list[QColor], least: float) -> QColor:
    """Return ``colour``, with as much black or white as the contrast with ``grounds`` needs."""
    pole = max(_BLACK, _WHITE, key=lambda each: min(contrast(each, ground) for ground in grounds))
    mixes = (mixed(colour, pole, share / 20) for share in range(21))
    return next(
        (mix for mix in mixes if all(contrast(mix, ground) >= least for ground in grounds)), pole
    )


def _weakest(colour: QColor, ground: QColor, least: float) -> QColor:
    """Return the weakest mix of ``ground`` and ``colour`` that has the contrast, or ``colour``."""
    mixes = (mixed(ground, colour, share / 40) for share in range(1, 41))
    return next((mix for mix in mixes if contrast(mix, ground) >= least), colour)
