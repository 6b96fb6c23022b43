"""The layout of the About window."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollBar
from pytestqt.qtbot import QtBot

from deepvue_tray.ui.about import about_window


def test_all_texts_are_left_aligned(qtbot: QtBot) -> None:
    window = about_window({"settings": "settings.json"}, ["a library 1.0 (MIT)"])
    window.show()
    texts = [label for label in window.findChildren(QLabel) if label.text()]
    labels = [label for label in texts if label.text().endswith(":")]
    lefts = {text.mapTo(window, QPoint()).x() for text in texts if text not in labels}
    assert len(lefts) == 1
    assert {label.mapTo(window, QPoint()).x() for label in labels} < set(range(lefts.pop()))
    window.close()


def test_its_picture_has_a_text(qtbot: QtBot) -> None:
    window = about_window({}, [])
    picture = next(label for label in window.findChildren(QLabel) if not label.text())
    assert picture.accessibleName() == QApplication.applicationDisplayName() != ""
    window.close()


def test_its_button_has_no_icon(qtbot: QtBot) -> None:
    window = about_window({}, [])
    [button] = window.findChildren(QAbstractButton)
    assert button.icon().isNull()
    window.close()


def test_on_a_small_screen_it_scrolls_and_its_button_stays(qtbot: QtBot) -> None:
    window = about_window({}, [f"a library {number}" for number in range(80)])
    window.show()
    assert window.height() < window.screen().availableSize().height()
    [bar] = [b for b in window.findChildren(QScrollBar) if b.isVisible()]
    assert bar.maximum() > 0
    button = window.findChildren(QAbstractButton)[-1]
    assert button.visibleRegion().boundingRect() == button.rect()
    for _ in range(80):
        QTest.keyClick(button, Qt.Key.Key_PageDown)
    assert bar.value() == bar.maximum()
    window.close()


def test_on_a_large_screen_it_shows_everything(qtbot: QtBot) -> None:
    window = about_window({"settings": "settings.json"}, ["a library 1.0 (MIT)"])
    window.show()
    assert not [bar for bar in window.findChildren(QScrollBar) if bar.isVisible()]
    window.close()


def test_a_path_that_is_wider_than_the_screen_can_be_scrolled_to(qtbot: QtBot) -> None:
    window = about_window({"settings": "/home/a-long-name" * 20}, [])
    window.show()
    assert window.width() < window.screen().availableSize().width()
    [bar] = [bar for bar in window.findChildren(QScrollBar) if bar.isVisible()]
    assert bar.orientation() == Qt.Orientation.Horizontal
    assert bar.maximum() > 0
    window.close()
