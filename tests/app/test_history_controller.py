"""What the history window asks for is read and written on the worker, not by the interface."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from deepvue_tray.app.history_controller import HistoryController
from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.backend.history_queries import HistoryQueries, HistoryRange
from deepvue_tray.core.errors import StorageError
from tests.support.held_worker import HeldWorker
from tests.support.timeouts import TIMEOUT_S


@pytest.fixture
def opener(qtbot: QtBot) -> Iterator[HistoryController]:
    with demo_backend() as build:
        worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
        worker.start()
        poller = Poller(HeldWorker())
        opener = HistoryController(worker, poller, "")
        opener.open()
        qtbot.waitUntil(lambda: opener._window is not None)
        assert opener._window is not None
        qtbot.addWidget(opener._window)
        yield opener
        assert worker.stop(TIMEOUT_S)
        # Here and now: the garbage collector might stop its timers on another thread.
        poller.deleteLater()
        QCoreApplication.sendPostedEvents(poller, QEvent.Type.DeferredDelete)


def said(opener: HistoryController) -> str:
    assert opener._window is not None
    return opener._window._message.text()


def picture(opener: HistoryController, path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    opener._save_picture(path, image)


def readings(opener: HistoryController, path: Path) -> None:
    opener._export(path, datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC))


@pytest.mark.parametrize("save", [picture, readings])
def test_what_is_saved_is_there_and_said(
    qtbot: QtBot,
    opener: HistoryController,
    tmp_path: Path,
    save: Callable[[HistoryController, Path], None],
) -> None:
    path = tmp_path / "saved"
    save(opener, path)
    qtbot.waitUntil(lambda: "Saved as" in said(opener))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("save", [picture, readings])
def test_what_cannot_be_saved_is_said(
    qtbot: QtBot,
    opener: HistoryController,
    tmp_path: Path,
    save: Callable[[HistoryController, Path], None],
) -> None:
    save(opener, tmp_path / "missing" / "saved")
    qtbot.waitUntil(lambda: "A file could not be used" in said(opener))


def test_the_window_opens_as_large_as_it_was_left(qtbot: QtBot, opener: HistoryController) -> None:
    assert opener._window is not None
    with qtbot.waitSignal(opener._window.resized):
        opener._window.resize(611, 433)
    # The next start: another controller, the same files.
    poller = Poller(HeldWorker())
    again = HistoryController(opener._worker, poller, "")
    again.open()
    again.open()
    qtbot.waitUntil(lambda: again._window is not None)
    assert again._window is not None
    qtbot.addWidget(again._window)
    assert again._window.size() == QSize(611, 433)
    qtbot.waitUntil(lambda: not again._reading)
    poller.deleteLater()


def test_the_window_opens_and_says_it_where_the_program_s_files_cannot_be_used(
    qtbot: QtBot,
) -> None:
    def build() -> Backend:
        raise StorageError("disk full")

    worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
    worker.start()
    poller = Poller(HeldWorker())
    opener = HistoryController(worker, poller, "")
    opener.open()
    qtbot.waitUntil(lambda: opener._window is not None and "A file" in said(opener))
    assert opener._window is not None
    qtbot.addWidget(opener._window)
    assert worker.stop(TIMEOUT_S)
    poller.deleteLater()


DAYS = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.fixture
def at_rest(qtbot: QtBot, opener: HistoryController) -> HistoryController:
    """Return the opener once what its window asked for at first is drawn."""
    qtbot.waitUntil(lambda: not opener._reading)
    return opener


def test_after_a_failed_read_the_range_that_waits_is_read(
    qtbot: QtBot, at_rest: HistoryController, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[datetime | None] = []
    past = HistoryQueries.range

    def fail_at_first(
        queries: HistoryQueries, since: datetime | None, until: datetime
    ) -> HistoryRange:
        read.append(since)
        if len(read) == 1:
            raise StorageError("disk full")
        return past(queries, since, until)

    monkeypatch.setattr(HistoryQueries, "range", fail_at_first)
    at_rest._request(DAYS[0], None)
    at_rest._request(DAYS[1], None)
    qtbot.waitUntil(lambda: not at_rest._reading)
    assert read == DAYS[:2]


def test_a_failed_export_lets_a_read_under_way_be_the_only_one(
    qtbot: QtBot, at_rest: HistoryController, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[datetime | None] = []
    may_end = threading.Event()
    past = HistoryQueries.range

    def wait_at_first(
        queries: HistoryQueries, since: datetime | None, until: datetime
    ) -> HistoryRange:
        read.append(since)
        may_end.wait(10)
        return past(queries, since, until)

    monkeypatch.setattr(HistoryQueries, "range", wait_at_first)
    readings(at_rest, tmp_path / "missing" / "saved")
    at_rest._request(DAYS[0], None)
    qtbot.waitUntil(lambda: "A file could not be used" in said(at_rest))
    at_rest._request(DAYS[1], None)
    at_rest._request(DAYS[2], None)
    may_end.set()
    qtbot.waitUntil(lambda: not at_rest._reading)
    assert read == [DAYS[0], DAYS[2]]
