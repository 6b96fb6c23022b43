"""What the history window asks for is read and written on the worker, not by the interface."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepvue_tray.demo import demo_engine
from deepvue_tray.engine import Engine
from deepvue_tray.history_opener import HistoryOpener
from deepvue_tray.ui.refresher import Refresher
from deepvue_tray.ui.worker import Worker
from tests.support.timeouts import TIMEOUT_S


@pytest.fixture
def opener(qtbot: QtBot) -> Iterator[HistoryOpener]:
    with demo_engine() as build:
        worker: Worker[Engine] = Worker(build, close=lambda engine: engine.close())
        worker.start()
        refresher = Refresher(lambda _prompt, _came, _failed: None)
        opener = HistoryOpener(worker, refresher, "")
        opener.open()
        assert opener._window is not None
        qtbot.addWidget(opener._window)
        yield opener
        assert worker.stop(within=TIMEOUT_S)
        # Here and now: the garbage collector might stop its timers on another thread.
        refresher.deleteLater()
        QCoreApplication.sendPostedEvents(refresher, QEvent.Type.DeferredDelete)


def said(opener: HistoryOpener) -> str:
    assert opener._window is not None
    return opener._window._said.text()


def picture(opener: HistoryOpener, path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    opener._save_picture(path, image)


def readings(opener: HistoryOpener, path: Path) -> None:
    opener._export(path, datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC))


@pytest.mark.parametrize("save", [picture, readings])
def test_what_is_saved_is_there_and_said(
    qtbot: QtBot, opener: HistoryOpener, tmp_path: Path, save: Callable[[HistoryOpener, Path], None]
) -> None:
    path = tmp_path / "saved"
    save(opener, path)
    qtbot.waitUntil(lambda: "Saved as" in said(opener))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("save", [picture, readings])
def test_what_cannot_be_saved_is_said(
    qtbot: QtBot, opener: HistoryOpener, tmp_path: Path, save: Callable[[HistoryOpener, Path], None]
) -> None:
    save(opener, tmp_path / "missing" / "saved")
    qtbot.waitUntil(lambda: "A file could not be used" in said(opener))
