"""Several wallets at one gate: a schedule for each, and at least a second between two requests."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shiboken6 import delete

from deepvue_tray.app import poller as poller_module
from deepvue_tray.app.clocks import TICK
from deepvue_tray.app.poller import MIN_PAUSE_S, REQUEST_PAUSE_S, Poller
from deepvue_tray.core.errors import (
    Condition,
    DeepvueError,
    KeyringLockedError,
    OfflineError,
    RejectedError,
    ServerError,
    StorageError,
    ThrottledError,
    UnreadableError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history_rows import milliseconds
from tests.support.held_worker import Held
from tests.support.polled_wallets import PolledWallets
from tests.support.simulated_clock import Clock

FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
START = milliseconds(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
LATEST_GAP_S = 1.1 * REQUEST_PAUSE_S
"""The longest time between the starts of two polls that wait for the gap: timers may be late."""


class Outcome(NamedTuple):
    """How a poll ends."""

    trouble: DeepvueError | None = None
    seconds: float = 0.5


HANGS = Outcome(seconds=1e9)
GOOD = Outcome()


class Machine(PolledWallets):
    """Wallets, their poller and a simulated clock; each poll ends as ``outcome`` returns."""

    def __init__(self, *client_ids: str, interval: timedelta = FIVE_MINUTES) -> None:
        super().__init__(*client_ids, interval=interval)
        self.time = Clock(START)
        self.outcome: Callable[[str], Outcome] = lambda _client_id: GOOD
        with patch.object(poller_module, "QTimer", self.time.new_timer):
            self.poller = Poller(self, clock=self.clock, now=self.time.now, chance=lambda: 1.0)

    def clock(self) -> float:
        """Return the seconds since boot."""
        return (self.time.awake + self.time.asleep) / 1000

    def poll(self, client_id: str, *, prompt: bool, awake_since: datetime) -> None:
        """Receive a request, and end it when its time has come."""
        super().poll(client_id, prompt=prompt, awake_since=awake_since)
        running, outcome = self.running.pop(), self.outcome(client_id)
        timer = self.time.new_timer(None, singleShot=True)
        timer.fire = lambda: self._end(running, outcome.trouble)
        timer.start(int(outcome.seconds * 1000))

    def _end(self, running: tuple[str, Held], trouble: DeepvueError | None) -> None:
        client_id, held = running
        self.now = self.time.now()
        known = {} if trouble else {"reading": self.reading()}
        self.update(client_id, trouble=trouble, **known)
        held.on_result(self.overview)

    def run(self, time: timedelta) -> None:
        """Let time pass while the machine is awake."""
        self.time.run(time // timedelta(milliseconds=1), lambda: None)

    def sleep(self, time: timedelta) -> None:
        """Let the machine sleep, and then a minute pass."""
        self.time.sleep(time // timedelta(milliseconds=1))
        self.run(TICK)

    def shown(self, client_id: str) -> Snapshot:
        """Return the snapshot that is shown of a wallet."""
        snapshot = self.poller.overview.snapshot(client_id)
        assert snapshot
        return snapshot

    def clear(self) -> None:
        """Forget the requests so far."""
        self.requests.clear()


@contextmanager
def started(*client_ids: str, interval: timedelta = FIVE_MINUTES) -> Iterator[Machine]:
    """Yield a machine whose poller has just been shown these wallets."""
    machine = Machine(*client_ids, interval=interval)
    machine.poller.show(machine.overview)
    yield machine
    delete(machine.poller)


@pytest.fixture
def three() -> Iterator[Machine]:
    """Yield a machine whose three wallets were polled for an hour."""
    with started("a", "b", "c") as machine:
        machine.run(HOUR + timedelta(seconds=30))
        machine.clear()
        yield machine


def names(count: int) -> list[str]:
    return [f"wallet_{number:02}" for number in range(count)]


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


def all_times(machine: Machine) -> list[float]:
    return [request.at for request in machine.requests]


def test_at_the_start_each_wallet_is_polled_once_a_second_apart() -> None:
    with started("a", "b", "c") as machine:
        machine.run(timedelta(seconds=10))
        assert [request.client_id for request in machine.requests] == ["a", "b", "c"]
        assert all(1 <= gap <= LATEST_GAP_S for gap in gaps(all_times(machine)))


def test_a_wallet_that_waits_for_its_first_request_is_shown_as_refreshing() -> None:
    with started("a", "b") as machine:
        assert machine.shown("b").refreshing
        machine.run(timedelta(seconds=10))
        assert not machine.shown("b").refreshing


@given(
    count=st.integers(2, 20),
    interval=st.timedeltas(timedelta(minutes=1), timedelta(hours=2)),
    seconds=st.floats(0.01, 20),
)
def test_once_settled_the_turns_are_spread_evenly_over_the_interval(
    count: int, interval: timedelta, seconds: float
) -> None:
    with started(*names(count), interval=interval) as machine:
        machine.outcome = lambda _client_id: Outcome(seconds=seconds)
        machine.run(3 * interval)
        machine.clear()
        machine.run(2 * interval)
        times = all_times(machine)
        assert abs(len(times) - 2 * count) <= 1
        # A timer counts milliseconds, and may be late by a second.
        assert min(gaps(times)) >= interval.total_seconds() / count - 1.1


def test_fifty_wallets_at_five_minutes_send_at_most_one_request_a_second() -> None:
    with started(*names(50)) as machine:
        machine.run(timedelta(hours=2))
        assert min(gaps(all_times(machine))) >= 1
        for client_id in names(50):
            assert 24 <= len(machine.times_of(client_id)) <= 26


def test_a_wallet_that_hangs_does_not_delay_another(three: Machine) -> None:
    three.outcome = lambda client_id: HANGS if client_id == "a" else GOOD
    three.run(HOUR)
    assert len(three.times_of("a")) == 1
    assert len(three.times_of("b")) == len(three.times_of("c")) == 12
    assert three.shown("a").refreshing
    assert three.shown("b").condition is Condition.FRESH


def test_the_backoff_of_one_wallet_does_not_move_the_polls_of_another(three: Machine) -> None:
    three.outcome = lambda client_id: Outcome(ServerError()) if client_id == "a" else GOOD
    three.run(HOUR)
    retries = gaps(three.times_of("a"))
    assert retries[0] < 20
    assert retries[1] > 1.5 * retries[0]
    assert all(299 < gap < 302 for gap in gaps(three.times_of("b")))


@pytest.mark.parametrize(
    "trouble", [ThrottledError(retry_after=1800), ServerError(retry_after=1800), RejectedError()]
)
def test_a_long_pause_is_kept_by_its_own_wallet_and_by_no_other(
    three: Machine, trouble: DeepvueError
) -> None:
    three.outcome = lambda client_id: Outcome(trouble) if client_id == "a" else GOOD
    three.run(FIVE_MINUTES)
    three.clear()
    three.run(timedelta(minutes=20))
    three.poller.refresh_if_due()
    three.run(timedelta(minutes=1))
    assert three.times_of("a") == []
    assert len(three.times_of("b")) >= 4


def test_during_a_demanded_pause_clicks_still_refresh_the_other_wallets(three: Machine) -> None:
    three.outcome = lambda client_id: (
        Outcome(ThrottledError(retry_after=1800)) if client_id == "a" else GOOD
    )
    three.run(FIVE_MINUTES)
    three.clear()
    for _ in range(10):
        three.poller.refresh()
        three.run(timedelta(seconds=4))
    assert len(three.times_of("a")) <= 1
    assert len(three.times_of("b")) == len(three.times_of("c")) == 10


def test_a_hundred_clicks_send_one_request_for_each_wallet(three: Machine) -> None:
    for _ in range(100):
        three.poller.refresh()
    three.run(timedelta(seconds=10))
    assert sorted(request.client_id for request in three.requests) == ["a", "b", "c"]
    assert min(gaps(all_times(three))) >= 1


def test_a_paused_wallet_is_not_polled_and_nothing_marks_it_as_stale(three: Machine) -> None:
    three.poller.show(three.update_wallet("a", is_paused=True))
    three.run(HOUR)
    three.poller.refresh()
    three.poller.refresh_if_due()
    three.sleep(HOUR)
    assert three.times_of("a") == []
    assert not three.shown("a").stale
    assert not three.shown("a").refreshing
    assert three.times_of("b")


def test_a_wallet_is_polled_soon_after_its_pause_has_ended(three: Machine) -> None:
    three.poller.show(three.update_wallet("a", is_paused=True))
    three.run(HOUR)
    three.poller.show(three.update_wallet("a", is_paused=False))
    three.run(timedelta(seconds=2))
    assert len(three.times_of("a")) == 1


def test_a_wallet_whose_pause_ends_is_polled_at_once_if_its_last_poll_is_a_minute_old(
    three: Machine,
) -> None:
    three.poller.show(three.update_wallet("a", is_paused=True))
    three.run(timedelta(seconds=40))
    three.poller.show(three.update_wallet("a", is_paused=False))
    assert len(three.times_of("a")) == 1


def test_pausing_and_resuming_a_wallet_many_times_sends_at_most_one_request_a_minute(
    three: Machine,
) -> None:
    for number in range(60):
        three.poller.show(three.update_wallet("a", is_paused=number % 2 == 0))
        three.run(timedelta(seconds=5))
    assert all(gap >= MIN_PAUSE_S for gap in gaps(three.times_of("a")))


def test_pausing_a_wallet_does_not_end_the_pause_that_its_server_demands(three: Machine) -> None:
    three.outcome = lambda client_id: (
        Outcome(ThrottledError(retry_after=7200)) if client_id == "a" else GOOD
    )
    three.run(FIVE_MINUTES)
    three.clear()
    three.poller.show(three.update_wallet("a", is_paused=True))
    three.run(HOUR)
    three.poller.show(three.update_wallet("a", is_paused=False))
    three.run(timedelta(minutes=30))
    assert three.times_of("a") == []


def test_a_wallet_that_is_paused_during_its_request_shows_the_response(three: Machine) -> None:
    before = three.shown("a").reading
    three.poller.refresh()
    three.poller.show(three.update_wallet("a", is_paused=True))
    three.run(timedelta(seconds=5))
    assert three.shown("a").reading != before
    assert three.shown("a").condition is Condition.PAUSED


def test_while_all_wallets_are_paused_changes_by_other_processes_are_loaded(
    three: Machine,
) -> None:
    emitted: list[bool] = []
    three.poller.waiting.connect(lambda: emitted.append(True))
    for client_id in ("a", "b", "c"):
        three.poller.show(three.update_wallet(client_id, is_paused=True))
    three.run(timedelta(minutes=10))
    assert len(emitted) == 10
    assert three.requests == []


def test_an_added_wallet_is_polled_at_once_and_the_others_at_their_times(three: Machine) -> None:
    three.poller.show(three.add("d"))
    three.run(timedelta(seconds=2))
    assert [request.client_id for request in three.requests] == ["d"]
    three.run(HOUR)
    three.clear()
    three.run(FIVE_MINUTES)
    assert sorted(request.client_id for request in three.requests) == ["a", "b", "c", "d"]
    assert min(gaps(all_times(three))) >= FIVE_MINUTES.total_seconds() / 4 - 1.1


def test_after_a_wallet_was_removed_it_is_not_polled_and_its_response_is_ignored(
    three: Machine,
) -> None:
    three.outcome = lambda client_id: Outcome(seconds=20)
    three.poller.refresh()
    assert three.requests[-1].client_id == "a"
    three.poller.show(three.remove("a"))
    three.clear()
    three.run(HOUR)
    assert three.times_of("a") == []
    assert three.poller.overview.snapshot("a") is None
    assert len(three.times_of("b")) >= 11


def test_a_wallet_that_is_added_again_is_not_shown_the_response_from_before(
    three: Machine,
) -> None:
    three.outcome = lambda client_id: Outcome(RejectedError(), seconds=0.5)
    three.poller.refresh()
    three.poller.show(three.remove("a"))
    three.outcome = lambda client_id: Outcome(seconds=20)
    three.poller.show(three.add("a"))
    three.run(timedelta(seconds=0.9))
    assert three.shown("a").trouble is None
    assert three.shown("a").refreshing


def test_a_wallet_that_another_process_removes_during_its_request_disappears(
    three: Machine,
) -> None:
    polled: list[str] = []
    three.poller.polled.connect(lambda snapshot: polled.append(snapshot.client_id))
    three.poller.refresh()
    three.remove("a")
    three.run(timedelta(seconds=0.9))
    assert polled == []
    assert [snapshot.client_id for snapshot in three.poller.overview.snapshots] == ["b", "c"]


def test_after_a_new_sign_in_only_that_wallet_is_polled_and_its_old_response_is_ignored(
    three: Machine,
) -> None:
    three.outcome = lambda client_id: Outcome(RejectedError("the old ones"), seconds=0.5)
    three.poller.refresh()
    three.outcome = lambda client_id: GOOD
    three.poller.show(three.overview, changed=["a"])
    three.run(timedelta(seconds=0.9))
    assert three.shown("a").trouble is None
    three.run(timedelta(seconds=5))
    assert len(three.times_of("a")) == 2
    assert three.shown("a").condition is Condition.FRESH


def test_a_sign_in_by_another_process_ends_the_pause_of_its_wallet_only(three: Machine) -> None:
    three.outcome = lambda client_id: GOOD if client_id == "c" else Outcome(RejectedError())
    three.run(FIVE_MINUTES)
    three.clear()
    three.poller.show(three.update("a", trouble=None))
    three.run(timedelta(seconds=5))
    assert len(three.times_of("a")) == 1
    assert three.times_of("b") == []


def test_after_sleep_each_wallet_is_polled_once_a_second_apart(three: Machine) -> None:
    three.sleep(timedelta(hours=8))
    assert sorted(request.client_id for request in three.requests) == ["a", "b", "c"]
    assert min(gaps(all_times(three))) >= 1
    assert not any(snapshot.stale for snapshot in three.poller.overview.snapshots)


def test_sleep_that_another_wallet_s_poll_notices_before_the_tick_ends_a_long_backoff(
    three: Machine,
) -> None:
    three.outcome = lambda client_id: Outcome(UnreadableError()) if client_id == "a" else GOOD
    three.run(timedelta(hours=2))
    retries = three.times_of("a")
    assert max(gaps(retries)) >= 800
    while three.times_of("a") == retries:
        three.run(timedelta(seconds=10))
    three.clear()
    three.time.sleep(6 * 60 * 1000)
    three.poller._begin_due()
    three.run(timedelta(seconds=5))
    assert sorted(request.client_id for request in three.requests) == ["a", "b", "c"]


def test_a_restored_network_polls_only_the_wallets_that_were_offline() -> None:
    with started("a", "b", "c", interval=HOUR) as machine:
        machine.run(timedelta(minutes=1))
        machine.outcome = lambda client_id: GOOD if client_id == "b" else Outcome(OfflineError())
        machine.poller.refresh()
        machine.run(timedelta(minutes=10))
        machine.clear()
        machine.poller.on_network()
        machine.run(timedelta(seconds=3))
        assert [request.client_id for request in machine.requests] == ["a", "c"]


@pytest.mark.parametrize("hours", [-5.5, 8, 24 * 90, -24 * 10_000])
def test_a_changed_clock_moves_no_poll_of_any_wallet(three: Machine, hours: float) -> None:
    three.time.wall += int(hours * 3_600_000)
    three.run(HOUR)
    for client_id in ("a", "b", "c"):
        assert all(299 < gap < 302 for gap in gaps(three.times_of(client_id)))
        assert len(three.times_of(client_id)) == 12


def test_unlock_prompts_once_and_then_the_other_locked_wallets_are_polled(
    three: Machine,
) -> None:
    is_locked = True

    def outcome(client_id: str) -> Outcome:
        return Outcome(KeyringLockedError()) if is_locked and client_id != "b" else GOOD

    three.outcome = outcome
    three.run(timedelta(hours=2))
    three.clear()
    is_locked = False
    three.poller.unlock()
    three.run(timedelta(seconds=3))
    assert [(request.client_id, request.prompt) for request in three.requests] == [
        ("a", True),
        ("c", False),
    ]
    assert three.shown("c").trouble is None


def test_unlock_does_nothing_while_every_wallet_is_being_polled() -> None:
    with started("a") as machine:
        machine.poller.unlock()
        assert len(machine.requests) == 1


def test_a_changed_interval_spreads_the_wallets_over_the_new_one(three: Machine) -> None:
    three.poller.show(three.update_interval(timedelta(minutes=15)))
    three.run(HOUR)
    three.clear()
    three.run(HOUR)
    for client_id in ("a", "b", "c"):
        assert len(three.times_of(client_id)) == 4
    assert min(gaps(all_times(three))) >= 300 - 1.1


@pytest.mark.usefixtures("qapp")
def test_an_overview_that_begins_a_poll_is_published_once() -> None:
    wallets, published = PolledWallets("a", "b"), list[Overview]()
    poller = Poller(wallets, clock=wallets.clock, now=lambda: wallets.now, chance=lambda: 1.0)
    poller.changed.connect(published.append)
    poller.show(wallets.overview)
    (overview,) = published
    assert overview.refreshing
    delete(poller)


@pytest.mark.usefixtures("qapp")
def test_a_bug_in_the_poll_of_one_wallet_is_shown_for_that_wallet_only() -> None:
    wallets = PolledWallets("a", "b")
    poller = Poller(wallets, clock=wallets.clock, now=lambda: wallets.now, chance=lambda: 1.0)
    poller.show(wallets.overview)
    wallets.fail(StorageError("settings.json: Permission denied"), "a")
    snapshots = poller.overview.snapshots
    assert [snapshot.trouble is None for snapshot in snapshots] == [False, True]
    delete(poller)


OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(
        [
            None,
            None,
            OfflineError(),
            ServerError(),
            ServerError(retry_after=700.0),
            ThrottledError(),
            RejectedError(),
            KeyringLockedError(),
        ]
    ),
    st.sampled_from([0.137, 3.71, 31.3, 1e9]),
)
SCRIPTS = st.lists(OUTCOMES, max_size=12)
EVENTS = st.lists(st.sampled_from(["pause", "resume", "sign in", "time", "sleep"]), max_size=8)


def requests_of(scripts: dict[str, list[Outcome]], events: list[str]) -> dict[str, list[float]]:
    """Return when each wallet was polled; what a person does concerns the first one."""
    left = {client_id: iter(script) for client_id, script in scripts.items()}
    with started(*scripts) as machine:
        machine.run(timedelta(minutes=1))
        machine.outcome = lambda client_id: next(left[client_id], GOOD)
        machine.poller.refresh()
        for event in events:
            machine.run(timedelta(minutes=7))
            if event == "sign in":
                machine.poller.show(machine.overview, changed=["a"])
            elif event in ("pause", "resume"):
                machine.poller.show(machine.update_wallet("a", is_paused=event == "pause"))
            elif event == "sleep":
                machine.time.sleep(30 * 60 * 1000)
                # Otherwise any poll may be the first to notice it.
                machine.poller._on_tick()
        machine.run(HOUR)
        return {client_id: machine.times_of(client_id) for client_id in scripts}


@given(first=SCRIPTS, second=SCRIPTS, events=EVENTS)
def test_what_one_wallet_does_never_changes_the_schedule_of_another(
    first: list[Outcome], second: list[Outcome], events: list[str]
) -> None:
    # Except by the second between two requests, by the precision of a timer that they share, and by
    # the keyring that they share.
    unlocked = [outcome for outcome in first if not isinstance(outcome.trouble, KeyringLockedError)]
    quiet = [event if event == "sleep" else "time" for event in events]
    with (
        patch.object(poller_module, "REQUEST_PAUSE_S", 0.0),
        patch.object(poller_module, "timer_ms", lambda left_s: math.ceil(left_s * 1000)),
    ):
        busy = requests_of({"a": unlocked, "b": second}, events)
        calm = requests_of({"a": [], "b": second}, quiet)
    assert busy["b"] == pytest.approx(calm["b"], abs=0.1)


@given(scripts=st.lists(SCRIPTS, min_size=2, max_size=7), events=EVENTS)
def test_two_requests_are_at_least_a_second_apart_whatever_happens(
    scripts: list[list[Outcome]], events: list[str]
) -> None:
    ids = "abcdefg"[: len(scripts)]
    times = requests_of(dict(zip(ids, scripts, strict=True)), events)
    assert all(gap >= 1 for gap in gaps(sorted(chain(*times.values()))))
