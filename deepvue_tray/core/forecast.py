"""How long the credits will last: a weekly habit, today's level, and the wallet's own record.

The method, for a wallet of which nothing but its readings is known:

1. *Spending by the hour.* Falls of the balance are spending, rises are credit from elsewhere.
   Hours are counted back from the last reading, so none is half known, and no time zone matters.
2. *Habit.* For every hour of the week, its share of a mean hour: a multiplicative seasonal index
   as in Holt and Winters' exponential smoothing. An hour of the week that was seen but little
   leans on the same hour of all days, and that on the mean (shrinkage).
3. *Opinions.* What was spent in the last hours, day, weeks, month may go on evenly, or along the
   habit. Each of these forecasts alone when the balance is used up.
4. *Record.* The same forecasts are made at past moments, for the same balance, from what was
   known then; the history tells how long it lasted in truth. From their errors come the weights
   of the opinions (Bates and Granger, "The combination of forecasts", 1969), the correction of
   the bias left, and the 80 % range: quantiles of the errors, as in conformal prediction.

All errors are logarithms of ratios: twice as long and half as long are equally wrong. Times are
UTC; inside, they are whole hours from the start of the history.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import exp, inf, log
from operator import mul, sub
from typing import NamedTuple

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.spans import HOUR, Curve, curve_of, spans_of

HORIZON = timedelta(days=366)
"""No forecast goes beyond: an answer at the horizon means "more than a year"."""

# All durations below are in hours.
_MINUTE = 1 / 60
_DAY = 24
_WEEK = 168
_LONGEST = HORIZON / timedelta(hours=1)

_ENOUGH = _DAY
"""How much known spending a forecast needs: less cannot tell the day from the night."""

_LOOKBACKS = (4 * _WEEK, 2 * _WEEK, _WEEK, _DAY, 3)
"""What "lately" may mean, longest first; the record decides which of them to trust."""

_STEP = 7
"""From one trial of the record to the next: prime to the day, so that all its hours are tried."""

_HALF_LIFE = 2 * _WEEK
"""When a trial counts half: two weeks show every hour of the week twice."""

_DOUBT = 25.0
"""How many independent trials make a bias half believed: that many tell a bias of a fifth of the
errors' spread, an ordinary one, from chance."""

_GUESS = log(3.0)
"""The range while there is no record, as a log ratio: between a third and three times."""

