"""A simulated month of everything that goes wrong, by a clock of its own."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.account import Account
from deepvue_tray.core.alerts import Alert
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    DeepvueError,
    OfflineError,
    RejectedError,
    ServerError,
    ThrottledError,
    TimedOutError,
    UnreadableError,
    UntrustedError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.schedule import Schedule, next_attempt
from deepvue_tray.core.settings import Settings
from deepvue_tray.monitor import Monitor
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.history import History
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi

CLIENT = "live_1"
FAULTS: list[DeepvueError] = [
    OfflineError(),
    RejectedError(),
    ServerError(retry_after=120),
    ThrottledError(retry_after=3600),
    TimedOutError(),
    UnreadableError(),
    UntrustedError(),
]


class Wallet(WalletApi):
    """Is spent, topped up and, in spells of minutes to hours, out of order."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.now = datetime(2026, 11, 1, tzinfo=UTC)
        self.balance = Decimal(5000)
        self.fault: DeepvueError | None = None
        self.fault_until = self.now
        self.asked = 0

    def pass_time(self, pause: timedelta) -> None:
        # Whole seconds: a stored time is exact to the millisecond.
        self.now += timedelta(seconds=max(1, round(pause.total_seconds())))
        self.balance -= self.random.randrange(8)
        if self.balance < 200:
            self.balance = Decimal(5000)
        if self.now > self.fault_until:
            self.fault = self.random.choice([None, *FAULTS])
            self.fault_until = self.now + timedelta(minutes=self.random.expovariate(1 / 60))

    async def read(self, _: Credentials) -> Reading:
        self.asked += 1
        if self.fault:
            raise self.fault
        return Reading(at=self.now, balance=self.balance)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_shown_is_always_what_the_last_good_answer_said(tmp_path: Path, seed: int) -> None:
    wallet = Wallet(seed)
    keyring = MemoryKeyring({CLIENT: Secret("s3cr3t")})

    def start() -> Monitor:
        account = Account(SettingsFile(tmp_path / "settings.json"), CredentialStore({}, keyring))
        account.settings = Settings(
            client_id=CLIENT, critical=None, low_days=None, critical_days=None
        )
        monitor = Monitor(
            account=account,
            wallet=wallet,
            history=History(tmp_path / "history.sqlite"),
            now=lambda: wallet.now,
        )
        monitor.recall()
        return monitor

    async def month() -> None:
        monitor, schedule = start(), Schedule()
        last_good: Reading | None = None
        delivered: list[Alert] = []
        crossings, was_above = 0, True
        end = wallet.now + timedelta(days=30)
        while wallet.now < end:
            if wallet.random.random() < 0.01:
                monitor.close()
                monitor = start()
                assert monitor.recall().reading == last_good
            fault = wallet.fault
            snapshot = await monitor.look()
            if fault is None:
                last_good = Reading(at=wallet.now, balance=wallet.balance)
                crossings += was_above and wallet.balance <= 1000
                was_above = wallet.balance > 1100 or (was_above and wallet.balance > 1000)
            assert snapshot.reading == last_good
            assert snapshot.trouble is fault
            for alert in snapshot.due:
                monitor.delivered(alert, CLIENT)
                delivered.append(alert)
            schedule, pause = next_attempt(
                schedule,
                snapshot.trouble,
                interval=snapshot.settings.interval,
                now=wallet.now,
                chance=wallet.random.random(),
            )
            wallet.pass_time(pause)
        monitor.close()
        assert delivered.count(Alert.LOW) == crossings > 0

    asyncio.run(month())
    assert 30 * 24 < wallet.asked < 30 * 400
