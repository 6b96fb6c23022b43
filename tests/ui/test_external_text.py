"""Text from a server, a proxy, a file or a package is shown literally, and never drawn as HTML.

Qt interprets a text that looks like HTML as HTML, and reads the files that its images name, in the
GUI thread.
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
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.about import about_window
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.connect_dialog import ConnectDialog
from deepvue_tray.ui.history_window import HistoryWindow
from deepvue_tray.ui.settings_dialog import SettingsDialog
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.tray_icon import TrayIcon
from tests.ui.test_history_window import plot

READING = Reading(at=datetime.now(UTC), balance=Decimal(6448))


def card_with_error(text: str) -> QWidget:
    card = Card("")
    card.show_overview(Overview(snapshots=(Snapshot(reading=READING, trouble=ServerError(text)),)))
    return card


def card_without_storage(text: str) -> QWidget:
    card = Card("")
    card.show_overview(Overview(snapshots=(Snapshot(reading=READING, storage=StorageError(text)),)))
    return card


def history_saved(text: str) -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    window.show_saved(Path(text))
    return window


def history_failed(text: str) -> QWidget:
    window = HistoryWindow("")
    window.show_plot(plot())
    window.show_failed(StorageError(text))
    return window


def settings_with_notice(text: str) -> QWidget:
    stored = Settings(wallets=(WalletSettings(client_id=text, name=text),))
    return SettingsDialog(stored, from_environment=True, notice=StorageError(text))


def settings_of_several(text: str) -> QWidget:
    named = WalletSettings(client_id=text, name=text, critical=1000)
    dialog = SettingsDialog(
        Settings(wallets=(WalletSettings(client_id="live_1", name="Live"), named))
    )
    dialog._page_list.setCurrentRow(2)
    return dialog


def settings_removal(text: str) -> QWidget:
    named = WalletSettings(client_id=text, name=text)
    dialog = SettingsDialog(
        Settings(wallets=(named, WalletSettings(client_id="live_1", name="Live")))
    )
    dialog._confirm_removal()
    return dialog


def settings_not_saved(text: str) -> QWidget:
    dialog = SettingsDialog(Settings(wallets=(WalletSettings(client_id="live_1"),)))
    dialog.show_failed(StorageError(text))
    return dialog


def connect_refused(text: str) -> QWidget:
    dialog = ConnectDialog(Settings())
    dialog.show_failed(RejectedError(text))
    return dialog


def new_secret(text: str) -> QWidget:
    stored = Settings(wallets=(WalletSettings(client_id=text, name=text),))
    return ConnectDialog(stored, client_id=text)


def about(text: str) -> QWidget:
    return about_window({"settings": text, "history": text, "log": text}, [text])


WINDOWS: list[Callable[[str], QWidget]] = [
    card_with_error,
    card_without_storage,
    history_saved,
    history_failed,
    settings_with_notice,
    settings_of_several,
    settings_removal,
    settings_not_saved,
    connect_refused,
    new_secret,
    about,
]
"""Every window that shows external text."""


@pytest.fixture(params=WINDOWS, ids=lambda open_window: open_window.__name__)
def open_window(request: pytest.FixtureRequest, qtbot: QtBot) -> Callable[[str], QWidget]:
    def opened(text: str) -> QWidget:
        window: QWidget = request.param(text)
        qtbot.addWidget(window)
        window.show()
        return window

    return opened


@pytest.mark.parametrize("text", ["<b>hostile</b>", "<img src=':/hostile.png'>"])
def test_external_text_is_shown_literally_in_a_plain_label_and_nowhere_else(
    open_window: Callable[[str], QWidget], text: str
) -> None:
    window = open_window(text)
    labels: list[QLabel] = []
    for widget in [window, *window.findChildren(QWidget)]:
        # Qt draws each of these as HTML if it looks like HTML.
        tips = (widget.toolTip(), widget.statusTip(), widget.whatsThis())
        assert not [tip for tip in tips if "hostile" in tip]
        if isinstance(widget, QLabel) and "hostile" in widget.text():
            labels.append(widget)
    assert labels
    # A path has the system's own separators.
    assert all(text in label.text().replace("\\", "/") for label in labels)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


OPEN_ALL = """
import sys
from PySide6.QtWidgets import QApplication
from tests.ui.test_external_text import WINDOWS
application = QApplication([])
for open_window in WINDOWS:
    open_window(sys.argv[1]).grab()
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX has named pipes")
def test_an_image_in_external_text_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    # In a process with a timeout, as opening the pipe would block forever.
    command = [sys.executable, "-c", OPEN_ALL, f'403 <img src="file://{pipe}">']
    subprocess.run(command, cwd=Path(__file__).parents[2], timeout=60, check=True)


def test_external_text_is_in_neither_the_menu_nor_the_tooltip_of_the_icon(qtbot: QtBot) -> None:
    icon = TrayIcon()
    tray = Tray(icon, "")
    wallet = WalletSettings(client_id="hostile", name="Live")
    for snapshot in (
        Snapshot(wallet=wallet, reading=READING, trouble=ServerError("hostile")),
        Snapshot(wallet=wallet, reading=READING, storage=StorageError("hostile")),
    ):
        tray.show_overview(Overview(snapshots=(snapshot, Snapshot())))
        texts = [entry.text() for entry in icon.menu.findChildren(QAction)]
        assert [text for text in (*texts, icon._tooltip) if "hostile" in text] == []
        assert any(text for text in texts)


def test_a_name_that_looks_like_html_is_plain_text_in_the_tooltip(qtbot: QtBot) -> None:
    icon = TrayIcon()
    wallet = WalletSettings(client_id="live_1", name='<img src="x.png">')
    Tray(icon, "").show_overview(Overview(snapshots=(Snapshot(wallet=wallet), Snapshot())))
    assert "img src" in icon._tooltip
    assert "<" not in icon._tooltip
