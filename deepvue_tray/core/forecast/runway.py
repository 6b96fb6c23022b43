"""Forecasts how long the credits last: a median and an 80 % range, from the wallet's readings.

1. *Weekly profile.* For each hour of the week, its spending relative to a mean hour: a
   multiplicative seasonal index with exponential smoothing, as in Holt and Winters' method. The
   mean is one of square roots, so that a single burst hardly changes it.
2. *Candidates.* Each takes the mean spending of a lookback (hours, a day, weeks, a month), and
   continues it evenly or along the profile.
3. *Trials.* The same candidates forecast from past moments, with what was known then. Their errors
   determine the weights of the candidates (J. M. Bates, C. W. J. Granger, "The combination of
   forecasts", 1969), the correction of the bias, and the range: quantiles of the errors, as in
   conformal prediction (V. Vovk, A. Gammerman, G. Shafer, *Algorithmic Learning in a Random World*,
   2005).

Errors are differences of logarithms: twice as long and half as long are equal errors. Internal
times are hours since the start of the history.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import exp, inf, log, sqrt
from operator import mul, sub
from statistics import fmean, median
from typing import NamedTuple

from deepvue_tray.core.forecast.series import HOUR_S, Series

HORIZON = timedelta(days=366)
"""The longest forecast: a result at the horizon means "more than a year"."""

_FORECAST_AGE = timedelta(days=1)
"""More than the age of a forecast that is shown, which moves its end away from the horizon."""

_MINUTE_H = 1 / 60
_DAY_H = 24
_WEEK_H = 168
_HORIZON_H = HORIZON / timedelta(hours=1)

_LOOKBACKS_H = (4 * _WEEK_H, 2 * _WEEK_H, _WEEK_H, _DAY_H, 3)
"""The lookback of each pair of candidates, longest first."""

_TRIAL_STEP_H = 7
"""The time between trials: coprime to 24, so that they start at every hour of the day."""

_PRIOR_WEIGHT = 0.25
"""The weight of the broader mean, in observations, where there are few."""

_BIAS_TRIALS = 25
"""The number of independent trials at which half of the bias is corrected."""

_DEFAULT_ERROR = log(3.0)
"""Half the width of the range without trials: from a third to three times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runway:
    """When the wallet will be empty; times are aware, UTC, and not before the forecast."""

    empty_at: datetime
    """The median."""
    earliest: datetime
    """The tenth percentile."""
    latest: datetime
    """The ninetieth percentile."""
    burn_rate: float
    """Credits spent per day: the mean of the last week; zero while there is too little data."""


def is_beyond_horizon(at: datetime, now: datetime) -> bool:
    """Return whether an end of a forecast, aware, was capped at HORIZON."""
    return at - now >= HORIZON - _FORECAST_AGE


def forecast_runway(series: Series, now: datetime) -> Runway | None:
    """Forecast when the balance reaches zero; None with less than a day of known spending.

    ``now``, aware, is the end of the series or later. Spending is not known where a top-up hides
    it. The result is the horizon for a wallet that never spent, and ``now`` for an empty one.
    """
    now = now.astimezone(UTC)
    if not series.spent:
        return None
    past = _past(series)
    if series.balance <= 0:
        durations = (0.0, 0.0, 0.0)
    elif past:
        durations = _durations(past, series.balance)
    else:
        return None
    passed, most = now.timestamp() - series.end, HORIZON.total_seconds()
    earliest, empty_at, latest = (
        now + timedelta(seconds=min(most, max(0.0, hours * HOUR_S - passed))) for hours in durations
    )
    burn_rate = _mean_rate(past.spent) * _DAY_H if past else 0.0
    return Runway(empty_at=empty_at, earliest=earliest, latest=latest, burn_rate=burn_rate)


