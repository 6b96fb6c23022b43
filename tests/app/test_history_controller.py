"""The history window's data is read and written on the worker thread."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from deepvue_tray.app.history_controller import HistoryController
from deepvue_tray.app.poller import Poller
from deepvue_tray.app.usage_controller import UsageController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.backend.demo import demo_backend
from deepvue_tray.backend.history_queries import HistoryQueries
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.history_page import HistoryPage
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.held_worker import HeldWorker
from tests.support.timeouts import TIMEOUT_S

TRIAL, LIVE = "free_tier_demo", "live_demo"


def two_wallets() -> Overview:
    """Return the overview of the demo's wallets, of which the first is low."""
    at = datetime.now(UTC)
    wallets = (
        WalletSettings(client_id=TRIAL, name="Trial"),
        WalletSettings(client_id=LIVE, name="Live"),
    )
    snapshots = tuple(
        Snapshot(wallet=wallet, reading=Reading(at=at, balance=Decimal(balance)))
        for wallet, balance in zip(wallets, (900, 6448), strict=True)
    )
    return Overview(settings=Settings(wallets=wallets), snapshots=snapshots)


@pytest.fixture
def controller(qtbot: QtBot) -> Iterator[HistoryController]:
    with demo_backend() as build:
        worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
        worker.start()
        poller = Poller(HeldWorker())
        poller.overview = two_wallets()
        controller = HistoryController(worker, poller, UsageController(worker, poller), "")
        controller.open()
        qtbot.waitUntil(lambda: controller._window is not None)
        assert controller._window is not None
        qtbot.addWidget(controller._window)
        yield controller
        assert worker.stop(TIMEOUT_S)
        # The garbage collector could otherwise delete it, and its timers, on another thread.
        poller.deleteLater()
        QCoreApplication.sendPostedEvents(poller, QEvent.Type.DeferredDelete)


def message(controller: HistoryController) -> str:
    assert controller._window is not None
    return controller._window._message.text()


