"""One poll of the wallet, shared by tray and command line: request, forecast, alerts, storage."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_store import AlertStore
from deepvue_tray.core.alert_rules import Observation, judge, to_notify
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, RejectedError, StorageError
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, peak_balance
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)


class Monitor:
    """Turns each attempt to read the wallet into a snapshot.

    A failed attempt adds its trouble and changes nothing else. ``now`` returns the time, aware, in
    UTC.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        wallet: WalletApi,
        history: History,
        alerts: AlertStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts = accounts
        self._wallet = wallet
        self._history = history
        self._alerts = alerts
        self._now = now
        self._snapshot = Snapshot()
        # The time of the last good reading, or of the first poll before there is one; and since
        # when the machine had been awake at that time.
        self._unseen_from: tuple[datetime, datetime | None] | None = None

    def load_last_known(self) -> Snapshot:
        """Return the stored state without a request: the last reading and its runway."""
        self._restore()
        if self._snapshot.storage is None:
            try:
                self._snapshot = replace(self._snapshot, runway=self._last_known_runway())
            except StorageError as error:
                self._snapshot = replace(self._snapshot, storage=error.without_traceback())
        return self._snapshot

    def reevaluate(self) -> Snapshot:
        """Return the snapshot with the present settings, which may name another wallet."""
        if self._accounts.client_id != self._snapshot.client_id:
            return self.load_last_known()
        self._snapshot = self._with_state(replace(self._snapshot, storage=None, to_notify=()))
        return self._snapshot

    def is_current(self, snapshot: Snapshot) -> bool:
        """Return whether there is no newer reading than the one of ``snapshot``."""
        last = self._snapshot
        return (snapshot.client_id, snapshot.reading) == (last.client_id, last.reading)

    async def poll(self, *, prompt: bool = False, awake_since: datetime | None = None) -> Snapshot:
        """Request the balance once; a DeepvueError becomes the snapshot's trouble.

        ``prompt`` is whether the keyring may show a prompt to unlock it. ``awake_since`` is when
        the machine last woke up (aware, UTC): time asleep does not count as time without data.
        """
        if self._accounts.reload():
            self.load_last_known()
        elif not self._alerts.is_loaded or self._accounts.client_id != self._snapshot.client_id:
            # The forecast can wait for the new reading.
            self._restore()
        self._unseen_from = self._unseen_from or (self._now(), awake_since)
        client_id = self._accounts.client_id
        reading: Reading | None = None
        trouble: DeepvueError | None = None
        try:
            # The HTTP client is prepared while the keyring answers.
            credentials, _ = await asyncio.gather(
                self._accounts.credentials(prompt=prompt), self._wallet.prepare()
            )
            reading = await self._wallet.read(credentials)
        except DeepvueError as error:
            logger.info("%s", error)
            trouble = error.without_traceback()
            if isinstance(error, RejectedError):
                self._accounts.forget_secret()
        if self._accounts.client_id != client_id:
            # Another wallet was signed in meanwhile; this response is for the previous one.
            return self._snapshot
        if reading:
            self._unseen_from = reading.at, awake_since
            after = self._after_reading(reading)
        else:
            after = self._after_failure(trouble, awake_since)
        self._snapshot = self._with_state(after)
        return self._snapshot

    async def probe(self, credentials: Credentials) -> Reading:
        """Request the balance once with ``credentials`` and store nothing; raises WalletError."""
        return await self._wallet.read(credentials)

    def _restore(self) -> None:
        """Load the stored reading and peak of the wallet in use."""
        client_id = self._accounts.client_id
        if client_id != self._snapshot.client_id:
            self._alerts.select(client_id)
            self._snapshot, self._unseen_from = Snapshot(), None
        known = replace(self._snapshot, trouble=None, storage=None, to_notify=())
        try:
            self._alerts.load()
            known = replace(
                known,
                reading=known.reading or self._history.latest(client_id, self._now()),
                peak=self._history.peak(client_id) or known.peak,
            )
        except StorageError as error:
            known = replace(known, storage=error.without_traceback())
        self._snapshot = self._with_state(known)

    def _last_known_runway(self) -> Runway | None:
        now, reading = self._now(), self._snapshot.reading
        model = self._history.spending_model(self._accounts.client_id)
        if model and reading and model.is_fresh(replace(reading, at=now)):
            return model.runway
        return forecast_runway(series_of(self._points(now, MEMORY)), now)

    def _after_reading(self, reading: Reading) -> Snapshot:
        known, storage = self._snapshot, None
        runway, is_fast, new_model = known.runway, False, None
        try:
            model = self._history.spending_model(known.client_id)
            if not (model and model.is_fresh(reading)):
                model = new_model = SpendingModel.of(self._points(reading.at, MEMORY), reading)
            recent = series_of(self._points(reading.at, RECENT), reading)
            runway, is_fast = model.runway, is_fast_spending(recent, model.limits, reading.at)
        except StorageError as error:
            storage = error.without_traceback()
        seen = Observation(now=reading.at, reading=reading, runway=runway, fast=is_fast)
        peak = peak_balance(known.peak, self._alerts.state.balances, reading.balance)
        change = partial(judge, seen=seen, settings=self._accounts.settings)
        failed = self._alerts.append(reading, change, new_model)
        if failed is None:
            try:
                # Another process may have seen a higher one.
                peak = self._history.peak(known.client_id) or peak
            except StorageError as error:
                failed = error.without_traceback()
        return replace(
            known,
            reading=reading,
            peak=peak,
            runway=runway,
            trouble=None,
            to_notify=to_notify(self._alerts.state, seen, self._accounts.settings),
            storage=failed or storage,
        )

    def _after_failure(
        self, trouble: DeepvueError | None, awake_since: datetime | None
    ) -> Snapshot:
        now, unseen = self._now(), timedelta(0)
        if awake_since and self._unseen_from and self._snapshot.client_id:
            at, awake_then = self._unseen_from
            # Time before sleep, or before the clock was changed, does not count.
            unseen = now - (at if awake_then == awake_since else awake_since)
        seen = Observation(now=now, trouble=trouble, unseen=unseen)
        settings = self._accounts.settings
        self._alerts.update(partial(judge, seen=seen, settings=settings))
        return replace(
            self._snapshot,
            trouble=trouble,
            to_notify=to_notify(self._alerts.state, seen, settings),
        )

    def _points(self, until: datetime, length: timedelta) -> list[Point]:
        return self._history.points(self._accounts.client_id, until - length, until)

    def _with_state(self, snapshot: Snapshot) -> Snapshot:
        """Return ``snapshot`` with the settings and the snooze in force."""
        snooze = self._alerts.state.snooze
        return replace(
            snapshot,
            settings=self._accounts.settings,
            client_id=self._accounts.client_id,
            snoozed=None if snooze and snooze.is_over(self._now()) else snooze,
            storage=snapshot.storage or self._accounts.damage or self._history.damage,
        )
