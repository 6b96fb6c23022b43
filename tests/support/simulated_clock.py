"""A simulated clock with timers that replace Qt's.

Times are milliseconds; the time of day counts them since 1970.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from types import SimpleNamespace

from deepvue_tray.services.history_rows import datetime_of


class Timer:
    """Replaces QTimer; like one, it does not run while the machine sleeps."""

    def __init__(self, clock: "Clock", *, interval: int) -> None:
        self._clock = clock
        self._interval = interval
        self.timeout = SimpleNamespace(connect=partial(setattr, self, "fire"))
        self.fire: Callable[[], None] = self.stop
        self.due_at: int | None = None

    def start(self, pause: int | None = None) -> None:
        self.due_at = self._clock.awake + (self._interval if pause is None else pause)

    def stop(self) -> None:
        self.due_at = None

    def run_out(self) -> None:
        """Fire; a repeating timer continues."""
        self.stop()
        if self._interval:
            self.start()
        self.fire()


class Clock:
    """The time of day, and the total times awake and asleep, which never decrease."""

    def __init__(self, wall: int) -> None:
        self.wall = wall
        self.awake = self.asleep = 0
        self.timers: list[Timer] = []

    def now(self) -> datetime:
        return datetime_of(self.wall)

    def sleep(self, time: int) -> None:
        """Let ``time`` milliseconds pass without the timers."""
        self.asleep += time
        self.wall += time

    def new_timer(self, _parent: object, *, singleShot: bool = False, interval: int = 0) -> Timer:  # noqa: N803 - Qt's name
        timer = Timer(self, interval=interval)
        self.timers.append(timer)
        return timer

    def run(self, time: int, after_each: Callable[[], None]) -> None:
        """Let ``time`` milliseconds pass, and fire the timers that are due."""
        end = self.awake + time
        while due := [
            timer for timer in self.timers if timer.due_at is not None and timer.due_at <= end
        ]:
            first = min(due, key=lambda timer: timer.due_at or 0)
            self._go_on((first.due_at or 0) - self.awake)
            first.run_out()
            after_each()
        self._go_on(end - self.awake)

    def _go_on(self, time: int) -> None:
        self.awake += time
        self.wall += time
