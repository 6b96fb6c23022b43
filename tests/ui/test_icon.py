"""The icon tells its state by shape, at the smallest size."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import (
    DeepvueError,
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
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.ui.icon import SIZES, icon_for

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


def at(balance: int, trouble: DeepvueError | None = None) -> Snapshot:
    reading = Reading(at=datetime(2026, 11, 23, tzinfo=UTC), balance=Decimal(balance))
    return Snapshot(reading=reading, full=Decimal(2000), trouble=trouble)


def grey(snapshot: Snapshot) -> list[int]:
    """Return the 16-pixel icon's opacity, which knows no colour."""
    image = icon_for(snapshot).pixmap(16, 16).toImage()
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return [image.pixelColor(x, y).alpha() for y in range(16) for x in range(16)]


def test_every_level_and_every_trouble_looks_different_without_colour(qtbot: QtBot) -> None:
    states = [at(1900), at(900), at(200), at(0), Snapshot()]
    states += [replace(at(1900), stale=True)]
    states += [at(1900, trouble) for trouble in TROUBLES]
    for one, other in combinations(states, 2):
        pairs = zip(grey(one), grey(other), strict=True)
        different = sum(abs(a - b) > 64 for a, b in pairs)
        assert different >= 6, (one.level, one.condition, other.level, other.condition)


def test_it_is_drawn_for_every_size_a_panel_asks_for(qtbot: QtBot) -> None:
    drawn = {size.width() for size in icon_for(at(900)).availableSizes()}
    assert drawn == set(SIZES)


def test_the_picture_shown_at_first_is_what_is_drawn_while_nothing_is_known(qtbot: QtBot) -> None:
    shipped = QImage(str(icon_path("unknown-64.png")))
    drawn = icon_for(Snapshot()).pixmap(64, 64).toImage()
    assert shipped.convertToFormat(drawn.format()) == drawn


def test_what_looks_the_same_is_the_same_icon(qtbot: QtBot) -> None:
    assert icon_for(at(1900)) is icon_for(at(1899))


@pytest.mark.parametrize(("more", "less"), [(2000, 1500), (900, 300)])
def test_a_fuller_wallet_has_a_fuller_gauge(qtbot: QtBot, more: int, less: int) -> None:
    assert sum(grey(at(more))) > sum(grey(at(less)))
