"""The only thread besides the GUI's: it owns the backend and runs jobs."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, overload

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.backend import event_loop

T = TypeVar("T")
R = TypeVar("R")


def _ignore(_result: object) -> None:
    pass


def _raise(error: Exception) -> None:
    raise error


class Worker(QObject, Generic[T]):
    """Runs jobs concurrently in an asyncio loop on a daemon thread.

    ``build`` makes the backend that every job gets, and ``close``, a function or a coroutine
    function, closes it, both on that thread. If ``build`` raises, every job fails with that error.
    Results are delivered on the thread that made the worker. A job that never returns does not keep
    the program from quitting.
    """

    _finished = Signal(object, object)
    """A callback, and the value to call it with."""

    def __init__(self, build: Callable[[], T], close: Callable[[T], object]) -> None:
        super().__init__()
        self._build = build
        self._close = close
        self._lock = threading.Lock()
        self._early: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quit: asyncio.Event | None = None
        self._stopped = False
        self._backend: T | None = None
        self._build_error: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._finished.connect(self._deliver)

    def start(self) -> None:
        """Start the thread; jobs that were submitted before then run first."""
        self._thread.start()

    @overload
    def submit(
        self,
        job: Callable[[T], Awaitable[R]],
        on_result: Callable[[R], object] = ...,
        on_error: Callable[[Exception], object] = ...,
    ) -> None: ...

    @overload
    def submit(
        self,
        job: Callable[[T], R],
        on_result: Callable[[R], object] = ...,
        on_error: Callable[[Exception], object] = ...,
    ) -> None: ...

    def submit(
        self,
        job: Callable[[T], Any],
        on_result: Callable[[Any], object] = _ignore,
        on_error: Callable[[Exception], object] = _raise,
    ) -> None:
        """Run ``job``, a function or a coroutine function, then one of the callbacks.

        Without ``on_error`` an error is raised on this thread, where the crash reporter sees it.
        """
        with self._lock:
            if self._loop is None:
                self._early.append(lambda: self._start(job, on_result, on_error))
            else:
                self._loop.call_soon_threadsafe(self._start, job, on_result, on_error)

    def stop(self, timeout_s: float) -> bool:
        """Cancel the running jobs and end the thread.

        Waits at most ``timeout_s``; returns False if a job blocks and was abandoned.
        """
        if not self._thread.is_alive():
            return True
        with self._lock:
            self._stopped = True
            if self._loop is not None and self._quit is not None:
                self._loop.call_soon_threadsafe(self._quit.set)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        event_loop.run(self._main())

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_report)
        try:
            self._backend = self._build()
        except Exception as error:  # noqa: BLE001 - every job delivers it
            self._build_error = error
        quit_requested = asyncio.Event()
        with self._lock:
            self._loop, self._quit = loop, quit_requested
            if self._stopped:
                quit_requested.set()
            for start in self._early:
                start()
        try:
            await quit_requested.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._backend is not None:
                closing = self._close(self._backend)
                if isinstance(closing, Awaitable):
                    await closing

    def _start(
        self,
        job: Callable[[T], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        assert self._loop is not None  # noqa: S101 - only the running loop calls this
        task = self._loop.create_task(self._run_job(job, on_result, on_error))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_job(
        self,
        job: Callable[[T], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[Exception], object],
    ) -> None:
        if self._build_error is not None:
            self._finished.emit(on_error, self._build_error)
            return
        try:
            result = job(self._backend)  # type: ignore[arg-type] # built before any job starts
            if isinstance(result, Awaitable):
                result = await result
        except Exception as error:  # noqa: BLE001 - delivered to whoever submitted the job
            self._finished.emit(on_error, error)
        else:
            self._finished.emit(on_result, result)

    @Slot(object, object)
    def _deliver(self, callback: Callable[[Any], object], value: object) -> None:
        if not self._stopped:
            callback(value)


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Pass an exception that asyncio would only log to the hook for unhandled exceptions."""
    error = context.get("exception") or RuntimeError(context["message"])
    sys.excepthook(type(error), error, error.__traceback__)
