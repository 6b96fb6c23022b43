"""asyncio's loop, whose threads hold nobody up.

A name server that does not answer holds ``getaddrinfo`` for as long as the resolver is patient, up
to minutes. asyncio calls it in a thread, which cannot be cancelled, and which both the loop and
the interpreter would wait for at their end.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(main: Coroutine[Any, Any, T]) -> T:
    """Do what ``asyncio.run`` does, without waiting at the end for calls in threads."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_DaemonThreads())
        return runner.run(main)


class _DaemonThreads(ThreadPoolExecutor):
    """Runs each call in a daemon thread of its own; the loop takes no executor of another class."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - taken to whoever waits, as an executor does
                future.set_exception(error)

        threading.Thread(target=call, daemon=True).start()
        return future
