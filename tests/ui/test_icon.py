"""The icon shows its state by shape, at the smallest size."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import (
    DeepvueError,
    InactiveError,
    InternalError,
    InvalidInputError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
    NotSetUpError,
    OfflineError,
    ProxyError,
    RejectedError,
    ServerError,
    ThrottledError,
    TimedOutError,
    UnreadableError,
    UntrustedError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.ui.icon import (
    COLOURS,
    NEEDS_YOU_COLOUR,
    SIZES_PX,
    Sign,
    format_short_balance,
    icon_for,
    sign_of,
)
from deepvue_tray.ui.palette import GRAPHICS_CONTRAST, contrast
from resources.icons.render import STATES

NUMBER = Settings(number_icon=True)

PANELS = {
    "white": "#ffffff",
    "GNOME": "#000000",
    "KDE": "#eff0f1",
    "KDE dark": "#2a2e32",
    "KDE dark, before 5.20": "#31363b",
    "Xfce": "#f6f5f4",
    "Xfce dark": "#353535",
    "Windows": "#eeeeee",
    "Windows dark": "#1c1c1c",
}
"""The panels of the desktops, by their default themes."""


def at(balance: int, trouble: DeepvueError | None = None) -> Snapshot:
    reading = Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(balance))
    return Snapshot(reading=reading, peak=Decimal(2000), trouble=trouble)


def of(snapshot: Snapshot, settings: Settings | None = None) -> Overview:
    return Overview(settings=settings or Settings(), snapshots=(snapshot,))


def grey(
    snapshot: Snapshot,
    settings: Settings | None = None,
    *,
    size: int = 16,
    template: bool = False,
) -> list[int]:
    """Return the opacity of an icon's pixels, without its colours."""
    icon = icon_for(of(snapshot, settings), template=template)
    image = icon.pixmap(size, size).toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return [image.pixelColor(x, y).alpha() for y in range(size) for x in range(size)]


EXAMPLES = {
    Sign.UNKNOWN: Snapshot(),
    Sign.FINE: at(1900),
    Sign.LOW: at(900),
    Sign.CRITICAL: at(200),
    Sign.NEEDS_YOU: at(1900, RejectedError()),
    Sign.UNREACHABLE: at(1900, OfflineError()),
    Sign.PAUSED: replace(at(1900), wallet=WalletSettings(is_paused=True)),
}


@pytest.mark.parametrize("template", [False, True])
@pytest.mark.parametrize("size", [16, 20, 22])
@pytest.mark.parametrize("fill", [100, 1050, 2000])
def test_every_sign_looks_different_without_colour(
    qtbot: QtBot, size: int, template: bool, fill: int
) -> None:
    """Also if the gauges are filled alike."""
    peak = Decimal(fill)
    signs = {sign: replace(snapshot, peak=peak) for sign, snapshot in EXAMPLES.items()}
    pictures = {
        sign: grey(snapshot, size=size, template=template) for sign, snapshot in signs.items()
    }
    for (one, pixels), (other, others) in combinations(pictures.items(), 2):
        different = sum(abs(a - b) > 128 for a, b in zip(pixels, others, strict=True))
        assert different >= size * size * 0.04, (one, other)


@pytest.mark.parametrize("panel", PANELS)
def test_every_colour_stands_out_from_every_panel(panel: str) -> None:
    for colour in (*COLOURS.values(), NEEDS_YOU_COLOUR):
        assert contrast(colour, QColor(PANELS[panel])) >= GRAPHICS_CONTRAST, colour.name()


