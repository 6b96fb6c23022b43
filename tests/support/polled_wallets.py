"""Wallets without a server: the test decides when and how each poll ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from tests.support.held_worker import BackendWorker, Held

HOUR = timedelta(hours=1)


class Request(NamedTuple):
    """One poll that the poller has begun."""

    at: float
    """Seconds of the poller's clock."""
    client_id: str
    prompt: bool


class PolledWallets(BackendWorker):
    """The backend of a poller and its clocks; without client IDs there is one unnamed wallet."""

    def __init__(self, *client_ids: str, interval: timedelta = HOUR) -> None:
        super().__init__()
        wallets = tuple(WalletSettings(client_id=client_id) for client_id in client_ids or ("",))
        self.overview = Overview(
            settings=Settings(wallets=wallets, interval=interval),
            snapshots=tuple(Snapshot(wallet=wallet) for wallet in wallets),
        )
        """What the backend knows."""
        self.requests: list[Request] = []
        self.running: list[tuple[str, Held]] = []
        self.seconds = 100.0
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def clock(self) -> float:
        """Return the seconds since boot."""
        return self.seconds

    def poll(self, client_id: str, *, prompt: bool, awake_since: datetime) -> None:
        """Receive a request."""
        self.requests.append(Request(self.clock(), client_id, prompt))
        self.running.append((client_id, self.held.pop()))
        self.awake_since = awake_since

    def times_of(self, client_id: str) -> list[float]:
        """Return when the polls of a wallet began."""
        return [request.at for request in self.requests if request.client_id == client_id]

    def respond(self, client_id: str = "", **changes: Any) -> None:
        """End the oldest running poll of a wallet; ``changes`` are those of its snapshot."""
        held = self._take(client_id)
        self.update(client_id, **({"trouble": None, "to_notify": ()} | changes))
        held.on_result(self.overview)

    def fail(self, error: Exception, client_id: str = "") -> None:
        """End the oldest running poll of a wallet without an overview."""
        self._take(client_id).on_error(error)

    def update(self, client_id: str = "", **changes: Any) -> Overview:
        """Change the snapshot of a wallet; return the new overview."""
        snapshots = tuple(
            replace(snapshot, **changes) if snapshot.client_id == client_id else snapshot
            for snapshot in self.overview.snapshots
        )
        self.overview = replace(self.overview, snapshots=snapshots)
        return self.overview

    def update_wallet(self, client_id: str = "", **changes: Any) -> Overview:
        """Change the settings of a wallet; return the new overview."""
        wallets = tuple(
            replace(wallet, **changes) if wallet.client_id == client_id else wallet
            for wallet in self.overview.settings.wallets
        )
        return self._with_wallets(wallets)

    def update_interval(self, interval: timedelta) -> Overview:
        """Change the interval; return the new overview."""
        settings = replace(self.overview.settings, interval=interval)
        self.overview = replace(self.overview, settings=settings)
        return self.overview

    def add(self, client_id: str) -> Overview:
        """Add a wallet; return the new overview."""
        wallet = WalletSettings(client_id=client_id)
        return self._with_wallets((*self.overview.settings.wallets, wallet))

    def remove(self, client_id: str) -> Overview:
        """Remove a wallet; return the new overview."""
        wallets = self.overview.settings.wallets
        return self._with_wallets(tuple(w for w in wallets if w.client_id != client_id))

    def reading(self) -> Reading:
        """Return a reading of now."""
        return Reading(at=self.now, balance=Decimal(6448))

    def pass_time(self, time: timedelta) -> None:
        """Advance both clocks."""
        self.seconds += time.total_seconds()
        self.now += time

    def _take(self, client_id: str) -> Held:
        found = next(i for i, (polled, _) in enumerate(self.running) if polled == client_id)
        return self.running.pop(found)[1]

    def _with_wallets(self, wallets: tuple[WalletSettings, ...]) -> Overview:
        self.overview = replace(
            self.overview,
            settings=replace(self.overview.settings, wallets=wallets),
            snapshots=tuple(
                replace(self.overview.snapshot(wallet.client_id) or Snapshot(), wallet=wallet)
                for wallet in wallets
            ),
        )
        return self.overview
