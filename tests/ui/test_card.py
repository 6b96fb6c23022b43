"""The card shows the snapshot, and closes as a pop-up does."""

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
from tests.support.platform import WINDOWS
from tests.ui.test_history_window import plot

READING = Reading(at=datetime.now(UTC), balance=Decimal(6448))


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = Card("")
    qtbot.addWidget(card)
    return card


def text_of(card: Card) -> str:
    labels = card.findChildren(QLabel) + card.findChildren(QPushButton)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(card))


def test_it_shows_the_balance(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    assert "6448 credits" in text_of(card)
    assert "status page" not in text_of(card)


def test_it_explains_an_error_and_offers_the_remedy(qtbot: QtBot, card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING, trouble=ServerError("Source Unavailable")))
    assert "6448 credits" in text_of(card)
    assert "The server has a problem (Source Unavailable)." in text_of(card)
    assert text_of(card).count("The server has a problem") == 1
    remedy = next(b for b in card.findChildren(QPushButton) if b.text() == "Open status page")
    with qtbot.waitSignal(card.action_requested) as requested:
        remedy.click()
    assert requested.args == [Action.STATUS_PAGE]


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
    assert requested.args == [Action.QUIT]


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


def test_it_keeps_its_size_when_the_history_arrives(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup()
    height = card.height()
    shown = plot()
    card.show_past(shown.since, shown.until, shown.buckets)
    assert card.height() == height


def test_without_a_history_no_space_is_reserved_for_it(card: Card) -> None:
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup()
    height = card.height()
    shown = plot(empty=True)
    card.show_past(shown.since, shown.until, shown.buckets)
    assert card.height() < height


def test_during_a_request_the_button_shows_it(qtbot: QtBot, card: Card) -> None:
    card.show_snapshot(Snapshot(refreshing=True))
    refresh = next(b for b in card.findChildren(QPushButton) if b.text() == "Refreshing…")
    assert not refresh.isEnabled()
    card.show_snapshot(Snapshot())
    assert refresh.text() == "Refresh"
    assert refresh.isEnabled()


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
    card.show_snapshot(Snapshot(reading=READING))
    card.open_without_tray()
    assert card.height() > card.screen().availableSize().height() * 2 / 3
    assert cut_off(card) == []


def test_it_stays_beside_the_icon_when_its_text_changes(card: Card) -> None:
    icon = icon_at(400, 776)
    card.show_snapshot(Snapshot(reading=READING))
    card.open_as_popup(icon)
    bottom = card.geometry().bottom()
    card.show_snapshot(Snapshot(reading=READING, trouble=ServerError()))
    assert card.geometry().bottom() == bottom


def test_the_gauge_is_animated_during_a_request_and_only_while_it_is_visible(
    qtbot: QtBot, card: Card
) -> None:
    timer = card._gauge._animation_timer
    card.show_snapshot(Snapshot(refreshing=True))
    assert not timer.isActive()
    card.open_as_popup()
    still = card._gauge.grab().toImage()
    qtbot.waitUntil(lambda: card._gauge.grab().toImage() != still)
    card.hide()
    assert not timer.isActive()
    card.open_as_popup()
    assert timer.isActive()
    card.show_snapshot(Snapshot(reading=READING))
    assert not timer.isActive()
