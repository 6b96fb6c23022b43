"""Jobs run on one other thread, and their results are delivered to the submitting thread."""

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from deepvue_tray.app.crash_reporter import CrashReporter
from deepvue_tray.app.worker import Worker
from tests.support.timeouts import TIMEOUT_S


@pytest.fixture
def closed() -> list[str]:
    return []


@pytest.fixture
def worker(qtbot: QtBot, closed: list[str]) -> Iterator[Worker[str]]:
    worker = Worker(lambda: "backend", closed.append)
    yield worker
    assert worker.stop(TIMEOUT_S)


def test_a_result_is_delivered_on_the_submitting_thread(qtbot: QtBot, worker: Worker[str]) -> None:
    job_thread: list[str] = []
    results: list[tuple[str, threading.Thread]] = []

    async def job(backend: str) -> str:
        job_thread.append(threading.current_thread().name)
        return f"{backend} used"

    worker.start()
    worker.submit(job, lambda result: results.append((result, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(results))
    assert results == [("backend used", threading.main_thread())]
    assert job_thread == ["worker"]


def test_jobs_submitted_before_the_start_run_in_order(qtbot: QtBot, worker: Worker[str]) -> None:
    order: list[int] = []

    async def job(_: str) -> None:
        return None

    def recorder(number: int) -> Callable[[None], None]:
        return lambda _: order.append(number)

    for number in range(5):
        worker.submit(job, recorder(number))
    worker.start()
    qtbot.waitUntil(lambda: len(order) == 5)
    assert order == [0, 1, 2, 3, 4]


def test_an_error_is_delivered_to_the_job_s_error_callback(
    qtbot: QtBot, worker: Worker[str]
) -> None:
    failures: list[Exception] = []

    async def job(_: str) -> None:
        raise ValueError("no")

    worker.start()
    worker.submit(job, on_error=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], ValueError)


def test_an_error_without_a_callback_is_raised_on_the_submitting_thread(
    qtbot: QtBot, worker: Worker[str]
) -> None:
    async def job(_: str) -> None:
        raise ValueError("our own bug")

    with qtbot.captureExceptions() as seen:
        worker.start()
        worker.submit(job)
        qtbot.waitUntil(lambda: bool(seen))
    assert "our own bug" in str(seen[0][1])


def test_stopping_cancels_running_jobs_and_closes_the_backend(
    qtbot: QtBot, worker: Worker[str], closed: list[str]
) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def hang(_: str) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    worker.start()
    worker.submit(hang)
    assert begun.wait(TIMEOUT_S)
    assert worker.stop(TIMEOUT_S)
    assert cancelled.is_set()
    assert closed == ["backend"]


def test_stopping_waits_for_an_end_that_takes_its_time(qtbot: QtBot) -> None:
    ended: list[str] = []

    async def end(engine: str) -> None:
        await asyncio.sleep(0)
        ended.append(engine)

    worker = Worker(lambda: "engine", end)
    worker.start()
    assert worker.stop(TIMEOUT_S)
    assert ended == ["engine"]


def test_stopping_does_not_wait_for_a_job_that_blocks_the_thread(qtbot: QtBot) -> None:
    worker = Worker(lambda: "backend", lambda _: None)
    begun, release = threading.Event(), threading.Event()

    async def block(_: str) -> None:
        begun.set()
        release.wait()

    worker.start()
    worker.submit(block)
    assert begun.wait(TIMEOUT_S)
    assert not worker.stop(0.05)
    release.set()
    assert worker.stop(TIMEOUT_S)


def test_a_worker_that_is_stopped_right_after_its_start_ends(qtbot: QtBot) -> None:
    worker = Worker(lambda: "backend", lambda _: None)
    worker.start()
    assert worker.stop(TIMEOUT_S)


def cannot_build() -> str:
    raise ValueError("cannot build")


def test_if_the_backend_cannot_be_built_every_job_fails_with_that_error(qtbot: QtBot) -> None:
    worker = Worker(cannot_build, lambda _: None)
    failures: list[str] = []

    async def job(_: str) -> None:
        raise AssertionError("there is no backend")

    def on_error(error: Exception) -> None:
        failures.append(str(error))

    worker.submit(job, on_error=on_error)
    worker.submit(job, on_error=on_error)
    worker.start()
    qtbot.waitUntil(lambda: failures == ["cannot build"] * 2)
    worker.submit(job, on_error=on_error)
    qtbot.waitUntil(lambda: failures == ["cannot build"] * 3)
    assert worker.stop(5)


def test_if_the_backend_cannot_be_built_a_job_without_a_callback_raises_that_error(
    qtbot: QtBot,
) -> None:
    worker = Worker(cannot_build, lambda _: None)

    async def job(_: str) -> None:
        raise AssertionError("there is no backend")

    with qtbot.captureExceptions() as seen:
        worker.start()
        worker.submit(job)
        qtbot.waitUntil(lambda: bool(seen))
    assert "cannot build" in str(seen[0][1])
    assert worker.stop(5)


async def fail() -> None:
    raise ZeroDivisionError


def raise_in_a_callback(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(divmod, 1, 0)


def raise_in_an_orphaned_task(loop: asyncio.AbstractEventLoop) -> None:
    orphan = loop.create_task(fail())
    orphan.add_done_callback(lambda _: loop.call_soon(gc.collect))


@pytest.mark.parametrize("raise_error", [raise_in_a_callback, raise_in_an_orphaned_task])
def test_an_exception_that_asyncio_would_only_log_is_logged_and_reported(
    qtbot: QtBot,
    worker: Worker[str],
    caplog: pytest.LogCaptureFixture,
    raise_error: Callable[[asyncio.AbstractEventLoop], None],
) -> None:
    reporter = CrashReporter()

    async def job(_: str) -> None:
        raise_error(asyncio.get_running_loop())

    with reporter.installed(), qtbot.waitSignal(reporter.crashed):
        worker.start()
        worker.submit(job)
    logged = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert logged == [ZeroDivisionError]


class Emitter(QObject):
    signal = Signal(object)


def test_thousands_of_signals_do_not_crash_the_interpreter(qtbot: QtBot) -> None:
    """PySide6 6.12.0 aborts Python 3.11 after about 580 of them."""
    emitter = Emitter()
    count: list[int] = []
    emitter.signal.connect(count.append)
    for number in range(5000):
        emitter.signal.emit(number)
    assert len(count) == 5000
