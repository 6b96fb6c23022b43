"""Two wallets that are signed in, and their keyring and server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepvue_tray.core.settings import WalletSettings
from tests.cli import wallets
from tests.support.faulty_server import FaultyServer, balance, by_client
from tests.support.file_keyring import FileKeyring

LIVE = WalletSettings(client_id="live_1", name="Live")
TRIAL = WalletSettings(client_id="free_tier_2", name="Trial")


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    """Return a keyring with the secrets of both wallets."""
    if not hasattr(os, "mkfifo") or "PROGRAM_UNDER_TEST" in os.environ:
        pytest.skip("only POSIX has named pipes, and a bundle cannot load the tests' keyring")
    return FileKeyring(tmp_path, live_1="live-s3cr3t", free_tier_2="trial-s3cr3t")


@pytest.fixture
def two(keyring: FileKeyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """Sign in to both wallets; return a server with 6,448 credits in Live and 900 in Trial."""
    wallets.sign_in(LIVE, TRIAL)
    answer = by_client({"live_1": balance(6448), "free_tier_2": balance(900)})
    with FaultyServer(answer) as server:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        yield server