@pytest.mark.parametrize("settings", [Settings(), NUMBER])
@pytest.mark.parametrize("sign", EXAMPLES)
def test_only_edges_are_translucent(qtbot: QtBot, sign: Sign, settings: Settings) -> None:
    pixels = grey(EXAMPLES[sign], settings, size=64)
    opaque = {(i % 64, i // 64) for i, alpha in enumerate(pixels) if alpha == 255}
    near = [(dx, dy) for dx in range(-2, 3) for dy in range(-2, 3)]
    beside = {(x + dx, y + dy) for x, y in opaque for dx, dy in near}
    drawn = {(i % 64, i // 64) for i, alpha in enumerate(pixels) if alpha > 16}
    assert drawn <= beside


@pytest.mark.parametrize(
    ("trouble", "sign"),
    [
        (InactiveError(), Sign.NEEDS_YOU),
        (KeyringLockedError(), Sign.NEEDS_YOU),
        (KeyringRefusedError(), Sign.NEEDS_YOU),
        (NoKeyringError(), Sign.NEEDS_YOU),
        (NotSetUpError(), Sign.NEEDS_YOU),
        (InvalidInputError(), Sign.NEEDS_YOU),
        (RejectedError(), Sign.NEEDS_YOU),
        (OfflineError(), Sign.UNREACHABLE),
        (ProxyError(), Sign.UNREACHABLE),
        (ServerError(), Sign.UNREACHABLE),
        (ThrottledError(), Sign.UNREACHABLE),
        (TimedOutError(), Sign.UNREACHABLE),
        (UnreadableError(), Sign.UNREACHABLE),
        (UntrustedError(), Sign.UNREACHABLE),
        (InternalError(), Sign.UNREACHABLE),
    ],
)
def test_an_error_either_needs_the_person_or_cannot_be_helped(
    qtbot: QtBot, trouble: DeepvueError, sign: Sign
) -> None:
    assert sign_of(at(1900, trouble)) is sign
    assert icon_for(of(at(1900, trouble))) is icon_for(of(EXAMPLES[sign]))


def test_an_old_balance_looks_like_a_failed_request(qtbot: QtBot) -> None:
    assert icon_for(of(replace(at(1900), stale=True))) is icon_for(of(at(1900, OfflineError())))


def test_an_empty_wallet_looks_like_a_critical_one(qtbot: QtBot) -> None:
    assert grey(at(0)) == grey(at(200))


@pytest.mark.parametrize("settings", [Settings(), NUMBER])
def test_a_paused_wallet_is_a_grey_gauge(qtbot: QtBot, settings: Settings) -> None:
    paused = replace(at(1900), wallet=WalletSettings(is_paused=True))
    assert hues(paused, settings) == {COLOURS[Level.UNKNOWN].name()}
    assert sum(grey(paused)) > sum(grey(replace(paused, peak=Decimal(8000))))


def test_a_template_is_black_only_and_coloured_by_the_panel(qtbot: QtBot) -> None:
    icon = icon_for(of(at(900)), template=True)
    assert icon.isMask()
    assert not icon_for(of(at(900))).isMask()
    image = icon.pixmap(64, 64).toImage()
    drawn = [image.pixelColor(x, y) for y in range(64) for x in range(64)]
    assert {(c.red(), c.green(), c.blue()) for c in drawn} == {(0, 0, 0)}


def test_the_levels_of_the_number_look_different_without_colour(qtbot: QtBot) -> None:
    # The same text for all: only the gaps of the bar show the level.
    chosen = [
        replace(at(900), wallet=WalletSettings(low=low, critical=critical))
        for low, critical in ((800, 100), (1000, 100), (1000, 950))
    ]
    assert len({tuple(grey(snapshot, NUMBER)) for snapshot in chosen}) == len(chosen)


def test_it_is_drawn_in_every_size_that_panels_request(qtbot: QtBot) -> None:
    drawn = {size.width() for size in icon_for(of(at(900))).availableSizes()}
    assert drawn == set(SIZES_PX)


@pytest.mark.parametrize("name", STATES)
def test_the_icon_files_equal_the_icons_of_their_states(qtbot: QtBot, name: str) -> None:
    shipped = QImage(str(icon_path(f"{name}-64.png")))
    drawn = icon_for(of(STATES[name])).pixmap(64, 64).toImage()
    assert shipped.convertToFormat(drawn.format()) == drawn


def test_snapshots_that_look_the_same_share_one_icon(qtbot: QtBot) -> None:
    assert icon_for(of(at(1900))) is icon_for(of(at(1899)))
    assert icon_for(of(at(1900))) is icon_for(of(replace(at(1900), refreshing=True)))


def test_the_icon_is_that_of_the_worst_wallet(qtbot: QtBot) -> None:
    wallets = Overview(snapshots=(at(1900), at(200), at(900)))
    assert icon_for(wallets) is icon_for(of(at(200)))
    refused = replace(wallets, snapshots=(*wallets.snapshots, at(1900, RejectedError())))
    assert icon_for(refused) is icon_for(of(at(1900, RejectedError())))


@pytest.mark.parametrize(
    ("balance", "text"),
    [
        ("0", "0"),
        ("0.37", "<1"),
        ("0.000001", "<1"),
        ("-0.37", ">-1"),
        ("950", "950"),
        ("999.9", "999"),
        ("1000", "1.0k"),
        ("6448", "6.4k"),
        ("9999", "9.9k"),
        ("64480", "64k"),
        ("999499", "999k"),
        ("1250000", "1.2M"),
        ("-3", "-3"),
        ("-6448", "-6.4k"),
    ],
)
def test_a_shortened_number_is_never_rounded_up(balance: str, text: str) -> None:
    assert format_short_balance(Decimal(balance)) == text


@given(st.integers(0, 2**53))
def test_a_shortened_number_has_at_most_four_characters(balance: int) -> None:
    assert len(format_short_balance(Decimal(balance))) <= 4


def test_the_number_is_shown_if_it_was_chosen_and_not_with_an_error(qtbot: QtBot) -> None:
    assert grey(at(1900)) != grey(at(1900), NUMBER)
    assert grey(at(1900), NUMBER) != grey(at(1200), NUMBER)
    trouble = at(1900, OfflineError())
    assert icon_for(of(trouble, NUMBER)) is icon_for(of(trouble))


@pytest.mark.parametrize(("more", "less"), [(2000, 1500), (900, 400)])
def test_a_fuller_wallet_has_a_fuller_gauge(qtbot: QtBot, more: int, less: int) -> None:
    assert sum(grey(at(more))) > sum(grey(at(less)))


def hues(snapshot: Snapshot, settings: Settings | None = None) -> set[str]:
    """Return the names of the opaque colours in the icon."""
    image = icon_for(of(snapshot, settings)).pixmap(64, 64).toImage()
    drawn = (image.pixelColor(x, y) for y in range(64) for x in range(64))
    return {colour.name() for colour in drawn if colour.alpha() == 255}


def test_each_of_the_five_signs_has_its_colour(qtbot: QtBot) -> None:
    five = [Sign.FINE, Sign.LOW, Sign.CRITICAL, Sign.NEEDS_YOU, Sign.UNREACHABLE]
    colours = [hues(EXAMPLES[sign]) for sign in five]
    assert all(len(hue) == 1 for hue in colours)
    assert len(set.union(*colours)) == len(five)


def test_a_balance_that_cannot_be_reached_keeps_the_last_known_level(qtbot: QtBot) -> None:
    for balance, level in ((900, Level.LOW), (200, Level.CRITICAL)):
        expected = {COLOURS[each].name() for each in (level, Level.UNKNOWN)}
        assert hues(at(balance, OfflineError())) == expected
    assert grey(at(1900, OfflineError())) != grey(at(900, OfflineError()))
    assert grey(at(900, OfflineError())) != grey(at(200, OfflineError()))


def test_a_single_digit_is_no_taller_than_three(qtbot: QtBot) -> None:
    def height(balance: int) -> int:
        image = icon_for(of(at(balance), NUMBER)).pixmap(64, 64).toImage()
        above_bar = range(64 - 64 // 8)
        return sum(any(image.pixelColor(x, y).alpha() for x in range(64)) for y in above_bar)

    assert abs(height(0) - height(900)) <= 1
    assert abs(height(8) - height(900)) <= 1
