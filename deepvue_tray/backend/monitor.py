"""One poll of a wallet, shared by tray and command line: request, forecast, alerts, storage."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_store import AlertStore, StateChange
from deepvue_tray.core.alert_rules import Observation, judge, to_notify
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import DeepvueError, RejectedError, StorageError
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, peak_balance
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)


class WalletRemovedError(Exception):
    """The wallet was removed while it was polled."""


class Monitor:
    """Turns each attempt to read one wallet into a snapshot.

    A failed attempt adds its trouble and changes nothing else. ``now`` returns the time, aware, in
    UTC.
    """

    def __init__(
        self,
        client_id: str,
        *,
        accounts: Accounts,
        wallet: WalletApi,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client_id = client_id
        self._accounts = accounts
        self._wallet = wallet
        self._history = history
        self._now = now
        self.alerts = AlertStore(client_id, history, now)
        self.snapshot = self._with_state(Snapshot())
        """The result of the last attempt."""
        self._last_attempt = object()
        # The time of the last good reading, or of the first poll before there is one; and since
        # when the machine had been awake at that time.
        self._unseen_from: tuple[datetime, datetime | None] | None = None

    def load_last_known(self) -> None:
        """Load the stored state without a request: the last reading and its runway."""
        self._restore()
        if self.snapshot.storage is None:
            try:
                self.snapshot = replace(self.snapshot, runway=self._last_known_runway())
            except StorageError as error:
                self.snapshot = replace(self.snapshot, storage=error.without_traceback())

    def reevaluate(self) -> None:
        """Apply the present settings and the state of the alerts to the snapshot."""
        self.snapshot = self._with_state(replace(self.snapshot, storage=None, to_notify=()))

    async def poll(self, *, prompt: bool = False, awake_since: datetime | None = None) -> None:
        """Request the balance once; a DeepvueError becomes the snapshot's trouble.

        ``prompt`` is whether the keyring may show a prompt to unlock it. ``awake_since`` is when
        the machine last woke up (aware, UTC): time asleep does not count as time without data.
        The response has no effect if the wallet was removed meanwhile, or another poll has begun
        with other credentials.
        """
        attempt = self._last_attempt = object()
        if not self.alerts.is_loaded:
            # The forecast can wait for the new reading.
            self._restore()
        self._unseen_from = self._unseen_from or (self._now(), awake_since)
        reading: Reading | None = None
        trouble: DeepvueError | None = None
        try:
            # The HTTP client is prepared while the keyring answers.
            credentials, _ = await asyncio.gather(
                self._accounts.credentials(self._client_id, prompt=prompt), self._wallet.prepare()
            )
            reading = await self._wallet.read(credentials)
        except DeepvueError as error:
            logger.info("%s", error)
            trouble = error.without_traceback()
            if isinstance(error, RejectedError):
                self._accounts.forget_secret(self._client_id)
        if self._last_attempt is not attempt:
            return
        try:
            if reading:
                self._unseen_from = reading.at, awake_since
                after = self._after_reading(reading)
            else:
                after = self._after_failure(trouble, awake_since)
        except WalletRemovedError:
            return
        self.snapshot = self._with_state(after)

    def _restore(self) -> None:
        """Load the stored reading and peak."""
        known = replace(self.snapshot, trouble=None, storage=None, to_notify=())
        try:
            self.alerts.load()
            known = replace(
                known,
                reading=known.reading or self._history.latest(self._client_id, self._now()),
                peak=self._history.peak(self._client_id) or known.peak,
            )
        except StorageError as error:
            known = replace(known, storage=error.without_traceback())
        self.snapshot = self._with_state(known)

    def _last_known_runway(self) -> Runway | None:
        now, reading = self._now(), self.snapshot.reading
        model = self._history.spending_model(self._client_id)
        if model and reading and model.is_fresh(replace(reading, at=now)):
            return model.runway
        return forecast_runway(series_of(self._points(now, MEMORY)), now)

    def _after_reading(self, reading: Reading) -> Snapshot:
        known, storage = self.snapshot, None
        runway, is_fast, new_model = known.runway, False, None
        try:
            model = self._history.spending_model(self._client_id)
            if not (model and model.is_fresh(reading)):
                model = new_model = SpendingModel.of(self._points(reading.at, MEMORY), reading)
            recent = series_of(self._points(reading.at, RECENT), reading)
            runway, is_fast = model.runway, is_fast_spending(recent, model.limits, reading.at)
        except StorageError as error:
            storage = error.without_traceback()
        seen = Observation(
            now=reading.at, reading=reading, runway=runway, fast=is_fast, interval=self._interval
        )
        peak = peak_balance(known.peak, self.alerts.state.balances, reading.balance)
        failed = self.alerts.append(reading, self._judgement(seen), new_model)
        if failed is None:
            try:
                # Another process may have seen a higher one.
                peak = self._history.peak(self._client_id) or peak
            except StorageError as error:
                failed = error.without_traceback()
        return replace(
            known,
            reading=reading,
            peak=peak,
            runway=runway,
            trouble=None,
            to_notify=to_notify(self.alerts.state, seen, self._settings),
            storage=failed or storage,
        )

    def _after_failure(
        self, trouble: DeepvueError | None, awake_since: datetime | None
    ) -> Snapshot:
        now, unseen = self._now(), timedelta(0)
        if awake_since and self._unseen_from and self._client_id:
            at, awake_then = self._unseen_from
            # Time before sleep, or before the clock was changed, does not count.
            unseen = now - (at if awake_then == awake_since else awake_since)
        seen = Observation(now=now, trouble=trouble, unseen=unseen, interval=self._interval)
        self.alerts.update(self._judgement(seen))
        return replace(
            self.snapshot,
            trouble=trouble,
            to_notify=to_notify(self.alerts.state, seen, self._settings),
        )

    @property
    def _settings(self) -> WalletSettings:
        """The wallet's settings; raises WalletRemovedError."""
        wallet = self._accounts.wallet(self._client_id)
        if wallet is None:
            raise WalletRemovedError
        return wallet

    @property
    def _interval(self) -> timedelta:
        return self._accounts.settings.interval

    def _judgement(self, seen: Observation) -> StateChange:
        """Return the change of the alerts after an attempt; it raises WalletRemovedError.

        The change is made in a transaction, which a process that removes the wallet and then its
        history cannot interrupt. So nothing is stored for a wallet that was removed.
        """

        def change(state: AlertState) -> AlertState:
            self._accounts.reload()
            return judge(state, seen, self._settings)

        return change

    def _points(self, until: datetime, length: timedelta) -> list[Point]:
        return self._history.points(self._client_id, until - length, until)

    def _with_state(self, snapshot: Snapshot) -> Snapshot:
        """Return ``snapshot`` with the wallet's settings and the snooze in force."""
        snooze = self.alerts.state.snooze
        return replace(
            snapshot,
            wallet=self._accounts.wallet(self._client_id) or snapshot.wallet,
            snoozed=None if snooze and snooze.is_over(self._now()) else snooze,
            storage=snapshot.storage or self._accounts.damage or self._history.damage,
        )
