"""One poll of a wallet, shared by tray and command line: request, forecast, alerts, storage."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_store import AlertStore, WalletRemovedError
from deepvue_tray.core.alert_rules import Observation, judge, to_notify
from deepvue_tray.core.errors import AccountError, DeepvueError, RejectedError, StorageError
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, peak_balance, top_up_amount
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)


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
        api: WalletApi,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client_id = client_id
        self._accounts = accounts
        self._api = api
        self._history = history
        self._now = now
        self.alerts = AlertStore(client_id, history, lambda: self._wallet_now() is not None, now)
        self._last = Snapshot(wallet=WalletSettings(client_id=client_id))
        # The revision of the accounts with whose credentials the last attempt was made.
        self._revision = accounts.revision
        self._last_attempt = object()
        # The time of the last good reading, or of the first poll before there is one; and since
        # when the machine had been awake at that time.
        self._unseen_from: tuple[datetime, datetime | None] | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The result of the last attempt, with the settings and the snooze in force."""
        last, snooze = self._last, self.alerts.state.snooze
        wallet = self._accounts.wallet(self._client_id) or last.wallet
        is_refused = isinstance(last.trouble, AccountError | RejectedError)
        is_outdated = is_refused and self._revision != self._accounts.revision
        return replace(
            last,
            wallet=wallet,
            # Another process may have signed in since.
            trouble=None if is_outdated else last.trouble,
            # The next attempt applies other thresholds.
            to_notify=() if is_outdated or wallet != last.wallet else last.to_notify,
            snoozed=None if snooze and snooze.is_over(self._now()) else snooze,
            storage=last.storage or self._accounts.damage or self._history.damage,
        )

    def load_last_known(self) -> None:
        """Load the stored state without a request: the last reading and its runway.

        The response of a request under way has no effect.
        """
        self._last_attempt = object()
        self._restore()
        if self._last.storage is None:
            try:
                self._last = replace(self._last, runway=self._last_known_runway())
            except StorageError as error:
                self._last = replace(self._last, storage=error.without_traceback())

    def close(self) -> None:
        """Discard what could not be stored; the response of a request under way has no effect."""
        self._last_attempt = object()
        self._history.discard_unstored(self._client_id)

    async def poll(self, *, prompt: bool = False, awake_since: datetime | None = None) -> None:
        """Request the balance once; a DeepvueError becomes the snapshot's trouble.

        ``prompt`` is whether the keyring may show a prompt to unlock it. ``awake_since`` is when
        the machine last woke up (aware, UTC): time asleep does not count as time without data.
        The response has no effect if the wallet was removed meanwhile, or another poll has begun
        with other credentials.
        """
        attempt = self._last_attempt = object()
        revision = self._accounts.revision
        if not self.alerts.is_loaded:
            # The forecast can wait for the new reading.
            self._restore()
        self._unseen_from = self._unseen_from or (self._now(), awake_since)
        reading: Reading | None = None
        trouble: DeepvueError | None = None
        try:
            # The HTTP client is prepared while the keyring answers.
            credentials, _ = await asyncio.gather(
                self._accounts.credentials(self._client_id, prompt=prompt), self._api.prepare()
            )
            reading = await self._api.read(credentials)
        except DeepvueError as error:
            logger.info("%s", error)
            trouble = error.without_traceback()
        wallet = self._wallet_now()
        if wallet is None or self._last_attempt is not attempt:
            return
        if isinstance(trouble, RejectedError):
            self._accounts.forget_secret(self._client_id)
        known = replace(self._last, wallet=wallet, trouble=trouble)
        if reading is None:
            self._last = self._after_failure(known, awake_since)
        else:
            self._unseen_from = reading.at, awake_since
            with suppress(WalletRemovedError):
                self._last = self._after_reading(known, reading)
        self._revision = revision

    def _wallet_now(self) -> WalletSettings | None:
        """Return the wallet's settings; None if this or another process has removed it."""
        self._accounts.reload()
        return self._accounts.wallet(self._client_id)

    def _restore(self) -> None:
        """Load the stored reading and peak."""
        known = replace(self._last, trouble=None, storage=None, to_notify=())
        try:
            self.alerts.load()
            known = replace(
                known,
                reading=known.reading or self._history.latest(self._client_id, self._now()),
                peak=self._history.peak(self._client_id) or known.peak,
            )
        except StorageError as error:
            known = replace(known, storage=error.without_traceback())
        self._last = known

    def _last_known_runway(self) -> Runway | None:
        """Return the forecast of the last reading; it is made again if its early end has passed."""
        now, model = self._now(), self._history.spending_model(self._client_id)
        if model and model.runway and model.runway.earliest > now:
            # Learning takes 0.1 s: too long at the start with many wallets.
            return model.runway
        return forecast_runway(series_of(self._points(now, MEMORY)), now)

    def _after_reading(self, known: Snapshot, reading: Reading) -> Snapshot:
        """Return the snapshot after a reading, which is stored; raises WalletRemovedError."""
        storage, runway, is_fast, new_model = None, known.runway, False, None
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
        judgement = partial(judge, seen=seen, wallet=known.wallet)
        peak = peak_balance(known.peak, self.alerts.state.balances, reading.balance)
        failed = self.alerts.append(reading, judgement, new_model)
        if failed is None:
            try:
                # Another process may have seen a higher one.
                peak = self._history.peak(self._client_id) or peak
            except StorageError as error:
                failed = error.without_traceback()
        return replace(
            known,
            reading=reading,
            added=top_up_amount(self.alerts.state.balances),
            peak=peak,
            runway=runway,
            to_notify=to_notify(self.alerts.state, seen, known.wallet),
            storage=failed or storage,
        )

    def _after_failure(self, known: Snapshot, awake_since: datetime | None) -> Snapshot:
        """Return the snapshot after a failure, with the alerts that ``known.trouble`` causes."""
        now, unseen = self._now(), timedelta(0)
        if awake_since and self._unseen_from and self._client_id:
            at, awake_then = self._unseen_from
            # Time before sleep, or before the clock was changed, does not count.
            unseen = now - (at if awake_then == awake_since else awake_since)
        seen = Observation(now=now, trouble=known.trouble, unseen=unseen, interval=self._interval)
        self.alerts.update(partial(judge, seen=seen, wallet=known.wallet))
        return replace(known, to_notify=to_notify(self.alerts.state, seen, known.wallet))

    @property
    def _interval(self) -> timedelta:
        return self._accounts.settings.interval

    def _points(self, until: datetime, length: timedelta) -> list[Point]:
        return self._history.points(self._client_id, until - length, until)
