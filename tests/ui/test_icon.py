"""The icon shows its state by shape, at the smallest size."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import (
    DeepvueError,
    InactiveError,
    KeyringLockedError,
    NoKeyringError,
    NotSetUpError,
    OfflineError,
    RejectedError,
    ServerError,
    ThrottledError,
    UnreadableError,
    UntrustedError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.ui.icon import COLOURS, SIZES_PX, format_short_balance, icon_for
from resources.icons.render import STATES

TROUBLES: list[DeepvueError] = [
    KeyringLockedError(),
    NoKeyringError(),
    NotSetUpError(),
    OfflineError(),
    RejectedError(),
    ServerError(),
    ThrottledError(),
    UnreadableError(),
    UntrustedError(),
]


NUMBER = Settings(number_icon=True)


def at(balance: int, trouble: DeepvueError | None = None) -> Snapshot:
    reading = Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(balance))
    return Snapshot(reading=reading, peak=Decimal(2000), trouble=trouble)


def of(snapshot: Snapshot, settings: Settings | None = None) -> Overview:
    return Overview(settings=settings or Settings(), snapshots=(snapshot,))


def grey(
    snapshot: Snapshot, settings: Settings | None = None, *, template: bool = False
) -> list[int]:
    """Return the opacity of the 16-pixel icon, without its colours."""
    image = icon_for(of(snapshot, settings), template=template).pixmap(16, 16).toImage()
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return [image.pixelColor(x, y).alpha() for y in range(16) for x in range(16)]


@pytest.mark.parametrize("template", [False, True])
def test_every_level_and_every_error_looks_different_without_colour(
    qtbot: QtBot, template: bool
) -> None:
    states = [at(1900), at(900), at(200), at(0), Snapshot()]
    states += [replace(at(1900), stale=True)]
    states += [at(1900, trouble) for trouble in TROUBLES]
    for one, other in combinations(states, 2):
        pairs = zip(grey(one, template=template), grey(other, template=template), strict=True)
        different = sum(abs(a - b) > 64 for a, b in pairs)
        assert different >= 6, (one.level, one.condition, other.level, other.condition)


def test_an_inactive_account_looks_like_refused_credentials(qtbot: QtBot) -> None:
    assert grey(at(1900, InactiveError())) == grey(at(1900, RejectedError()))


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


@pytest.mark.parametrize(("more", "less"), [(2000, 1500), (900, 300)])
def test_a_fuller_wallet_has_a_fuller_gauge(qtbot: QtBot, more: int, less: int) -> None:
    assert sum(grey(at(more))) > sum(grey(at(less)))


def hues(snapshot: Snapshot) -> set[str]:
    """Return the names of the opaque colours in the icon."""
    image = icon_for(of(snapshot)).pixmap(64, 64).toImage()
    drawn = (image.pixelColor(x, y) for y in range(64) for x in range(64))
    return {colour.name() for colour in drawn if colour.alpha() == 255}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_error_never_looks_as_if_all_were_well(qtbot: QtBot, trouble: DeepvueError) -> None:
    assert COLOURS[Level.OK].name() in hues(at(1900))
    assert hues(at(1900, trouble)) == {COLOURS[Level.UNKNOWN].name()}


def test_an_error_keeps_the_last_known_level(qtbot: QtBot) -> None:
    expected = {COLOURS[level].name() for level in (Level.CRITICAL, Level.UNKNOWN)}
    assert hues(at(200, OfflineError())) >= expected
    for more, less in ((1900, 900), (900, 300)):
        assert sum(grey(at(more, OfflineError()))) > sum(grey(at(less, OfflineError())))


def test_a_single_digit_is_no_taller_than_three(qtbot: QtBot) -> None:
    def height(balance: int) -> int:
        image = icon_for(of(at(balance), NUMBER)).pixmap(64, 64).toImage()
        above_bar = range(64 - 64 // 8)
        return sum(any(image.pixelColor(x, y).alpha() for x in range(64)) for y in above_bar)

    assert abs(height(0) - height(900)) <= 1
    assert abs(height(8) - height(900)) <= 1