class _Profile:
    """The cumulative shares of the hours of a week in its spending; the mean share is one."""

    def __init__(self, shares: Sequence[float]) -> None:
        scale = _WEEK_H / sum(shares)
        self._until = list(accumulate([share * scale for share in shares], initial=0.0))

    def total(self, hour: int) -> float:
        """Return the sum of shares from the start of the history to ``hour``."""
        weeks, phase = divmod(hour, _WEEK_H)
        return weeks * _WEEK_H + self._until[phase]

    def hour_of(self, total: float) -> float:
        """Return the hour at which the sum of shares reaches ``total``."""
        weeks, rest = divmod(total, _WEEK_H)
        i = bisect_left(self._until, rest, 1, _WEEK_H)
        before, after = self._until[i - 1 : i + 1]
        return weeks * _WEEK_H + i - 1 + (rest - before) / (after - before)


class _Past(NamedTuple):
    """The hourly history, from its start to the last reading."""

    spent: list[float]
    """The cumulative credits spent at each hour."""
    read: list[int]
    """The hours at which the balance was known."""
    profiles: list[_Profile]
    """The profile learnt by the end of each day."""


def _past(series: Series) -> _Past | None:
    """Learn the profile day by day, relative to the mean of the last week; None if too short.

    The spending of a longer segment is distributed along the profile learnt so far. Hidden
    spending is assumed at the mean rate, and does not change the profile.
    """
    sums, weights, shares = [0.0] * _WEEK_H, [0.0] * _WEEK_H, [1.0] * _WEEK_H
    past, to_learn, known, hour = _Past([0.0], [0], []), list[tuple[int, float]](), 0, 0
    spent, read, profiles = past
    for hours, total in series.segments():
        course = [shares[at % _WEEK_H] for at in range(hour, hour + hours)]
        if total is None:
            scale = spent[-1] / hour if hour else 0.0
        else:
            scale = total / sum(course)
            known += hours
            to_learn += ((at, share * scale) for at, share in enumerate(course, hour))
        spent += accumulate([share * scale for share in course], initial=spent.pop())
        hour += hours
        read.append(hour)
        new_days = hour // _DAY_H - len(profiles)
        if new_days:
            mean = _mean_rate(spent)
            for at, amount in to_learn if mean > 0 else ():
                phase = at % _WEEK_H
                # The weight halves every week: the last week counts as much as all before.
                sums[phase] = sums[phase] / 2 + sqrt(amount / mean)
                weights[phase] = weights[phase] / 2 + 1
            to_learn.clear()
            shares = _shares(sums, weights)
            profiles += [_Profile(shares)] * new_days
    return past if known >= _DAY_H else None  # a shorter history may miss day or night


def _mean_rate(spent: Sequence[float]) -> float:
    """Return the credits per hour in the last week."""
    hours = min(_WEEK_H, len(spent) - 1)
    return (spent[-1] - spent[-1 - hours]) / hours


