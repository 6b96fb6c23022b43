"""Every control can be found, named and used without a mouse and without colours."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_state import Snooze
from deepvue_tray.core.errors import (
    AlertCommandError,
    DeepvueError,
    NoKeyringError,
    RejectedError,
    ServerError,
)
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.about import about_window
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.connect_dialog import ConnectDialog
from deepvue_tray.ui.history_window import HistoryWindow
from deepvue_tray.ui.message_box import MessageBox
from deepvue_tray.ui.settings_dialog import SettingsDialog
from tests.support.layout import cut_off
from tests.ui.test_history_window import plot

Role = QAccessible.Role

LIVE = WalletSettings(client_id="live_1", name="Live")
ONE = Settings(wallets=(LIVE,))
TWO = Settings(wallets=(LIVE, WalletSettings(client_id="free_tier_17", name="Trial")))


def card() -> QWidget:
    card = Card("Demo")
    card.show_overview(Overview(snapshots=(low(trouble=ServerError()),)))
    return card


def card_with_wallets() -> QWidget:
    card = Card("")
    refused = low(RejectedError(), client_id="live_2", name="Trial")
    card.show_overview(Overview(snapshots=(low(), refused)))
    return card


def low(
    trouble: DeepvueError | None = None, *, client_id: str = "live_1", name: str = "Live"
) -> Snapshot:
    """Return a wallet for which the card has all parts."""
    now = datetime.now(UTC)
    ends = (now + timedelta(days=days) for days in (5, 6, 8))
    earliest, empty_at, latest = ends
    return Snapshot(
        wallet=WalletSettings(client_id=client_id, name=name),
        reading=Reading(at=now, balance=Decimal(900)),
        peak=Decimal(9000),
        runway=Runway(empty_at=empty_at, earliest=earliest, latest=latest, burn_rate=150),
        snoozed=Snooze(None, frozenset()),
        trouble=trouble,
        alert_command_error=AlertCommandError("exit status 1", retry_at=latest),
        command_alerts=(Alert.LOW,),
    )


def without_tray() -> QWidget:
    card = Card("")
    card.open_without_tray()
    return card


def history() -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    return window


def history_table() -> QWidget:
    window = HistoryWindow("")
    window.show_wallets({"live_1": "Live", "live_2": "Trial"}, [], "live_1")
    window.show_plot(plot())
    window._view.click()
    return window


def connect_refused() -> QWidget:
    window = ConnectDialog(ONE)
    window.show_failed(RejectedError("Invalid client_id"))
    return window


def connect_without_keyring() -> QWidget:
    window = ConnectDialog(Settings())
    window._client_id.setText("live_1")
    window._secret.setText("s3cr3t-value")
    window.show_failed(NoKeyringError())
    return window


def settings_page(index: int) -> QWidget:
    window = SettingsDialog(TWO)
    window._page_list.setCurrentRow(index)
    return window


def removal_question() -> QWidget:
    window = SettingsDialog(TWO)
    window._confirm_removal()
    [question] = window.findChildren(MessageBox)
    # The window lives as long as the question.
    question.finished.connect(lambda _: window.close())
    return question


WINDOWS: dict[str, Callable[[], QWidget]] = {
    "card": card,
    "card with wallets": card_with_wallets,
    "card without a tray": without_tray,
    "history": history,
    "history, table": history_table,
    "first start": lambda: ConnectDialog(Settings(), from_environment=True),
    "connect, refused": connect_refused,
    "connect, no keyring": connect_without_keyring,
    "new secret": lambda: ConnectDialog(ONE, client_id="live_1"),
    "settings before the first wallet": lambda: SettingsDialog(Settings()),
    "settings": lambda: SettingsDialog(ONE, from_environment=True),
    "settings of two wallets": lambda: SettingsDialog(TWO),
    "settings, alerts": lambda: settings_page(2),
    "settings, general": lambda: settings_page(1),
    "settings, elsewhere": lambda: settings_page(3),
    "question before a removal": removal_question,
    "question before quitting": lambda: Card("")._show_quit_question(),
    "about": lambda: about_window({"settings": "settings.json"}, ["a library 1.0 (MIT)"]),
}


@pytest.fixture(params=WINDOWS)
def window(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[QWidget]:
    window = WINDOWS[request.param]()
    window.show()
    yield window
    window.hide()


def tree(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Yield all visible descendants of ``interface`` that a screen reader finds."""
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None and not child.state().invisible:
            yield child
            yield from tree(child)


