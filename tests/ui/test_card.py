"""The card shows the wallets, and closes as a pop-up does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import (
    AlertCommandError,
    DeepvueError,
    InactiveError,
    KeyringLockedError,
    NotSetUpError,
    OfflineError,
    RejectedError,
    ServerError,
)
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.card import WIDTH_PX, Card
from deepvue_tray.ui.chart.day_bars import DayBars
from deepvue_tray.ui.palette import contrast
from deepvue_tray.ui.wallet_list import MAX_ROWS, WalletList
from tests.support.layout import cut_off
from tests.support.platform import WINDOWS

NOW = datetime.now(UTC)
RUNWAY = Runway(
    empty_at=NOW + timedelta(days=11, hours=1),
    earliest=NOW + timedelta(days=9, hours=1),
    latest=NOW + timedelta(days=14, hours=1),
    burn_rate=560,
)


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = Card("")
    qtbot.addWidget(card)
    return card


def text_of(card: Card) -> str:
    labels = card.findChildren(QLabel) + card.findChildren(QPushButton)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(card))


def one(
    balance: int | None = 6448, runway: Runway | None = RUNWAY, trouble: DeepvueError | None = None
) -> Overview:
    """Return the overview of a single wallet."""
    return Overview(snapshots=(wallet("live_1", "Live", balance, runway, trouble),))


def wallet(
    client_id: str,
    name: str,
    balance: int | None = 6448,
    runway: Runway | None = RUNWAY,
    trouble: DeepvueError | None = None,
) -> Snapshot:
    return Snapshot(
        wallet=WalletSettings(client_id=client_id, name=name),
        reading=None if balance is None else Reading(at=NOW, balance=Decimal(balance)),
        peak=Decimal(9000),
        runway=runway,
        trouble=trouble,
    )


LIVE, TRIAL = wallet("live_1", "Live"), wallet("trial_1", "Trial", 120)
TWO = Overview(snapshots=(LIVE, TRIAL))


def many(count: int) -> Overview:
    return Overview(snapshots=tuple(wallet(f"w{n}", f"Client {n}") for n in range(count)))


def buttons(card: Card) -> list[str]:
    return [button.text() for button in card.findChildren(QPushButton) if button.isVisibleTo(card)]


def button(card: Card, text: str) -> QPushButton:
    shown = [b for b in card.findChildren(QPushButton) if b.isVisibleTo(card)]
    [found] = [each for each in shown if each.text() == text]
    return found


def rows(card: Card) -> WalletList:
    [found] = card.findChildren(WalletList)
    return found


def spent_an_hour_ago(credits_spent: int) -> list[HistoryBucket]:
    amount = Decimal(credits_spent)
    return [
        HistoryBucket(
            start=NOW, at=NOW, last=amount, low=amount, high=amount, spent=amount, added=Decimal(0)
        )
    ]


def test_it_shows_the_balance_and_when_it_ends(card: Card) -> None:
    card.show_overview(one())
    assert "6448 credits" in text_of(card)
    assert "About 11 days left, until " in text_of(card)
    assert "between 9 and 14 days · about 560 a day" in text_of(card)


def test_one_wallet_is_not_named_and_nothing_says_that_there_could_be_more(card: Card) -> None:
    card.show_overview(one())
    assert "Live" not in text_of(card)
    assert "wallet" not in text_of(card)
    assert not rows(card).isVisibleTo(card)


def test_the_level_is_said_in_words_with_its_reason(card: Card) -> None:
    card.show_overview(one(900))
    assert "Low: 1000 or less" in text_of(card)
    assert buttons(card)[0] == "Top up…"


def test_while_all_is_well_no_action_is_emphasized(card: Card) -> None:
    card.show_overview(one())
    assert buttons(card) == ["Refresh", "History…", "Settings…"]


@pytest.mark.parametrize(
    ("trouble", "label", "action"),
    [
        (NotSetUpError(), "Set up…", Action.SET_UP),
        (RejectedError(), "Settings…", Action.SETTINGS),
        (KeyringLockedError(), "Unlock…", Action.UNLOCK),
        (InactiveError(), "Dashboard", Action.DASHBOARD),
        (OfflineError(), "Top up…", Action.DASHBOARD),
    ],
)
def test_the_first_button_is_what_is_needed_now(
    qtbot: QtBot, card: Card, trouble: DeepvueError, label: str, action: Action
) -> None:
    card.show_overview(one(100, trouble=trouble))
    assert buttons(card)[0] == label
    assert len(set(buttons(card))) == len(buttons(card))
    with qtbot.waitSignal(card.action_requested) as requested:
        button(card, label).click()
    assert requested.args[0] is action


def test_it_explains_an_error_and_offers_the_remedy(qtbot: QtBot, card: Card) -> None:
    card.show_overview(one(trouble=ServerError("Source Unavailable")))
    assert "6448 credits" in text_of(card)
    assert "The server has a problem\nSource Unavailable. Trying again now." in text_of(card)
    with qtbot.waitSignal(card.action_requested) as requested:
        button(card, "Status page").click()
    assert requested.args == [Action.STATUS_PAGE, ""]


@pytest.mark.parametrize("trouble", [None, OfflineError()])
def test_a_failed_alert_command_is_shown_until_it_succeeds(
    card: Card, trouble: OfflineError | None
) -> None:
    failed = replace(LIVE, alert_command_error=AlertCommandError("exit status 1"), trouble=trouble)
    card.show_overview(Overview(snapshots=(failed,)))
    assert "Alert command: exit status 1." in text_of(card)
    assert "about 11 days left" in text_of(card).lower()
    assert ("No connection" in text_of(card)) is (trouble is not None)
    assert cut_off(card) == []
    card.show_overview(Overview(snapshots=(LIVE,)))
    assert "Alert command" not in text_of(card)


def test_a_snooze_is_shown_and_can_be_ended(qtbot: QtBot, card: Card) -> None:
    [snapshot] = one(900).snapshots
    card.show_overview(Overview(snapshots=(replace(snapshot, snoozed=Snooze(None, frozenset())),)))
    assert "Snoozed until the next top-up" in text_of(card)
    with qtbot.waitSignal(card.action_requested) as requested:
        button(card, "Resume alerts").click()
    assert requested.args == [Action.RESUME, "live_1"]
    card.show_overview(one(900))
    assert "Resume alerts" not in buttons(card)


def test_the_balance_can_be_copied(card: Card) -> None:
    card.show_overview(one())
    card.open_as_popup()
    QTest.keyClick(card, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "6448 credits"


def test_the_head_names_the_demo_and_credentials_from_the_environment(qtbot: QtBot) -> None:
    demo = Card("Demo")
    qtbot.addWidget(demo)
    demo.show_overview(replace(TWO, from_environment=True))
    assert text_of(demo).startswith("Demo · 2 wallets · from the environment")


def test_before_the_first_sign_in_there_is_no_balance_and_no_hole(card: Card) -> None:
    card.show_overview(one(None, None, NotSetUpError()))
    assert "—" not in text_of(card)
    assert "Enter the client ID and secret of your wallet." in text_of(card)
    card.open_as_popup()
    set_up = card.height()
    card.show_overview(one())
    assert set_up < card.height()


def test_of_several_wallets_the_worst_is_unfolded_at_first(card: Card) -> None:
    card.show_overview(TWO)
    assert "Trial: about 11 days left" in text_of(card)
    assert rows(card).currentIndex().row() == 1


def test_the_arrow_keys_unfold_another_wallet(qtbot: QtBot, card: Card) -> None:
    card.show_overview(TWO)
    card.open_as_popup()
    with qtbot.waitSignal(card.selected):
        QTest.keyClick(rows(card), Qt.Key.Key_Up)
    assert card.shown == LIVE
    assert "Live: about 11 days left" in text_of(card)
    assert "Top up…" not in buttons(card)


def test_a_click_on_a_row_unfolds_its_wallet_and_the_rows_stay_below_the_pointer(
    card: Card,
) -> None:
    card.show_overview(TWO)
    card.open_as_popup(icon_at(400, 776))
    place = rows(card).visualRect(rows(card).model().index(0, 0)).center()
    before = rows(card).mapToGlobal(place)
    QTest.mouseClick(rows(card).viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert card.shown == LIVE
    assert rows(card).mapToGlobal(place) == before


def test_the_selected_wallet_stays_selected_when_another_becomes_worse(card: Card) -> None:
    card.show_overview(TWO)
    card.select("live_1")
    card.show_overview(Overview(snapshots=(LIVE, replace(TRIAL, trouble=RejectedError()))))
    assert card.shown == LIVE
    card.show_overview(Overview(snapshots=(TRIAL,)))
    assert card.shown == TRIAL


def test_an_action_concerns_the_selected_wallet_and_a_refresh_all(qtbot: QtBot, card: Card) -> None:
    card.show_overview(TWO)
    card.select("live_1")
    for label, expected in (("History…", "live_1"), ("Settings…", "live_1"), ("Refresh", "")):
        with qtbot.waitSignal(card.action_requested) as requested:
            button(card, label).click()
        assert requested.args[1] == expected


def test_at_most_eight_rows_are_visible_and_the_others_scroll(card: Card) -> None:
    card.show_overview(many(50))
    card.open_as_popup()
    [first, second] = (rows(card).visualRect(rows(card).model().index(n, 0)) for n in (0, 1))
    assert rows(card).height() == MAX_ROWS * (second.top() - first.top())
    assert card.screen().availableGeometry().contains(card.geometry())
    for _ in range(49):
        QTest.keyClick(rows(card), Qt.Key.Key_Down)
    assert card.shown.client_id == "w49"
    last = rows(card).visualRect(rows(card).model().index(49, 0))
    assert rows(card).viewport().rect().contains(last)


def test_a_screen_reader_says_what_a_row_shows_also_after_a_change(card: Card) -> None:
    def described(row: int) -> object:
        return rows(card).model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)

    card.show_overview(TWO)
    assert described(0) == "Live: 6448 credits, About 11 days left"
    assert described(1) == "Trial: 120 credits, About 11 days left, Critical: 250 or less"
    card.show_overview(Overview(snapshots=(LIVE, replace(TRIAL, trouble=OfflineError()))))
    assert described(1) == "Trial: 120 credits, No connection, Critical: 250 or less"


def test_only_a_row_that_looks_different_is_drawn_again(qtbot: QtBot, card: Card) -> None:
    card.show_overview(TWO)
    later = [replace(snapshot, next_at=NOW) for snapshot in TWO.snapshots]
    with qtbot.assertNotEmitted(rows(card).model().dataChanged):
        card.show_overview(Overview(snapshots=tuple(later)))
    with qtbot.waitSignal(rows(card).model().dataChanged) as changed:
        card.show_overview(Overview(snapshots=(LIVE, wallet("trial_1", "Trial", 119))))
    assert [index.row() for index in changed.args[:2]] == [1, 1]


def test_a_row_grows_with_a_text_that_needs_another_line(card: Card) -> None:
    card.show_overview(TWO)
    card.open_as_popup()
    before = rows(card).height()
    long = replace(TRIAL, trouble=KeyringLockedError())
    card.show_overview(Overview(snapshots=(LIVE, long)))
    assert rows(card).height() > before
    card.show_overview(TWO)
    assert rows(card).height() == before


def test_the_history_of_a_wallet_that_is_no_longer_selected_is_not_shown(card: Card) -> None:
    card.show_overview(TWO)
    card.show_history("trial_1", NOW, spent_an_hour_ago(62))
    [bars] = card.findChildren(DayBars)
    assert "Today: 62 credits" in bars.accessibleDescription()
    card.select("live_1")
    assert "62" not in bars.accessibleDescription()
    card.show_history("trial_1", NOW, spent_an_hour_ago(62))
    assert "62" not in bars.accessibleDescription()


def test_the_bars_wait_for_a_forecast(card: Card) -> None:
    card.show_overview(one(runway=None))
    [bars] = card.findChildren(DayBars)
    assert not bars.isVisibleTo(card)
    assert "Forecast after a day of use" in text_of(card)
    card.show_overview(one())
    assert bars.isVisibleTo(card)


def test_as_a_pop_up_it_closes_on_escape(qtbot: QtBot, card: Card) -> None:
    card.open_as_popup()
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def after_closing(card: Card) -> QMessageBox:
    card.close()
    assert card._quit_question is not None
    return card._quit_question


def test_without_a_tray_it_stays_on_escape_and_closing_it_does_not_quit(
    qtbot: QtBot, card: Card
) -> None:
    card.open_without_tray()
    assert "AppIndicator" in text_of(card)
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert card.isVisible()
    with qtbot.assertNotEmitted(card.action_requested):
        question = after_closing(card)
        assert question.isVisible()
        assert "Start deepvue-tray again" in question.informativeText()
        QTest.keyClick(question, Qt.Key.Key_Escape)
    assert not question.isVisible()
    card.open_without_tray()
    card.close()
    assert not question.isVisible()


def test_closing_the_window_without_a_tray_offers_to_quit(qtbot: QtBot, card: Card) -> None:
    card.open_without_tray()
    question = after_closing(card)
    quit_button = next(button for button in question.buttons() if button.text() == "Quit")
    with qtbot.waitSignal(card.action_requested) as requested:
        QTest.mouseClick(quit_button, Qt.MouseButton.LeftButton)
    assert requested.args == [Action.QUIT, ""]


def test_the_tray_s_menu_is_offered_without_a_tray_and_not_in_the_pop_up(qtbot: QtBot) -> None:
    menu = QMenu()
    card = Card("", menu)
    qtbot.addWidget(card)
    card.open_without_tray()
    [more] = [button for button in card.findChildren(QPushButton) if button.menu() is menu]
    assert more.isVisible()
    card.open_as_popup()
    assert not more.isVisible()


def icon_at(x: int, y: int) -> QRect:
    return QRect(x, y, 24, 24)


@pytest.mark.parametrize("icon", [None, icon_at(0, 0), icon_at(0, 776), icon_at(5000, 5000)])
def test_it_opens_within_the_screen(qtbot: QtBot, card: Card, icon: QRect | None) -> None:
    card.open_as_popup(icon)
    assert card.screen().availableGeometry().contains(card.geometry())


@pytest.mark.parametrize("y", [0, 300, 776])
def test_it_opens_beside_the_icon_and_not_over_it(qtbot: QtBot, card: Card, y: int) -> None:
    icon = icon_at(400, y)
    card.open_as_popup(icon)
    assert not card.geometry().intersects(icon)
    assert card.geometry().adjusted(-8, -8, 8, 8).intersects(icon)


def test_as_a_pop_up_it_closes_when_another_window_gets_the_focus(qtbot: QtBot, card: Card) -> None:
    card.open_as_popup()
    qtbot.waitUntil(card.isActiveWindow)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not card.isVisible())


@pytest.mark.parametrize("credits_spent", [0, 62])
def test_it_keeps_its_size_when_the_history_arrives(card: Card, credits_spent: int) -> None:
    card.show_overview(one())
    card.open_as_popup()
    size = card.size()
    card.show_history("live_1", NOW, spent_an_hour_ago(credits_spent))
    assert card.size() == size
    card.show_history("live_1", NOW, [])
    assert card.size() == size


def test_it_is_320_pixels_wide_whatever_it_shows(card: Card) -> None:
    for overview in (
        one(),
        one(900),
        one(trouble=ServerError("A long reason " * 9)),
        TWO,
        many(50),
    ):
        card.show_overview(overview)
        card.open_as_popup()
        assert card.width() == WIDTH_PX
        assert cut_off(card) == []


def test_during_a_request_the_button_shows_it_keeps_the_focus_and_does_nothing(
    qtbot: QtBot, card: Card
) -> None:
    card.show_overview(one())
    card.open_as_popup()
    refresh = button(card, "Refresh")
    refresh.setFocus()
    card.show_overview(Overview(snapshots=(Snapshot(refreshing=True),)))
    assert refresh.text() == "Checking…"
    assert card.focusWidget() is refresh
    with qtbot.assertNotEmitted(card.action_requested):
        refresh.click()
    card.show_overview(one())
    assert refresh.text() == "Refresh"
    with qtbot.waitSignal(card.action_requested):
        refresh.click()


def test_a_screen_reader_reads_what_matters_when_the_card_of_one_wallet_opens(card: Card) -> None:
    card.show_overview(one(900))
    assert card.accessibleDescription().startswith("900 credits. Low: 1000 or less. About 11 days")
    card.show_overview(one(900, None, ServerError("HTTP 503")))
    said = "The server has a problem. HTTP 503. Trying again now. 900 credits. Low"
    assert card.accessibleDescription().startswith(said)
    # The list, which has the focus, reads the wallets.
    card.show_overview(TWO)
    assert card.accessibleDescription() == ""


@pytest.mark.skipif(WINDOWS, reason="Windows always has a tray")
def test_a_window_that_was_enlarged_keeps_its_content_together(card: Card) -> None:
    card.show_overview(one())
    card.open_without_tray()
    together = card._content.size()
    card.resize(700, 750)
    assert card._content.size() == together
    assert abs(card._content.geometry().center().x() - card.rect().center().x()) <= 1


@pytest.fixture
def huge_text(qtbot: QtBot) -> Iterator[None]:
    before, huge = QApplication.font(), QApplication.font()
    huge.setPointSizeF(before.pointSizeF() * 3)
    QApplication.setFont(huge)
    yield
    QApplication.setFont(before)


@pytest.mark.skipif(WINDOWS, reason="Windows always has a tray")
@pytest.mark.usefixtures("huge_text")
def test_huge_text_is_not_cut_off_without_a_tray(
    qtbot: QtBot,
) -> None:
    card = Card("Demo")
    qtbot.addWidget(card)
    card.show_overview(one())
    card.open_without_tray()
    assert card.height() > card.screen().availableSize().height() * 2 / 3
    assert cut_off(card) == []


def test_it_stays_beside_the_icon_when_its_text_changes(card: Card) -> None:
    icon = icon_at(400, 776)
    card.show_overview(one())
    card.open_as_popup(icon)
    bottom = card.geometry().bottom()
    card.show_overview(one(trouble=ServerError()))
    assert card.geometry().bottom() == bottom


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
def test_every_button_has_both_edges_at_every_scale(card: Card, scale: float) -> None:
    card.show_overview(one())
    card.open_as_popup()
    picture = QImage(card.size() * scale, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(scale)
    card.render(picture)
    window = card.palette().color(QPalette.ColorRole.Window)
    for each in card.findChildren(QPushButton):
        if not each.isVisible():
            continue
        corner = each.mapTo(card, QPoint(0, 0))
        middle = round((corner.y() + each.height() / 2) * scale)
        left, right = corner.x() * scale, (corner.x() + each.width()) * scale
        for x in (left, right):
            near = [picture.pixelColor(round(x) + step, middle) for step in (-2, -1, 0, 1)]
            assert max(contrast(each, window) for each in near) > 2.5
