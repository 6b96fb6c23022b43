"""An asyncio loop that does not wait for its threads at the end.

Without a reply from the name server, ``getaddrinfo`` blocks until the resolver's timeout, which can
take minutes. asyncio calls it in a thread, which cannot be cancelled, and for which both the loop
and the interpreter would wait at their end.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine like ``asyncio.run``, without waiting for calls in threads at the end."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_DaemonThreads())
        return runner.run(main)


class _DaemonThreads(ThreadPoolExecutor):
    """Runs each call in a daemon thread; the loop accepts only this base class as an executor."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - passed on to the caller
                future.set_exception(error)

        threading.Thread(target=call, daemon=True).start()
        return future
