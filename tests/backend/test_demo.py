"""The demo's wallet responds like the real one, and leaves no files."""

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deepvue_tray.backend.demo import INTERVAL, demo_backend, demo_balance, wallet_server
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import RejectedError
from deepvue_tray.services.wallet_api import WalletApi


def test_it_shows_two_balances_without_any_account() -> None:
    with demo_backend() as build:
        backend = build()
        overview = asyncio.run(backend.poll_all())
        backend.close()
    assert [snapshot.wallet.name for snapshot in overview.snapshots] == ["Trial", "Live"]
    for snapshot in overview.snapshots:
        assert snapshot.reading is not None
        assert snapshot.trouble is snapshot.storage is None
        assert snapshot.runway is not None


def test_its_interval_is_short_until_the_person_sets_another() -> None:
    with demo_backend() as build:
        backend = build()
        before = backend.accounts.settings
        assert before.interval == INTERVAL
        asyncio.run(backend.save(before, replace(before, number_icon=True), start_at_login=False))
        assert backend.accounts.settings == replace(before, number_icon=True)
        hourly = replace(before, interval=timedelta(hours=1))
        asyncio.run(backend.save(before, hourly, start_at_login=False))
        assert backend.overview().settings.interval == timedelta(hours=1)
        backend.close()


def test_its_files_are_removed_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with demo_backend() as build:
        backend = build()
        asyncio.run(backend.poll_all())
        assert [*tmp_path.rglob("history.sqlite")]
        backend.close()
    assert not [*tmp_path.iterdir()]


def test_its_server_refuses_wrong_credentials_as_the_real_one_does() -> None:
    stranger = Credentials("free_tier_demo", Secret("wrong"))
    with (
        wallet_server({"free_tier_demo": lambda: 5}, {}) as url,
        pytest.raises(RejectedError, match="access Denied"),
    ):
        asyncio.run(WalletApi(url).read(stranger))


def test_the_wallet_starts_above_low_and_is_below_within_half_a_minute() -> None:
    assert demo_balance(0) > 1000 >= demo_balance(25)


def test_the_wallet_runs_empty_and_is_topped_up() -> None:
    balances = [demo_balance(second) for second in range(600)]
    assert min(balances) == 0
    assert balances.count(max(balances)) >= 2


def test_its_usage_reports_explain_how_the_balance_fell() -> None:
    with demo_backend() as build:
        backend = build()
        asyncio.run(backend.usage.fetch("live_demo", 10))
        products = backend.usage.queries.products("live_demo", 10)
        assert products[0].product == "PAN-Plus"
        assert products[0].not_found.calls
        assert backend.usage.queries.unexplained("live_demo", 10) is None
        backend.close()