def _shares(sums: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the relative spending of each hour of the week; all are above zero.

    An hour of the week with few observations is shrunk towards the same hour of all days, and that
    towards the mean.
    """
    k, mean = _PRIOR_WEIGHT, sum(sums) / sum(weights) if any(sums) else 1.0
    by_day = [
        (sum(sums[hour::_DAY_H]) + k * mean) / (sum(weights[hour::_DAY_H]) + k)
        for hour in range(_DAY_H)
    ]
    by_week = zip(sums, weights, by_day * (_WEEK_H // _DAY_H), strict=True)
    return [((s + k * day) / (w + k)) ** 2 for s, w, day in by_week]


def _candidates(past: _Past, profile: _Profile, hour: int, amount: float) -> list[float]:
    """Return the log of the hours that ``amount`` lasts from ``hour``: two for each lookback.

    The first continues the lookback's spending per hour, the second its spending per share of the
    profile. A short lookback may have no spending, so each includes one hour at the rate of the
    longer one.
    """
    spent, now = past.spent, profile.total(hour)
    rate = level = spent[hour] / hour
    logs = []
    for lookback in _LOOKBACKS_H:
        start = max(0, hour - lookback)
        used = spent[hour] - spent[start]
        rate = (used + rate) / (hour - start + 1)
        level = (used + level) / (now - profile.total(start) + 1)
        even = min(amount / rate, _HORIZON_H) if rate > 0 else _HORIZON_H
        shares = min(amount / level, _HORIZON_H) if level > 0 else _HORIZON_H
        logs += [_log(even), _log(profile.hour_of(now + shares) - hour)]
    return logs


def _log(hours: float) -> float:
    return log(max(_MINUTE_H, hours))


class _Trial(NamedTuple):
    """The forecasts from a past moment and the actual results, as logs of hours."""

    candidates: list[float]
    truths: list[float]
    """The actual result; inside a gap, followed by two others that are as likely."""


def _trials(past: _Past, balance: float) -> list[_Trial]:
    """Forecast from past moments the time in which ``balance`` was spent.

    The amount is at most half of all spending: the history does not contain a longer run twice.
    """
    spent, read = past.spent, past.read
    amount = min(balance, spent[-1] / 2)
    trials: list[_Trial] = []
    due = _DAY_H
    for hour in read:
        if hour < due:
            continue
        until = bisect_left(spent, spent[hour] + amount, hour)
        if until > read[-1]:
            break
        if until == hour or not spent[hour]:
            continue
        due = hour + _TRIAL_STEP_H
        over = (spent[until] - spent[hour] - amount) / (spent[until] - spent[until - 1])
        truth, i = until - over, bisect_left(read, until)
        ends = read[i - 1 : i + 1] if read[i] - read[i - 1] > 1 else (truth, truth)
        truths = [_log((truth + end) / 2 - hour) for end in (truth, *ends)]
        profile = past.profiles[hour // _DAY_H - 1]
        trials.append(_Trial(_candidates(past, profile, hour, amount), truths))
    return trials


def _durations(past: _Past, balance: float) -> tuple[float, float, float]:
    """Return the tenth, fiftieth and ninetieth percentile of the hours to zero."""
    if past.spent[-1] <= 0:
        return inf, inf, inf
    candidates = _candidates(past, past.profiles[-1], past.read[-1], balance)
    trials = _trials(past, balance)
    if not trials:
        middle = fmean(candidates)
        return exp(middle - _DEFAULT_ERROR), exp(middle), exp(middle + _DEFAULT_ERROR)
    weights = _weights(trials)
    middle = sum(map(mul, weights, candidates))
    forecasts = [sum(map(mul, weights, trial.candidates)) for trial in trials]
    errors = sorted(
        truth - forecast
        for trial, forecast in zip(trials, forecasts, strict=True)
        for truth in trial.truths
    )
    low, bias, high = (errors[int(part * len(errors))] for part in (0.1, 0.5, 0.9))
    # Trials less than one run apart overlap, so they are not independent.
    run = exp(median(trial.truths[0] for trial in trials))
    independent = min(len(trials), past.read[-1] / run)
    believed = bias * independent / (independent + _BIAS_TRIALS)
    # Few trials underestimate the spread: a first-order approximation of Student's t.
    wide = 1 + 1 / independent
    earliest = middle + min(bias, believed) - wide * (bias - low)
    latest = middle + max(bias, believed) + wide * (high - bias)
    return exp(earliest), exp(middle + believed), exp(latest)


def _weights(trials: Sequence[_Trial]) -> list[float]:
    """Weigh the candidates by the squared inverse variance of their errors; the sum is one.

    The square keeps many similar, poor candidates from outweighing a good one.
    """
    truths = [trial.truths[0] for trial in trials]
    by_candidate = zip(*(trial.candidates for trial in trials), strict=True)
    errors = [fmean(map(abs, map(sub, truths, forecasts))) for forecasts in by_candidate]
    weights = [1 / (error + 1e-6) ** 4 for error in errors]  # no division by zero
    return [weight / sum(weights) for weight in weights]
