"""Every colour of the card has the contrast that WCAG 2.2 AA requires, in every palette."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QPalette

from deepvue_tray.ui.card_colours import CardColours
from deepvue_tray.ui.palette import GRAPHICS_CONTRAST, TEXT_CONTRAST, contrast
from tests.support.palettes import SCHEMES, palette_of

pytestmark = pytest.mark.usefixtures("qapp")


def check(palette: QPalette) -> None:
    colours, window = CardColours.of(palette), palette.color(QPalette.ColorRole.Window)
    tones = (colours.ok, colours.low, colours.critical, colours.neutral)
    texts = [
        (colours.on_accent, colours.accent),
        (colours.muted, window),
        (colours.muted, colours.neutral.ground),
        (palette.color(QPalette.ColorRole.WindowText), colours.button),
    ]
    graphics = [(colours.accent, window), (colours.bar, window), (colours.outline, window)]
    for tone in tones:
        texts += [(tone.text, tone.ground), (tone.text, window), (tone.plain, tone.ground)]
        graphics += [(tone.graphics, window), (tone.graphics, tone.ground)]
    assert [pair for pair in texts if contrast(*pair) < TEXT_CONTRAST] == []
    assert [pair for pair in graphics if contrast(*pair) < GRAPHICS_CONTRAST] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_texts_and_graphics_stand_out_on_every_desktop(scheme: str) -> None:
    check(SCHEMES[scheme])


channels = st.tuples(*[st.integers(0, 80)] * 3) | st.tuples(*[st.integers(175, 255)] * 3)


@given(channels)
def test_texts_and_graphics_stand_out_on_any_dark_or_light_window(
    channels: tuple[int, int, int],
) -> None:
    window = QColor(*channels)
    text = max("#000000", "#ffffff", key=lambda ink: contrast(QColor(ink), window))
    colours = CardColours.of(palette_of(window.name(), text))
    assert contrast(colours.on_accent, colours.accent) >= TEXT_CONTRAST
    assert contrast(colours.accent, window) >= GRAPHICS_CONTRAST
    assert contrast(colours.bar, window) >= GRAPHICS_CONTRAST
    for tone in (colours.ok, colours.low, colours.critical):
        assert contrast(tone.text, tone.ground) >= TEXT_CONTRAST
        assert contrast(tone.graphics, window) >= GRAPHICS_CONTRAST


@pytest.mark.parametrize("scheme", SCHEMES)
def test_earlier_days_are_weaker_than_today(scheme: str) -> None:
    colours = CardColours.of(SCHEMES[scheme])
    window = SCHEMES[scheme].color(QPalette.ColorRole.Window)
    assert contrast(colours.bar, window) < contrast(colours.accent, window)
