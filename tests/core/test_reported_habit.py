"""Fast spending with the usage report: no more alerts than with readings, and sooner ones."""

import math
import random
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.forecast.fast_spending import PERIOD_DAYS, WINDOWS
from deepvue_tray.core.forecast.reported_habit import reported_limits
from deepvue_tray.core.forecast.series import STEPS_PER_HOUR, Point

DAY_HOURS = 24
START = 1_800_000_000.0


def hourly(spent: list[float]) -> list[Point]:
    """Return the balances at the start of each hour, and at the end of the last."""
    left = 1e6
    falls = accumulate(spent, initial=0.0)
    return [(START + 3600 * hour, left - fallen) for hour, fallen in enumerate(falls)]


def sustained(steps: list[float], window: int) -> list[float]:
    return [min(steps[at : at + window]) for at in range(len(steps) - window + 1)]


@given(st.integers(14, 30), st.floats(0, 1), st.integers(0, 10**6))
def test_in_the_time_of_the_report_spending_exceeded_the_limit_at_most_once_in_two_weeks(
    days: int, quiet: float, seed: int
) -> None:
    chance, per_day = random.Random(seed), DAY_HOURS * STEPS_PER_HOUR
    steps = [
        0.0 if chance.random() < quiet else chance.lognormvariate(1, 2)
        for _ in range(days * per_day)
    ]
    hours = [sum(steps[at : at + STEPS_PER_HOUR]) for at in range(0, len(steps), STEPS_PER_HOUR)]
    limits = reported_limits(hourly(hours))
    for window, by_hour in zip(WINDOWS, limits.by_window, strict=True):
        windows = sustained(steps, window)
        # By the day in which a window begins.
        highest = [max(windows[at : at + per_day]) for at in range(0, len(windows), per_day)]
        exceeding = sum(most > by_hour[0] * (1 + 1e-9) for most in highest)
        assert exceeding < (days + 1) // PERIOD_DAYS


def test_for_even_spending_the_limit_is_a_small_multiple_of_it() -> None:
    limits = reported_limits(hourly([60.0] * DAY_HOURS * 14))
    assert [by_hour[0] / 10 for by_hour in limits.by_window] == [6, 3, 2.25]


def test_less_than_two_weeks_of_report_have_no_limit() -> None:
    limits = reported_limits(hourly([60.0] * (DAY_HOURS * 13 - 1)))
    assert not limits.are_known
    assert all(math.isinf(limit) for by_hour in limits.by_window for limit in by_hour)
