"""One look at the wallet, without Qt: ask, store, forecast, judge.

The tray and the command line share it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial, reduce
from pathlib import Path

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import (
    Observation,
    is_pending,
    judge,
    mark_answered,
    mark_notified,
    mark_sent,
    snoozed,
    to_notify,
)
from deepvue_tray.core.alert_state import AlertState, Sent
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, RejectedError, StorageError
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import HistoryBucket, Reading, peak_balance
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services import atomic_file, readings_csv
from deepvue_tray.services.history import AlertChange, History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)

PENDING_COUNT = 2000
"""Changes of the alerts' state that are kept while they cannot be stored: a week at the default
interval."""

StateChange = Callable[[AlertState], AlertState]
"""A pure function from one state of the alerts to the next."""


class Monitor:
    """Turns one attempt to read the wallet into one snapshot.

    What was known before stays known: a failed attempt adds its trouble and changes nothing else.
    ``now`` returns the time, aware, in UTC.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        wallet: WalletApi,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = accounts
        self._wallet = wallet
        self._history = history
        self._now = now
        # The state that is stored, and while the file cannot be used, what has become of it.
        self._alerts = AlertState()
        # What is to be applied to the stored state once the file can be used again.
        self._unstored_changes: deque[StateChange] = deque(maxlen=PENDING_COUNT)
        self._restored = False
        self._snapshot = Snapshot()
        # The last good reading, or the first look where there is none; and since when the machine
        # had been awake then.
        self._unseen_from: tuple[datetime, datetime | None] | None = None

    def load_last_known(self) -> Snapshot:
        """Return what is known without asking anybody: the last reading, and how long it lasts."""
        self._restore()
        if self._snapshot.storage is None:
            try:
                self._snapshot = replace(self._snapshot, runway=self._recalled_runway())
            except StorageError as error:
                self._snapshot = replace(self._snapshot, storage=error.without_traceback())
        return self._snapshot

    def _recalled_runway(self) -> Runway | None:
        """Return what was said last if it still holds, else what the readings say by now."""
        now, reading = self._now(), self._snapshot.reading
        stored = self._history.spending_model(self._account.client_id)
        if stored and reading and stored.is_fresh(replace(reading, at=now)):
            return stored.runway
        return forecast_runway(series_of(self._points(now, MEMORY)), now)

    def _restore(self) -> None:
        """Begin with what was stored of this wallet, or add it to what is known meanwhile."""
        client_id = self._account.client_id
        if client_id != self._snapshot.client_id:
            self._alerts, self._restored, self._snapshot = AlertState(), False, Snapshot()
            self._unstored_changes.clear()
            self._unseen_from = None
        known = replace(self._snapshot, trouble=None, storage=None, to_notify=())
        try:
            stored = self._history.alerts(client_id)
            latest = self._history.latest(client_id, self._now())
            peak = self._history.peak(client_id)
        except StorageError as error:
            known = replace(known, storage=error.without_traceback())
        else:
            if not self._restored:
                self._alerts, self._restored = self._with_pending(stored), True
            known = replace(known, reading=known.reading or latest, peak=peak or known.peak)
        self._snapshot = self._with_state(known)

    def reevaluate(self) -> Snapshot:
        """Return the snapshot under the settings as they are now, which may name another wallet."""
        if self._account.client_id != self._snapshot.client_id:
            return self.load_last_known()
        self._snapshot = self._with_state(replace(self._snapshot, storage=None, to_notify=()))
        return self._snapshot

    async def poll(self, *, prompt: bool = False, awake_since: datetime | None = None) -> Snapshot:
        """Ask the wallet once; never raises a DeepvueError: it becomes the snapshot's trouble.

        ``prompt`` says whether the keyring may ask the person to unlock it. ``awake_since`` is
        when the machine last woke up: what could not be seen before that is nobody's failure.
        """
        if self._account.reload():
            self.load_last_known()
        elif not self._restored or self._account.client_id != self._snapshot.client_id:
            # Nothing was recalled of this wallet, or could be: the forecast can wait for the
            # new reading.
            self._restore()
        self._unseen_from = self._unseen_from or (self._now(), awake_since)
        asked_as = self._account.client_id
        reading: Reading | None = None
        trouble: DeepvueError | None = None
        try:
            # The request is made ready while the keyring answers.
            credentials, _ = await asyncio.gather(
                self._account.credentials(prompt=prompt), self._wallet.prepare()
            )
            reading = await self._wallet.read(credentials)
        except DeepvueError as error:
            logger.info("%s", error)
            trouble = error.without_traceback()
            if isinstance(error, RejectedError):
                self._account.forget_secret()
        if self._account.client_id != asked_as:
            # Signed in as somebody else meanwhile: this answer is about another wallet.
            return self._snapshot
        if reading:
            self._unseen_from = reading.at, awake_since
            after = self._after(reading)
        else:
            after = self._after_failure(trouble, awake_since)
        self._snapshot = self._with_state(after)
        return self._snapshot

    async def probe(self, credentials: Credentials) -> Reading:
        """Ask once with ``credentials``, and keep nothing. Raises a WalletError."""
        return await self._wallet.read(credentials)

    def is_pending(self, alert: Alert, client_id: str) -> bool:
        """Say whether a due alert of a wallet still has to be told."""
        return client_id == self._snapshot.client_id and is_pending(self._alerts, alert)

    def send(self, alert: Alert, client_id: str, service: str) -> bool:
        """Remember that a due alert of a wallet is sent to a notification service now.

        False where it must not be: it was told, or sent there a moment ago.
        """
        if client_id != self._snapshot.client_id:
            return False
        now = self._now()
        self._update_alerts(partial(mark_sent, alert=alert, now=now, service=service))
        return Sent(alert, now, service) in self._alerts.unanswered

    def mark_not_notified(self, alert: Alert, client_id: str) -> None:
        """Remember that a service did not take an alert that was sent: it may be sent again."""
        if client_id == self._snapshot.client_id:
            self._update_alerts(partial(mark_answered, alert=alert))

    def mark_notified(self, alert: Alert, client_id: str) -> None:
        """Remember that a due alert of a wallet reached the person: it is not raised again."""
        if client_id != self._snapshot.client_id:
            return  # signed in as somebody else meanwhile
        self._update_alerts(partial(mark_notified, alert=alert, now=self._now()))

    def snooze(self, until: datetime | None) -> Snapshot:
        """Silence what has fired until a time, or with None until the next top-up."""
        self._update_alerts(partial(snoozed, until=until))
        return self.reevaluate()

    def resume(self) -> Snapshot:
        """End a snooze."""
        self._update_alerts(lambda state: replace(state, snooze=None))
        return self.reevaluate()

    def past(self, since: datetime | None, until: datetime) -> tuple[datetime, list[HistoryBucket]]:
        """Return a range of the history, from ``since`` or its very begin, and where it begins.

        Raises StorageError.
        """
        client_id = self._account.client_id
        start = since or self._history.first(client_id) or until - timedelta(days=1)
        return start, self._history.buckets(client_id, start, until)

    def export(self, path: Path, since: datetime, until: datetime) -> None:
        """Write the readings of a range to a CSV file; raises StorageError."""
        lines = readings_csv.lines(self.readings(since, until))
        atomic_file.replace(path, lines, mode=0o644)

    def readings(self, since: datetime, until: datetime) -> Iterator[Reading]:
        """Yield the readings of a range, oldest first; raises StorageError."""
        return self._history.each(self._account.client_id, since, until)

    def merge(self, readings: Iterable[Reading]) -> int:
        """Store those of many readings that are not known yet; say how many.

        Raises StorageError, after which a part may be stored; storing them again adds the rest.
        """
        return self._history.merge(self._account.client_id, readings)

    def close(self) -> None:
        """Close what is open."""
        self._history.close()

    def _after(self, reading: Reading) -> Snapshot:
        known, client_id = self._snapshot, self._account.client_id
        storage: StorageError | None = None
        runway, fast, learnt = known.runway, False, None
        try:
            model = self._history.spending_model(client_id)
            if not (model and model.is_fresh(reading)):
                model = learnt = SpendingModel.of(self._points(reading.at, MEMORY), reading)
            recent = series_of(self._points(reading.at, RECENT), reading)
            runway, fast = model.runway, is_fast_spending(recent, model.limits, reading.at)
        except StorageError as error:
            storage = error.without_traceback()
        seen = Observation(now=reading.at, reading=reading, runway=runway, fast=fast)
        settings = self._account.settings
        peak: Decimal | None = peak_balance(known.peak, self._alerts.balances, reading.balance)
        failed = self._store(
            partial(judge, seen=seen, settings=settings),
            lambda change: self._history.append(client_id, reading, change, learnt),
        )
        try:
            # Another process may have seen a higher one.
            peak = peak if failed else self._history.peak(client_id)
        except StorageError as error:
            failed = error.without_traceback()
        storage = failed or storage
        due = to_notify(self._alerts, seen, settings)
        return replace(
            known,
            reading=reading,
            peak=peak,
            runway=runway,
            trouble=None,
            to_notify=due,
            storage=storage,
        )

    def _after_failure(
        self, trouble: DeepvueError | None, awake_since: datetime | None
    ) -> Snapshot:
        now, known = self._now(), self._snapshot
        unseen = timedelta(0)
        if awake_since and self._unseen_from and known.client_id:
            at, awake_then = self._unseen_from
            # A time from before sleep, or by a clock that was set since, does not count.
            unseen = now - (at if awake_then == awake_since else awake_since)
        seen = Observation(now=now, trouble=trouble, unseen=unseen)
        settings = self._account.settings
        self._update_alerts(partial(judge, seen=seen, settings=settings))
        return replace(known, trouble=trouble, to_notify=to_notify(self._alerts, seen, settings))

    def _points(self, until: datetime, length: timedelta) -> list[Point]:
        return self._history.points(self._account.client_id, until - length, until)

    def _update_alerts(self, change: StateChange) -> None:
        client_id = self._snapshot.client_id
        error = self._store(change, partial(self._history.update_alerts, client_id))
        if error:
            logger.warning("%s", error)

    def _store(
        self, change: StateChange, write: Callable[[AlertChange], AlertState]
    ) -> StorageError | None:
        """Change the alerts' state as it is stored, or while that cannot be, as it is known here.

        What is changed here alone is changed in the file too, once it can be used.
        """
        try:
            self._alerts = write(lambda stored: change(self._with_pending(stored)))
        except StorageError as error:
            self._alerts = change(self._alerts)
            self._unstored_changes.append(change)
            return error.without_traceback()
        self._unstored_changes.clear()
        return None

    def _with_pending(self, stored: AlertState | None) -> AlertState:
        if stored is None:
            # Nothing was stored yet, or the file was damaged or removed meanwhile.
            return self._alerts
        return reduce(lambda state, change: change(state), self._unstored_changes, stored)

    def _with_state(self, snapshot: Snapshot) -> Snapshot:
        """Return ``snapshot`` under the settings and the snooze in force."""
        snooze = self._alerts.snooze
        return replace(
            snapshot,
            settings=self._account.settings,
            client_id=self._account.client_id,
            snoozed=None if snooze and snooze.is_over(self._now()) else snooze,
            storage=snapshot.storage or self._account.damage or self._history.damage,
        )
