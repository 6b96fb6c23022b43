"""Several wallets in one session: each has its own readings, alerts and secret."""

import asyncio
import gc
import tempfile
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepvue_tray.backend import monitor
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import (
    Condition,
    KeyringRefusedError,
    NotSetUpError,
    RejectedError,
    StorageError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.settings_file import SettingsFile
from tests.backend.home import (
    Home,
    change_wallet,
    credentials,
    home_in,
    known,
)
from tests.support.faulty_server import FaultyServer, balance, by_client, status
from tests.support.usage_reports import answer, row

FIRST, SECOND = "live_1", "free_tier_2"

MAX_BYTES_PER_WALLET = 300_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with home_in(tmp_path, balance(6448)) as home:
        yield home


def test_each_wallet_has_its_own_balance_level_and_alerts(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    assert home.poll(backend, balance(900), FIRST).to_notify == (Alert.LOW,)
    second = home.poll(backend, balance(5000), SECOND)
    assert (second.level, second.peak) == (Level.OK, Decimal(5000))
    assert not second.to_notify
    backend.mark_notified(FIRST, Alert.LOW)
    assert home.poll(backend, balance(890), SECOND).to_notify == (Alert.LOW,)
    first = home.poll(backend, balance(880), FIRST)
    assert not first.to_notify
    assert first.peak == 900


def test_all_wallets_are_polled_at_the_same_time_except_paused_ones(home: Home) -> None:
    backend = home.session(FIRST, SECOND, "live_3")
    change_wallet(backend, SECOND, is_paused=True)
    home.server.answer = by_client({FIRST: balance(1), "live_3": status(503)})
    overview = asyncio.run(backend.poll_all())
    assert [snapshot.condition for snapshot in overview.snapshots] == [
        Condition.FRESH,
        Condition.PAUSED,
        Condition.SERVER_ERROR,
    ]
    assert len(home.server.requests) == 2
    asyncio.run(backend.poll_all([SECOND]))
    assert len(home.server.requests) == 3


def test_a_snooze_before_the_first_sign_in_makes_no_wallet(home: Home) -> None:
    backend = home.session()
    backend.snooze(home.now + timedelta(hours=1))
    assert backend.client_ids() == []


def test_a_snooze_of_one_wallet_silences_no_other(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    overview = backend.snooze(home.now + timedelta(hours=1), SECOND)
    assert [bool(snapshot.snoozed) for snapshot in overview.snapshots] == [False, True]
    assert home.poll(backend, balance(900), FIRST).to_notify == (Alert.LOW,)
    overview = backend.snooze(home.now + timedelta(hours=1))
    assert all(snapshot.snoozed for snapshot in overview.snapshots)
    overview = backend.resume_alerts(SECOND)
    assert [bool(snapshot.snoozed) for snapshot in overview.snapshots] == [True, False]
    assert not any(snapshot.snoozed for snapshot in backend.resume_alerts().snapshots)


def test_each_wallet_has_its_own_history_and_forecast(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    past = [
        Reading(at=home.now - hours * timedelta(hours=1), balance=Decimal(5000 + hours))
        for hours in range(20 * 24)
    ]
    backend.history.merge(FIRST, past)
    assert home.poll(backend, balance(5000), FIRST).runway is not None
    assert home.poll(backend, balance(5000), SECOND).runway is None
    assert len(backend.history.buckets(SECOND, home.now - timedelta(days=1), home.now)) == 1


def test_a_wallet_added_later_begins_with_the_thresholds_of_the_first(home: Home) -> None:
    backend = home.session(FIRST)
    change_wallet(backend, FIRST, low=500, alerts=frozenset({Alert.LOW}))
    asyncio.run(backend.sign_in(credentials(SECOND)))
    assert known(backend, SECOND).wallet == replace(
        known(backend, FIRST).wallet, client_id=SECOND, name="Trial"
    )
    assert home.poll(backend, balance(600), SECOND).level is Level.OK


def test_what_could_not_be_stored_for_one_wallet_is_not_stored_for_another(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    home.poll(backend, balance(5000), SECOND)
    with home.unusable_history():
        home.poll(backend, balance(900), FIRST)
        backend.mark_notified(FIRST, Alert.LOW)
    assert home.poll(backend, balance(900), SECOND).to_notify == (Alert.LOW,)
    assert home.poll(backend, balance(890), FIRST).to_notify == ()
    readings = backend.history.readings(FIRST, home.now - timedelta(days=1), home.now)
    assert [reading.balance for reading in readings] == [900, 890]


def test_a_wallet_in_trouble_hides_no_other(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    home.poll(backend, status(401), FIRST)
    good = home.poll(backend, balance(5000), SECOND)
    assert (good.trouble, good.condition) == (None, Condition.FRESH)
    assert known(backend, FIRST).condition is Condition.REJECTED
    assert backend.overview().worst.client_id == FIRST


def test_the_keyring_is_read_once_for_all_wallets(home: Home) -> None:
    home.session(FIRST, SECOND, "live_3")
    backend = home.session()
    asyncio.run(backend.poll_all())
    asyncio.run(backend.poll_all())
    assert [{*readings} for readings in home.keyring.readings[3:]] == [{FIRST, SECOND, "live_3"}]


def test_a_wallet_without_a_secret_makes_no_other_read_the_keyring_again(home: Home) -> None:
    home.session(FIRST, SECOND)
    asyncio.run(home.keyring.delete(FIRST))
    backend = home.session()
    home.keyring.readings.clear()
    assert isinstance(home.poll(backend, balance(1), FIRST).trouble, NotSetUpError)
    assert home.poll(backend, balance(1), SECOND).trouble is None
    assert len(home.keyring.readings) == 1


def test_a_secret_kept_for_the_session_makes_no_other_read_the_keyring_again(home: Home) -> None:
    home.session(SECOND)
    backend = home.session()
    asyncio.run(backend.sign_in(credentials(FIRST), session_only=True))
    change_wallet(home.session(), SECOND, low=500)
    assert backend.reload_if_changed()
    home.keyring.readings.clear()
    overview = asyncio.run(backend.poll_all())
    assert [snapshot.trouble for snapshot in overview.snapshots] == [None, None]
    asyncio.run(backend.poll(FIRST))
    assert len(home.keyring.readings) == 1


def test_a_refused_secret_of_one_wallet_is_read_again_alone(home: Home) -> None:
    home.session(FIRST, SECOND)
    backend = home.session()
    asyncio.run(backend.poll_all())
    home.keyring.readings.clear()
    home.poll(backend, status(401), FIRST)
    home.poll(backend, balance(7), FIRST)
    home.poll(backend, balance(7), SECOND)
    assert [{*readings} for readings in home.keyring.readings] == [{FIRST}]


def test_with_a_client_id_in_the_environment_no_other_secret_is_read(home: Home) -> None:
    home.session(FIRST, SECOND)
    home.environ = {"DEEPVUE_CLIENT_ID": SECOND}
    backend = home.session()
    home.keyring.readings.clear()
    overview = asyncio.run(backend.poll_all())
    assert [snapshot.client_id for snapshot in overview.snapshots] == [SECOND]
    assert overview.from_environment
    assert overview.worst.trouble is None
    assert [{*readings} for readings in home.keyring.readings] == [{SECOND}]


def test_a_wallet_of_the_environment_is_stored_only_in_the_history(home: Home) -> None:
    home.session(FIRST)
    home.environ = {"DEEPVUE_CLIENT_ID": SECOND, "DEEPVUE_CLIENT_SECRET": "from-environ"}
    backend = home.session()
    assert home.poll(backend, balance(900), SECOND).level is Level.LOW
    assert home.server.requests[-1].headers["x-api-key"] == "from-environ"
    home.environ = {}
    assert home.session().accounts.settings.client_ids == (FIRST,)
    assert [*home.keyring.secrets] == [FIRST]
    assert backend.client_ids() == [FIRST, SECOND]


def test_a_removed_wallet_is_gone_and_its_history_stays_unless_deleted(home: Home) -> None:
    backend = home.session(FIRST, SECOND)
    day = timedelta(days=1)
    for client_id, is_deleted in ((FIRST, False), (SECOND, True)):
        home.poll(backend, balance(900), client_id)
        overview = asyncio.run(backend.sign_out(client_id, delete_history=is_deleted))
        assert overview.snapshot(client_id) is None
        assert client_id not in home.keyring.secrets
        readings = [*backend.history.readings(client_id, home.now - day, home.now)]
        assert bool(readings) is not is_deleted
    assert [snapshot.condition for snapshot in overview.snapshots] == [Condition.REFRESHING]
    assert backend.client_ids() == [FIRST, SECOND]


def test_a_wallet_that_is_added_again_after_its_history_was_deleted_is_a_new_one(
    home: Home,
) -> None:
    backend = home.session(FIRST)
    home.poll(backend, balance(900))
    backend.mark_notified(FIRST, Alert.LOW)
    asyncio.run(backend.sign_out(FIRST, delete_history=True))
    asyncio.run(backend.sign_in(credentials(FIRST)))
    assert (known(backend).reading, known(backend).peak) == (None, None)
    assert home.poll(backend, balance(800)).to_notify == (Alert.LOW,)
    assert known(backend).peak == 800


def test_signing_out_of_all_leaves_no_secret_that_was_ever_stored(home: Home) -> None:
    first = home.session(FIRST, SECOND)
    home.poll(first, balance(7), SECOND)
    # An older program has forgotten a wallet, and the settings are lost.
    asyncio.run(home.keyring.set("live_old", credentials("live_old").secret))
    with closing(History(home.paths.history)) as history:
        history.add("live_old")
    home.paths.settings.unlink()
    backend = home.session("live_3")
    for client_id in backend.client_ids():
        overview = asyncio.run(backend.sign_out(client_id))
    assert home.keyring.secrets == {}
    assert [snapshot.client_id for snapshot in overview.snapshots] == [""]


def test_a_sign_in_that_fails_stores_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> None:
        raise KeyringRefusedError("denied")

    backend = home.session(FIRST)
    with monkeypatch.context() as patched:
        patched.setattr(home.keyring, "set", refuse)
        with pytest.raises(KeyringRefusedError):
            asyncio.run(backend.sign_in(credentials(SECOND)))
    settings = home.paths.settings.read_bytes()
    home.paths.settings.unlink()
    home.paths.settings.mkdir()
    with pytest.raises(StorageError):
        asyncio.run(backend.sign_in(credentials(SECOND)))
    home.paths.settings.rmdir()
    home.paths.settings.write_bytes(settings)
    assert [*home.keyring.secrets] == backend.client_ids() == [FIRST]
    assert backend.overview().snapshot(SECOND) is None


def test_a_secret_stored_before_the_program_was_killed_is_known(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_killed(*_: object) -> None:
        raise SystemExit

    backend = home.session()
    monkeypatch.setattr(SettingsFile, "update", be_killed)
    with pytest.raises(SystemExit):
        asyncio.run(backend.sign_in(credentials(FIRST)))
    assert [*home.keyring.secrets] == home.session().client_ids() == [FIRST]


def test_a_sign_in_without_a_usable_history_is_one_nevertheless(home: Home) -> None:
    backend = home.session()
    with home.unusable_history():
        asyncio.run(backend.sign_in(credentials(FIRST)))
        assert isinstance(known(backend).storage, StorageError)
    assert home.poll(backend, balance(7)).storage is None
    assert home.session().client_ids() == [FIRST]


def test_a_sign_in_ends_a_refusal_at_once(home: Home) -> None:
    backend = home.session(FIRST)
    assert isinstance(home.poll(backend, status(401)).trouble, RejectedError)
    overview = asyncio.run(backend.sign_in(credentials(FIRST, "new-secret")))
    assert overview.worst.trouble is None


def test_a_stored_forecast_is_shown_at_the_start_without_learning_it_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(*_: object) -> NoReturn:
        raise AssertionError

    backend = home.session(FIRST)
    past = [
        Reading(at=home.now - hours * timedelta(hours=1), balance=Decimal(5000 + 4 * hours))
        for hours in range(20 * 24)
    ]
    backend.history.merge(FIRST, past)
    runway = home.poll(backend, balance(5000)).runway
    home.now += timedelta(days=3)
    monkeypatch.setattr(monitor, "forecast_runway", learn)
    assert known(home.session()).runway == runway is not None


def test_each_further_wallet_takes_little_memory(home: Home) -> None:
    client_ids = [f"live_{number}" for number in range(4)]
    backend = home.session(*client_ids)
    step, length = timedelta(minutes=30), timedelta(weeks=8)
    for client_id in client_ids:
        past = (
            Reading(at=home.now - number * step, balance=Decimal(50_000 + number))
            for number in range(length // step)
        )
        backend.history.merge(client_id, past)
    first, *others = client_ids
    home.poll(backend, balance(50_000), first)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for client_id in others:
            assert home.poll(backend, balance(50_000), client_id).runway is not None
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / len(others) < MAX_BYTES_PER_WALLET


# The law: what one wallet does never changes another's snapshots and alerts.

_ANSWERS = {
    "401": status(401),
    "503": status(503),
    **{str(amount): balance(amount) for amount in (0, 200, 900, 5000, 20_000)},
}

_ANYTHING = st.sampled_from(
    [
        *(("poll", answer) for answer in _ANSWERS),
        *(("notified", alert) for alert in Alert),
        *(("change", {"is_paused": is_paused}) for is_paused in (True, False)),
        *(("change", {"low": low}) for low in (500, 3000)),
        ("snooze", None),
        ("snooze", timedelta(hours=1)),
        ("resume", None),
    ]
)
_REMOVAL = st.sampled_from([("removal", True), ("removal", False), ("restart", None)])
_STEPS = st.lists(
    st.tuples(st.just(SECOND), _ANYTHING) | st.tuples(st.just(FIRST), _ANYTHING | _REMOVAL),
    min_size=3,
    max_size=14,
)

Step = tuple[str, tuple[str, Any]]


def _do(home: Home, backend: Backend, client_id: str, step: tuple[str, Any]) -> None:
    match step:
        case "poll", answer:
            home.server.answer = _ANSWERS[answer]
            asyncio.run(backend.poll(client_id, awake_since=home.now))
        case "notified", alert:
            backend.mark_notified(client_id, alert)
        case "change", changes:
            change_wallet(backend, client_id, **changes)
        case "snooze", length:
            backend.snooze(home.now + length if length else None, client_id)
        case "resume", _:
            backend.resume_alerts(client_id)
        case "removal", is_deleted:
            asyncio.run(backend.sign_out(client_id, delete_history=is_deleted))
            asyncio.run(backend.sign_in(credentials(client_id)))


def _states_of_the_second(
    server: FaultyServer, steps: Sequence[Step], *, first_acts: bool
) -> Iterator[object]:
    """Yield all that is known of the second wallet after each step."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), server)
        backend = home.session(SECOND, FIRST)
        for client_id, step in steps:
            home.now += timedelta(minutes=20)
            if step == ("restart", None):
                backend.close()
                backend = home.session()
            elif client_id == SECOND or first_acts:
                _do(home, backend, client_id, step)
            snapshot: Snapshot = known(backend, SECOND)
            with closing(History(home.paths.history)) as history:
                yield replace(snapshot, trouble=None), snapshot.condition, history.alerts(SECOND)
        backend.close()


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    with FaultyServer(balance(6448)) as server:
        yield server


@settings(max_examples=25)
@given(steps=_STEPS)
def test_nothing_that_one_wallet_does_changes_another(
    server: FaultyServer, steps: Sequence[Step]
) -> None:
    alone = _states_of_the_second(server, steps, first_acts=False)
    beside = _states_of_the_second(server, steps, first_acts=True)
    for number, (expected, actual) in enumerate(zip(alone, beside, strict=True)):
        assert actual == expected, f"after step {number}"


def test_with_a_usage_report_the_forecast_begins_on_the_first_day(home: Home) -> None:
    """Compare two wallets with the same readings; the report of one is switched on."""
    backend = home.session("live_1", "live_2")
    asyncio.run(backend.switch_usage_on("live_1"))
    for left in (1000, 999):
        home.poll(backend, balance(left), "live_2")
        home.poll(backend, balance(left), "live_1")
    calls = [home.now - timedelta(hours=hours) for hours in range(1, 24 * 14)]
    by_day: dict[date, list[dict[str, object]]] = defaultdict(list)
    for at in calls:
        by_day[at.date()].append(row(at, charge=10))
    today = home.now.date()
    home.server.answers = [answer(*by_day[today - timedelta(days=number)]) for number in range(15)]
    asyncio.run(backend.usage.fetch("live_1", 15))
    for client_id in ("live_2", "live_1"):
        snapshot = home.poll(backend, balance(998), client_id)
    assert snapshot.runway is not None
    assert 80 < (snapshot.runway.empty_at - home.now) / timedelta(hours=1) < 125
    other = backend.overview().snapshot("live_2")
    assert other is not None
    assert other.runway is None
    assert backend.reported_balances("live_1", home.now - timedelta(days=14))[0][1] > 4000
    assert backend.reported_balances("live_2", home.now - timedelta(days=14)) == ()
