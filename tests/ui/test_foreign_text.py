"""What a server, a proxy, a file or a package says is shown as it stands, and never drawn as HTML.

Qt takes a text for HTML that looks like it: it then reads the files that an image names, in the
thread that draws.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import RejectedError, ServerError, StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.about import about_window
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.history_window import HistoryWindow
from deepvue_tray.ui.settings_dialog import SettingsDialog
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.tray_icon import TrayIcon
from tests.ui.test_history_window import plot

READING = Reading(at=datetime.now(UTC), balance=Decimal(6448))


def card_in_trouble(words: str) -> QWidget:
    card = Card("")
    card.show_snapshot(Snapshot(client_id=words, reading=READING, trouble=ServerError(words)))
    return card


def card_without_storage(words: str) -> QWidget:
    card = Card("")
    card.show_snapshot(Snapshot(client_id=words, reading=READING, storage=StorageError(words)))
    return card


def history_saved(words: str) -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    window.show_saved(Path(words))
    return window


def history_failed(words: str) -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    window.show_failed(StorageError(words))
    return window


def settings_noticed(words: str) -> QWidget:
    stored = Settings(client_id=words)
    return SettingsDialog(stored, from_environment=True, notice=StorageError(words))


def settings_tested(words: str) -> QWidget:
    dialog = SettingsDialog(Settings(), from_environment=False)
    dialog.show_test_failed(RejectedError(words))
    return dialog


def settings_not_saved(words: str) -> QWidget:
    dialog = SettingsDialog(Settings(client_id="live_1"), from_environment=False)
    dialog.show_save_failed(StorageError(words))
    return dialog


def about(words: str) -> QWidget:
    return about_window({"settings": words, "history": words, "log": words}, [words])


PLACES: list[Callable[[str], QWidget]] = [
    card_in_trouble,
    card_without_storage,
    history_saved,
    history_failed,
    settings_noticed,
    settings_tested,
    settings_not_saved,
    about,
]
"""Each place where foreign text is shown."""


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request: pytest.FixtureRequest, qtbot: QtBot) -> Callable[[str], QWidget]:
    def opened(words: str) -> QWidget:
        window: QWidget = request.param(words)
        qtbot.addWidget(window)
        window.show()
        return window

    return opened


@pytest.mark.parametrize("words", ["<b>hostile</b>", "<img src=':/hostile.png'>"])
def test_foreign_text_stands_as_it_is_in_a_plain_label_and_nowhere_else(
    place: Callable[[str], QWidget], words: str
) -> None:
    window = place(words)
    labels: list[QLabel] = []
    for widget in [window, *window.findChildren(QWidget)]:
        # Qt draws all of these as HTML where they look like it.
        tips = (widget.toolTip(), widget.statusTip(), widget.whatsThis())
        assert not [tip for tip in tips if "hostile" in tip]
        if isinstance(widget, QLabel) and "hostile" in widget.text():
            labels.append(widget)
    assert labels
    assert all(words in label.text() for label in labels)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


OPEN_ALL = """
import sys
from PySide6.QtWidgets import QApplication
from tests.ui.test_foreign_text import PLACES
application = QApplication([])
for place in PLACES:
    place(sys.argv[1]).grab()
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX alone has named pipes")
def test_an_image_in_foreign_text_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    # In a process that can be ended: it would wait for ever for somebody to write into the pipe.
    command = [sys.executable, "-c", OPEN_ALL, f'403 <img src="file://{pipe}">']
    subprocess.run(command, cwd=Path(__file__).parents[2], timeout=60, check=True)


def test_foreign_text_is_in_neither_the_menu_nor_the_tooltip_of_the_icon(qtbot: QtBot) -> None:
    icon = TrayIcon()
    tray = Tray(icon, "")
    for snapshot in (
        Snapshot(client_id="hostile", reading=READING, trouble=ServerError("hostile")),
        Snapshot(client_id="hostile", reading=READING, storage=StorageError("hostile")),
    ):
        tray.show_snapshot(snapshot)
        texts = [entry.text() for entry in icon.menu.findChildren(QAction)]
        assert [text for text in (*texts, icon._tooltip) if "hostile" in text] == []
        assert any(text for text in texts)
