"""A worker without a thread: the test decides when a job ends, and how."""

from collections.abc import Callable
from typing import Any, NamedTuple

from deepvue_tray.app.worker import Worker


class Held(NamedTuple):
    """A job that was submitted, and whom its end concerns."""

    job: Callable[[Any], Any]
    on_result: Callable[[Any], object]
    on_error: Callable[[Exception], object]


def _ignore(_value: object) -> None:
    pass


class HeldWorker(Worker[Any]):
    """Holds every job."""

    def __init__(self) -> None:
        super().__init__(build=lambda: None, close=_ignore)
        self.held: list[Held] = []

    def submit(
        self,
        job: Callable[[Any], Any],
        on_result: Callable[[Any], object] = _ignore,
        on_error: Callable[[Exception], object] = _ignore,
    ) -> None:
        """Hold the job."""
        self.held.append(Held(job, on_result, on_error))


class BackendWorker(HeldWorker):
    """Is the backend that its jobs get: runs each at once, and holds it until it is answered."""

    def submit(
        self,
        job: Callable[[Any], Any],
        on_result: Callable[[Any], object] = _ignore,
        on_error: Callable[[Exception], object] = _ignore,
    ) -> None:
        """Run the job on this object, and hold its callbacks."""
        super().submit(job, on_result, on_error)
        job(self)
