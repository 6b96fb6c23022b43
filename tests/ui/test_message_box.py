"""A question can be read whole, also where Qt draws the window's frame itself."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deepvue_tray.ui import windows
from deepvue_tray.ui.message_box import MessageBox


def opened(qtbot: QtBot) -> MessageBox:
    box = MessageBox()
    qtbot.addWidget(box)
    box.setText("Remove the client secret of live_0123456789abcdef from the keyring?")
    box.setInformativeText("The wallet will no longer be monitored. Its history stays.")
    box.show()
    return box


def test_on_gnome_its_size_is_not_fixed_and_so_nothing_is_cut_off(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = opened(qtbot).size()
    monkeypatch.setattr(windows, "may_fix_size", lambda: False)
    box = opened(qtbot)
    assert box.size() == box.minimumSize() == usual
    assert box.maximumSize() == windows.NO_LIMIT


def test_elsewhere_it_is_of_fixed_size_and_so_floats(qtbot: QtBot) -> None:
    box = opened(qtbot)
    assert box.minimumSize() == box.maximumSize() == box.size() != QSize()


def test_text_in_it_is_never_markup(qtbot: QtBot) -> None:
    box = opened(qtbot)
    box.setText("<b>live_1</b>")
    assert "<b>live_1</b>" in [label.text() for label in box.findChildren(QLabel)]
    assert box.textFormat().name == "PlainText"
