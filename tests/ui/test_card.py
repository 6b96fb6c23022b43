"""The card says what the snapshot says, and goes away by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import ServerError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.card import Card
from tests.support.layout import cut_off
from tests.ui.test_history_window import plot

READING = Reading(at=datetime.now(UTC), balance=Decimal(6448))


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = Card("")
    qtbot.addWidget(card)
    return card


def seen(card: Card) -> str:
    labels = card.findChildren(QLabel) + card.findChildren(QPushButton)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(card))


def test_it_says_the_balance(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    assert "6448 credits" in seen(card)
    assert "status page" not in seen(card)


def test_it_explains_trouble_and_offers_the_remedy(qtbot: QtBot, card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING, trouble=ServerError("Source Unavailable")))
    assert "6448 credits" in seen(card)
    assert "The server has a problem (Source Unavailable)." in seen(card)
    assert seen(card).count("The server has a problem") == 1
    remedy = next(b for b in card.findChildren(QPushButton) if b.text() == "Open status page")
    with qtbot.waitSignal(card.action_requested) as asked:
        remedy.click()
    assert asked.args == [Action.STATUS_PAGE]


def test_as_a_pop_up_it_closes_on_escape(qtbot: QtBot, card: Card) -> None:
    card.open_as_popup()
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


def after_closing(card: Card) -> QMessageBox:
    card.close()
    assert card._after_closing is not None
    return card._after_closing


def test_as_the_only_window_it_stays_on_escape_and_closing_it_ends_nothing_unasked(
    qtbot: QtBot, card: Card
) -> None:
    card.open_without_tray()
    assert "AppIndicator" in seen(card)
    QTest.keyClick(card, Qt.Key.Key_Escape)
    assert card.isVisible()
    with qtbot.assertNotEmitted(card.action_requested):
        said = after_closing(card)
        assert said.isVisible()
        assert "Start deepvue-tray again" in said.informativeText()
        QTest.keyClick(said, Qt.Key.Key_Escape)
    assert not said.isVisible()
    card.open_without_tray()
    card.close()
    assert not said.isVisible()


def test_once_the_only_window_is_closed_the_program_can_be_ended(qtbot: QtBot, card: Card) -> None:
    card.open_without_tray()
    said = after_closing(card)
    leave = next(button for button in said.buttons() if button.text() == "Quit")
    with qtbot.waitSignal(card.action_requested) as asked:
        QTest.mouseClick(leave, Qt.MouseButton.LeftButton)
    assert asked.args == [Action.QUIT]


def test_the_only_window_offers_the_tray_s_menu_and_the_pop_up_does_not(qtbot: QtBot) -> None:
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
def test_it_opens_whole_on_the_screen(qtbot: QtBot, card: Card, icon: QRect | None) -> None:
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


def test_it_does_not_jump_when_the_last_days_arrive(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup()
    height = card.height()
    shown = plot()
    card.show_past(shown.since, shown.until, shown.buckets)
    assert card.height() == height


def test_without_a_past_there_is_no_room_left_for_one(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup()
    height = card.height()
    shown = plot(empty=True)
    card.show_past(shown.since, shown.until, shown.buckets)
    assert card.height() < height


def test_while_it_asks_the_button_says_so(qtbot: QtBot, card: Card) -> None:
    card.show_snapshot(Snapshot(refreshing=True))
    asking = next(b for b in card.findChildren(QPushButton) if b.text() == "Asking…")
    assert not asking.isEnabled()
    card.show_snapshot(Snapshot())
    assert asking.text() == "Refresh"
    assert asking.isEnabled()


@pytest.fixture
def huge_text(qtbot: QtBot) -> Iterator[None]:
    before, huge = QApplication.font(), QApplication.font()
    huge.setPointSizeF(before.pointSizeF() * 3)
    QApplication.setFont(huge)
    yield
    QApplication.setFont(before)


@pytest.mark.usefixtures("huge_text")
def test_the_window_has_room_for_all_it_says_on_a_screen_that_is_small_for_its_text(
    qtbot: QtBot,
) -> None:
    card = Card("Demo")
    qtbot.addWidget(card)
    card.show_snapshot(Snapshot(reading=READING))
    card.open_without_tray()
    assert card.height() > card.screen().availableSize().height() * 2 / 3
    assert cut_off(card) == []


def test_what_it_says_later_keeps_it_beside_the_icon(card: Card) -> None:
    icon = icon_at(400, 776)
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup(icon)
    low = card.geometry().bottom()
    card.show_snapshot(Snapshot(reading=READING, trouble=ServerError()))
    assert card.geometry().bottom() == low


def test_a_sign_moves_while_an_answer_is_waited_for_and_wakes_nothing_else(
    qtbot: QtBot, card: Card
) -> None:
    beat = card._gauge._animation_timer
    card.show_snapshot(Snapshot(refreshing=True))
    assert not beat.isActive()
    card.open_as_popup()
    waiting = card._gauge.grab().toImage()
    qtbot.waitUntil(lambda: card._gauge.grab().toImage() != waiting)
    card.hide()
    assert not beat.isActive()
    card.open_as_popup()
    assert beat.isActive()
    card.show_snapshot(Snapshot(reading=READING))
    assert not beat.isActive()
