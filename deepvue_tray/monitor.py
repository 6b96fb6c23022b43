"""One look at the wallet, without Qt: ask, store, forecast, judge.

The tray and the command line share it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deepvue_tray.account import Account
from deepvue_tray.core.alerts import (
    Alert,
    AlertState,
    Observation,
    delivered,
    judge,
    reminded,
    snoozed,
)
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, RejectedError, StorageError
from deepvue_tray.core.forecast.fast_spending import RECENT, is_fast_spending
from deepvue_tray.core.forecast.runway import Runway, forecast_runway
from deepvue_tray.core.forecast.series import MEMORY, Point, series_of
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading, Stretch
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services import readings_csv, whole_file
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)


class Monitor:
    """Turns one attempt to read the wallet into one snapshot.

    What was known before stays known: a failed attempt adds its trouble and changes nothing else.
    ``now`` returns the time, aware, in UTC.
    """

    def __init__(
        self,
        *,
        account: Account,
        wallet: WalletApi,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = account
        self._wallet = wallet
        self._history = history
        self._now = now
        # Kept here too: where the disk fails, what was delivered is not delivered again.
        self._alerts = AlertState()
        # What could not be read must not be written over.
        self._alerts_known = False
        self._snapshot = Snapshot()
        # Since when the machine had been awake at the last good reading.
        self._read_while_awake_since: datetime | None = None

    def recall(self) -> Snapshot:
        """Return what is known without asking anybody: the last reading, and how long it lasts."""
        self._restore()
        if self._snapshot.storage is None:
            try:
                self._snapshot = replace(self._snapshot, runway=self._recalled_runway())
            except StorageError as error:
                self._snapshot = replace(self._snapshot, storage=error.bare())
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
            self._alerts, self._alerts_known, self._snapshot = AlertState(), False, Snapshot()
        known = replace(self._snapshot, trouble=None, storage=None, due=())
        try:
            stored = self._history.alerts(client_id)
            latest = self._history.latest(client_id, self._now())
            full = self._history.full(client_id)
        except StorageError as error:
            known = replace(known, storage=error.bare())
        else:
            if not self._alerts_known:
                self._alerts, self._alerts_known = reminded(self._alerts, stored), True
            known = replace(known, reading=known.reading or latest, full=full or known.full)
        self._snapshot = self._with_state(known)

    def rejudge(self) -> Snapshot:
        """Return the snapshot under the settings as they are now, which may name another wallet."""
        if self._account.client_id != self._snapshot.client_id:
            return self.recall()
        self._snapshot = self._with_state(replace(self._snapshot, storage=None, due=()))
        return self._snapshot

    async def look(self, *, prompt: bool = False, awake_since: datetime | None = None) -> Snapshot:
        """Ask the wallet once; never raises a DeepvueError: it becomes the snapshot's trouble.

        ``prompt`` says whether the keyring may ask the person to unlock it. ``awake_since`` is
        when the machine last woke up: what could not be seen before that is nobody's failure.
        """
        if self._account.reload():
            self.recall()
        elif not self._alerts_known:
            # Nothing was recalled, or could be: the forecast can wait for the new reading.
            self._restore()
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
            trouble = error.bare()
            if isinstance(error, RejectedError):
                self._account.forget_secret()
        if self._account.client_id != asked_as:
            # Signed in as somebody else meanwhile: this answer is about another wallet.
            return self._snapshot
        if reading:
            self._read_while_awake_since = awake_since
            after = self._after(reading)
        else:
            after = self._after_failure(trouble, awake_since)
        self._snapshot = self._with_state(after)
        return self._snapshot

    async def probe(self, credentials: Credentials) -> Reading:
        """Ask once with ``credentials``, and keep nothing. Raises a WalletError."""
        return await self._wallet.read(credentials)

    def delivered(self, alert: Alert, client_id: str) -> None:
        """Remember that a due alert of a wallet reached the person: it is not raised again."""
        if client_id != self._account.client_id:
            return  # signed in as somebody else meanwhile
        self._set_alerts(delivered(self._alerts, alert, self._now()))

    def snooze(self, until: datetime | None) -> Snapshot:
        """Silence what has fired until a time, or with None until the next top-up."""
        self._set_alerts(snoozed(self._alerts, until))
        return self.rejudge()

    def resume(self) -> Snapshot:
        """End a snooze."""
        self._set_alerts(replace(self._alerts, snooze=None))
        return self.rejudge()

    def past(self, since: datetime | None, until: datetime) -> tuple[datetime, list[Stretch]]:
        """Return a range of the history, from ``since`` or its very begin, and where it begins.

        Raises StorageError.
        """
        client_id = self._account.client_id
        start = since or self._history.first(client_id) or until - timedelta(days=1)
        return start, self._history.stretches(client_id, start, until)

    def export(self, path: Path, since: datetime, until: datetime) -> None:
        """Write the readings of a range to a CSV file; raises StorageError."""
        lines = readings_csv.lines(self.readings(since, until))
        whole_file.replace(path, lines, mode=0o644)

    def readings(self, since: datetime, until: datetime) -> Iterator[Reading]:
        """Yield the readings of a range, oldest first; raises StorageError."""
        return self._history.each(self._account.client_id, since, until)

    def merge(self, readings: Iterable[Reading]) -> int:
        """Store those of many readings that are not known yet, all or none; say how many.

        Raises StorageError.
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
            storage = error.bare()
        seen = Observation(
            now=reading.at, reading=reading, before=known.reading, runway=runway, fast=fast
        )
        self._alerts, due = judge(self._alerts, seen, self._account.settings)
        try:
            alerts = self._alerts if self._alerts_known else None
            self._history.append(client_id, reading, alerts, learnt)
        except StorageError as error:
            storage = error.bare()
        rose = known.reading is None or reading.balance > known.reading.balance
        full = reading.balance if rose or known.full is None else known.full
        return replace(
            known, reading=reading, full=full, runway=runway, trouble=None, due=due, storage=storage
        )

    def _after_failure(
        self, trouble: DeepvueError | None, awake_since: datetime | None
    ) -> Snapshot:
        now, known = self._now(), self._snapshot
        unseen = timedelta(0)
        if awake_since:
            # A reading from before sleep, or by a clock that was set since, does not count.
            is_recent = known.reading and self._read_while_awake_since == awake_since
            unseen = now - (known.reading.at if known.reading and is_recent else awake_since)
        seen = Observation(now=now, trouble=trouble, unseen=unseen)
        state, due = judge(self._alerts, seen, self._account.settings)
        if state != self._alerts:
            self._set_alerts(state)
        return replace(known, trouble=trouble, due=due)

    def _points(self, until: datetime, length: timedelta) -> list[Point]:
        return self._history.points(self._account.client_id, until - length, until)

    def _set_alerts(self, state: AlertState) -> None:
        self._alerts = state
        if not self._alerts_known:
            return
        try:
            self._history.set_alerts(self._account.client_id, state)
        except StorageError as error:
            logger.warning("%s", error)

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
