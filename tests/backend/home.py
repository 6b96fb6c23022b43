"""A person's files and keyring, over any number of sessions against one server."""

import asyncio
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi
from tests.support.faulty_server import Answer, FaultyServer

STEP = timedelta(minutes=5)


def credentials(client_id: str, secret: str = "s3cr3t-value") -> Credentials:
    """Return credentials of a wallet."""
    return Credentials(client_id, Secret(secret))


CREDENTIALS = credentials("live_1")


class CountingKeyring(MemoryKeyring):
    """A keyring that records the client IDs of each reading call."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: list[Collection[str]] = []

    async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:
        self.readings.append(client_ids)
        return await super().get(client_ids, prompt=prompt)

    @property
    def secrets(self) -> dict[str, str]:
        """The stored secrets by client ID."""
        return {client_id: secret.reveal() for client_id, secret in self._secrets.items()}


class Home:
    """The files of one person, and the sessions that use them."""

    def __init__(self, folder: Path, server: FaultyServer) -> None:
        self.paths = Paths.below(folder)
        self.server = server
        self.keyring = CountingKeyring()
        self.environ: dict[str, str] = {}
        self.backends: list[Backend] = []
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def session(self, *client_ids: str, busy_timeout_s: float = 5.0) -> Backend:
        """Start a session, signed in to these wallets."""
        backend = assemble(
            self.paths,
            CredentialStore(self.environ, self.keyring),
            WalletApi(self.server.url, now=lambda: self.now),
            XdgAutostart(self.paths.autostart, [sys.executable]),
            now=lambda: self.now,
            busy_timeout_s=busy_timeout_s,
            usage_pause_s=0,
        )
        for client_id in client_ids:
            asyncio.run(backend.sign_in(credentials(client_id)))
        backend.overview()
        self.backends.append(backend)
        return backend

    def poll(self, backend: Backend, answer: Answer, client_id: str = "live_1") -> Snapshot:
        """Poll a wallet five minutes later; the server sends ``answer``."""
        self.server.answer = answer
        self.now += STEP
        snapshot = asyncio.run(backend.poll(client_id)).snapshot(client_id)
        assert snapshot is not None
        return snapshot

    @contextmanager
    def unusable_history(self) -> Iterator[None]:
        """Let no process use the history file, until the context ends."""
        path, moved = self.paths.history, self.paths.history.with_name("moved")
        for backend in self.backends:
            backend.close()
        is_stored = path.exists()
        if is_stored:
            path.rename(moved)
        path.mkdir(parents=True)
        yield
        path.rmdir()
        if is_stored:
            moved.rename(path)


@contextmanager
def home_in(folder: Path, answer: Answer) -> Iterator[Home]:
    """Yield a home; its sessions end with the context."""
    with FaultyServer(answer) as server:
        home = Home(folder, server)
        yield home
        for backend in home.backends:
            backend.close()


def known(backend: Backend, client_id: str = "live_1") -> Snapshot:
    """Return what a session knows of a wallet without a request."""
    snapshot = backend.overview().snapshot(client_id)
    assert snapshot is not None
    return snapshot


def change_wallet(backend: Backend, client_id: str = "live_1", **changes: object) -> None:
    """Save changed settings of a wallet, as the settings window does."""
    settings = backend.accounts.settings
    wallets = (
        replace(wallet, **cast("Any", changes)) if wallet.client_id == client_id else wallet
        for wallet in settings.wallets
    )
    changed = replace(settings, wallets=tuple(wallets))
    asyncio.run(backend.save(settings, changed, start_at_login=False))
