"""The demo's wallet responds like the real one, and leaves no files."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from deepvue_tray.backend.demo import demo_backend, demo_balance, wallet_server
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import RejectedError
from deepvue_tray.services.wallet_api import WalletApi


def test_it_shows_a_balance_without_any_account() -> None:
    with demo_backend() as build:
        backend = build()
        snapshot = asyncio.run(backend.monitor.poll())
        backend.close()
    assert snapshot.reading is not None
    assert snapshot.trouble is None


def test_its_files_are_removed_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with demo_backend() as build:
        backend = build()
        asyncio.run(backend.monitor.poll())
        assert [*tmp_path.rglob("history.sqlite")]
        backend.close()
    assert not [*tmp_path.iterdir()]


def test_its_server_refuses_wrong_credentials_as_the_real_one_does() -> None:
    stranger = Credentials("free_tier_demo", Secret("wrong"))
    with wallet_server(lambda: 5) as url, pytest.raises(RejectedError, match="access Denied"):
        asyncio.run(WalletApi(url).read(stranger))


def test_the_wallet_starts_above_low_and_is_below_within_half_a_minute() -> None:
    assert demo_balance(0) > 1000 >= demo_balance(25)


def test_the_wallet_runs_empty_and_is_topped_up() -> None:
    balances = [demo_balance(second) for second in range(600)]
    assert min(balances) == 0
    assert balances.count(max(balances)) >= 2
