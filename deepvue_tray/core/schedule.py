"""When to ask the wallet again: at the interval, and more slowly the longer it fails.

The limit is shared with the person's own production traffic, so every rule here errs on the side
of asking less. At the default interval of 5 minutes no mix of answers leads to more than 400
requests a day: 288 at the interval and, in each hour, at most HURRIED_AN_HOUR retries before it.
"""

from dataclasses import dataclass
from datetime import timedelta

from deepvue_tray.core.errors import DeepvueError, RejectedError, WalletError

FIRST_RETRY = timedelta(seconds=15)
"""The longest pause before the first retry; it doubles with each failure that follows."""

LONGEST_RETRY = timedelta(minutes=15)
"""What the pause grows to, or the interval where that is longer."""

LONGEST_RETRY_AFTER = timedelta(days=1)
"""What a server's Retry-After is clipped to."""

REJECTED = timedelta(hours=1)
"""Pause after refused credentials: asking again cannot mend them, but somebody else may."""

HURRIED_AN_HOUR = 4
"""Retries before the interval is over, in any one hour: a server that fails every other time would
otherwise be asked twice as often."""

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """What must be remembered from one attempt to the next."""

    failures: int = 0
    """Failures since the last success."""
    hurried: tuple[float, ...] = ()
    """The retries of the last hour that did not wait for the interval: when each was decided on,
    in seconds of a clock that nobody sets."""


def next_attempt(
    schedule: Schedule,
    trouble: DeepvueError | None,
    *,
    interval: timedelta,
    clock: float,
    chance: float,
) -> tuple[Schedule, timedelta]:
    """Return the time until the next attempt, after one that ended in ``trouble`` or well.

    ``clock`` says when it ended, in seconds of a clock that nobody sets and that never goes back.
    ``chance`` is a random number from 0 to 1: the pause is a random part of what the backoff
    allows ("full jitter", Marc Brooker, AWS Architecture Blog, 2015), so that many widgets do not
    come back at one moment.
    """
    hurried = tuple(at for at in schedule.hurried if clock - at < _HOUR)
    if trouble is None:
        return Schedule(0, hurried), interval
    failed = Schedule(schedule.failures + 1, hurried)
    if isinstance(trouble, RejectedError):
        return failed, max(REJECTED, interval, _asked_to_wait(trouble))
    # 2**20 times 15 seconds is past every limit already.
    ceiling = min(FIRST_RETRY * 2 ** min(schedule.failures, 20), max(interval, LONGEST_RETRY))
    pause = max(ceiling * chance, _asked_to_wait(trouble))
    if pause >= interval:
        return failed, pause
    if len(hurried) >= HURRIED_AN_HOUR:
        # An interval of a day would be long to wait for a server that was down for a minute.
        return failed, max(pause, min(interval, LONGEST_RETRY))
    return Schedule(failed.failures, (*hurried, clock)), pause


def _asked_to_wait(trouble: DeepvueError) -> timedelta:
    seconds = trouble.retry_after if isinstance(trouble, WalletError) else None
    limit = LONGEST_RETRY_AFTER.total_seconds()
    return timedelta(seconds=min(seconds or 0.0, limit))
