"""Tray and terminal use the same files at the same time: nothing is lost, nothing comes back."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import Condition, RejectedError
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.overview import Overview
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi
from tests.backend.home import (
    STEP,
    Home,
    change_wallet,
    credentials,
    home_in,
    known,
)
from tests.support.faulty_server import Answer, FaultyServer, balance, status
from tests.support.timeouts import TIMEOUT_S

FIRST, SECOND = "live_1", "live_2"
WALLETS_EACH = 10


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    with FaultyServer(balance(1)) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with home_in(tmp_path, balance(6448)) as home:
        yield home


def change_wallets(folder: Path, own: str) -> None:
    """Add, rename, pause and remove wallets in a process of its own."""
    paths = Paths.below(folder)
    backend = assemble(
        paths,
        CredentialStore({}, MemoryKeyring()),
        WalletApi("http://127.0.0.1:1"),
        XdgAutostart(paths.autostart, [sys.executable]),
    )
    for number in range(WALLETS_EACH):
        client_id = f"{own}_{number}"
        asyncio.run(backend.sign_in(credentials(client_id)))
        change_wallet(backend, client_id, name=f"Number {number} of {own}")
        change_wallet(backend, client_id, is_paused=number % 2 == 0)
        if number % 3 == 0:
            asyncio.run(backend.sign_out(client_id, delete_history=number % 2 == 0))
    backend.close()


def test_two_processes_change_wallets_at_the_same_time_and_nothing_is_lost(home: Home) -> None:
    owners = ("tray", "terminal")
    tray = home.session()
    call = f"import sys; from {__name__} import *; change_wallets(Path(sys.argv[1]), sys.argv[2])"
    command = (sys.executable, "-c", call, home.paths.settings.parent)
    root = Path(__file__).parents[2]
    processes = [subprocess.Popen((*command, owner), cwd=root) for owner in owners]
    assert [process.wait(TIMEOUT_S) for process in processes] == [0, 0]
    expected = {
        f"{owner}_{number}": (f"Number {number} of {owner}", number % 2 == 0)
        for owner in owners
        for number in range(WALLETS_EACH)
        if number % 3
    }
    overview = tray.reload_if_changed()
    assert overview is not None
    wallets = [snapshot.wallet for snapshot in overview.snapshots]
    assert {wallet.client_id: (wallet.name, wallet.is_paused) for wallet in wallets} == expected
    assert {*tray.client_ids()} == {f"{o}_{n}" for o in owners for n in range(WALLETS_EACH)}


_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["tray", "terminal"]),
        st.sampled_from([FIRST, SECOND, "free_tier_3"]),
        st.sampled_from(["add", "remove", "pause", "resume", "rename"]),
    ),
    max_size=12,
)


def change(backend: Backend, client_id: str, what: str, name: str) -> None:
    """Change a wallet as a person does who sees the present wallets."""
    backend.reload_if_changed()
    match what:
        case "add":
            asyncio.run(backend.sign_in(credentials(client_id), name))
        case "remove":
            asyncio.run(backend.sign_out(client_id))
        case "rename":
            change_wallet(backend, client_id, name=name)
        case _:
            change_wallet(backend, client_id, is_paused=what == "pause")


@settings(max_examples=40)
@given(changes=_CHANGES)
def test_each_process_sees_what_the_other_has_changed(
    server: FaultyServer, changes: list[tuple[str, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder), server)
        sessions = {"tray": home.session(), "terminal": home.session()}
        # The name of each wallet, and whether it is paused.
        expected: dict[str, tuple[str, bool]] = {}
        for number, (process, client_id, what) in enumerate(changes):
            name = f"Name {number}"
            change(sessions[process], client_id, what, name)
            old_name, is_paused = expected.get(client_id, ("", False))
            if what == "add":
                expected[client_id] = name, is_paused
            elif what == "remove":
                expected.pop(client_id, None)
            elif client_id in expected:
                new_name = name if what == "rename" else old_name
                expected[client_id] = new_name, is_paused if what == "rename" else what == "pause"
        for backend in sessions.values():
            backend.reload_if_changed()
            wallets = [wallet for wallet in backend.accounts.wallets if wallet.client_id]
            assert {w.client_id: (w.name, w.is_paused) for w in wallets} == expected
            backend.close()
        assert sorted(home.keyring.secrets) == sorted(expected)


def test_a_process_sees_the_other_s_changes_at_its_next_poll(home: Home) -> None:
    tray, terminal = home.session(FIRST), home.session()
    home.poll(tray, balance(900))
    asyncio.run(terminal.sign_in(credentials(SECOND), "Agency"))
    change_wallet(terminal, FIRST, low=500, name="Shop")
    asyncio.run(tray.poll(FIRST))
    names = [snapshot.wallet.name for snapshot in tray.overview().snapshots]
    assert names == ["Shop", "Agency"]
    assert known(tray).wallet.low == 500
    change_wallet(terminal, FIRST, is_paused=True)
    count = len(home.server.requests)
    assert home.poll(tray, balance(1)).condition is Condition.PAUSED
    assert len(home.server.requests) == count
    asyncio.run(terminal.sign_out(FIRST))
    assert asyncio.run(tray.poll(FIRST)).snapshot(FIRST) is None
    assert len(home.server.requests) == count


def test_a_change_that_an_alert_s_delivery_meets_is_shown_nevertheless(home: Home) -> None:
    tray, terminal = home.session(FIRST), home.session()
    home.poll(tray, balance(900))
    asyncio.run(terminal.sign_in(credentials(SECOND)))
    tray.mark_notified(FIRST, Alert.LOW)
    overview = tray.reload_if_changed()
    assert overview is not None
    assert [snapshot.client_id for snapshot in overview.snapshots] == [FIRST, SECOND]
    assert tray.reload_if_changed() is None


def test_a_sign_in_elsewhere_ends_a_refusal_and_no_other_trouble(home: Home) -> None:
    tray, terminal = home.session(FIRST, SECOND), home.session()
    home.poll(tray, status(401), FIRST)
    home.poll(tray, status(503), SECOND)
    assert tray.reload_if_changed() is None
    asyncio.run(terminal.sign_in(credentials(FIRST, "new-secret")))
    overview = tray.reload_if_changed()
    assert overview is not None
    assert [bool(snapshot.trouble) for snapshot in overview.snapshots] == [False, True]


def test_a_refusal_of_a_secret_that_is_replaced_meanwhile_is_not_shown(home: Home) -> None:
    tray, terminal = home.session(FIRST), home.session()
    renewal = terminal.sign_in(credentials(FIRST, "new-secret"))
    snapshot = poll_during(home, tray, status(401), renewal).worst
    assert snapshot.trouble is None
    assert snapshot.to_notify == ()
    assert isinstance(home.poll(tray, status(401)).trouble, RejectedError)
    assert home.server.requests[-1].headers["x-api-key"] == "new-secret"


# A wallet that is removed during a poll


def poll_during(
    home: Home, backend: Backend, answer: Answer, change: Coroutine[Any, Any, object]
) -> Overview:
    """Poll the first wallet; the server sends ``answer`` after ``change``."""
    released = threading.Event()

    async def send(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        await asyncio.to_thread(released.wait, TIMEOUT_S)
        async for piece in answer(server, writer):
            yield piece

    async def poll() -> Overview:
        polling = asyncio.create_task(backend.poll(FIRST))
        await asyncio.to_thread(home.server.asked.wait, TIMEOUT_S)
        await change
        released.set()
        return await polling

    home.server.answer = send
    home.server.asked.clear()
    home.now += STEP
    return asyncio.run(poll())


def stored(home: Home, client_id: str = FIRST) -> tuple[list[Any], list[Any]]:
    """Return the row of a wallet, and its readings and buckets."""
    with closing(sqlite3.connect(home.paths.history)) as database:
        row = database.execute(
            "SELECT alerts, full, outlook FROM wallet WHERE client_id = ?", (client_id,)
        ).fetchall()
        readings = database.execute(
            "SELECT reading.at, balance FROM reading JOIN wallet ON wallet = id WHERE client_id = ?"
            " UNION ALL SELECT stretch.at, last FROM stretch JOIN wallet ON wallet = id"
            " WHERE client_id = ?",
            (client_id, client_id),
        ).fetchall()
    return row, readings


@pytest.fixture(params=["the tray", "the terminal"])
def pair(home: Home, request: pytest.FixtureRequest) -> tuple[Backend, Backend]:
    """Return the backend that polls, and the one that removes the wallet."""
    tray = home.session(FIRST, SECOND, busy_timeout_s=0)
    return tray, tray if request.param == "the tray" else home.session()


@pytest.mark.parametrize("answer", [balance(200), status(401), status(503)])
@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_response_for_a_wallet_that_was_just_removed_leaves_no_trace(
    home: Home, pair: tuple[Backend, Backend], answer: Answer, is_deleted: bool
) -> None:
    tray, remover = pair
    home.poll(tray, balance(900))
    before = stored(home)
    removal = remover.sign_out(FIRST, delete_history=is_deleted)
    overview = poll_during(home, tray, answer, removal)
    assert [snapshot.client_id for snapshot in overview.snapshots] == [SECOND]
    home.poll(tray, balance(5000), SECOND)
    assert stored(home) == ([("{}", None, None)], []) if is_deleted else before
    assert len(stored(home, SECOND)[1]) == 4
    assert FIRST not in home.keyring.secrets


def test_a_response_that_cannot_be_stored_leaves_no_trace_of_a_removed_wallet(
    home: Home, pair: tuple[Backend, Backend]
) -> None:
    tray, remover = pair
    home.poll(tray, balance(900))

    async def remove_and_lock() -> None:
        await remover.sign_out(FIRST, delete_history=True)
        lock.execute("BEGIN IMMEDIATE")

    with closing(sqlite3.connect(home.paths.history, isolation_level=None)) as lock:
        poll_during(home, tray, balance(200), remove_and_lock())
    asyncio.run(tray.sign_in(credentials(FIRST)))
    assert known(tray).reading is None
    home.poll(tray, balance(5000), SECOND)
    home.poll(tray, balance(100), FIRST)
    assert {amount for _, amount in stored(home)[1]} == {100}


def test_readings_that_could_not_be_stored_are_discarded_with_their_wallet(
    home: Home, pair: tuple[Backend, Backend]
) -> None:
    tray, remover = pair
    home.poll(tray, balance(900))
    with closing(sqlite3.connect(home.paths.history, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        assert home.poll(tray, balance(800)).storage is not None
        tray.mark_notified(FIRST, Alert.LOW)
    asyncio.run(remover.sign_out(FIRST, delete_history=True))
    home.poll(tray, balance(5000), SECOND)
    assert stored(home) == ([("{}", None, None)], [])


def test_a_wallet_added_again_during_a_poll_keeps_nothing_of_what_was_deleted(home: Home) -> None:
    tray = home.session(FIRST)
    home.poll(tray, balance(900))
    tray.mark_notified(FIRST, Alert.LOW)

    async def add_again() -> None:
        await tray.sign_out(FIRST, delete_history=True)
        await tray.sign_in(credentials(FIRST))

    overview = poll_during(home, tray, balance(800), add_again())
    assert overview.worst.reading is None
    assert stored(home) == ([("{}", None, None)], [])
    assert home.poll(tray, balance(700)).to_notify == (Alert.LOW,)


def test_a_notification_and_a_snooze_leave_no_trace_of_a_removed_wallet(
    home: Home, pair: tuple[Backend, Backend]
) -> None:
    tray, remover = pair
    snapshot = home.poll(tray, balance(900))

    class Service(SilentNotifier):
        async def show(self, notification: Notification) -> bool:
            await remover.sign_out(FIRST, delete_history=True)
            return True

    tray.notifier = Service()
    note = Notification(kind="balance", title="Credits are low", body="900 left")
    assert asyncio.run(tray.notify(Alert.LOW, snapshot, note))
    tray.mark_notified(FIRST, Alert.LOW)
    tray.snooze(None, FIRST)
    assert stored(home) == ([("{}", None, None)], [])


class SilentNotifier:
    """A notification service without its calls."""

    async def service(self) -> str:
        return ":1.7"

    def listen(self, *_: object) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass


# An older program, whose settings file is of version 1 and knows one wallet


def save_with_version_1(home: Home, **values: object) -> None:
    """Save as the older program does: it keeps the keys that it does not know."""
    path = home.paths.settings
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_settings_that_an_older_program_saves_are_those_of_the_first_wallet(home: Home) -> None:
    tray = home.session(FIRST, SECOND)
    change_wallet(tray, FIRST, name="Shop")
    save_with_version_1(home, low=700, interval=3600, notify_low=False)
    asyncio.run(tray.poll(SECOND))
    first, second = tray.overview().snapshots
    assert (first.wallet.name, first.wallet.low, second.wallet.low) == ("Shop", 700, 1000)
    assert Alert.LOW not in first.wallet.alerts
    assert tray.accounts.settings.interval == timedelta(hours=1)
    change_wallet(tray, SECOND, low=300)
    assert [wallet.low for wallet in home.session().accounts.wallets] == [700, 300]


def test_a_sign_in_with_an_older_program_adds_a_wallet(home: Home) -> None:
    tray = home.session(FIRST, SECOND)
    asyncio.run(home.keyring.set("live_old", credentials("live_old").secret))
    save_with_version_1(home, client_id="live_old")
    overview = asyncio.run(tray.poll(SECOND))
    assert [s.client_id for s in overview.snapshots] == ["live_old", FIRST, SECOND]
    assert home.poll(tray, balance(5), "live_old").trouble is None
    change_wallet(tray, SECOND, low=300)
    assert home.session().accounts.settings == tray.accounts.settings


def test_a_sign_out_with_an_older_program_removes_the_first_wallet_alone(home: Home) -> None:
    tray = home.session(FIRST, SECOND)
    asyncio.run(home.keyring.delete(FIRST))
    save_with_version_1(home, client_id="")
    overview = asyncio.run(tray.poll(FIRST))
    assert [snapshot.client_id for snapshot in overview.snapshots] == [SECOND]
    change_wallet(tray, SECOND, low=300)
    assert home.session().accounts.settings.client_ids == (SECOND,)
    assert tray.client_ids() == [SECOND, FIRST]
