"""One poll of a wallet, shared by tray and command line: request, forecast, alerts, storage."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_store import AlertStore, WalletRemovedError
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_channel import Channel
from deepvue_tray.core.alert_command import identity_of
from deepvue_tray.core.alert_delivery import is_pending
from deepvue_tray.core.alert_rules import Observation, judge, to_notify
from deepvue_tray.core.errors import (
    AccountError,
    AlertCommandError,
    DeepvueError,
    RejectedError,
    StorageError,
)
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import (
    Reading,
    balance_from_number,
    peak_balance,
    top_up_amount,
)
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)

_HOUR = timedelta(hours=1)


class Monitor:
    """Turns each attempt to read one wallet into a snapshot.

    A failed attempt adds its trouble and changes nothing else. ``now`` returns the time, aware, in
    UTC. ``reported`` returns balances before the first reading, from the usage report, since
    a time, aware.
    """

    def __init__(
        self,
        client_id: str,
        *,
        accounts: Accounts,
        api: WalletApi,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        reported: Callable[[Reading, datetime], Sequence[Point]] = lambda _first, _since: (),
    ) -> None:
        self._client_id = client_id
        self._accounts = accounts
        self._api = api
        self._history = history
        self._now = now
        self._reported = reported
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
        # The next attempt applies other thresholds.
        is_judged_anew = is_outdated or wallet != last.wallet
        return replace(
            last,
            wallet=wallet,
            # Another process may have signed in since.
            trouble=None if is_outdated else last.trouble,
            to_notify=() if is_judged_anew else last.to_notify,
            command_alerts=() if is_judged_anew else self._pending_for_command(last),
            alert_command_error=self._alert_command_error(),
            snoozed=None if snooze and snooze.is_over(self._now()) else snooze,
            storage=last.storage or self._accounts.damage or self._history.damage,
        )

    def _pending_for_command(self, last: Snapshot) -> tuple[Alert, ...]:
        if not self._accounts.settings.alert_command:
            return ()
        state = self.alerts.state
        return tuple(a for a in last.command_alerts if is_pending(state, a, Channel.COMMAND))

    def _alert_command_error(self) -> AlertCommandError | None:
        """Return the last failure of the command that is set now."""
        command = self._accounts.settings.alert_command
        for failure in reversed(self.alerts.state.command.failures if command else ()):
            if failure.sent.service == identity_of(command):
                return AlertCommandError(failure.detail, retry_at=failure.at + failure.pause)
        return None

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
        With None, all time since the last stored reading counts.
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
        known = replace(self._last, trouble=None, storage=None, to_notify=(), command_alerts=())
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
        points = self._points(now, MEMORY)
        return forecast_runway(series_of([*self._reported_before(points, now), *points]), now)

    def _after_reading(self, known: Snapshot, reading: Reading) -> Snapshot:
        """Return the snapshot after a reading, which is stored; raises WalletRemovedError."""
        storage, runway, is_fast, new_model = None, known.runway, False, None
        try:
            model = self._history.spending_model(self._client_id)
            if not (model and model.is_fresh(reading)):
                points = self._points(reading.at, MEMORY)
                reported = self._reported_before(points, reading.at)
                model = new_model = SpendingModel.of(points, reading, reported)
            recent = series_of(self._points(reading.at, RECENT), reading)
            runway, is_fast = model.runway, is_fast_spending(recent, model.limits, reading.at)
        except StorageError as error:
            storage = error.without_traceback()
        seen = Observation(
            now=reading.at, reading=reading, runway=runway, fast=is_fast, interval=self._interval
        )
        judgement = partial(
            judge,
            seen=seen,
            wallet=known.wallet,
            has_command=bool(self._accounts.settings.alert_command),
        )
        peak = peak_balance(known.peak, self.alerts.state.balances, reading.balance)
        failed = self.alerts.append(reading, judgement, new_model)
        if failed is None:
            try:
                # Another process may have seen a higher one.
                peak = self._history.peak(self._client_id) or peak
            except StorageError as error:
                failed = error.without_traceback()
        known = replace(
            known,
            reading=reading,
            added=top_up_amount(self.alerts.state.balances),
            peak=peak,
            runway=runway,
            storage=failed or storage,
        )
        return self._with_alerts(known, seen)

    def _after_failure(self, known: Snapshot, awake_since: datetime | None) -> Snapshot:
        """Return the snapshot after a failure, with the alerts that ``known.trouble`` causes."""
        now, unseen = self._now(), timedelta(0)
        if awake_since and self._unseen_from and self._client_id:
            at, awake_then = self._unseen_from
            # Time before sleep, or before the clock was changed, does not count.
            unseen = now - (at if awake_then == awake_since else awake_since)
        elif awake_since is None and known.reading:
            unseen = now - known.reading.at
        seen = Observation(now=now, trouble=known.trouble, unseen=unseen, interval=self._interval)
        self.alerts.update(partial(judge, seen=seen, wallet=known.wallet))
        return self._with_alerts(known, seen)

    def _with_alerts(self, known: Snapshot, seen: Observation) -> Snapshot:
        """Return a snapshot with the alerts that each channel has to deliver."""
        state = self.alerts.state
        return replace(
            known,
            to_notify=to_notify(state, seen, known.wallet),
            command_alerts=to_notify(state, seen, known.wallet, Channel.COMMAND),
        )

    @property
    def _interval(self) -> timedelta:
        return self._accounts.settings.interval

    def _points(self, until: datetime, length: timedelta) -> Sequence[Point]:
        return self._history.points(self._client_id, until - length, until)

    def _reported_before(self, points: Sequence[Point], now: datetime) -> Sequence[Point]:
        """Return the balances that the usage report tells before ``points``, in their period."""
        since = now - MEMORY
        if not points or points[0][0] <= (since + _HOUR).timestamp():
            return ()
        at, balance = points[0]
        first = Reading(at=datetime.fromtimestamp(at, UTC), balance=balance_from_number(balance))
        return self._reported(first, since)
