"""The layout of the About window."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractButton, QLabel
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


def test_its_button_has_no_icon(qtbot: QtBot) -> None:
    window = about_window({}, [])
    [button] = window.findChildren(QAbstractButton)
    assert button.icon().isNull()
    window.close()
