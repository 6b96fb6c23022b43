"""One look at the wallet, without Qt: ask, store, judge. The tray and the command line share it."""

import logging
from dataclasses import replace
from typing import Any

from deepvue_tray.account import Account
from deepvue_tray.core.alerts import judge
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, StorageError
from deepvue_tray.core.reading import Alert, Reading, Snapshot
from deepvue_tray.services.history import History
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)


class Monitor:
    """Turns one attempt to read the wallet into one snapshot.

    What was known before stays known: a failed attempt adds its trouble and changes nothing else.
    """

    def __init__(self, *, account: Account, wallet: WalletApi, history: History) -> None:
        self._account = account
        self._wallet = wallet
        self._history = history
        self._snapshot = Snapshot()

    def recall(self) -> Snapshot:
        """Return what is known without asking anybody: the last reading that was stored."""
        storage: DeepvueError | None = self._account.damage
        reading = full = None
        client_id = self._account.client_id
        try:
            reading, full = self._history.latest(client_id), self._history.full(client_id)
        except StorageError as error:
            storage = error.bare()
        self._snapshot = Snapshot(
            settings=self._account.settings, reading=reading, full=full, storage=storage
        )
        return self._snapshot

    def rejudge(self) -> Snapshot:
        """Return the snapshot under the settings as they are now."""
        self._snapshot = replace(
            self._snapshot, settings=self._account.settings, storage=self._account.damage, due=()
        )
        return self._snapshot

    async def look(self, *, prompt: bool = False) -> Snapshot:
        """Ask the wallet once; never raises a DeepvueError: it becomes the snapshot's trouble.

        ``prompt`` says whether the keyring may ask the person to unlock it.
        """
        asked_as = self._account.client_id
        try:
            credentials = await self._account.credentials(prompt=prompt)
            reading = await self._wallet.read(credentials)
        except DeepvueError as error:
            logger.info("%s", error)
            changes: dict[str, Any] = {"trouble": error.bare(), "due": ()}
        else:
            changes = {"trouble": None, **self._stored_and_judged(asked_as, reading)}
        if self._account.client_id != asked_as:
            # Signed in as somebody else meanwhile: this answer is about another wallet.
            return self._snapshot
        self._snapshot = replace(self._snapshot, settings=self._account.settings, **changes)
        return self._snapshot

    async def probe(self, credentials: Credentials) -> Reading:
        """Ask once with ``credentials``, and keep nothing. Raises a WalletError."""
        return await self._wallet.read(credentials)

    def delivered(self, alert: Alert) -> None:
        """Remember that a due alert reached the person, so that it is not raised again."""
        client_id = self._account.client_id
        self._history.set_fired(client_id, self._history.fired(client_id) | {alert})

    def close(self) -> None:
        """Close what is open."""
        self._history.close()

    def _stored_and_judged(self, client_id: str, reading: Reading) -> dict[str, Any]:
        known = self._snapshot
        rose = known.reading is None or reading.balance > known.reading.balance
        full = reading.balance if rose or known.full is None else known.full
        due: tuple[Alert, ...] = ()
        storage: DeepvueError | None = self._account.damage
        try:
            self._history.append(client_id, reading)
            fired = self._history.fired(client_id)
            still_fired, due = judge(fired, reading, self._account.settings)
            if still_fired != fired:
                self._history.set_fired(client_id, still_fired)
        except StorageError as error:
            storage = error.bare()
        return {"reading": reading, "full": full, "due": due, "storage": storage}
