"""Each change notifies once, also after repeated, missed or delayed readings and restarts."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.alert_channel import (
    MAX_RETRY_PAUSE,
    MIN_RETRY_PAUSE,
    Channel,
    ChannelState,
    Failure,
    Sent,
)
from deepvue_tray.core.alert_delivery import (
    RESEND_PAUSE,
    forget_failures,
    mark_failed,
    mark_notified,
    mark_refused,
    mark_sent,
    mark_shown,
)
from deepvue_tray.core.alert_rules import (
    HYSTERESIS,
    NO_DATA_AFTER,
    Observation,
    is_reached,
    judge,
    snoozed,
    to_notify,
    tomorrow_morning,
    worst_severity,
)
from deepvue_tray.core.alert_state import (
    MAX_SNOOZE,
    RECENT_COUNT,
    AlertState,
    Snooze,
    Thresholds,
)
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
from deepvue_tray.core.reading import Reading, top_up_amount
from deepvue_tray.core.settings import WalletSettings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
DEFAULT = WalletSettings()


@dataclass(frozen=True)
class Attempt:
    """One attempt: a balance with its runway in days, or a failure."""

    balance: Decimal | None = None
    days: float | None = None
    fast: bool = False
    trouble: DeepvueError | None = None
    unseen: timedelta = timedelta(0)
    interval: timedelta = timedelta(minutes=5)


def without(alert: Alert) -> WalletSettings:
    """Return settings with one alert switched off."""
    return replace(DEFAULT, alerts=frozenset(Alert) - {alert})


class Widget:
    """Polls repeatedly, stores the state as the program does, and records the alerts."""

    def __init__(self, settings: WalletSettings = DEFAULT, *, delivers: bool = True) -> None:
        self.settings = settings
        self.delivers = delivers
        self.state = AlertState()
        self.notified: list[Alert] = []
        self.now = NOW

    def observe(self, attempt: Attempt) -> Observation:
        self.now += STEP
        reading = None if attempt.balance is None else Reading(at=self.now, balance=attempt.balance)
        return Observation(
            now=self.now,
            reading=reading,
            runway=None if attempt.days is None else runway(attempt.days, self.now),
            fast=attempt.fast,
            trouble=attempt.trouble,
            unseen=attempt.unseen,
            interval=attempt.interval,
        )

    def poll(self, attempt: Attempt) -> tuple[Alert, ...]:
        seen = self.observe(attempt)
        self.state = judge(self.state, seen, self.settings)
        due = to_notify(self.state, seen, self.settings)
        for alert in due if self.delivers else ():
            self.state = mark_notified(self.state, alert, self.now)
        self.notified += due
        return due

    def poll_all(self, attempts: Iterable[Attempt]) -> "Widget":
        for attempt in attempts:
            self.poll(attempt)
        return self

    def restart(self) -> None:
        self.state = AlertState.from_json(json.loads(json.dumps(self.state.as_json())))

    def forget_balances(self) -> None:
        self.state = replace(self.state, balances=())

    def of_balance(self) -> list[Alert]:
        return [alert for alert in self.notified if alert in SEVERITIES or alert is Alert.TOP_UP]


def runway(days: float, now: datetime) -> Runway:
    at = now + timedelta(days=days)
    return Runway(empty_at=at, earliest=at, latest=at, burn_rate=1)


def at(*balances: float, days: float | None = None, fast: bool = False) -> list[Attempt]:
    return [Attempt(Decimal(str(balance)), days, fast) for balance in balances]


OFFLINE, REJECTED = Attempt(trouble=OfflineError()), Attempt(trouble=RejectedError())
NO_DATA = Attempt(trouble=OfflineError(), unseen=NO_DATA_AFTER)

readings = st.builds(
    Attempt,
    balance=st.integers(-100, 3000).map(Decimal),
    days=st.none() | st.floats(0, 30),
    fast=st.booleans(),
)
failures = st.builds(
    Attempt,
    trouble=st.sampled_from([OfflineError(), RejectedError(), UnreadableError()]),
    unseen=st.timedeltas(timedelta(0), timedelta(hours=3)),
)
attempts = st.lists(readings | failures)


@pytest.mark.parametrize("trouble", [RejectedError(), InactiveError()])
def test_an_inactive_account_notifies_at_once_and_once(
    trouble: DeepvueError,
) -> None:
    attempt = Attempt(trouble=trouble)
    assert Widget().poll_all([attempt, attempt]).notified == [Alert.REJECTED]


@pytest.mark.parametrize(
    ("attempt", "alert"),
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
def test_each_alert_notifies_at_its_threshold_also_at_the_first_reading(
    attempt: list[Attempt], alert: Alert
) -> None:
    assert Widget().poll_all(attempt).notified == [alert]


@pytest.mark.parametrize(
    "attempt",
    [at(1000.01), at(5000, days=7.01), [OFFLINE], at(5000, fast=True), at(5000, 4999), []],
)
def test_no_alert_notifies_before_its_threshold(attempt: list[Attempt]) -> None:
    assert Widget().poll_all(attempt).notified == []


@pytest.mark.parametrize(
    ("between", "again"),
    [
        (at(1050), False),
        (at(1099.99), False),
        (at(1100), False),  # the runway is not known
        (at(1100, days=30), True),
        (at(1100, days=7.5), False),
        (at(1100, days=7.8), True),
    ],
)
def test_a_severity_re_arms_at_110_percent_of_both_its_thresholds(
    between: list[Attempt], again: bool
) -> None:
    widget = Widget(without(Alert.TOP_UP))
    widget.poll_all(at(900))
    widget.forget_balances()  # so that the rise is not a top-up, which would re-arm
    widget.poll_all(between).poll_all(at(900))
    assert widget.notified == [Alert.LOW] * (2 if again else 1)


@pytest.mark.parametrize(
    ("before", "changed", "after", "repeated"),
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
    ],
)
def test_a_changed_threshold_notifies_when_it_is_reached(
    before: list[Attempt], changed: dict[str, Any], after: list[Attempt], repeated: Alert | None
) -> None:
    widget = Widget().poll_all(before)
    widget.settings = replace(DEFAULT, **changed)
    widget.restart()
    before_change = [*widget.notified]
    assert widget.poll_all([OFFLINE, *after]).notified == [
        *before_change,
        *([repeated] if repeated else []),
    ]


def test_a_threshold_changed_and_changed_back_repeats_no_alert() -> None:
    widget = Widget().poll_all(at(990))
    widget.settings = replace(DEFAULT, low=900)
    widget.poll_all([OFFLINE])
    widget.settings = DEFAULT
    assert widget.poll_all(at(980)).notified == [Alert.LOW]


@given(st.lists(st.integers(1, 1000), min_size=2, unique=True), st.data())
def test_any_lowered_threshold_notifies_once_when_it_is_reached(
    balances: list[int], data: st.DataObject
) -> None:
    first, *falling = sorted(balances, reverse=True)
    widget = Widget(replace(DEFAULT, critical=None)).poll_all(at(first))
    widget.settings = replace(widget.settings, low=data.draw(st.integers(1, first - 1)))
    widget.poll_all(at(*falling))
    reached = falling[-1] <= (widget.settings.low or 0)
    assert widget.notified == [Alert.LOW] * (2 if reached else 1)


def test_a_top_up_that_is_too_small_notifies_that_the_wallet_is_still_low() -> None:
    assert Widget().poll_all(at(100, 600)).notified == [Alert.CRITICAL, Alert.TOP_UP, Alert.LOW]


def test_a_longer_runway_re_arms_although_the_balance_falls() -> None:
    widget = Widget()
    for balance, days in ((5000, 5), (4990, 5), (4980, 8), (4970, 6)):
        widget.poll_all(at(balance, days=days))
    assert widget.notified == [Alert.LOW] * 2


def test_after_an_escalation_milder_severities_do_not_notify() -> None:
    widget = Widget(without(Alert.TOP_UP)).poll_all(at(0))
    widget.forget_balances()
    assert widget.poll_all(at(200, 150)).notified == [Alert.EMPTY]


@pytest.mark.parametrize(
    ("off", "balance", "milder"),
    [(Alert.CRITICAL, 200, Alert.LOW), (Alert.EMPTY, 0, Alert.CRITICAL)],
)
def test_if_a_severity_is_switched_off_the_milder_one_notifies(
    off: Alert, balance: int, milder: Alert
) -> None:
    assert Widget(without(off)).poll_all(at(1500, balance)).notified == [milder]


def test_one_reading_without_a_runway_repeats_no_alert() -> None:
    widget = Widget().poll_all(at(5000, days=5)).poll_all(at(5000)).poll_all(at(5000, days=5))
    assert widget.notified == [Alert.LOW]


def test_one_missed_reading_does_not_notify_at_an_interval_of_two_hours() -> None:
    widget, failed = Widget(), replace(OFFLINE, interval=timedelta(hours=2))
    assert widget.poll_all([replace(failed, unseen=timedelta(hours=2))]).notified == []
    assert widget.poll_all([replace(failed, unseen=timedelta(hours=4))]).notified == [Alert.NO_DATA]


@pytest.mark.parametrize(
    "trouble",
    [OfflineError(), UnreadableError(), NotSetUpError("no secret"), KeyringLockedError()],
)
def test_an_hour_without_a_balance_notifies_for_any_reason(trouble: DeepvueError) -> None:
    assert Widget().poll_all([Attempt(trouble=trouble, unseen=NO_DATA_AFTER)]).notified == [
        Alert.NO_DATA
    ]


def test_with_rejected_switched_off_an_hour_of_rejections_notifies_as_no_data() -> None:
    widget = Widget(without(Alert.REJECTED))
    refused_for_long = replace(REJECTED, unseen=NO_DATA_AFTER)
    assert widget.poll_all([REJECTED, refused_for_long, refused_for_long]).notified == [
        Alert.NO_DATA
    ]


def test_rejected_credentials_not_yet_delivered_do_not_notify_as_no_data_too() -> None:
    widget = Widget(delivers=False).poll_all([replace(REJECTED, unseen=timedelta(days=1))])
    assert widget.notified == [Alert.REJECTED]


def test_a_top_up_while_its_alert_is_off_does_not_notify_later() -> None:
    widget = Widget(without(Alert.TOP_UP)).poll_all(at(2000, 5000))
    widget.settings = DEFAULT
    assert widget.poll_all(at(4900)).notified == []


def test_rejected_credentials_notify_again_only_after_a_success() -> None:
    widget = Widget().poll_all([REJECTED, REJECTED, OFFLINE, REJECTED])
    assert widget.notified == [Alert.REJECTED]
    assert widget.poll_all([*at(5000), REJECTED]).notified == [Alert.REJECTED] * 2


def test_rejected_credentials_do_not_notify_again_as_no_data() -> None:
    refused_for_long = replace(REJECTED, unseen=timedelta(hours=5))
    assert Widget().poll_all([REJECTED, refused_for_long, NO_DATA]).notified == [Alert.REJECTED]


def test_fast_spending_notifies_at_most_once_a_day() -> None:
    widget = Widget()
    for _ in range(10):
        widget.poll_all(at(5000, 5000, days=30, fast=True)).poll_all(at(5000, 5000, days=30))
    assert widget.notified == [Alert.FAST_SPENDING]
    widget.now += timedelta(days=1)
    assert widget.poll_all(at(5000, 5000, days=30, fast=True)).notified == [Alert.FAST_SPENDING] * 2


def test_fast_spending_notified_at_a_time_in_the_future_notifies_again() -> None:
    right = Widget().now
    widget = Widget()
    widget.now = right + timedelta(days=400)
    widget.poll_all(at(5000, 5000, days=30, fast=True))
    widget.now = right
    widget.poll_all(at(5000, 5000, days=30)).poll_all(at(5000, 5000, days=30, fast=True))
    assert widget.notified == [Alert.FAST_SPENDING] * 2


def test_one_usual_reading_does_not_end_fast_spending() -> None:
    fast, usual = at(5000, 5000, days=30, fast=True), at(5000, days=30)
    widget = Widget().poll_all(fast)
    widget.now += timedelta(days=1)
    assert widget.poll_all([*usual, *fast]).notified == [Alert.FAST_SPENDING]
    assert widget.poll_all([*usual, *usual, *fast]).notified == [Alert.FAST_SPENDING] * 2


def test_a_single_fast_reading_does_not_notify() -> None:
    assert Widget().poll_all([*at(5000, fast=True), *at(5000)] * 5).notified == []


@pytest.mark.parametrize("alert", Alert)
def test_an_alert_that_is_switched_off_never_notifies(alert: Alert) -> None:
    off = Widget(without(alert))
    off.poll_all(at(5000, 5001, 5001, days=30, fast=True)).poll_all([REJECTED])
    off.poll_all(at(900, 200, 0)).poll_all([NO_DATA])
    on = Widget().poll_all(at(5000, 5001, 5001, days=30, fast=True)).poll_all([REJECTED])
    on.poll_all(at(900, 200, 0)).poll_all([NO_DATA])
    assert off.notified == [other for other in on.notified if other is not alert]


@given(attempts)
def test_repeating_readings_repeats_no_alert_of_the_balance(script: list[Attempt]) -> None:
    # At least twice: a balance restored after two readings would count as a top-up.
    twice = [attempt for attempt in script for _ in range(2)]
    often = [attempt for attempt in script for _ in range(5)]
    assert Widget().poll_all(often).of_balance() == Widget().poll_all(twice).of_balance()


@given(attempts, attempts)
def test_failures_and_restarts_change_no_alert_of_the_balance(
    script: list[Attempt], others: list[Attempt]
) -> None:
    plain = [attempt for attempt in script if attempt.balance is not None]
    widget = Widget()
    for attempt in plain:
        widget.poll_all(other for other in others if other.balance is None)
        widget.restart()
        widget.poll(attempt)
    assert widget.of_balance() == Widget().poll_all(plain).of_balance()


@given(attempts, failures)
def test_a_failure_changes_nothing_about_the_balance(
    script: list[Attempt], failure: Attempt
) -> None:
    widget = Widget().poll_all(script)
    before = widget.state
    widget.poll(failure)
    assert widget.state.desktop.notified & {*SEVERITIES} == before.desktop.notified & {*SEVERITIES}
    assert widget.state.desktop.pending == before.desktop.pending


@given(attempts, st.none() | st.integers(1, 2880))
def test_an_escalation_always_notifies_snoozed_or_not(
    script: list[Attempt], minutes: int | None
) -> None:
    widget = Widget().poll_all(script)
    until = None if minutes is None else widget.now + timedelta(minutes=minutes)
    notified = widget.state.desktop.notified
    widget.state = snoozed(widget.state, until)
    due = widget.poll(Attempt(Decimal(-101)))  # lower than any, so that no rise re-arms
    assert (Alert.EMPTY in due) == (Alert.EMPTY not in notified)


@given(attempts, attempts)
def test_a_snooze_silences_the_alerts_notified_before_and_no_others(
    script: list[Attempt], after: list[Attempt]
) -> None:
    widget = Widget().poll_all(script)
    twin = Widget().poll_all(script)
    silent = widget.state.desktop.notified
    widget.state = snoozed(widget.state, widget.now + MAX_SNOOZE)
    for attempt in after:
        notified, without_snooze = set(widget.poll(attempt)), set(twin.poll(attempt))
        assert not notified & silent
        assert without_snooze - notified <= silent


def test_a_silenced_alert_notifies_after_the_snooze_if_it_is_reached_again() -> None:
    widget = Widget(without(Alert.TOP_UP)).poll_all(at(900))
    widget.state = snoozed(widget.state, widget.now + timedelta(hours=1))
    assert widget.poll_all(at(2000, 900)).notified == [Alert.LOW]
    widget.now += timedelta(hours=1)
    assert widget.poll_all(at(900)).notified == [Alert.LOW] * 2
    assert widget.state.snooze is None


def test_a_snooze_until_the_next_top_up_ends_with_it() -> None:
    widget = Widget(without(Alert.TOP_UP)).poll_all(at(900))
    widget.state = snoozed(widget.state, None)
    assert widget.poll_all(at(2000, 900)).notified == [Alert.LOW] * 2


@given(attempts)
def test_an_alert_that_was_not_delivered_is_returned_again(script: list[Attempt]) -> None:
    widget = Widget(delivers=False)
    for attempt in script:
        due = widget.poll(attempt)
        assert not widget.state.desktop.notified
        if attempt.balance is not None:
            severity = worst_severity(attempt.balance, attempt.days, DEFAULT)
            assert [alert for alert in due if alert in SEVERITIES] == (
                [severity] if severity else []
            )


@given(attempts)
def test_every_top_up_notifies_once(script: list[Attempt]) -> None:
    balances = [attempt.balance for attempt in script if attempt.balance is not None]
    top_ups = sum(
        now - last >= 1 and 100 * (now - last) >= last and (before is None or now > before)
        for before, last, now in zip([None, *balances], balances, balances[1:], strict=False)
    )
    assert Widget().poll_all(script).notified.count(Alert.TOP_UP) == top_ups


@given(attempts)
def test_the_amount_of_a_top_up_is_known_when_it_happens(script: list[Attempt]) -> None:
    widget, last = Widget(), Decimal(0)
    for attempt in script:
        alerts = widget.poll(attempt)
        if attempt.balance is not None:
            added = attempt.balance - last if Alert.TOP_UP in alerts else None
            assert top_up_amount(widget.state.balances) == added
            last = attempt.balance


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
def test_a_credit_that_vanishes_and_returns_all_day_repeats_no_alert(
    level: int, alerts: list[Alert]
) -> None:
    assert Widget().poll_all(at(level, level - 1) * 144).notified == alerts


def test_a_balance_that_is_zero_for_one_reading_repeats_no_alert() -> None:
    assert Widget().poll_all(at(900, 0, 900, 890, 880)).notified == [Alert.LOW, Alert.EMPTY]


def test_a_rise_too_small_for_a_top_up_re_arms_nothing() -> None:
    widget = Widget().poll_all(at(900, 895, 903, 900))
    assert widget.notified == [Alert.LOW]
    widget.state = snoozed(widget.state, None)
    assert widget.poll_all(at(895, 903)).state.snooze is not None


@given(attempts, st.none() | st.datetimes(timezones=st.just(UTC)))
def test_the_state_is_unchanged_after_it_was_stored(
    script: list[Attempt], until: datetime | None
) -> None:
    state = snoozed(Widget(delivers=len(script) % 2 == 0).poll_all(script).state, until)
    assert AlertState.from_json(json.loads(json.dumps(state.as_json()))) == state
    assert len(state.balances) <= RECENT_COUNT


def test_a_newer_version_s_alerts_are_ignored_and_an_older_version_s_state_is_read() -> None:
    assert AlertState.from_json({"fired": ["low", "sparkles"]}) == AlertState(
        desktop=ChannelState(notified=frozenset({Alert.LOW}))
    )


def test_tomorrow_morning_is_nine_o_clock_of_the_next_day() -> None:
    assert tomorrow_morning(NOW) == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_snooze_set_by_a_wrong_clock_is_over_once_the_clock_is_right() -> None:
    widget = Widget()
    right = widget.now
    widget.now = right + timedelta(days=730)
    widget.poll_all(at(900))
    widget.state = snoozed(widget.state, tomorrow_morning(widget.now))
    widget.now = right
    assert widget.poll_all(at(890)).notified == [Alert.LOW]
    assert widget.state.snooze is None
    assert widget.poll_all(at(200)).notified == [Alert.LOW, Alert.CRITICAL]


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), MAX_SNOOZE])
def test_a_snooze_of_two_days_at_most_holds(ahead: timedelta) -> None:
    assert not Snooze(NOW + ahead, frozenset()).is_over(NOW)
    assert Snooze(NOW + ahead, frozenset()).is_over(NOW + ahead)
    assert Snooze(NOW + MAX_SNOOZE + ahead, frozenset()).is_over(NOW)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_tomorrow_morning_is_never_too_far_for_a_snooze(now: datetime) -> None:
    assert not Snooze(tomorrow_morning(now), frozenset()).is_over(now)


def test_a_snooze_without_a_time_never_ends_by_itself() -> None:
    assert not Snooze(None, frozenset()).is_over(NOW + timedelta(days=10_000))


@given(threshold=st.integers(1, 10**6).map(lambda tens: 10 * tens))
def test_a_severity_re_arms_at_exactly_110_percent(threshold: int) -> None:
    settings = WalletSettings(low=threshold, critical=None, low_days=None, critical_days=None)
    edge = Decimal(threshold) * 11 / 10
    assert is_reached(Alert.LOW, edge - Decimal("0.001"), None, settings, HYSTERESIS)
    assert not is_reached(Alert.LOW, edge, None, settings, HYSTERESIS)


def test_notifications_without_a_reply_are_stored_and_a_newer_version_s_are_ignored() -> None:
    state = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    stored = json.loads(json.dumps(state.as_json()))
    assert AlertState.from_json(stored) == state
    stored["unanswered"].append({"alert": "sparkles", "at": NOW.isoformat(), "service": ":1.7"})
    assert AlertState.from_json(stored) == state


def test_a_notification_without_a_reply_delays_no_other_alert() -> None:
    state = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    after = mark_sent(state, Alert.CRITICAL, NOW, ":1.7")
    assert {waiting.alert for waiting in after.desktop.unanswered} == {Alert.LOW, Alert.CRITICAL}
    assert mark_sent(after, Alert.LOW, NOW + timedelta(minutes=9), ":1.7") == after


def test_an_alert_that_re_arms_before_its_reply_may_be_sent_at_once() -> None:
    state = mark_sent(AlertState(balances=(Decimal(900),)), Alert.LOW, NOW, ":1.7")
    topped_up = Observation(now=NOW, reading=Reading(at=NOW, balance=Decimal(5000)))
    assert judge(state, topped_up, WalletSettings()).desktop.unanswered == ()


def test_a_delivered_top_up_is_not_sent_again() -> None:
    pending = AlertState(desktop=ChannelState(pending=frozenset({Alert.TOP_UP})))
    assert mark_sent(pending, Alert.TOP_UP, NOW, ":1.7") != pending
    notified = mark_notified(pending, Alert.TOP_UP, NOW)
    assert mark_sent(notified, Alert.TOP_UP, NOW, ":1.7") == notified


def test_a_notification_without_a_reply_is_sent_again_after_ten_minutes_or_to_another_service() -> (
    None
):
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
        assert again.desktop.unanswered == (Sent(Alert.LOW, now, service),)


def test_the_alert_names_of_version_0_1_are_read() -> None:
    stored = {
        "fired": ["blind", "low"],
        "owed": ["top_up"],
        "burned_at": "2026-11-23T14:30:00+05:30",
        "snooze": {"until": None, "silences": ["burning"]},
    }
    assert AlertState.from_json(stored) == AlertState(
        desktop=ChannelState(
            notified=frozenset({Alert.NO_DATA, Alert.LOW}),
            pending=frozenset({Alert.TOP_UP}),
            fast_spending_at=NOW,
        ),
        snooze=Snooze(None, frozenset({Alert.FAST_SPENDING})),
    )


def test_every_stored_time_is_read_as_utc() -> None:
    elsewhere = "2026-11-23T14:30:00+05:30"
    state = AlertState.from_json(
        {
            "fast_spending_at": elsewhere,
            "snooze": {"until": elsewhere, "silences": []},
            "unanswered": [{"alert": "low", "at": elsewhere, "service": ":1.7"}],
        }
    )
    assert state.snooze is not None
    for moment in (
        state.desktop.fast_spending_at,
        state.snooze.until,
        state.desktop.unanswered[0].at,
    ):
        assert moment == NOW
        assert moment
        assert moment.tzinfo is UTC
    assert tomorrow_morning(NOW).tzinfo is UTC


def test_a_state_with_every_field_is_read_unchanged_and_an_empty_object_is_the_first_state() -> (
    None
):
    state = AlertState(
        desktop=ChannelState(
            notified=frozenset({Alert.LOW}),
            pending=frozenset({Alert.TOP_UP}),
            fast_spending_at=NOW,
            unanswered=(Sent(Alert.LOW, NOW, ":1.7"),),
        ),
        command=ChannelState(
            notified=frozenset({Alert.REJECTED}),
            fast_spending_at=NOW,
            unanswered=(Sent(Alert.EMPTY, NOW, "a"),),
            failures=(Failure(Sent(Alert.LOW, NOW, "a"), NOW, 3, "exit status 1"),),
        ),
        fast=-1,
        snooze=Snooze(NOW, frozenset({Alert.LOW})),
        balances=(Decimal(5), Decimal("4.5")),
        days=3.5,
        thresholds=(Thresholds(1000, 7), Thresholds(None, None)),
    )
    stored = json.loads(json.dumps(state.as_json()))
    assert AlertState.from_json(stored) == state
    assert {*stored} == {*AlertState.__slots__, *ChannelState.__slots__} - {"desktop"}
    assert {*stored["command"]} == {*ChannelState.__slots__}
    assert AlertState.from_json({}) == AlertState()


def test_a_reply_ends_the_wait_for_its_own_alert_only() -> None:
    low = mark_sent(AlertState(), Alert.LOW, NOW, ":1.7")
    both = mark_sent(low, Alert.CRITICAL, NOW, ":1.7")
    critical = Sent(Alert.CRITICAL, NOW, ":1.7")
    assert mark_refused(both, critical) == low
    assert mark_shown(both, critical, NOW).desktop.unanswered == low.desktop.unanswered
    assert mark_notified(both, Alert.CRITICAL, NOW).desktop.unanswered == low.desktop.unanswered


def test_a_reply_about_an_alert_that_has_re_armed_does_not_silence_the_next_one() -> None:
    sent = mark_sent(AlertState(balances=(Decimal(900),)), Alert.LOW, NOW, ":1.7")
    topped_up = Observation(now=NOW, reading=Reading(at=NOW, balance=Decimal(5000)))
    after = judge(sent, topped_up, WalletSettings())
    assert mark_shown(after, Sent(Alert.LOW, NOW, ":1.7"), NOW) == after


def test_fast_spending_is_repeated_no_sooner_than_a_day_after_a_reply_that_it_was_shown() -> None:
    widget = Widget(delivers=False).poll_all(at(5000, 4900, fast=True))
    widget.state = mark_sent(widget.state, Alert.FAST_SPENDING, widget.now, ":1.7")
    widget.state = mark_shown(widget.state, widget.state.desktop.unanswered[0], widget.now)
    widget.notified.clear()
    widget.poll_all(at(4800, 4700)).poll_all(at(4600, 4500, fast=True))
    assert widget.notified == []
    widget.now += timedelta(days=1)
    assert widget.poll_all(at(4400, fast=True)).notified == [Alert.FAST_SPENDING]


def test_another_alert_does_not_silence_fast_spending_for_a_day() -> None:
    widget = Widget().poll_all(at(900)).poll_all(at(890, 880, fast=True))
    assert widget.notified == [Alert.LOW, Alert.FAST_SPENDING]


def test_rejected_credentials_notify_again_after_a_top_up() -> None:
    widget = Widget().poll_all([*at(100), REJECTED, *at(5000), REJECTED])
    assert widget.notified == [Alert.CRITICAL, Alert.REJECTED, Alert.TOP_UP, Alert.REJECTED]


def test_a_changed_threshold_is_compared_with_the_last_reading_only() -> None:
    widget = Widget().poll_all(at(985, 990))
    widget.settings = replace(DEFAULT, low=987)
    assert widget.poll_all(at(980)).notified == [Alert.LOW] * 2


def test_a_longer_runway_re_arms_while_the_balance_is_unchanged() -> None:
    widget = Widget()
    for days in (5, 5, 8, 6):
        widget.poll_all(at(5000, days=days))
    assert widget.notified == [Alert.LOW] * 2


# Two channels


class TwoChannels(Widget):
    """Polls repeatedly, and delivers through each channel only when a script lets it."""

    def __init__(self, *, has_command: bool = True) -> None:
        super().__init__()
        self.has_command = has_command
        self.told: dict[Channel, list[Alert]] = {channel: [] for channel in Channel}

    def attempt(self, attempt: Attempt, works: Mapping[Channel, bool]) -> None:
        seen = self.observe(attempt)
        self.state = judge(self.state, seen, self.settings, has_command=self.has_command)
        for channel in Channel:
            for alert in to_notify(self.state, seen, self.settings, channel):
                self.send(alert, channel, works=works[channel])
        self.restart()

    def send(self, alert: Alert, channel: Channel, *, works: bool) -> None:
        self.state = mark_sent(self.state, alert, self.now, "service", channel)
        for sent in self.state.channel(channel).unanswered:
            if works:
                self.told[channel].append(sent.alert)
                self.state = mark_shown(self.state, sent, self.now, channel)
            elif channel is Channel.COMMAND:
                self.state = mark_failed(self.state, sent, self.now, "exit status 1", channel)
            else:
                self.state = mark_refused(self.state, sent, channel)


WORKS = dict.fromkeys(Channel, True)
outcomes = st.fixed_dictionaries({channel: st.booleans() for channel in Channel})


@given(st.lists(st.tuples(readings | failures, outcomes)), st.sampled_from(Channel))
def test_what_one_channel_delivers_changes_nothing_for_the_other(
    script: list[tuple[Attempt, dict[Channel, bool]]], other: Channel
) -> None:
    with_other, alone = TwoChannels(), TwoChannels()
    for attempt, works in script:
        with_other.attempt(attempt, works)
        alone.attempt(attempt, works | {other: False})
    (channel,) = {*Channel} - {other}
    assert with_other.told[channel] == alone.told[channel]
    assert with_other.state.channel(channel) == alone.state.channel(channel)


@given(st.lists(readings | failures))
def test_the_command_is_told_what_the_desktop_is_told(script: list[Attempt]) -> None:
    both = TwoChannels()
    for attempt in script:
        both.attempt(attempt, WORKS)
    assert both.told[Channel.DESKTOP] == Widget().poll_all(script).notified
    assert both.told[Channel.COMMAND] == both.told[Channel.DESKTOP]


@given(st.lists(st.tuples(readings, outcomes), min_size=1))
def test_an_alert_that_failed_is_told_once_the_pause_is_over_whatever_failed_before(
    script: list[tuple[Attempt, dict[Channel, bool]]],
) -> None:
    both = TwoChannels()
    for attempt, works in script:
        both.attempt(attempt, works)
    both.now += MAX_RETRY_PAUSE
    both.attempt(script[-1][0], WORKS)
    seen = both.observe(script[-1][0])
    for channel in Channel:
        assert not to_notify(both.state, seen, both.settings, channel)


@given(st.lists(readings | failures))
def test_a_channel_that_is_off_has_nothing_to_deliver_but_what_is_so_now(
    script: list[Attempt],
) -> None:
    off = TwoChannels(has_command=False)
    for attempt in script:
        off.attempt(attempt, {Channel.DESKTOP: True, Channel.COMMAND: False})
    assert off.state.command.pending == frozenset()


@given(attempts, st.sampled_from(Channel))
def test_a_snooze_silences_what_either_channel_has_told(
    script: list[Attempt], channel: Channel
) -> None:
    both = TwoChannels()
    for attempt in script:
        both.attempt(attempt, {other: other is channel for other in Channel})
    silent = both.state.channel(channel).notified
    both.state = snoozed(both.state, both.now + MAX_SNOOZE)
    both.told = {other: [] for other in Channel}
    for attempt in script:
        both.attempt(attempt, WORKS)
    assert not silent & {alert for told in both.told.values() for alert in told}


@given(st.lists(st.tuples(readings | failures, outcomes)))
def test_the_file_of_a_program_without_the_command_is_read_and_written_as_before(
    script: list[tuple[Attempt, dict[Channel, bool]]],
) -> None:
    both = TwoChannels()
    for attempt, works in script:
        both.attempt(attempt, works)
    stored = json.loads(json.dumps(both.state.as_json()))
    assert AlertState.from_json(stored) == both.state
    older = {name: value for name, value in stored.items() if name not in ("command", "failures")}
    assert AlertState.from_json(older) == replace(both.state, command=ChannelState())


def test_the_pause_after_a_failure_doubles_up_to_an_hour() -> None:
    state, pauses = AlertState(), []
    for count in range(1, 10):
        sent = Sent(Alert.LOW, NOW, "a")
        state = mark_failed(state, sent, NOW, "exit status 1", Channel.COMMAND)
        (failure,) = state.command.failures
        assert failure.count == count
        pauses.append(failure.pause // timedelta(minutes=1))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert Failure(sent, NOW, 10**9, "").pause == MAX_RETRY_PAUSE


def test_an_alert_that_failed_is_not_sent_again_during_the_pause_but_another_one_is() -> None:
    low = Sent(Alert.LOW, NOW, "a")
    state = mark_failed(AlertState(), low, NOW, "exit status 1", Channel.COMMAND)

    def is_sent(alert: Alert, later: timedelta, service: str = "a") -> bool:
        return mark_sent(state, alert, NOW + later, service, Channel.COMMAND) != state

    almost = MIN_RETRY_PAUSE - timedelta(microseconds=1)
    assert not is_sent(Alert.LOW, timedelta(0))
    assert not is_sent(Alert.LOW, almost)
    assert is_sent(Alert.LOW, MIN_RETRY_PAUSE)
    assert is_sent(Alert.LOW, -timedelta(microseconds=1))  # the clock was set back
    assert is_sent(Alert.LOW, almost, "another command")
    assert is_sent(Alert.CRITICAL, timedelta(0))


def test_any_delivery_ends_the_failures_of_its_channel() -> None:
    failed = mark_failed(AlertState(), Sent(Alert.LOW, NOW, "a"), NOW, "why", Channel.COMMAND)
    assert mark_notified(failed, Alert.TOP_UP, NOW).command == failed.command
    assert mark_notified(failed, Alert.TOP_UP, NOW, Channel.COMMAND).command.failures == ()
    assert forget_failures(failed, Channel.COMMAND) == AlertState()


def test_a_newer_version_s_alert_that_failed_is_ignored() -> None:
    state = mark_failed(AlertState(), Sent(Alert.LOW, NOW, "a"), NOW, "why", Channel.COMMAND)
    stored = json.loads(json.dumps(state.as_json()))
    newer = json.loads(json.dumps(stored["command"]["failures"][0]))
    newer["sent"]["alert"] = "sparkles"
    stored["command"]["failures"].append(newer)
    assert AlertState.from_json(stored) == state