_FADE = 0.5 ** (_DAY / _WEEK)
"""What a day takes from the weight of what was learnt, so that a week halves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runway:
    """When the wallet will be empty; aware, UTC, never before the moment of asking."""

    empty_at: datetime
    """The median: as likely later as sooner."""
    earliest: datetime
    """It is later than this in nine cases of ten."""
    latest: datetime
    """It is sooner than this in nine cases of ten."""
    burn_rate: float
    """Credits spent per day: the mean of the last week; zero while too little is known."""


def forecast_runway(readings: Sequence[Reading], now: datetime) -> Runway | None:
    """Forecast when the balance comes to zero; None while too little is known to say.

    ``readings`` may come in any order, with duplicates and gaps. Those after ``now`` were stamped
    by a clock that has been set back since; they are left out. A day of known spending is enough;
    time in which a top-up hides what was spent does not count. A wallet that never spent gets the
    horizon, an empty one the present.
    """
    now = now.astimezone(UTC)
    curve = curve_of(readings, now)
    if not curve.times:
        return None
    last, balance = curve.times[-1], curve.balances[-1]
    past = _past(curve)
    burn_rate = _burn_rate(past.spent) if past else 0.0
    if balance <= 0:
        return Runway(empty_at=now, earliest=now, latest=now, burn_rate=burn_rate)
    if past is None:
        return None
    waited, most = now.timestamp() - last, HORIZON.total_seconds()
    earliest, empty_at, latest = (
        now + timedelta(seconds=min(most, max(0.0, hours * HOUR - waited)))
        for hours in _durations(past, balance)
    )
    return Runway(empty_at=empty_at, earliest=earliest, latest=latest, burn_rate=burn_rate)


def _burn_rate(spent: Sequence[float]) -> float:
    hours = min(_WEEK, len(spent) - 1)
    return (spent[-1] - spent[-1 - hours]) / hours * _DAY


# The habit


class _Habit:
    """The week's course: what an hour of it takes, as a multiple of a mean hour."""

    def __init__(self) -> None:
        self._week = [0.0] * _WEEK
        self._weeks = [0.0] * _WEEK
        self._day = [0.0] * _DAY
        self._days = [0.0] * _DAY
        self._noise = [0.0, 0.0, 0.0]

    def learn(self, hour: int, share: float) -> None:
        """Take in an hour. A week later it counts half: the last week counts as all before."""
        phase, time = hour % _WEEK, hour % _DAY
        weeks, days = self._weeks[phase], self._days[time]
        if weeks:
            noise = self._noise
            noise[0] += (share - self._week[phase] / weeks) ** 2 * weeks / (weeks + 1)
            noise[1] += (share - self._day[time] / days) ** 2 * days / (days + 1)
            noise[2] += (share - 1) ** 2
        self._week[phase] = self._week[phase] * 0.5 + share
        self._weeks[phase] = weeks * 0.5 + 1
        self._day[time] = self._day[time] * _FADE + share
        self._days[time] = days * _FADE + 1

    def shares(self) -> list[float]:
        """Return the share of each hour of the week; all are above zero.

        A mean of few leans on the broader one, as if that were so many observations more as the
        noise about the mean is greater than what sets the two apart (empirical Bayes).
        """
        week, day, flat = self._noise = [noise * _FADE for noise in self._noise]
        few, fewer = _ratio(week, day - week), _ratio(day, flat - day)
        total = sum(self._day)
        mean = total / sum(self._days) if total > 0 else 1.0
        by_day = zip(self._day, self._days, strict=True)
        course = [(s + fewer * mean) / (n + fewer) for s, n in by_day] * (_WEEK // _DAY)
        by_week = zip(self._week, self._weeks, course, strict=True)
        return [(s + few * broader) / (n + few) for s, n, broader in by_week]


def _ratio(noise: float, signal: float) -> float:
    """Return noise by signal within reason: unknown, it is one."""
    if not noise and not signal:
        return 1.0
    return min(1.0, max(0.01, noise / signal)) if signal > 0 else 1.0


class _Pace:
    """A habit, learnt up to some moment, summed up to be walked along."""

    __slots__ = ("_until", "mean")

    def __init__(self, shares: Sequence[float]) -> None:
        self._until = [0.0, *accumulate(shares)]
        self.mean = self._until[-1] / _WEEK

    def total(self, hour: int) -> float:
        """Return the sum of shares from the start of the history to ``hour``."""
        weeks, phase = divmod(hour, _WEEK)
        return weeks * self._until[-1] + self._until[phase]

    def hour_of(self, total: float) -> float:
        """Return the hour at which the sum of shares comes to ``total``."""
        weeks, rest = divmod(total, self._until[-1])
        i = min(max(1, bisect_left(self._until, rest)), _WEEK)
        before, after = self._until[i - 1 : i + 1]
        part = (rest - before) / (after - before) if after > before else 0.0
        return weeks * _WEEK + i - 1 + part


class _Past(NamedTuple):
    """The history by the hour, from its start to the last reading."""

    spent: list[float]
    """Credits spent up to each hour."""
    read: list[int]
    """The hours at which the balance was known."""
    paces: list[_Pace]
    """The habit as it was known at the end of each day."""


def _past(curve: Curve) -> _Past | None:
    """Learn the habit day by day; None while too little is known.

    The sum of a longer span is spread as the habit learnt before has it. Hidden spending is
    taken to have followed the habit, and teaches nothing. Hours are compared with the week
    that ends with their day, so that a rising level does not look like a habit.
    """
    habit, shares, fresh, known = _Habit(), [1.0] * _WEEK, list[tuple[int, float]](), 0
    past = _Past([0.0], [0], [])
    spent = past.spent
    for span in spans_of(curve) if len(curve.times) > 1 else ():
        hour = past.read[-1]
        course = [shares[at % _WEEK] for at in range(hour, hour + span.hours)]
        if span.spent is None:
            scale = spent[-1] / hour if hour else 0.0
        else:
            scale = span.spent / sum(course)
            fresh += ((at, share * scale) for at, share in enumerate(course, hour))
            known += span.hours
        spent += [spent[-1] + part * scale for part in accumulate(course)]
        past.read.append(hour + span.hours)
        if past.read[-1] // _DAY > len(past.paces):
            _learn(habit, fresh, spent)
            shares = habit.shares()
            past.paces.extend([_Pace(shares)] * (past.read[-1] // _DAY - len(past.paces)))
    return past if known >= _ENOUGH else None


def _learn(habit: _Habit, fresh: list[tuple[int, float]], spent: Sequence[float]) -> None:
    mean = _burn_rate(spent) / _DAY
    if mean > 0:
        for hour, amount in fresh:
            habit.learn(hour, amount / mean)
    fresh.clear()


# The forecast


def _opinions(past: _Past, pace: _Pace, hour: int, amount: float) -> list[float]:
    """Return the log of the hours that ``amount`` lasts from ``hour``: two for each lookback.

    One goes on evenly at the lookback's mean rate, the other along the habit at its level: what
    it spent, per share of the habit. A short lookback may hold nothing at all, so each starts
    from the longer one, as if that had been seen for an hour.
    """
    spent, now = past.spent, pace.total(hour)
    rate = spent[hour] / hour
    level = rate / pace.mean
    logs = []
    for lookback in _LOOKBACKS:
        start = max(0, hour - lookback)
        used = spent[hour] - spent[start]
        rate = (used + rate) / (hour - start + 1)
        level = (used + level * pace.mean) / (now - pace.total(start) + pace.mean)
        even = amount / rate if rate > 0 else _LONGEST
        shares = min(amount / level if level > 0 else inf, pace.mean * _LONGEST)
        habitual = pace.hour_of(now + shares) - hour
        logs += [log(max(_MINUTE, min(even, _LONGEST))), log(max(_MINUTE, habitual))]
    return logs


class _Trial(NamedTuple):
    """A forecast of the past, and what came of it: logs of hours."""

    weight: float
    opinions: list[float]
    truth: float
    truths: list[float]
    """The truth, and others as likely where it came within a gap, unseen."""


def _trials(past: _Past, balance: float) -> list[_Trial]:
    """Forecast at past moments, and see.

    The balance is the present one, or half of all that was spent: a run longer than that the
    history could not show twice.
    """
    spent, read, end = past.spent, past.read, past.read[-1]
    amount = min(balance, spent[-1] / 2)
    trials: list[_Trial] = []
    due = _DAY
    for hour in read:
        until = bisect_left(spent, spent[hour] + amount, hour)
        if until > end:
            break
        if hour < due or until == hour or not spent[hour]:
            continue
        due = hour + _STEP
        over = (spent[until] - spent[hour] - amount) / (spent[until] - spent[until - 1])
        truth = until - over
        i = bisect_left(read, until)
        gap = read[i - 1 : i + 1] if read[i] - read[i - 1] > 1 else (truth, truth)
        spread = [log(max(_MINUTE, (truth + at) / 2 - hour)) for at in (*gap, truth)]
        opinions = _opinions(past, past.paces[hour // _DAY - 1], hour, amount)
        weight = 0.5 ** ((end - hour) / _HALF_LIFE)
        trials.append(_Trial(weight, opinions, spread[-1], spread))
    return trials


def _durations(past: _Past, balance: float) -> tuple[float, float, float]:
    """Return the tenth, fiftieth and ninetieth percentile of the hours to zero."""
    if past.spent[-1] <= 0:
        return inf, inf, inf
    opinions = _opinions(past, past.paces[-1], past.read[-1], balance)
    trials = _trials(past, balance)
    if not trials:
        middle = sum(opinions) / len(opinions)
        return exp(middle - _GUESS), exp(middle), exp(middle + _GUESS)
    trust = _trust(trials)
    misses = []
    for trial in trials:
        said = sum(map(mul, trust, trial.opinions))
        misses += [(at - said, trial.weight) for at in trial.truths]
    low, bias, high = _quantiles(misses)
    # Trials less than one run apart share most of their truth: so many are independent.
    run = exp(sorted(trial.truth for trial in trials)[len(trials) // 2])
    runs = max(1.0, min(len(trials), (past.read[-1] - _DAY) / run))
    believed = bias * runs / (runs + _DOUBT)
    # Few trials show too little of the spread: what Student's t adds for as many, to first order.
    wide = 1 + 1 / runs
    middle = sum(map(mul, trust, opinions))
    earliest = middle + min(bias, believed) - wide * (bias - low)
    latest = middle + max(bias, believed) + wide * (high - bias)
    return exp(earliest), exp(middle + believed), exp(latest)


def _trust(trials: Sequence[_Trial]) -> list[float]:
    """Weigh the opinions by their record: by the inverse variance of the errors, squared.

    Squared, for the opinions are much alike: ten poor ones must not outvote a good one.
    """
    weights = [trial.weight for trial in trials]
    truths = [trial.truth for trial in trials]
    trust = []
    for opinions in zip(*(trial.opinions for trial in trials), strict=True):
        error = sum(map(mul, weights, map(abs, map(sub, truths, opinions)))) / sum(weights)
        trust.append(1 / (error + 1e-6) ** 4)  # the millionth is for those that never err
    whole = sum(trust)
    return [each / whole for each in trust]


def _quantiles(misses: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the weighted quantiles 10, 50 and 90 %."""
    ordered = sorted(misses)
    weights = list(accumulate(weight for _, weight in ordered))
    low, middle, high = (
        ordered[bisect_left(weights, part * weights[-1])][0] for part in (0.1, 0.5, 0.9)
    )
    return low, middle, high
