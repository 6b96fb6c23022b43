"""When usage reports are fetched while the tray runs, with the demo's server."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.usage_controller import UsageController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.backend.demo import LIVE_CLIENT_ID, demo_backend
from deepvue_tray.core.usage import UsageState
from tests.support.timeouts import TIMEOUT_S


class Tray(NamedTuple):
    """The parts of a running tray that the test needs."""

    poller: Poller
    usage: UsageController

    def state(self) -> UsageState:
        snapshot = self.poller.overview.snapshot(LIVE_CLIENT_ID)
        return (snapshot and snapshot.usage) or UsageState()


@pytest.fixture
def tray(qtbot: QtBot) -> Iterator[Tray]:
    with demo_backend() as build:
        worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
        worker.start()
        poller = Poller(worker)
        yield Tray(poller, UsageController(worker, poller))
        assert worker.stop(TIMEOUT_S)
        # The garbage collector could otherwise delete it, and its timers, on another thread.
        poller.deleteLater()
        QCoreApplication.sendPostedEvents(poller, QEvent.Type.DeferredDelete)


def start(tray: Tray) -> None:
    tray.poller._worker.submit(lambda backend: backend.overview(), tray.poller.show)


def test_the_main_product_is_known_soon_after_the_start(tray: Tray, qtbot: QtBot) -> None:
    start(tray)
    qtbot.waitUntil(lambda: tray.state().main_product is not None)


def test_a_person_sees_how_far_fetching_is_until_it_is_done(tray: Tray, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    tray.poller.changed.connect(
        lambda _: seen.append(progress) if (progress := tray.state().progress) else None
    )
    start(tray)
    qtbot.waitUntil(lambda: tray.state().main_product is not None)
    tray.usage.fetch(LIVE_CLIENT_ID)
    qtbot.waitUntil(
        lambda: any(done > 2 for done, _ in seen) and tray.state().progress is None,
    )
    assert seen[-1][0] == seen[-1][1]


def test_fetching_ends_when_a_person_stops_it(tray: Tray, qtbot: QtBot) -> None:
    start(tray)
    qtbot.waitUntil(lambda: tray.state().main_product is not None)
    tray.poller.changed.connect(
        lambda _: tray.usage.stop(LIVE_CLIENT_ID) if tray.state().progress else None
    )
    with qtbot.waitSignal(tray.poller.changed):
        tray.usage.fetch(LIVE_CLIENT_ID)
    qtbot.waitUntil(lambda: tray.state().progress is None)
    assert tray.state().error is None
