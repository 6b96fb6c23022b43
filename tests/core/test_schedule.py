"""Retries are early enough to notice a change, and few enough for the rate limit."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.errors import (
    DeepvueError,
    InactiveError,
    NotSetUpError,
    OfflineError,
    RejectedError,
    ServerError,
    ThrottledError,
)
from deepvue_tray.core.schedule import EARLY_RETRIES_PER_HOUR, Schedule, next_attempt, spread
from deepvue_tray.core.settings import MAX_INTERVAL, MIN_INTERVAL

NOW = 1000.0
DEFAULT = timedelta(minutes=5)
DAY = 86_400.0

troubles = st.sampled_from(
    [OfflineError(), ServerError(), ThrottledError(), NotSetUpError(), RejectedError(), None]
)
intervals = st.timedeltas(MIN_INTERVAL, MAX_INTERVAL)
chances = st.floats(0, 1)


def pause_after(
    failures: int,
    trouble: DeepvueError | None,
    interval: timedelta = DEFAULT,
    chance: float = 1.0,
) -> timedelta:
    schedule = Schedule(failures)
    return next_attempt(schedule, trouble, interval=interval, clock=NOW, chance=chance)[1]


def requests_in_a_day(answer: Callable[[int], DeepvueError | None], seed: int) -> int:
    """Count the requests of 24 hours; each takes no time, which is the worst case."""
    chance = random.Random(seed).random
    schedule, now, requests = Schedule(), NOW, 0
    while now < NOW + DAY:
        schedule, pause = next_attempt(
            schedule, answer(requests), interval=DEFAULT, clock=now, chance=chance()
        )
        requests += 1
        now += pause.total_seconds()
    return requests


@given(interval=intervals, failures=st.integers(0, 10**9), chance=chances)
def test_after_a_success_it_waits_for_the_interval(
    interval: timedelta, failures: int, chance: float
) -> None:
    schedule, pause = next_attempt(
        Schedule(failures), None, interval=interval, clock=NOW, chance=chance
    )
    assert (schedule.failures, pause) == (0, interval)


@given(interval=intervals, failures=st.integers(0, 10**9), chance=chances, trouble=troubles)
def test_no_pause_exceeds_the_interval_or_the_limit_of_its_error(
    interval: timedelta, failures: int, chance: float, trouble: DeepvueError | None
) -> None:
    limit = timedelta(hours=1) if isinstance(trouble, RejectedError) else timedelta(minutes=15)
    pause = pause_after(failures, trouble, interval, chance)
    assert timedelta(0) <= pause <= max(interval, limit)


def test_the_longest_pause_doubles_from_fifteen_seconds_to_fifteen_minutes() -> None:
    seconds = [pause_after(n, OfflineError()).total_seconds() for n in range(8)]
    assert seconds == [15, 30, 60, 120, 240, 480, 900, 900]


def test_consecutive_failures_are_retried_early_four_times_an_hour_with_growing_pauses() -> None:
    schedule, clock, seconds = Schedule(), NOW, []
    for _ in range(8):
        schedule, pause = next_attempt(
            schedule, OfflineError(), interval=timedelta(hours=24), clock=clock, chance=1
        )
        clock += pause.total_seconds()
        seconds.append(pause.total_seconds())
    assert seconds == [15, 30, 60, 120, 900, 900, 960, 1920]


def test_the_pause_is_a_random_part_of_the_longest() -> None:
    assert pause_after(3, OfflineError(), chance=0.25) == timedelta(seconds=30)


@pytest.mark.parametrize("kind", [ThrottledError, ServerError])
@pytest.mark.parametrize(
    ("retry_after", "pause_s"), [(1200.0, 1200), (10.0**9, 86_400), (0.0, 15), (None, 15)]
)
def test_retry_after_is_obeyed_up_to_a_day(
    kind: type[ThrottledError] | type[ServerError], retry_after: float | None, pause_s: int
) -> None:
    assert pause_after(0, kind(retry_after=retry_after)).total_seconds() == pause_s


@pytest.mark.parametrize("kind", [RejectedError, InactiveError])
def test_rejected_credentials_are_retried_after_an_hour_or_retry_after(
    kind: type[RejectedError],
) -> None:
    assert pause_after(0, kind(), chance=0) == timedelta(hours=1)
    assert pause_after(0, kind(retry_after=7200), chance=0) == timedelta(hours=2)


def test_an_hour_later_a_failure_may_be_retried_before_the_interval_again() -> None:
    at_once = Schedule(early_retries=(NOW,) * EARLY_RETRIES_PER_HOUR)
    for later, pause in ((3599, 300), (3601, 15)):
        assert (
            next_attempt(at_once, OfflineError(), interval=DEFAULT, clock=NOW + later, chance=1)[
                1
            ].total_seconds()
            == pause
        )


def test_a_server_that_fails_every_other_time_does_not_get_twice_as_many_requests() -> None:
    requests = requests_in_a_day(lambda n: ServerError() if n % 2 else None, seed=1)
    assert 288 < requests < 400


def test_no_mix_of_answers_leads_to_400_requests_a_day() -> None:
    kinds = [None, OfflineError(), ServerError(), ThrottledError(retry_after=0), NotSetUpError()]

    def requests_of(mix: random.Random, seed: int) -> int:
        weights = [mix.random() for _ in kinds]
        return requests_in_a_day(lambda _: mix.choices(kinds, weights)[0], seed)

    for seed in range(200):
        assert requests_of(random.Random(seed), seed) < 400, seed


@given(script=st.lists(troubles, min_size=1, max_size=12), seed=st.integers(0, 1000))
def test_no_pattern_of_answers_leads_to_400_requests_a_day(
    script: list[DeepvueError | None], seed: int
) -> None:
    assert requests_in_a_day(lambda n: script[n % len(script)], seed) < 400


def test_rejected_credentials_are_retried_no_earlier_than_a_longer_interval() -> None:
    assert pause_after(0, RejectedError(), timedelta(hours=3)) == timedelta(hours=3)


def test_a_retry_at_the_interval_does_not_count_as_one_before_it() -> None:
    interval = timedelta(seconds=120)
    schedule, pause = next_attempt(
        Schedule(3), OfflineError(), interval=interval, clock=NOW, chance=1
    )
    assert (schedule, pause) == (Schedule(4), interval)


def test_if_the_server_demands_no_pause_a_retry_may_be_immediate() -> None:
    assert pause_after(0, OfflineError(), chance=0) == timedelta(0)


def test_a_single_wallet_is_polled_exactly_when_it_is_due() -> None:
    assert spread(1234.5, 0, 1, DEFAULT) == 1234.5


@given(st.integers(2, 50), intervals, st.floats(0, 10**7))
def test_the_turns_of_several_wallets_are_spread_evenly_over_the_interval(
    count: int, interval: timedelta, due_at: float
) -> None:
    length = interval.total_seconds()
    turns = [spread(due_at, place, count, interval) for place in range(count)]
    for turn in turns:
        assert abs(turn - due_at) <= length / 2 + 1e-6
    phases = sorted(turn % length for turn in turns)
    gaps = [later - earlier for earlier, later in pairwise([*phases, phases[0] + length])]
    assert gaps == pytest.approx([length / count] * count, abs=1e-3)


@given(st.integers(2, 50), intervals, st.floats(0, 10**7), st.integers(0, 49))
def test_a_wallet_keeps_its_turn_from_one_interval_to_the_next(
    count: int, interval: timedelta, due_at: float, place: int
) -> None:
    length = interval.total_seconds()
    turn = spread(due_at, place % count, count, interval)
    assert spread(turn + length, place % count, count, interval) == pytest.approx(turn + length)
