"""A worker without a thread: the test decides when and how a job ends."""

from collections.abc import Callable
from typing import Any, NamedTuple

from deepvue_tray.app.worker import Worker


class Held(NamedTuple):
    """A submitted job and its callbacks."""

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
    """A worker that is also its jobs' backend: runs each job at once, and holds its callbacks."""

    def submit(
        self,
        job: Callable[[Any], Any],
        on_result: Callable[[Any], object] = _ignore,
        on_error: Callable[[Exception], object] = _ignore,
    ) -> None:
        """Run the job on this object, and hold its callbacks."""
        super().submit(job, on_result, on_error)
        job(self)
