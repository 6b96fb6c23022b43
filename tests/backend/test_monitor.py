"""One poll: errors keep the last state, readings are stored, alerts are returned."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.alert import SEVERITIES, Alert
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    Condition,
    DamagedError,
    NotSetUpError,
    RejectedError,
    StorageError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.services.history import History
from tests.backend.home import CREDENTIALS, Home, change_wallet, credentials, home_in, known
from tests.support.faulty_server import UNREADABLE, Answer, balance, hang, status


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with home_in(tmp_path, balance(6448)) as home:
        yield home


def poll_awake_since(backend: Backend, awake_since: datetime) -> Snapshot:
    """Poll the first wallet; the machine has been awake since ``awake_since``."""
    first = backend.accounts.wallets[0].client_id
    return asyncio.run(backend.poll(first, awake_since=awake_since)).worst


def test_a_poll_returns_the_balance_its_time_and_its_level(home: Home) -> None:
    snapshot = home.poll(home.session("live_1"), balance(900))
    assert snapshot.reading is not None
    assert (snapshot.reading.balance, snapshot.reading.at) == (Decimal(900), home.now)
    assert (snapshot.level, snapshot.condition) == (Level.LOW, Condition.FRESH)


@pytest.mark.parametrize("answer", [status(401), status(503), *UNREADABLE.values()])
def test_a_failed_poll_keeps_the_last_reading(home: Home, answer: Answer) -> None:
    backend = home.session("live_1")
    good = home.poll(backend, balance(6448))
    failed = home.poll(backend, answer)
    assert failed.trouble is not None
    assert (failed.reading, failed.peak, failed.runway) == (good.reading, good.peak, good.runway)
    assert not {*failed.to_notify} & {*SEVERITIES}
    assert home.poll(backend, balance(6440)).trouble is None


def test_the_last_reading_is_known_after_a_restart_without_a_request(home: Home) -> None:
    good = home.poll(home.session("live_1"), balance(6448))
    count = len(home.server.requests)
    recalled = known(home.session("live_1"))
    assert (recalled.reading, recalled.peak) == (good.reading, Decimal(6448))
    assert len(home.server.requests) == count


def test_before_signing_in_there_is_no_request(home: Home) -> None:
    snapshot = home.poll(home.session(), balance(1), "")
    assert isinstance(snapshot.trouble, NotSetUpError)
    assert home.server.requests == []


def test_a_low_balance_is_to_be_notified_until_it_was_delivered(home: Home) -> None:
    backend = home.session("live_1")
    assert home.poll(backend, balance(900)).to_notify == (Alert.LOW,)
    assert home.poll(backend, status(503)).to_notify == ()
    assert home.poll(backend, balance(890)).to_notify == (Alert.LOW,)
    backend.mark_notified("live_1", Alert.LOW)
    assert home.poll(backend, balance(880)).to_notify == ()


def test_a_delivered_alert_stays_delivered_after_a_restart(home: Home) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(900))
    backend.mark_notified("live_1", Alert.LOW)
    restarted = home.session("live_1")
    assert home.poll(restarted, balance(900)).to_notify == ()
    assert home.poll(restarted, balance(1500)).to_notify == (Alert.TOP_UP,)
    restarted.mark_notified("live_1", Alert.TOP_UP)
    assert home.poll(restarted, balance(900)).to_notify == (Alert.LOW,)


def test_an_alert_notified_and_snoozed_during_another_process_s_poll_stays_so(home: Home) -> None:
    tray, check = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(900))
    tray.mark_notified("live_1", Alert.LOW)
    tray.snooze(home.now + timedelta(hours=1))
    assert home.poll(check, balance(899)).to_notify == ()
    restarted = home.session("live_1")
    snapshot = home.poll(restarted, balance(898))
    assert snapshot.to_notify == ()
    assert snapshot.snoozed is not None


def test_an_alert_notified_by_another_process_is_not_repeated(home: Home) -> None:
    tray, other = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(6448))
    assert home.poll(other, balance(900)).to_notify == (Alert.LOW,)
    other.mark_notified("live_1", Alert.LOW)
    assert home.poll(tray, balance(899)).to_notify == ()
    assert home.poll(other, status(401)).to_notify == (Alert.REJECTED,)
    other.mark_notified("live_1", Alert.REJECTED)
    assert home.poll(tray, status(401)).to_notify == ()


def test_a_top_up_that_another_process_read_first_notifies_once(home: Home) -> None:
    tray, check = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(500))
    home.poll(check, balance(2000))
    assert home.poll(tray, balance(2000)).to_notify == (Alert.TOP_UP,)
    tray.mark_notified("live_1", Alert.TOP_UP)
    assert home.poll(tray, balance(2000)).to_notify == ()


def test_the_amount_of_a_top_up_is_known_with_its_own_reading_only(home: Home) -> None:
    tray, check = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(500))
    assert home.poll(tray, balance(2000.5)).added == Decimal("1500.5")
    assert home.poll(tray, balance(1990)).added is None
    # The tray has not seen the balance before the top-up that it notifies of.
    home.poll(check, balance(1000))
    home.poll(check, balance(4000))
    later = home.poll(tray, balance(3990))
    assert (later.to_notify, later.added) == ((Alert.TOP_UP,), None)


def test_the_amount_of_a_top_up_counts_from_what_another_process_read(home: Home) -> None:
    tray, check = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(500))
    home.poll(check, balance(400))
    assert home.poll(tray, balance(5400)).added == Decimal(5000)


def test_a_reading_left_in_the_future_by_a_changed_clock_notifies_no_second_top_up(
    home: Home,
) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(2000))
    home.now += timedelta(hours=3)
    assert home.poll(backend, balance(5000)).to_notify == (Alert.TOP_UP,)
    backend.mark_notified("live_1", Alert.TOP_UP)
    home.now -= timedelta(hours=2)
    assert home.poll(home.session("live_1"), balance(5000)).to_notify == ()


@pytest.mark.parametrize("damaged", [False, True])
def test_a_history_lost_while_the_program_runs_repeats_no_alert(home: Home, damaged: bool) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(900))
    backend.mark_notified("live_1", Alert.LOW)
    backend.close()
    home.paths.history.unlink()
    if damaged:
        home.paths.history.write_bytes(b"not a database" * 1000)
    assert home.poll(backend, balance(890)).to_notify == ()
    assert home.poll(home.session("live_1"), balance(880)).to_notify == ()


def test_stored_alerts_and_alerts_raised_while_the_file_was_unreadable_are_both_known(
    home: Home,
) -> None:
    before = home.session("live_1")
    for left in (50_000, 49_970, 49_940, 49_910, 49_880):
        home.poll(before, balance(left))
    before.mark_notified("live_1", Alert.FAST_SPENDING)
    home.poll(before, balance(900))
    before.mark_notified("live_1", Alert.LOW)
    before.close()
    with closing(History(home.paths.history)) as history:
        fast_spending_at = history.alerts("live_1").desktop.fast_spending_at
    with home.unusable_history():
        backend = home.session("live_1")
        home.poll(backend, balance(200))
        backend.mark_notified("live_1", Alert.CRITICAL)
        backend.snooze(home.now + timedelta(hours=9))
    home.poll(backend, balance(199))
    with closing(History(home.paths.history)) as history:
        stored = history.alerts("live_1")
    assert stored.desktop.notified >= {Alert.LOW, Alert.CRITICAL}
    assert stored.desktop.fast_spending_at == fast_spending_at is not None
    assert stored.snooze is not None


def test_while_nothing_can_be_stored_alerts_and_a_snooze_are_kept_in_memory(
    home: Home,
) -> None:
    home.paths.history.mkdir(parents=True)
    backend = home.session("live_1")
    assert home.poll(backend, balance(900)).to_notify == (Alert.LOW,)
    backend.mark_notified("live_1", Alert.LOW)
    assert backend.snooze(home.now + timedelta(hours=1)).worst.snoozed is not None
    assert home.poll(backend, balance(890)).to_notify == ()
    assert backend.resume_alerts().worst.snoozed is None
    assert home.poll(backend, balance(880)).to_notify == ()


def test_a_change_that_was_stored_late_is_not_stored_again(home: Home) -> None:
    home.paths.history.mkdir(parents=True)
    backend = home.session("live_1")
    home.poll(backend, balance(900))
    backend.mark_notified("live_1", Alert.LOW)
    backend.snooze(home.now + timedelta(hours=9))
    home.paths.history.rmdir()
    assert home.poll(backend, balance(890)).snoozed is not None
    backend.resume_alerts()
    assert home.poll(backend, balance(880)).snoozed is None
    assert known(home.session("live_1")).snoozed is None


def test_a_snooze_made_before_the_history_could_not_be_read_is_kept(home: Home) -> None:
    before = home.session("live_1")
    home.poll(before, balance(900))
    before.mark_notified("live_1", Alert.LOW)
    before.snooze(home.now + timedelta(hours=9))
    with home.unusable_history():
        backend = home.session("live_1")
        home.poll(backend, status(503))
    assert home.poll(backend, balance(890)).snoozed is not None


def test_the_peak_is_the_balance_since_the_last_top_up(home: Home) -> None:
    backend = home.session("live_1")
    for sent, peak in ((500, 500), (400, 500), (2000, 2000), (1900, 2000)):
        assert home.poll(backend, balance(sent)).peak == peak


def test_the_peak_is_not_reset_by_a_correction_or_a_restored_balance(home: Home) -> None:
    backend = home.session("live_1")
    for sent, peak in ((2000, 2000), (1000, 2000), (1005, 2000), (500, 2000), (1005, 2000)):
        assert home.poll(backend, balance(sent)).peak == peak
    assert known(home.session("live_1")).peak == 2000


def test_the_peak_is_the_same_for_two_processes_and_after_a_restart(home: Home) -> None:
    tray, check = home.session("live_1"), home.session("live_1")
    for process, sent, peak in ((tray, 500, 500), (check, 1500, 1500), (tray, 1400, 1500)):
        assert home.poll(process, balance(sent)).peak == peak
    assert known(home.session("live_1")).peak == 1500


def test_the_peak_is_known_while_nothing_can_be_stored(home: Home) -> None:
    home.paths.history.mkdir(parents=True)
    backend = home.session("live_1")
    for sent, peak in ((500, 500), (2000, 2000), (1900, 2000)):
        assert home.poll(backend, balance(sent)).peak == peak


def test_a_balance_with_many_digits_is_no_top_up_after_a_restart(home: Home) -> None:
    many = balance("6448.123456789012345678901")
    before = home.poll(home.session("live_1"), many)
    restarted = home.session("live_1")
    assert known(restarted).reading == before.reading
    assert home.poll(restarted, many).to_notify == ()
    assert home.poll(restarted, many).peak == before.peak


def test_new_thresholds_apply_to_the_last_reading(home: Home) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(900))
    change_wallet(backend, low=500)
    assert known(backend).level is Level.OK


def test_a_threshold_lowered_between_two_sessions_notifies_when_it_is_reached(home: Home) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(990))
    backend.mark_notified("live_1", Alert.LOW)
    change_wallet(backend, low=900)
    assert home.poll(home.session("live_1"), balance(880)).to_notify == (Alert.LOW,)


def test_a_response_after_a_new_sign_in_is_dropped(home: Home) -> None:
    backend = home.session("live_1")
    home.server.answer = hang()

    async def sign_in_during_the_poll() -> Snapshot | None:
        polling = asyncio.create_task(backend.poll("live_1"))
        await asyncio.to_thread(home.server.asked.wait)
        await backend.sign_in(credentials("live_1", "new-secret"))
        home.server.drop_all()
        return (await polling).snapshot("live_1")

    snapshot = asyncio.run(sign_in_during_the_poll())
    assert snapshot is not None
    assert (snapshot.reading, snapshot.trouble) == (None, None)


def test_a_probe_with_other_credentials_stores_nothing(home: Home) -> None:
    backend = home.session()
    home.server.answer = balance(7)
    assert asyncio.run(backend.probe(CREDENTIALS)).balance == 7
    assert known(backend, "").reading is None
    assert (backend.client_ids(), home.keyring.secrets) == ([], {})
    home.server.answer = status(401)
    with pytest.raises(RejectedError):
        asyncio.run(backend.probe(CREDENTIALS))


def test_a_history_that_cannot_be_written_is_reported_and_hides_no_balance(home: Home) -> None:
    home.paths.history.mkdir(parents=True)
    snapshot = home.poll(home.session("live_1"), balance(900))
    assert snapshot.reading is not None
    assert isinstance(snapshot.storage, StorageError)


def test_no_error_keeps_the_request_in_memory(home: Home) -> None:
    trouble = home.poll(home.session("live_1"), status(503)).trouble
    assert trouble is not None
    assert trouble.__traceback__ is None
    assert trouble.__context__ is trouble.__cause__ is None


def test_a_range_of_the_history_is_read_and_saved(home: Home, tmp_path: Path) -> None:
    backend = home.session("live_1")
    for left in (900, 800, 700):
        home.poll(backend, balance(left))
    since = home.now - timedelta(minutes=10)
    buckets = backend.history.buckets("live_1", since, home.now)
    assert [bucket.last for bucket in buckets] == [900, 800, 700]
    backend.history.export("live_1", tmp_path / "readings.csv", since, home.now)
    assert (tmp_path / "readings.csv").read_text().count("\n") == 4


def test_a_sign_in_from_the_terminal_is_noticed_by_the_running_tray(home: Home) -> None:
    tray = home.session()
    assert isinstance(home.poll(tray, balance(5), "").trouble, NotSetUpError)
    home.session("live_1")
    overview = asyncio.run(tray.poll(""))
    assert [snapshot.client_id for snapshot in overview.snapshots] == ["live_1"]
    assert home.poll(tray, balance(6448)).reading is not None
    change_wallet(tray, low=700)
    assert tray.accounts.settings.client_ids == ("live_1",)


def test_a_secret_changed_by_another_process_is_read_once_the_old_one_is_rejected(
    home: Home,
) -> None:
    tray, terminal = home.session("live_1"), home.session("live_1")
    home.poll(tray, balance(6))
    asyncio.run(terminal.sign_in(credentials("live_1", "new-secret")))
    assert isinstance(home.poll(tray, status(401)).trouble, RejectedError)
    home.poll(tray, balance(5))
    assert home.server.requests[-1].headers["x-api-key"] == "new-secret"


def test_a_history_that_cannot_be_read_hides_no_runway_and_loses_no_alert(home: Home) -> None:
    backend = home.session("live_1")
    for hour in range(40):
        home.now += timedelta(hours=1)
        home.poll(backend, balance(3000 - hour))
    known = home.poll(backend, balance(900))
    assert known.runway is not None
    backend.mark_notified("live_1", Alert.LOW)
    with home.unusable_history():
        assert home.poll(backend, balance(899)).runway == known.runway
    assert Alert.LOW not in home.poll(backend, balance(898)).to_notify


def test_the_runway_stays_the_same_until_a_fiftieth_is_spent_also_after_a_restart(
    home: Home,
) -> None:
    backend = home.session("live_1")
    past = [
        Reading(at=home.now - hours * timedelta(hours=1), balance=Decimal(5000 + hours))
        for hours in range(20 * 24)
    ]
    backend.history.merge("live_1", past)
    runway = home.poll(backend, balance(5000)).runway
    assert runway is not None
    assert home.poll(backend, balance(4901)).runway == runway
    restarted = home.session("live_1")
    assert known(restarted).runway == runway
    assert home.poll(restarted, balance(4900)).runway != runway


@pytest.mark.parametrize("pause", [1, 3, 6])
def test_after_a_pause_the_runway_is_shorter_by_the_pause(home: Home, pause: int) -> None:
    backend = home.session("live_1")
    past = [
        Reading(at=home.now - hours * timedelta(hours=1), balance=Decimal(1000 + 4 * hours))
        for hours in range(28 * 24)
    ]
    backend.history.merge("live_1", past)
    forecast = home.poll(backend, balance(1000)).runway
    assert forecast is not None
    home.now += timedelta(days=pause)
    recalled = known(home.session("live_1")).runway
    assert recalled is not None
    assert abs(recalled.empty_at - forecast.empty_at) < timedelta(hours=6)


def test_tenfold_spending_notifies_after_twenty_minutes(home: Home) -> None:
    backend = home.session("live_1")
    past = [
        Reading(at=home.now - n * timedelta(minutes=5), balance=Decimal(50_000 + 3 * n))
        for n in range(20 * 288)
    ]
    backend.history.merge("live_1", past)
    alerts = [home.poll(backend, balance(50_000 - 30 * n)).to_notify for n in range(1, 5)]
    assert alerts == [(), (), (), (Alert.FAST_SPENDING,)]


@pytest.mark.parametrize("kept", [True, False])
def test_notified_alerts_are_known_again_once_the_history_can_be_read(
    home: Home, kept: bool
) -> None:
    if kept:
        first = home.session("live_1")
        home.poll(first, balance(900))
        first.mark_notified("live_1", Alert.LOW)
        first.close()
        home.paths.history.rename(home.paths.history.with_name("moved"))
    home.paths.history.mkdir()
    backend = home.session("live_1")
    assert home.poll(backend, balance(890)).to_notify == (Alert.LOW,)
    home.paths.history.rmdir()
    if kept:
        home.paths.history.with_name("moved").rename(home.paths.history)
        assert home.poll(backend, balance(880)).to_notify == ()
    else:
        home.poll(backend, balance(880))
        backend.mark_notified("live_1", Alert.LOW)
    assert home.poll(home.session("live_1"), balance(870)).to_notify == ()


def test_a_secret_missing_from_the_keyring_notifies_as_an_hour_without_a_balance(
    home: Home,
) -> None:
    tray = home.session("live_1")
    awake_since = home.now
    asyncio.run(home.keyring.delete("live_1"))
    restarted = home.session()
    assert tray.accounts.settings.client_ids == restarted.accounts.settings.client_ids
    poll_awake_since(restarted, awake_since)
    home.now += timedelta(hours=1)
    snapshot = poll_awake_since(restarted, awake_since)
    assert isinstance(snapshot.trouble, NotSetUpError)
    assert snapshot.to_notify == (Alert.NO_DATA,)


def test_the_hour_without_a_balance_begins_with_the_last_one(home: Home) -> None:
    backend = home.session("live_1")
    awake_since = home.now

    def poll(answer: Answer, **later: int) -> tuple[Alert, ...]:
        home.now += timedelta(**later)
        home.server.answer = answer
        return poll_awake_since(backend, awake_since).to_notify

    assert poll(balance(6448), minutes=0) == ()
    assert poll(balance(6440), hours=5) == ()
    assert poll(status(503), minutes=59) == ()
    assert poll(status(503), minutes=1) == (Alert.NO_DATA,)


def test_the_time_before_a_sign_in_does_not_count_as_without_a_balance(
    home: Home,
) -> None:
    backend = home.session()
    home.server.answer = status(503)
    awake_since = home.now

    def poll() -> tuple[Alert, ...]:
        return poll_awake_since(backend, awake_since).to_notify

    assert poll() == ()
    home.now += timedelta(hours=5)
    assert poll() == ()
    asyncio.run(backend.sign_in(CREDENTIALS))
    assert poll() == ()
    home.now += timedelta(hours=1)
    assert poll() == (Alert.NO_DATA,)


def test_an_hour_without_a_balance_notifies_also_after_the_clock_was_set_back(home: Home) -> None:
    backend = home.session("live_1")
    home.poll(backend, balance(6448))
    home.server.answer = status(503)
    awake_since = home.now = home.now - timedelta(hours=2)

    def fail(minutes: int) -> tuple[Alert, ...]:
        home.now = awake_since + timedelta(minutes=minutes)
        return poll_awake_since(backend, awake_since).to_notify

    assert [fail(minutes) for minutes in (30, 59, 60)] == [(), (), (Alert.NO_DATA,)]


def test_an_invalid_value_in_the_history_hides_no_new_reading(home: Home) -> None:
    home.poll(home.session("live_1"), balance(900))
    home.backends.pop().close()
    with closing(sqlite3.connect(home.paths.history, isolation_level=None)) as database:
        database.execute("UPDATE reading SET balance = 'much'")
    backend = home.session("live_1")
    snapshot = home.poll(backend, balance(800))
    assert snapshot.reading is not None
    assert snapshot.reading.balance == 800
    assert isinstance(snapshot.storage, DamagedError)
    assert [*backend.history.readings("live_1", home.now - timedelta(days=1), home.now)] == [
        snapshot.reading
    ]


def test_a_secret_changed_only_in_the_keyring_is_read_after_a_rejection(home: Home) -> None:
    tray = home.session("live_1")
    home.poll(tray, balance(5))
    asyncio.run(home.keyring.set("live_1", Secret("new-secret")))
    assert isinstance(home.poll(tray, status(401)).trouble, RejectedError)
    home.poll(tray, balance(5))
    assert home.server.requests[-1].headers["x-api-key"] == "new-secret"
