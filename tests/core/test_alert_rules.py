"""One change, one alert: whatever is repeated, missed, delayed or restarted in between."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_rules import (
    HYSTERESIS,
    NO_DATA_AFTER,
    RESEND_PAUSE,
    Observation,
    holds,
    judge,
    mark_answered,
    mark_notified,
    mark_sent,
    snoozed,
    to_notify,
    tomorrow_morning,
    worst_severity,
)
from deepvue_tray.core.alert_state import LONGEST_SNOOZE, RECENT_COUNT, AlertState, Sent, Snooze
from deepvue_tray.core.errors import (
    DeepvueError,
    InactiveError,
    KeyringLockedError,
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


def without(alert: Alert) -> Settings:
    """Return settings with one alert switched off."""
    return replace(DEFAULT, alerts=frozenset(Alert) - {alert})


class Widget:
    """Looks again and again, remembers as the program does, and notes what it said."""

    def __init__(self, settings: Settings = DEFAULT, *, delivers: bool = True) -> None:
        self.settings = settings
        self.delivers = delivers
        self.state = AlertState()
        self.said: list[Alert] = []
        self.now = NOW

    def poll(self, poll: Look) -> tuple[Alert, ...]:
        self.now += STEP
        reading = None if poll.balance is None else Reading(at=self.now, balance=poll.balance)
        seen = Observation(
            now=self.now,
            reading=reading,
            runway=None if poll.days is None else runway(poll.days, self.now),
            fast=poll.fast,
            trouble=poll.trouble,
            unseen=poll.unseen,
        )
        self.state = judge(self.state, seen, self.settings)
        due = to_notify(self.state, seen, self.settings)
        for alert in due if self.delivers else ():
            self.state = mark_notified(self.state, alert, self.now)
        self.said += due
        return due

    def looks(self, looks: Iterable[Look]) -> "Widget":
        for poll in looks:
            self.poll(poll)
        return self

    def restart(self) -> None:
        self.state = AlertState.from_json(json.loads(json.dumps(self.state.as_json())))

    def forget_balances(self) -> None:
        self.state = replace(self.state, balances=())

    def of_balance(self) -> list[Alert]:
        return [alert for alert in self.said if alert in SEVERITIES or alert is Alert.TOP_UP]


def runway(days: float, now: datetime) -> Runway:
    at = now + timedelta(days=days)
    return Runway(empty_at=at, earliest=at, latest=at, burn_rate=1)


def at(*balances: float, days: float | None = None, fast: bool = False) -> list[Look]:
    return [Look(Decimal(str(balance)), days, fast) for balance in balances]


OFFLINE, REJECTED = Look(trouble=OfflineError()), Look(trouble=RejectedError())
NO_DATA = Look(trouble=OfflineError(), unseen=NO_DATA_AFTER)

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


@pytest.mark.parametrize("trouble", [RejectedError(), InactiveError()])
def test_an_inactive_account_is_told_at_once_and_once_as_a_refusal_is(
    trouble: DeepvueError,
) -> None:
    poll = Look(trouble=trouble)
    assert Widget().looks([poll, poll]).said == [Alert.REJECTED]


@pytest.mark.parametrize(
    ("poll", "alert"),
    [
        (at(1000), Alert.LOW),
        (at(5000, days=7), Alert.LOW),
        (at(250), Alert.CRITICAL),
        (at(5000, days=2), Alert.CRITICAL),
        (at(0), Alert.EMPTY),
        (at(-5), Alert.EMPTY),
        ([REJECTED], Alert.REJECTED),
        ([NO_DATA], Alert.NO_DATA),
        (at(5000, 5000, days=30, fast=True), Alert.FAST_SPENDING),
        (at(5000, 5050), Alert.TOP_UP),
    ],
)
def test_each_alert_fires_at_its_threshold_the_first_reading_too(
    poll: list[Look], alert: Alert
) -> None:
    assert Widget().looks(poll).said == [alert]


@pytest.mark.parametrize(
    "poll",
    [at(1000.01), at(5000, days=7.01), [OFFLINE], at(5000, fast=True), at(5000, 4999), []],
)
def test_short_of_its_threshold_none_does(poll: list[Look]) -> None:
    assert Widget().looks(poll).said == []


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
    widget = Widget(without(Alert.TOP_UP))
    widget.looks(at(900))
    widget.forget_balances()  # a rise that nobody saw: no top-up, which would re-arm by itself
    widget.looks(between).looks(at(900))
    assert widget.said == [Alert.LOW] * (2 if again else 1)


@pytest.mark.parametrize(
    ("before", "changed", "after", "told_again"),
    [
        (at(990), {"low": 900}, at(880), Alert.LOW),
        (at(990), {"low": 900}, at(950, 880), Alert.LOW),
        (at(990), {"low": 900}, at(950, 901), None),
        (at(990), {"low": 990}, at(980), None),
        (at(990), {"low": 2000}, at(980), None),
        (at(990), {"low": None}, at(300), None),
        (at(240), {"critical": 100}, at(90), Alert.CRITICAL),
        (at(240), {"low": 900}, at(239), None),
        (at(5000, days=6.5), {"low_days": 5}, at(5000, days=4.9), Alert.LOW),
        (at(5000, days=6.5), {"low_days": 6.4}, at(5000, days=6.45), None),
        (at(5000, days=1.9), {"critical_days": 1}, at(5000, days=0.9), Alert.CRITICAL),
        (at(990, days=6.5), {"low": 900}, at(880, days=6.5), None),
        (at(990), {"interval": timedelta(hours=1)}, at(880), None),
    ],
)
def test_a_threshold_changed_to_one_that_does_not_hold_speaks_when_it_is_reached(
    before: list[Look], changed: dict[str, Any], after: list[Look], told_again: Alert | None
) -> None:
    widget = Widget().looks(before)
    widget.settings = replace(DEFAULT, **changed)
    widget.restart()
    told = [*widget.said]
    assert widget.looks([OFFLINE, *after]).said == [*told, *([told_again] if told_again else [])]


def test_a_threshold_changed_and_changed_back_repeats_nothing() -> None:
    widget = Widget().looks(at(990))
    widget.settings = replace(DEFAULT, low=900)
    widget.looks([OFFLINE])
    widget.settings = DEFAULT
    assert widget.looks(at(980)).said == [Alert.LOW]


@given(st.lists(st.integers(1, 1000), min_size=2, unique=True), st.data())
def test_any_lowered_threshold_speaks_once_when_it_is_reached(
    balances: list[int], data: st.DataObject
) -> None:
    first, *falling = sorted(balances, reverse=True)
    widget = Widget(replace(DEFAULT, critical=None)).looks(at(first))
    widget.settings = replace(widget.settings, low=data.draw(st.integers(1, first - 1)))
    widget.looks(at(*falling))
    reached = falling[-1] <= (widget.settings.low or 0)
    assert widget.said == [Alert.LOW] * (2 if reached else 1)


def test_a_top_up_that_is_not_enough_says_that_it_is_still_low() -> None:
    assert Widget().looks(at(100, 600)).said == [Alert.CRITICAL, Alert.TOP_UP, Alert.LOW]


def test_days_that_are_many_again_re_arm_while_the_balance_falls() -> None:
    widget = Widget()
    for balance, days in ((5000, 5), (4990, 5), (4980, 8), (4970, 6)):
        widget.looks(at(balance, days=days))
    assert widget.said == [Alert.LOW] * 2


def test_after_an_escalation_the_way_back_is_silent() -> None:
    widget = Widget(without(Alert.TOP_UP)).looks(at(0))
    widget.forget_balances()
    assert widget.looks(at(200, 150)).said == [Alert.EMPTY]


@pytest.mark.parametrize(
    ("off", "balance", "milder"),
    [(Alert.CRITICAL, 200, Alert.LOW), (Alert.EMPTY, 0, Alert.CRITICAL)],
)
def test_a_severity_that_is_switched_off_leaves_the_word_to_the_milder_one(
    off: Alert, balance: int, milder: Alert
) -> None:
    assert Widget(without(off)).looks(at(1500, balance)).said == [milder]


def test_one_reading_whose_runway_is_not_known_repeats_no_alert() -> None:
    widget = Widget().looks(at(5000, days=5)).looks(at(5000)).looks(at(5000, days=5))
    assert widget.said == [Alert.LOW]


def test_one_missed_reading_is_no_blindness_where_one_is_due_every_two_hours() -> None:
    seldom = Widget(replace(DEFAULT, interval=timedelta(hours=2)))
    assert seldom.looks([replace(OFFLINE, unseen=timedelta(hours=2))]).said == []
    assert seldom.looks([replace(OFFLINE, unseen=timedelta(hours=4))]).said == [Alert.NO_DATA]


@pytest.mark.parametrize(
    "trouble",
    [OfflineError(), UnreadableError(), NotSetUpError("no secret"), KeyringLockedError()],
)
def test_an_hour_without_a_balance_is_told_whatever_the_reason(trouble: DeepvueError) -> None:
    assert Widget().looks([Look(trouble=trouble, unseen=NO_DATA_AFTER)]).said == [Alert.NO_DATA]


def test_with_refused_switched_off_an_hour_of_refusals_is_told_as_no_balance() -> None:
    widget = Widget(without(Alert.REJECTED))
    refused_for_long = replace(REJECTED, unseen=NO_DATA_AFTER)
    assert widget.looks([REJECTED, refused_for_long, refused_for_long]).said == [Alert.NO_DATA]


def test_refused_credentials_that_could_not_be_told_are_not_told_as_blindness_too() -> None:
    widget = Widget(delivers=False).looks([replace(REJECTED, unseen=timedelta(days=1))])
    assert widget.said == [Alert.REJECTED]


def test_a_top_up_that_nobody_wanted_to_hear_of_is_not_told_later() -> None:
    widget = Widget(without(Alert.TOP_UP)).looks(at(2000, 5000))
    widget.settings = DEFAULT
    assert widget.looks(at(4900)).said == []


def test_refused_credentials_are_told_again_only_after_a_success() -> None:
    widget = Widget().looks([REJECTED, REJECTED, OFFLINE, REJECTED])
    assert widget.said == [Alert.REJECTED]
    assert widget.looks([*at(5000), REJECTED]).said == [Alert.REJECTED] * 2


def test_refused_credentials_are_not_told_a_second_time_as_blindness() -> None:
    refused_for_long = replace(REJECTED, unseen=timedelta(hours=5))
    assert Widget().looks([REJECTED, refused_for_long, NO_DATA]).said == [Alert.REJECTED]


def test_fast_spending_is_told_at_most_once_a_day() -> None:
    widget = Widget()
    for _ in range(10):
        widget.looks(at(5000, 5000, days=30, fast=True)).looks(at(5000, 5000, days=30))
    assert widget.said == [Alert.FAST_SPENDING]
    widget.now += timedelta(days=1)
    assert widget.looks(at(5000, 5000, days=30, fast=True)).said == [Alert.FAST_SPENDING] * 2


def test_fast_spending_told_by_a_clock_ahead_is_told_again_by_the_right_one() -> None:
    right = Widget().now
    widget = Widget()
    widget.now = right + timedelta(days=400)
    widget.looks(at(5000, 5000, days=30, fast=True))
    widget.now = right
    widget.looks(at(5000, 5000, days=30)).looks(at(5000, 5000, days=30, fast=True))
    assert widget.said == [Alert.FAST_SPENDING] * 2


def test_one_usual_reading_within_a_burn_does_not_end_it() -> None:
    fast, usual = at(5000, 5000, days=30, fast=True), at(5000, days=30)
    widget = Widget().looks(fast)
    widget.now += timedelta(days=1)
    assert widget.looks([*usual, *fast]).said == [Alert.FAST_SPENDING]
    assert widget.looks([*usual, *usual, *fast]).said == [Alert.FAST_SPENDING] * 2


def test_one_fast_reading_alone_is_no_alarm() -> None:
    assert Widget().looks([*at(5000, fast=True), *at(5000)] * 5).said == []


@pytest.mark.parametrize("alert", Alert)
def test_an_alert_that_is_switched_off_never_speaks(alert: Alert) -> None:
    off = Widget(without(alert))
    off.looks(at(5000, 5001, 5001, days=30, fast=True)).looks([REJECTED])
    off.looks(at(900, 200, 0)).looks([NO_DATA])
    on = Widget().looks(at(5000, 5001, 5001, days=30, fast=True)).looks([REJECTED])
    on.looks(at(900, 200, 0)).looks([NO_DATA])
    assert off.said == [said for said in on.said if said is not alert]


@given(looks)
def test_repeating_readings_repeats_no_alert_of_the_balance(script: list[Look]) -> None:
    # Twice at least: what vanished two readings ago and comes back was added.
    twice = [poll for poll in script for _ in range(2)]
    often = [poll for poll in script for _ in range(5)]
    assert Widget().looks(often).of_balance() == Widget().looks(twice).of_balance()


@given(looks, looks)
def test_failures_and_restarts_change_no_alert_of_the_balance(
    script: list[Look], others: list[Look]
) -> None:
    plain = [poll for poll in script if poll.balance is not None]
    widget = Widget()
    for poll in plain:
        widget.looks(other for other in others if other.balance is None)
        widget.restart()
        widget.poll(poll)
    assert widget.of_balance() == Widget().looks(plain).of_balance()


@given(looks, failures)
def test_a_failure_changes_nothing_about_the_balance(script: list[Look], failure: Look) -> None:
    widget = Widget().looks(script)
    before = widget.state
    widget.poll(failure)
    assert widget.state.notified & {*SEVERITIES} == before.notified & {*SEVERITIES}
    assert widget.state.pending == before.pending


@given(looks, st.none() | st.integers(1, 2880))
def test_an_escalation_always_speaks_snoozed_or_not(
    script: list[Look], minutes: int | None
) -> None:
    widget = Widget().looks(script)
    until = None if minutes is None else widget.now + timedelta(minutes=minutes)
    notified = widget.state.notified
    widget.state = snoozed(widget.state, until)
    due = widget.poll(Look(Decimal(-101)))  # lower than any: no rise, which would re-arm
    assert (Alert.EMPTY in due) == (Alert.EMPTY not in notified)


@given(looks, looks)
def test_a_snooze_silences_what_had_fired_and_nothing_else(
    script: list[Look], after: list[Look]
) -> None:
    widget = Widget().looks(script)
    twin = Widget().looks(script)
    silent = widget.state.notified
    widget.state = snoozed(widget.state, widget.now + LONGEST_SNOOZE)
    for poll in after:
        said, would_say = set(widget.poll(poll)), set(twin.poll(poll))
        assert not said & silent
        assert would_say - said <= silent


def test_what_a_snooze_silenced_speaks_at_its_end_if_it_is_still_so() -> None:
    widget = Widget(without(Alert.TOP_UP)).looks(at(900))
    widget.state = snoozed(widget.state, widget.now + timedelta(hours=1))
    assert widget.looks(at(2000, 900)).said == [Alert.LOW]
    widget.now += timedelta(hours=1)
    assert widget.looks(at(900)).said == [Alert.LOW] * 2
    assert widget.state.snooze is None


def test_a_snooze_until_the_next_top_up_ends_with_it() -> None:
    widget = Widget(without(Alert.TOP_UP)).looks(at(900))
    widget.state = snoozed(widget.state, None)
    assert widget.looks(at(2000, 900)).said == [Alert.LOW] * 2


@given(looks)
def test_what_was_not_delivered_is_due_again(script: list[Look]) -> None:
    widget = Widget(delivers=False)
    for poll in script:
        due = widget.poll(poll)
        assert not widget.state.notified
        if poll.balance is not None:
            severity = worst_severity(poll.balance, poll.days, DEFAULT)
            assert [alert for alert in due if alert in SEVERITIES] == (
                [severity] if severity else []
            )


@given(looks)
def test_every_top_up_is_told_once(script: list[Look]) -> None:
    balances = [poll.balance for poll in script if poll.balance is not None]
    top_ups = sum(
        now - last >= 1 and 100 * (now - last) >= last and (before is None or now > before)
        for before, last, now in zip([None, *balances], balances, balances[1:], strict=False)
    )
    assert Widget().looks(script).said.count(Alert.TOP_UP) == top_ups


@pytest.mark.parametrize(
    ("level", "alerts"),
    [
        (1, [Alert.CRITICAL, Alert.EMPTY]),
        (200, [Alert.CRITICAL]),
        (251, [Alert.LOW, Alert.CRITICAL]),
        (1001, [Alert.LOW]),
        (5000, []),
    ],
)
def test_a_credit_that_vanishes_and_returns_all_day_tells_each_alert_once(
    level: int, alerts: list[Alert]
) -> None:
    assert Widget().looks(at(level, level - 1) * 144).said == alerts


def test_a_balance_that_is_nothing_for_one_reading_repeats_no_alert() -> None:
    assert Widget().looks(at(900, 0, 900, 890, 880)).said == [Alert.LOW, Alert.EMPTY]


def test_a_rise_too_small_for_a_top_up_leaves_all_as_it_is() -> None:
    widget = Widget().looks(at(900, 895, 903, 900))
    assert widget.said == [Alert.LOW]
    widget.state = snoozed(widget.state, None)
    assert widget.looks(at(895, 903)).state.snooze is not None


@given(looks, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_the_state_survives_the_disk(script: list[Look], until: datetime | None) -> None:
    state = snoozed(Widget(delivers=len(script) % 2 == 0).looks(script).state, until)
    assert AlertState.from_json(json.loads(json.dumps(state.as_json()))) == state
    assert len(state.balances) <= RECENT_COUNT


def test_a_newer_version_s_alerts_are_left_out_and_an_older_one_s_state_is_read() -> None:
    assert AlertState.from_json({"fired": ["low", "sparkles"]}) == AlertState(
        notified=frozenset({Alert.LOW})
    )


def test_tomorrow_morning_is_nine_o_clock_of_the_next_day() -> None:
    assert tomorrow_morning(NOW) == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_snooze_that_a_wrong_clock_made_is_over_once_the_clock_is_right() -> None:
    widget = Widget()
    right = widget.now
    widget.now = right + timedelta(days=730)
    widget.looks(at(900))
    widget.state = snoozed(widget.state, tomorrow_morning(widget.now))
    widget.now = right
    assert widget.looks(at(890)).said == [Alert.LOW]
    assert widget.state.snooze is None
    assert widget.looks(at(200)).said == [Alert.LOW, Alert.CRITICAL]


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), LONGEST_SNOOZE])
def test_a_snooze_of_two_days_at_most_holds(ahead: timedelta) -> None:
    assert not Snooze(NOW + ahead, frozenset()).is_over(NOW)
    assert Snooze(NOW + ahead, frozenset()).is_over(NOW + ahead)
    assert Snooze(NOW + LONGEST_SNOOZE + ahead, frozenset()).is_over(NOW)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_tomorrow_morning_is_never_too_far_for_a_snooze(now: datetime) -> None:
    assert not Snooze(tomorrow_morning(now), frozenset()).is_over(now)


def test_a_snooze_without_a_time_never_ends_by_itself() -> None:
    assert not Snooze(None, frozenset()).is_over(NOW + timedelta(days=10_000))


@given(threshold=st.integers(1, 10**6).map(lambda tens: 10 * tens))
def test_a_rung_re_arms_at_exactly_110_per_cent(threshold: int) -> None:
    settings = Settings(low=threshold, critical=None, low_days=None, critical_days=None)
    edge = Decimal(threshold) * 11 / 10
    assert holds(Alert.LOW, edge - Decimal("0.001"), None, settings, HYSTERESIS)
    assert not holds(Alert.LOW, edge, None, settings, HYSTERESIS)


def test_what_was_sent_and_not_answered_survives_the_disk_and_a_newer_version_s_is_left_out() -> (
    None
):
    state = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    stored = json.loads(json.dumps(state.as_json()))
    assert AlertState.from_json(stored) == state
    stored["unanswered"].append({"alert": "sparkles", "at": NOW.isoformat(), "service": ":1.7"})
    assert AlertState.from_json(stored) == state


def test_what_was_sent_and_not_answered_waits_for_no_other_alert() -> None:
    state = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    after = mark_sent(state, Alert.CRITICAL, NOW, ":1.7")
    assert {waiting.alert for waiting in after.unanswered} == {Alert.LOW, Alert.CRITICAL}
    assert mark_sent(after, Alert.LOW, NOW + timedelta(minutes=9), ":1.7") == after


def test_an_alert_that_re_arms_before_its_answer_may_be_sent_at_once() -> None:
    state = mark_sent(AlertState(balances=(Decimal(900),)), Alert.LOW, NOW, ":1.7")
    topped_up = Observation(now=NOW, reading=Reading(at=NOW, balance=Decimal(5000)))
    assert judge(state, topped_up, Settings()).unanswered == ()


def test_a_top_up_that_was_told_is_sent_no_more() -> None:
    owing = AlertState(pending=frozenset({Alert.TOP_UP}))
    assert mark_sent(owing, Alert.TOP_UP, NOW, ":1.7") != owing
    told = mark_notified(owing, Alert.TOP_UP, NOW)
    assert mark_sent(told, Alert.TOP_UP, NOW, ":1.7") == told


def test_what_was_sent_is_sent_again_after_ten_minutes_or_to_another_service() -> None:
    sent = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    for now in (NOW, NOW + RESEND_PAUSE - timedelta(microseconds=1)):
        assert mark_sent(sent, Alert.LOW, now, ":1.7") == sent
    clock_set_back = NOW - timedelta(microseconds=1)
    for now, service in (
        (NOW + RESEND_PAUSE, ":1.7"),
        (clock_set_back, ":1.7"),
        (NOW, ":1.8"),
    ):
        again = mark_sent(sent, Alert.LOW, now, service)
        assert again.unanswered == (Sent(Alert.LOW, now, service),)


def test_what_version_0_1_stored_is_read_by_its_former_names() -> None:
    stored = {
        "fired": ["blind", "low"],
        "owed": ["top_up"],
        "burned_at": "2026-11-23T14:30:00+05:30",
        "snooze": {"until": None, "silences": ["burning"]},
    }
    assert AlertState.from_json(stored) == AlertState(
        notified=frozenset({Alert.NO_DATA, Alert.LOW}),
        pending=frozenset({Alert.TOP_UP}),
        fast_spending_at=NOW,
        snooze=Snooze(None, frozenset({Alert.FAST_SPENDING})),
    )


def test_every_time_of_the_state_is_utc_whatever_offset_was_stored() -> None:
    elsewhere = "2026-11-23T14:30:00+05:30"
    state = AlertState.from_json(
        {
            "fast_spending_at": elsewhere,
            "snooze": {"until": elsewhere, "silences": []},
            "unanswered": [{"alert": "low", "at": elsewhere, "service": ":1.7"}],
        }
    )
    assert state.snooze is not None
    for moment in (state.fast_spending_at, state.snooze.until, state.unanswered[0].at):
        assert moment == NOW
        assert moment
        assert moment.tzinfo is UTC
    assert tomorrow_morning(NOW).tzinfo is UTC


def test_a_state_with_all_it_can_hold_survives_the_disk_and_nothing_is_the_first_state() -> None:
    state = AlertState(
        notified=frozenset({Alert.LOW}),
        pending=frozenset({Alert.TOP_UP}),
        fast=-1,
        fast_spending_at=NOW,
        snooze=Snooze(NOW, frozenset({Alert.LOW})),
        balances=(Decimal(5), Decimal("4.5")),
        unanswered=(Sent(Alert.LOW, NOW, ":1.7"),),
        days=3.5,
        thresholds=((1000, 7), (None, None)),
    )
    stored = json.loads(json.dumps(state.as_json()))
    assert AlertState.from_json(stored) == state
    assert {*stored} == {*AlertState.__slots__}
    assert AlertState.from_json({}) == AlertState()


def test_an_answer_ends_the_wait_for_its_own_alert_alone() -> None:
    low = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    both = mark_sent(low, Alert.CRITICAL, NOW, ":1.7")
    assert mark_answered(both, Alert.CRITICAL) == low
    assert mark_notified(both, Alert.CRITICAL, NOW).unanswered == low.unanswered


def test_another_alert_does_not_silence_fast_spending_for_a_day() -> None:
    widget = Widget().looks(at(900)).looks(at(890, 880, fast=True))
    assert widget.said == [Alert.LOW, Alert.FAST_SPENDING]


def test_refused_credentials_are_told_again_after_a_top_up_too() -> None:
    widget = Widget().looks([*at(100), REJECTED, *at(5000), REJECTED])
    assert widget.said == [Alert.CRITICAL, Alert.REJECTED, Alert.TOP_UP, Alert.REJECTED]


def test_a_changed_threshold_is_compared_with_the_last_reading_alone() -> None:
    widget = Widget().looks(at(985, 990))
    widget.settings = replace(DEFAULT, low=987)
    assert widget.looks(at(980)).said == [Alert.LOW] * 2


def test_days_that_are_many_again_re_arm_while_the_balance_stands_still() -> None:
    widget = Widget()
    for days in (5, 5, 8, 6):
        widget.looks(at(5000, days=days))
    assert widget.said == [Alert.LOW] * 2
