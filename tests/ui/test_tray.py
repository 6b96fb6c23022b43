"""The icon's menu shows the snapshot, in lines that every panel shows completely."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import DeepvueError, KeyringLockedError, RejectedError, ThrottledError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
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
        tray.show_overview(Overview(snapshots=(snapshot,)))
        texts = texts_of(icon)
        assert any(kind.title in text for text in texts)
        assert [text for text in texts if "_" in text or len(text) > 60] == []


def wallets(count: int, **changes: Any) -> Overview:
    """Return an overview of wallets with their numbers as balances."""
    snapshots = tuple(
        Snapshot(
            wallet=WalletSettings(client_id=f"live_{n}", name=f"Live {n}", low=None, critical=None),
            reading=replace(READING, balance=Decimal(n)),
            **changes,
        )
        for n in range(1, count + 1)
    )
    return Overview(snapshots=snapshots)


def requested_by(entry: QAction, tray: Tray) -> tuple[Action, str]:
    """Return what a click on an entry requests."""
    requested: list[tuple[Action, str]] = []
    connection = tray.action_requested.connect(lambda *request: requested.append(request))
    entry.trigger()
    tray.action_requested.disconnect(connection)
    [request] = requested
    return request


def lines_of(icon: TrayIcon) -> list[QAction]:
    """Return the visible entries above the first separator."""
    visible = [entry for entry in icon.menu.actions() if entry.isVisible()]
    return list(takewhile(lambda entry: not entry.isSeparator(), visible))


def test_one_wallet_has_one_line_that_opens_its_card(icon: TrayIcon, tray: Tray) -> None:
    tray.show_overview(wallets(1))
    [line] = lines_of(icon)
    assert line.text() == "1 credit, forecast after a day of use"
    assert line.isEnabled()
    assert requested_by(line, tray) == (Action.CARD, "live_1")


def test_the_refresh_entry_shows_the_next_try_until_the_server_s_pause_is_over(
    icon: TrayIcon, tray: Tray
) -> None:
    tray.show_overview(wallets(1, trouble=ThrottledError(), next_at=datetime.now(UTC)))
    assert any(label.startswith("Refresh (next try ") for label in texts_of(icon))
    tray.show_overview(wallets(1))
    assert "Refresh" in texts_of(icon)


def test_each_of_several_wallets_has_a_line_that_opens_the_card_at_it(
    icon: TrayIcon, tray: Tray
) -> None:
    tray.show_overview(wallets(3))
    assert [line.text().partition(":")[0] for line in lines_of(icon)] == [
        "Live 1",
        "Live 2",
        "Live 3",
    ]
    requests = [requested_by(line, tray) for line in lines_of(icon)]
    assert requests == [(Action.CARD, f"live_{n}") for n in (1, 2, 3)]


def test_of_fifty_wallets_the_worst_have_a_line_in_their_order(icon: TrayIcon, tray: Tray) -> None:
    overview = wallets(50)
    refused = replace(overview.snapshots[40], trouble=RejectedError())
    tray.show_overview(
        replace(overview, snapshots=(*overview.snapshots[:40], refused, *overview.snapshots[41:]))
    )
    *shown, more = lines_of(icon)
    assert [line.text().partition(":")[0] for line in shown] == [
        *(f"Live {n}" for n in range(1, 11)),
        "Live 41",
    ]
    assert more.text() == "and 39 more"
    assert requested_by(more, tray) == (Action.CARD, "")


@given(counts=st.lists(st.integers(1, 50), min_size=2, max_size=5))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_entry_is_removed_when_wallets_come_and_go(
    icon: TrayIcon, tray: Tray, counts: list[int]
) -> None:
    before: list[QAction] = []
    for count in counts:
        tray.show_overview(wallets(count))
        after = icon.menu.actions()
        assert [entry for entry in after if entry in before] == before
        assert len(lines_of(icon)) == min(count, 12)
        before = after


def test_a_name_is_shown_completely_in_every_panel(icon: TrayIcon, tray: Tray) -> None:
    overview = wallets(2)
    wallet = WalletSettings(client_id="live_1", name="R&D _1")
    named = replace(overview.snapshots[0], wallet=wallet)
    tray.show_overview(replace(overview, snapshots=(named, overview.snapshots[1])))
    # Two ampersands are shown as one.
    assert lines_of(icon)[0].text().startswith("R&&D  1: ")


def snooze_entries(icon: TrayIcon) -> list[QAction]:
    submenu = next(entry.menu() for entry in icon.menu.actions() if entry.menu())
    assert isinstance(submenu, QMenu)
    return [entry for entry in submenu.actions() if entry.isVisible()]


def test_one_wallet_is_snoozed_as_all(icon: TrayIcon, tray: Tray) -> None:
    tray.show_overview(wallets(1))
    assert [requested_by(entry, tray) for entry in snooze_entries(icon)] == [
        (Action.SNOOZE_HOUR, ""),
        (Action.SNOOZE_MORNING, ""),
        (Action.SNOOZE_TOP_UP, ""),
    ]


def test_several_wallets_are_snoozed_and_resumed_together_or_one_by_one(
    icon: TrayIcon, tray: Tray
) -> None:
    first, second = wallets(2).snapshots
    second = replace(second, snoozed=Snooze(None, frozenset()))
    tray.show_overview(Overview(snapshots=(first, second)))
    entries = [entry for entry in snooze_entries(icon) if not entry.isSeparator()]
    assert [requested_by(entry, tray) for entry in entries[3:]] == [
        (Action.RESUME, ""),
        (Action.SNOOZE_MORNING, "live_1"),
        (Action.RESUME, "live_2"),
    ]


def test_the_remedy_of_any_wallet_s_error_is_offered(icon: TrayIcon, tray: Tray) -> None:
    first, second = wallets(2).snapshots
    second = replace(second, trouble=KeyringLockedError())
    tray.show_overview(Overview(snapshots=(first, second)))
    assert "Unlock the keyring…" in texts_of(icon)
    tray.show_overview(wallets(2))
    assert "Unlock the keyring…" not in texts_of(icon)


def test_the_menu_says_that_the_environment_hides_stored_wallets(
    icon: TrayIcon, tray: Tray
) -> None:
    known = wallets(2)
    stored = Settings(wallets=tuple(snapshot.wallet for snapshot in known.snapshots))
    tray.show_overview(
        Overview(settings=stored, snapshots=known.snapshots[:1], from_environment=True)
    )
    assert [line.text() for line in lines_of(icon)] == [
        "1 credit, forecast after a day of use",
        "Only the environment's wallet is watched",
    ]


def test_the_panel_is_told_of_no_change_if_the_menu_stays_the_same(
    icon: TrayIcon, tray: Tray
) -> None:
    tray.show_overview(wallets(7))
    changed: list[bool] = []
    for entry in icon.menu.findChildren(QAction):
        entry.changed.connect(lambda: changed.append(True))
    tray.show_overview(wallets(7))
    assert changed == []
