"""The icon's menu shows the snapshot, in lines that every panel shows completely."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.tray_icon import TrayIcon
from tests.ui.test_texts import every_error

READING = Reading(at=datetime.now(UTC), balance=Decimal(6448))
ERRORS = sorted(every_error(), key=lambda kind: kind.__name__)


@pytest.fixture
def icon(qtbot: QtBot) -> TrayIcon:
    return TrayIcon()


@pytest.fixture
def tray(icon: TrayIcon) -> Tray:
    return Tray(icon, "")


def texts_of(icon: TrayIcon) -> list[str]:
    """Return the texts of the visible entries of the menu and its submenus."""
    return [entry.text() for entry in icon.menu.findChildren(QAction) if entry.isVisible()]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_for_every_error_the_menu_has_short_lines_without_underscores(
    icon: TrayIcon, tray: Tray, kind: type[DeepvueError]
) -> None:
    error = kind("HTTPS_PROXY: a long message of a library")
    for snapshot in (Snapshot(reading=READING, trouble=error), Snapshot(storage=error)):
        tray.show_snapshot(snapshot)
        texts = texts_of(icon)
        assert any(kind.title in text for text in texts)
        assert [text for text in texts if "_" in text or len(text) > 60] == []


def test_the_balance_in_the_menu_opens_the_card(qtbot: QtBot, icon: TrayIcon, tray: Tray) -> None:
    tray.show_snapshot(Snapshot(reading=READING))
    first, *_others = icon.menu.actions()
    assert first.text() == "6448 credits"
    with qtbot.waitSignal(tray.action_requested) as requested:
        first.trigger()
    assert requested.args == [Action.CARD]
