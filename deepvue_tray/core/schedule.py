"""When to poll a wallet again: at the interval, and with a backoff after failures.

The rate limit is shared with the user's production traffic, so every rule prefers fewer requests.
At the default interval of 5 minutes there are at most 400 requests a day: 288 at the interval, and
in each hour at most EARLY_RETRIES_PER_HOUR retries before it.
"""

from dataclasses import dataclass
from datetime import timedelta

from deepvue_tray.core.errors import DeepvueError, RejectedError, WalletError

FIRST_RETRY = timedelta(seconds=15)
"""The longest pause before the first retry; it doubles with each further failure."""

MAX_BACKOFF = timedelta(minutes=15)
"""The limit of the doubled pause, or the interval if that is longer."""

MAX_RETRY_AFTER = timedelta(days=1)
"""The limit of a server's Retry-After."""

REJECTED_PAUSE = timedelta(hours=1)
"""The pause after rejected credentials, which may become valid again on the server."""

EARLY_RETRIES_PER_HOUR = 4
"""Retries before the interval has passed, in any hour. Without this limit, a server that fails
every other request would get twice as many."""

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """The state between two attempts."""

    failures: int = 0
    """Consecutive failures."""
    early_retries: tuple[float, ...] = ()
    """When the early retries of the last hour were scheduled, in seconds of a monotonic clock."""


def next_attempt(
    schedule: Schedule,
    trouble: DeepvueError | None,
    *,
    interval: timedelta,
    clock: float,
    chance: float,
) -> tuple[Schedule, timedelta]:
    """Return the new state and the time until the next attempt.

    ``trouble`` is the error of the last attempt, None after a success; ``clock`` is its end in
    seconds of a monotonic clock. ``chance`` is a random number from 0 to 1: the pause is a random
    part of the backoff ("full jitter", Marc Brooker, AWS Architecture Blog, 2015), so that many
    widgets do not retry at the same moment.
    """
    early_retries = tuple(at for at in schedule.early_retries if clock - at < _HOUR_S)
    if trouble is None:
        return Schedule(0, early_retries), interval
    failed = Schedule(schedule.failures + 1, early_retries)
    if isinstance(trouble, RejectedError):
        return failed, max(REJECTED_PAUSE, interval, _retry_after(trouble))
    # 2**20 times 15 seconds exceeds every limit; more could overflow.
    ceiling = min(FIRST_RETRY * 2 ** min(schedule.failures, 20), max(interval, MAX_BACKOFF))
    pause = max(ceiling * chance, _retry_after(trouble))
    if pause >= interval:
        return failed, pause
    if len(early_retries) >= EARLY_RETRIES_PER_HOUR:
        # With an interval of a day, do not wait a day for a server that was down for a minute.
        return failed, max(pause, min(interval, MAX_BACKOFF))
    return Schedule(failed.failures, (*early_retries, clock)), pause


def spread(due_at: float, place: int, count: int, interval: timedelta) -> float:
    """Return the time closest to ``due_at`` at which a wallet has its turn.

    The turns of ``count`` wallets are spread evenly over the interval; ``place`` is the wallet's,
    from 0. A single wallet needs none. Times are seconds of a monotonic clock.
    """
    if count == 1:
        return due_at
    length = interval.total_seconds()
    turn = place * length / count
    return due_at + (turn - due_at + length / 2) % length - length / 2


def _retry_after(trouble: DeepvueError) -> timedelta:
    seconds = trouble.retry_after if isinstance(trouble, WalletError) else None
    limit = MAX_RETRY_AFTER.total_seconds()
    return timedelta(seconds=min(seconds or 0.0, limit))
