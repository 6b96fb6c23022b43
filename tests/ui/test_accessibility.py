"""Everything can be found, named and used without a mouse and without colours."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import ServerError
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.about import about_window
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.history_window import HistoryWindow
from deepvue_tray.ui.settings_dialog import SettingsDialog
from tests.ui.test_history_window import plot


def card() -> QWidget:
    card = Card("Demo")
    card.show_snapshot(Snapshot(trouble=ServerError()))
    return card


def history() -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    return window


WINDOWS: dict[str, Callable[[], QWidget]] = {
    "card": card,
    "history": history,
    "settings": lambda: SettingsDialog(Settings(client_id="live_1"), from_environment=True),
    "about": lambda: about_window({"settings": "settings.json"}, ["a library 1.0 (MIT)"]),
}


@pytest.fixture(params=WINDOWS)
def window(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[QWidget]:
    window = WINDOWS[request.param]()
    window.show()
    yield window
    window.hide()


def controls(window: QWidget) -> Iterator[QWidget]:
    """Yield what the keyboard can reach, but for what a spin box is made of."""
    for widget in window.findChildren(QWidget):
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        inner = widget.objectName() == "qt_spinbox_lineedit"
        if reached and widget.isVisible() and widget.isEnabled() and not inner:
            yield widget


def test_every_control_has_a_name(window: QWidget) -> None:
    found = list(controls(window))
    assert found
    for widget in found:
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface is not None
        name = interface.text(QAccessible.Text.Name)
        assert name.replace("&", "").strip(), f"{type(widget).__name__} has no name"


def test_the_tab_key_reaches_every_control(window: QWidget) -> None:
    found = set(controls(window))
    reached: set[QWidget] = set()
    window.activateWindow()
    for _ in range(3 * len(found)):
        focused = QApplication.focusWidget()
        if focused is not None:
            reached.add(focused)
        QTest.keyClick(focused or window, Qt.Key.Key_Tab)
    # Of a group of buttons that exclude each other the arrow keys reach the rest.
    groups = {b.group() for b in reached if isinstance(b, QAbstractButton)} - {None}
    beside = {b for b in found if isinstance(b, QAbstractButton) and b.group() in groups}
    assert found - reached - beside == set()


def test_its_text_grows_with_the_system_s(window: QWidget) -> None:
    before = window.sizeHint().height()
    font = window.font()
    font.setPointSizeF(font.pointSizeF() * 1.5)
    window.setFont(font)
    QApplication.processEvents()
    assert window.sizeHint().height() > before
