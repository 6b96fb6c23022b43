"""The only thread: it owns the engine, runs what is asked of it, and brings results home."""

import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
R = TypeVar("R")

Job = Callable[[T], Awaitable[R]]
"""Given what the worker owns, does something with it; runs on the worker thread."""


class Worker(QObject, Generic[T]):
    """Runs jobs one beside the other in an asyncio loop on a thread of its own.

    ``build`` makes what the jobs work with, on that thread, and ``close`` ends it; nobody else
    touches it. Where ``build`` raises, every job fails with that error. Results come back on the
    thread that made the worker. The thread is a daemon: a call that never returns must not keep the
    program from quitting.
    """

    _came_home = Signal(object)

    def __init__(self, build: Callable[[], T], close: Callable[[T], None]) -> None:
        super().__init__()
        self._build = build
        self._close = close
        self._lock = threading.Lock()
        self._early: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._quit: asyncio.Event | None = None
        self._stopped = False
        self._owned: T | None = None
        self._build_error: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._came_home.connect(self._deliver)

    def start(self) -> None:
        """Start the thread; jobs submitted before are done first."""
        self._thread.start()

    def submit(
        self,
        job: Job[T, R],
        done: Callable[[R], object] = lambda _: None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Run ``job`` on the worker thread, then ``done`` or ``failed`` on this one.

        An error that nobody takes is raised on this thread, so that it is seen.
        """
        with self._lock:
            if self._loop is None:
                self._early.append(lambda: self._begin(job, done, failed))
            else:
                self._loop.call_soon_threadsafe(self._begin, job, done, failed)

    def stop(self, within: float) -> bool:
        """Cancel what is under way and end the thread.

        Waits at most ``within`` seconds; False says that a job blocks and was left behind.
        """
        if not self._thread.is_alive():
            return True
        with self._lock:
            self._stopped = True
            if self._loop is not None and self._quit is not None:
                self._loop.call_soon_threadsafe(self._quit.set)
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        # Loaded here because it takes 40 ms, during which the icon already shows.
        from deepvue_tray.backend import event_loop  # noqa: PLC0415

        event_loop.run(self._main())

    async def _main(self) -> None:
        import asyncio  # noqa: PLC0415 - see _run

        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_report)
        try:
            self._owned = self._build()
        except Exception as error:  # noqa: BLE001 - each job brings it to whoever asked
            self._build_error = error
        quit_asked = asyncio.Event()
        with self._lock:
            self._loop, self._quit = loop, quit_asked
            if self._stopped:
                quit_asked.set()
            for begin in self._early:
                begin()
        try:
            await quit_asked.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._owned is not None:
                self._close(self._owned)

    def _begin(
        self,
        job: Job[T, Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None,
    ) -> None:
        assert self._loop is not None  # noqa: S101 - only a running loop calls this
        task = self._loop.create_task(self._do(job, done, failed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(
        self,
        job: Job[T, Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None,
    ) -> None:
        if self._build_error is not None:
            self._bring_home(failed or _raise, self._build_error)
            return
        try:
            result = await job(self._owned)  # type: ignore[arg-type] # built before any job began
        except Exception as error:  # noqa: BLE001 - taken to whoever asked
            self._bring_home(failed or _raise, error)
        else:
            self._bring_home(done, result)

    def _bring_home(self, receive: Callable[[Any], object], result: object) -> None:
        self._came_home.emit((receive, result))

    @Slot(object)
    def _deliver(self, parcel: tuple[Callable[[Any], object], object]) -> None:
        receive, result = parcel
        if not self._stopped:
            receive(result)


def _raise(error: Exception) -> None:
    raise error


def _report(_loop: "asyncio.AbstractEventLoop", context: dict[str, Any]) -> None:
    """Pass on an exception of a callback or of a task that nobody awaits, which asyncio only logs.

    It goes where all exceptions go that nobody takes.
    """
    error = context.get("exception") or RuntimeError(context["message"])
    sys.excepthook(type(error), error, error.__traceback__)