def save_picture(controller: HistoryController, path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    controller._save_picture(path, image)


def save_readings(controller: HistoryController, path: Path) -> None:
    controller._export(path, datetime(2000, 1, 1, tzinfo=UTC), datetime.now(UTC))


@pytest.mark.parametrize("save", [save_picture, save_readings])
def test_a_saved_file_exists_and_is_confirmed(
    qtbot: QtBot,
    controller: HistoryController,
    tmp_path: Path,
    save: Callable[[HistoryController, Path], None],
) -> None:
    path = tmp_path / "saved"
    save(controller, path)
    qtbot.waitUntil(lambda: "Saved as" in message(controller))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("save", [save_picture, save_readings])
def test_a_file_that_cannot_be_saved_is_reported(
    qtbot: QtBot,
    controller: HistoryController,
    tmp_path: Path,
    save: Callable[[HistoryController, Path], None],
) -> None:
    save(controller, tmp_path / "missing" / "saved")
    qtbot.waitUntil(lambda: "A file could not be used" in message(controller))


def test_a_usage_report_that_cannot_be_switched_on_is_reported(
    qtbot: QtBot, controller: HistoryController
) -> None:
    def break_settings(backend: Backend) -> None:
        backend.paths.settings.unlink(missing_ok=True)
        backend.paths.settings.mkdir(parents=True)

    assert controller._window is not None
    controller._worker.submit(break_settings)
    controller._window.products.switched_on.emit()
    qtbot.waitUntil(lambda: "A file could not be used" in message(controller))


def test_the_window_opens_in_the_size_it_had(qtbot: QtBot, controller: HistoryController) -> None:
    assert controller._window is not None
    with qtbot.waitSignal(controller._window.resized):
        controller._window.resize(611, 433)
    # The next start: another controller, the same files.
    poller = Poller(HeldWorker())
    again = HistoryController(controller._worker, poller, controller._usage, "")
    again.open()
    again.open()
    qtbot.waitUntil(lambda: again._window is not None)
    assert again._window is not None
    qtbot.addWidget(again._window)
    assert again._window.size() == QSize(611, 433)
    qtbot.waitUntil(lambda: not again._reading)
    poller.deleteLater()


def test_the_window_opens_and_shows_an_error_if_the_program_s_files_cannot_be_used(
    qtbot: QtBot,
) -> None:
    def build() -> Backend:
        raise StorageError("disk full")

    worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
    worker.start()
    poller = Poller(HeldWorker())
    controller = HistoryController(worker, poller, UsageController(worker, poller), "")
    controller.open()
    qtbot.waitUntil(lambda: controller._window is not None and "A file" in message(controller))
    assert controller._window is not None
    qtbot.addWidget(controller._window)
    assert worker.stop(TIMEOUT_S)
    poller.deleteLater()


DAYS = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.fixture
def idle(qtbot: QtBot, controller: HistoryController) -> HistoryController:
    """Return the controller once its window has drawn the first range."""
    qtbot.waitUntil(lambda: not controller._reading)
    return controller


def test_after_a_failed_read_the_range_requested_meanwhile_is_read(
    qtbot: QtBot, idle: HistoryController, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[datetime | None] = []
    read_page = HistoryQueries.page

    def fail_at_first(
        queries: HistoryQueries,
        client_id: str,
        since: datetime | None,
        until: datetime | None,
        now: datetime,
    ) -> HistoryPage:
        read.append(since)
        if len(read) == 1:
            raise StorageError("disk full")
        return read_page(queries, client_id, since, until, now)

    monkeypatch.setattr(HistoryQueries, "page", fail_at_first)
    idle._request(DAYS[0], None)
    idle._request(DAYS[1], None)
    qtbot.waitUntil(lambda: not idle._reading)
    assert read == DAYS[:2]


def test_a_failed_export_starts_no_second_read_during_the_first(
    qtbot: QtBot, idle: HistoryController, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[datetime | None] = []
    may_end = threading.Event()
    read_page = HistoryQueries.page

    def wait_at_first(
        queries: HistoryQueries,
        client_id: str,
        since: datetime | None,
        until: datetime | None,
        now: datetime,
    ) -> HistoryPage:
        read.append(since)
        may_end.wait(TIMEOUT_S)
        return read_page(queries, client_id, since, until, now)

    monkeypatch.setattr(HistoryQueries, "page", wait_at_first)
    save_readings(idle, tmp_path / "missing" / "saved")
    idle._request(DAYS[0], None)
    qtbot.waitUntil(lambda: "A file could not be used" in message(idle))
    idle._request(DAYS[1], None)
    idle._request(DAYS[2], None)
    may_end.set()
    qtbot.waitUntil(lambda: not idle._reading)
    assert read == [DAYS[0], DAYS[2]]


def chooser(controller: HistoryController) -> QComboBox:
    assert controller._window is not None
    return controller._window._wallets


def shown(controller: HistoryController) -> str:
    """Return the client ID of the wallet that is drawn."""
    assert controller._window is not None
    assert controller._window._plot is not None
    return controller._window._plot.snapshot.client_id


def choices(controller: HistoryController) -> list[str]:
    box = chooser(controller)
    return [] if box.isHidden() else [box.itemText(row) for row in range(box.count())]


def test_it_opens_with_the_worst_wallet_and_offers_all(
    qtbot: QtBot, idle: HistoryController
) -> None:
    assert shown(idle) == TRIAL
    assert choices(idle) == ["Trial", "Live"]
    assert chooser(idle).currentText() == "Trial"


def test_a_chosen_wallet_stays_chosen_when_the_window_is_opened_again(
    qtbot: QtBot, idle: HistoryController
) -> None:
    chooser(idle).activated.emit(1)
    for client_id in ("", LIVE):
        qtbot.waitUntil(lambda: not idle._reading)
        idle.open(client_id)
        qtbot.waitUntil(lambda: not idle._reading)
        assert shown(idle) == LIVE
        assert chooser(idle).currentText() == "Live"
    idle.open(TRIAL)
    qtbot.waitUntil(lambda: shown(idle) == TRIAL)


def test_the_readings_of_the_chosen_wallet_are_saved(
    qtbot: QtBot, idle: HistoryController, tmp_path: Path
) -> None:
    for client_id in (TRIAL, LIVE):
        idle.open(client_id)
        save_readings(idle, tmp_path / client_id)
        qtbot.waitUntil(lambda client_id=client_id: (tmp_path / client_id).exists())  # type: ignore[misc]
    assert (tmp_path / TRIAL).read_text() != (tmp_path / LIVE).read_text()


def publish(controller: HistoryController, overview: Overview) -> None:
    controller._poller.overview = overview
    controller._poller.changed.emit(overview)


def remove(controller: HistoryController, client_id: str) -> None:
    known = two_wallets()
    others = tuple(each for each in known.snapshots if each.client_id != client_id)
    settings = known.settings.without_wallet(client_id)
    publish(controller, replace(known, settings=settings, snapshots=others))


def test_a_wallet_that_was_removed_is_offered_as_long_as_it_has_readings(
    qtbot: QtBot, idle: HistoryController
) -> None:
    remove(idle, TRIAL)
    qtbot.waitUntil(lambda: choices(idle) == ["Live", "free_tier_demo (removed)"])
    assert shown(idle) == TRIAL
    assert message(idle) == ""
    idle._worker.submit(lambda backend: backend._files.delete(TRIAL))
    assert idle._window is not None
    idle._window.ask()
    qtbot.waitUntil(lambda: shown(idle) == LIVE)
    assert choices(idle) == []


def test_a_wallet_that_the_environment_hides_is_offered_by_its_name(
    qtbot: QtBot, idle: HistoryController
) -> None:
    known = two_wallets()
    publish(idle, replace(known, snapshots=known.snapshots[1:], from_environment=True))
    qtbot.waitUntil(lambda: not idle._reading)
    assert choices(idle) == ["Trial", "Live"]
    assert shown(idle) == TRIAL


def test_the_poll_of_another_wallet_reads_nothing(
    qtbot: QtBot, idle: HistoryController, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(idle._window, "ask", lambda: asked.append(None))
    trial, live = idle._poller.overview.snapshots
    newer = Reading(at=datetime.now(UTC), balance=Decimal(800))
    for snapshots, count in (
        ((trial, replace(live, reading=newer)), 0),
        ((replace(trial, reading=newer), live), 1),
    ):
        publish(idle, replace(idle._poller.overview, snapshots=snapshots))
        assert len(asked) == count