def controls(window: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that the keyboard can reach, without the parts of spin boxes."""
    for widget in window.findChildren(QWidget):
        is_reachable = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        is_part = widget.objectName() == "qt_spinbox_lineedit"
        if is_reachable and widget.isVisible() and widget.isEnabled() and not is_part:
            yield widget


def is_control(interface: QAccessibleInterface) -> bool:
    is_part = isinstance(interface.parent().object(), QAbstractSpinBox)
    # A table's headers name its cells.
    is_part |= interface.role() == QAccessible.Role.Cell
    return bool(interface.state().focusable) and not is_part


def test_every_control_that_a_screen_reader_finds_has_a_unique_name(window: QWidget) -> None:
    found = [c for c in tree(QAccessible.queryAccessibleInterface(window)) if is_control(c)]
    names = [c.text(QAccessible.Text.Name).replace("&", "").strip() for c in found]
    assert len(found) >= len(list(controls(window))) > 0
    assert all(names), [c.object() for c, name in zip(found, names, strict=True) if not name]
    assert len(set(names)) == len(names)


def test_every_control_has_a_description(window: QWidget) -> None:
    for widget in controls(window):
        is_standard = isinstance(widget.parent(), QDialogButtonBox)  # Save, Cancel, Close
        interface = QAccessible.queryAccessibleInterface(widget)
        assert is_standard or interface.text(QAccessible.Text.Description), widget


def is_picture(widget: QWidget) -> bool:
    """Return whether a widget shows something other than its text, its rows or other widgets."""
    if isinstance(widget, QLabel):
        return not widget.pixmap().isNull()
    if role_of(widget) == Role.Separator:
        return False
    is_text = isinstance(widget, QAbstractButton | QAbstractSpinBox | QComboBox | QLineEdit)
    is_scroll_area = isinstance(widget, QAbstractScrollArea | QScrollBar)
    draws_itself = type(widget).__module__.startswith("deepvue_tray")
    has_parts = bool(widget.findChildren(QWidget))
    return draws_itself and not (is_text or is_scroll_area or has_parts)


def test_every_picture_has_a_text(window: QWidget) -> None:
    for picture in filter(is_picture, window.findChildren(QWidget)):
        if picture.isVisible():
            interface = QAccessible.queryAccessibleInterface(picture)
            assert interface.text(QAccessible.Text.Name), picture
            assert interface.text(QAccessible.Text.Description), picture


def test_screen_readers_announce_every_window_and_every_picture(window: QWidget) -> None:
    assert role_of(window) in (Role.Dialog, Role.Window, Role.AlertMessage)
    pictures = (each for each in window.findChildren(QWidget) if is_picture(each))
    assert {role_of(each) for each in pictures if each.isVisible()} <= {Role.Chart, Role.Graphic}


def test_no_text_that_a_screen_reader_reads_is_empty(window: QWidget) -> None:
    found = tree(QAccessible.queryAccessibleInterface(window))
    read = [each.text(QAccessible.Text.Name) for each in found if each.role() == Role.StaticText]
    assert read
    assert all(read)


def test_the_tab_key_follows_the_order_in_which_a_screen_reader_reads(window: QWidget) -> None:
    window.activateWindow()
    read = [each.object() for each in tree(QAccessible.queryAccessibleInterface(window))]
    order = [read.index(each) for each in focused_by_tab(window) if each in read]
    start = order.index(min(order))
    assert order[start:] + order[:start] == sorted(order)


def focused_by_tab(window: QWidget) -> list[QWidget]:
    """Return the controls to which the Tab key moves, each once."""
    reached: dict[QWidget, None] = {}
    for _ in range(3 * len(list(controls(window)))):
        focused = QApplication.focusWidget()
        if focused is not None:
            reached[focused] = None
        QTest.keyClick(focused or window, Qt.Key.Key_Tab)
    return list(reached)


def role_of(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def test_the_tab_key_reaches_every_control(window: QWidget) -> None:
    found = set(controls(window))
    window.activateWindow()
    reached = set(focused_by_tab(window))
    # The arrow keys reach the other buttons of an exclusive group.
    groups = {b.group() for b in reached if isinstance(b, QAbstractButton)} - {None}
    grouped = {b for b in found if isinstance(b, QAbstractButton) and b.group() in groups}
    assert found - reached - grouped == set()


@pytest.fixture
def larger_text(qtbot: QtBot) -> Iterator[None]:
    before = QApplication.font()
    larger = QApplication.font()
    larger.setPointSizeF(before.pointSizeF() * 1.5)
    QApplication.setFont(larger)
    yield
    QApplication.setFont(before)


@pytest.mark.usefixtures("larger_text")
@pytest.mark.parametrize("name", WINDOWS)
def test_larger_text_is_not_cut_off(name: str) -> None:
    window = WINDOWS[name]()
    window.show()
    assert cut_off(window) == []
    window.hide()


def test_an_open_window_follows_the_system_s_text_size(window: QWidget) -> None:
    before = {label: label.sizeHint().height() for label in labels(window)}
    font = window.font()
    font.setPointSizeF(font.pointSizeF() * 1.5)
    window.setFont(font)
    QApplication.processEvents()
    grown = {label: label.sizeHint().height() for label in before}
    assert [label.text() for label in before if grown[label] <= before[label]] == []


def labels(window: QWidget) -> list[QLabel]:
    return [label for label in window.findChildren(QLabel) if label.isVisible() and label.text()]
