"""One change, one alert: whatever is repeated, missed, delayed or restarted in between."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alerts import (
    BLIND_AFTER,
    HYSTERESIS,
    LADDER,
    Alert,
    AlertState,
    Observation,
    Snooze,
    delivered,
    holds,
    judge,
    snoozed,
    tomorrow_morning,
    worst_rung,
)
from deepvue_tray.core.errors import (
    DeepvueError,
    NotSetUpError,
    OfflineError,
    RejectedError,
    UnreadableError,
)
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
DEFAULT = Settings()


@dataclass(frozen=True)
class Look:
    """One attempt: a balance with its runway in days, or a failure."""

    balance: Decimal | None = None
    days: float | None = None
    fast: bool = False
    trouble: DeepvueError | None = None
    unseen: timedelta = timedelta(0)


class Widget:
    """Looks again and again, remembers as the program does, and notes what it said."""

    def __init__(self, settings: Settings = DEFAULT, *, delivers: bool = True) -> None:
        self.settings = settings
        self.delivers = delivers
        self.state = AlertState()
        self.said: list[Alert] = []
        self.now = NOW
        self.before: Reading | None = None

    def look(self, look: Look) -> tuple[Alert, ...]:
        self.now += STEP
        reading = None if look.balance is None else Reading(at=self.now, balance=look.balance)
        seen = Observation(
            now=self.now,
            reading=reading,
            before=self.before,
            runway=None if look.days is None else runway(look.days, self.now),
            fast=look.fast,
            trouble=look.trouble,
            unseen=look.unseen,
        )
        self.state, due = judge(self.state, seen, self.settings)
        self.before = reading or self.before
        for alert in due if self.delivers else ():
            self.state = delivered(self.state, alert, self.now)
        self.said += due
        return due

    def looks(self, looks: Iterable[Look]) -> "Widget":
        for look in looks:
            self.look(look)
        return self

    def restart(self) -> None:
        self.state = AlertState.from_json(json.loads(json.dumps(self.state.as_json())))

    def of_balance(self) -> list[Alert]:
        return [alert for alert in self.said if alert in LADDER or alert is Alert.TOP_UP]


def runway(days: float, now: datetime) -> Runway:
    at = now + timedelta(days=days)
    return Runway(empty_at=at, earliest=at, latest=at, burn_rate=1)


def at(*balances: float, days: float | None = None, fast: bool = False) -> list[Look]:
    return [Look(Decimal(str(balance)), days, fast) for balance in balances]


OFFLINE, REJECTED = Look(trouble=OfflineError()), Look(trouble=RejectedError())
BLIND = Look(trouble=OfflineError(), unseen=BLIND_AFTER)

readings = st.builds(
    Look,
    balance=st.integers(-100, 3000).map(Decimal),
    days=st.none() | st.floats(0, 30),
    fast=st.booleans(),
)
failures = st.builds(
    Look,
    trouble=st.sampled_from([OfflineError(), RejectedError(), UnreadableError()]),
    unseen=st.timedeltas(timedelta(0), timedelta(hours=3)),
)
looks = st.lists(readings | failures)


@pytest.mark.parametrize(
    ("look", "alert"),
    [
        (at(1000), Alert.LOW),
        (at(5000, days=7), Alert.LOW),
        (at(250), Alert.CRITICAL),
        (at(5000, days=2), Alert.CRITICAL),
        (at(0), Alert.EMPTY),
        (at(-5), Alert.EMPTY),
        ([REJECTED], Alert.REJECTED),
        ([BLIND], Alert.BLIND),
        (at(5000, 5000, days=30, fast=True), Alert.BURNING),
        (at(5000, 5001), Alert.TOP_UP),
    ],
)
def test_each_alert_fires_at_its_threshold_the_first_reading_too(
    look: list[Look], alert: Alert
) -> None:
    assert Widget().looks(look).said == [alert]


@pytest.mark.parametrize(
    "look",
    [at(1000.01), at(5000, days=7.01), [OFFLINE], at(5000, fast=True), at(5000, 4999), []],
)
def test_short_of_its_threshold_none_does(look: list[Look]) -> None:
    assert Widget().looks(look).said == []


@pytest.mark.parametrize(
    ("between", "again"),
    [
        (at(1050), False),
        (at(1099.99), False),
        (at(1100), False),  # how long it lasts is not known
        (at(1100, days=30), True),
        (at(1100, days=7.5), False),
        (at(1100, days=7.8), True),
    ],
)
def test_a_rung_re_arms_at_110_percent_of_both_its_thresholds(
    between: list[Look], again: bool
) -> None:
    widget = Widget(replace(DEFAULT, notify_top_up=False))
    widget.looks(at(900))
    widget.before = None  # a rise that nobody saw: no top-up, which would re-arm by itself
    widget.looks(between).looks(at(900))
    assert widget.said == [Alert.LOW] * (2 if again else 1)


def test_a_top_up_that_is_not_enough_says_that_it_is_still_low() -> None:
    assert Widget().looks(at(100, 600)).said == [Alert.CRITICAL, Alert.TOP_UP, Alert.LOW]


def test_after_an_escalation_the_way_back_is_silent() -> None:
    widget = Widget(replace(DEFAULT, notify_top_up=False)).looks(at(0))
    widget.before = None
    assert widget.looks(at(200, 150)).said == [Alert.EMPTY]


@pytest.mark.parametrize(("off", "balance"), [("critical", 200), ("empty", 0)])
def test_a_rung_that_is_switched_off_leaves_the_word_to_the_milder_one(
    off: str, balance: int
) -> None:
    choice: dict[str, Any] = {f"notify_{off}": False}
    said = Widget(replace(DEFAULT, **choice)).looks(at(1500, balance)).said
    assert said == [Alert.LOW if off == "critical" else Alert.CRITICAL]


def test_one_reading_whose_runway_is_not_known_repeats_no_alert() -> None:
    widget = Widget().looks(at(5000, days=5)).looks(at(5000)).looks(at(5000, days=5))
    assert widget.said == [Alert.LOW]


def test_one_missed_reading_is_no_blindness_where_one_is_due_every_two_hours() -> None:
    seldom = Widget(replace(DEFAULT, interval=timedelta(hours=2)))
    assert seldom.looks([replace(OFFLINE, unseen=timedelta(hours=2))]).said == []
    assert seldom.looks([replace(OFFLINE, unseen=timedelta(hours=4))]).said == [Alert.BLIND]


def test_who_is_not_signed_in_is_not_told_of_blindness() -> None:
    nobody = Look(trouble=NotSetUpError(), unseen=timedelta(days=1))
    assert Widget().looks([nobody]).said == []


def test_a_top_up_that_nobody_wanted_to_hear_of_is_not_told_later() -> None:
    widget = Widget(replace(DEFAULT, notify_top_up=False)).looks(at(2000, 5000))
    widget.settings = DEFAULT
    assert widget.looks(at(4900)).said == []


def test_refused_credentials_are_told_again_only_after_a_success() -> None:
    widget = Widget().looks([REJECTED, REJECTED, OFFLINE, REJECTED])
    assert widget.said == [Alert.REJECTED]
    assert widget.looks([*at(5000), REJECTED]).said == [Alert.REJECTED] * 2


def test_refused_credentials_are_not_told_a_second_time_as_blindness() -> None:
    refused_for_long = replace(REJECTED, unseen=timedelta(hours=5))
    assert Widget().looks([REJECTED, refused_for_long, BLIND]).said == [Alert.REJECTED]


def test_fast_spending_is_told_at_most_once_a_day() -> None:
    widget = Widget()
    for _ in range(10):
        widget.looks(at(5000, 5000, days=30, fast=True)).looks(at(5000, 5000, days=30))
    assert widget.said == [Alert.BURNING]
    widget.now += timedelta(days=1)
    assert widget.looks(at(5000, 5000, days=30, fast=True)).said == [Alert.BURNING] * 2


def test_one_fast_reading_alone_is_no_alarm() -> None:
    assert Widget().looks([*at(5000, fast=True), *at(5000)] * 5).said == []


@pytest.mark.parametrize("alert", Alert)
def test_an_alert_that_is_switched_off_never_speaks(alert: Alert) -> None:
    choice: dict[str, Any] = {f"notify_{alert.value}": False}
    off = Widget(replace(DEFAULT, **choice))
    off.looks(at(5000, 5001, 5001, days=30, fast=True)).looks([REJECTED])
    off.looks(at(900, 200, 0)).looks([BLIND])
    on = Widget().looks(at(5000, 5001, 5001, days=30, fast=True)).looks([REJECTED])
    on.looks(at(900, 200, 0)).looks([BLIND])
    assert off.said == [said for said in on.said if said is not alert]


@given(looks)
def test_repeating_readings_repeats_no_alert_of_the_balance(script: list[Look]) -> None:
    repeated = [look for look in script for _ in range(3)]
    assert Widget().looks(repeated).of_balance() == Widget().looks(script).of_balance()


@given(looks, looks)
def test_failures_and_restarts_change_no_alert_of_the_balance(
    script: list[Look], others: list[Look]
) -> None:
    plain = [look for look in script if look.balance is not None]
    widget = Widget()
    for look in plain:
        widget.looks(other for other in others if other.balance is None)
        widget.restart()
        widget.look(look)
    assert widget.of_balance() == Widget().looks(plain).of_balance()


@given(looks, failures)
def test_a_failure_changes_nothing_about_the_balance(script: list[Look], failure: Look) -> None:
    widget = Widget().looks(script)
    before = widget.state
    widget.look(failure)
    assert widget.state.fired & {*LADDER} == before.fired & {*LADDER}
    assert widget.state.owed == before.owed


@given(looks, st.none() | st.integers(1, 10_000))
def test_an_escalation_always_speaks_snoozed_or_not(
    script: list[Look], minutes: int | None
) -> None:
    widget = Widget().looks(script)
    until = None if minutes is None else widget.now + timedelta(minutes=minutes)
    fired = widget.state.fired
    widget.state = snoozed(widget.state, until)
    due = widget.look(Look(Decimal(-101)))  # lower than any: no rise, which would re-arm
    assert (Alert.EMPTY in due) == (Alert.EMPTY not in fired)


@given(looks, looks)
def test_a_snooze_silences_what_had_fired_and_nothing_else(
    script: list[Look], after: list[Look]
) -> None:
    widget = Widget().looks(script)
    twin = Widget().looks(script)
    silent = widget.state.fired
    widget.state = snoozed(widget.state, widget.now + timedelta(days=400))
    for look in after:
        said, would_say = set(widget.look(look)), set(twin.look(look))
        assert not said & silent
        assert would_say - said <= silent


def test_what_a_snooze_silenced_speaks_at_its_end_if_it_is_still_so() -> None:
    widget = Widget(replace(DEFAULT, notify_top_up=False)).looks(at(900))
    widget.state = snoozed(widget.state, widget.now + timedelta(hours=1))
    assert widget.looks(at(2000, 900)).said == [Alert.LOW]
    widget.now += timedelta(hours=1)
    assert widget.looks(at(900)).said == [Alert.LOW] * 2
    assert widget.state.snooze is None


def test_a_snooze_until_the_next_top_up_ends_with_it() -> None:
    widget = Widget(replace(DEFAULT, notify_top_up=False)).looks(at(900))
    widget.state = snoozed(widget.state, None)
    assert widget.looks(at(2000, 900)).said == [Alert.LOW] * 2


@given(looks)
def test_what_was_not_delivered_is_due_again(script: list[Look]) -> None:
    widget = Widget(delivers=False)
    for look in script:
        due = widget.look(look)
        assert not widget.state.fired
        if look.balance is not None:
            rung = worst_rung(look.balance, look.days, DEFAULT)
            assert [alert for alert in due if alert in LADDER] == ([rung] if rung else [])


@given(looks)
def test_every_top_up_is_told_once(script: list[Look]) -> None:
    balances = [look.balance for look in script if look.balance is not None]
    rises = sum(b > a for a, b in pairwise(balances))
    assert Widget().looks(script).said.count(Alert.TOP_UP) == rises


@given(looks, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_the_state_survives_the_disk(script: list[Look], until: datetime | None) -> None:
    state = snoozed(Widget(delivers=len(script) % 2 == 0).looks(script).state, until)
    assert AlertState.from_json(json.loads(json.dumps(state.as_json()))) == state


def test_a_newer_version_s_alerts_are_left_out_and_an_older_one_s_state_is_read() -> None:
    assert AlertState.from_json({"fired": ["low", "sparkles"]}) == AlertState(
        fired=frozenset({Alert.LOW})
    )


def test_tomorrow_morning_is_nine_o_clock_of_the_next_day() -> None:
    assert tomorrow_morning(NOW) == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_snooze_without_a_time_never_ends_by_itself() -> None:
    assert not Snooze(None, frozenset()).is_over(NOW + timedelta(days=10_000))


@given(threshold=st.integers(1, 10**6).map(lambda tens: 10 * tens))
def test_a_rung_re_arms_at_exactly_110_per_cent(threshold: int) -> None:
    settings = Settings(low=threshold, critical=None, low_days=None, critical_days=None)
    edge = Decimal(threshold) * 11 / 10
    assert holds(Alert.LOW, edge - Decimal("0.001"), None, settings, HYSTERESIS)
    assert not holds(Alert.LOW, edge, None, settings, HYSTERESIS)
