"""The usage reports of the wallets: which days are requested, and what is kept of them."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.usage_queries import UsageQueries
from deepvue_tray.core.errors import DeepvueError, StorageError
from deepvue_tray.core.usage import REFETCH_AFTER, UsageState, days_to_fetch, last_days
from deepvue_tray.services.history import History
from deepvue_tray.services.usage_store import UsageStore
from deepvue_tray.services.wallet_api import WalletApi

logger = logging.getLogger(__name__)

COMPLETED_DAYS = 30
"""Of these days, a report is completed that was fetched before it was final."""

CARD_DAYS = 7
"""The days that the card and status show."""

OnProgress = Callable[[int, int], object]
"""Gets how many days are done, and how many there are."""


class UsageReports:
    """Requests the reports of days, and stores their sums.

    ``now`` returns the time, aware, in UTC. ``pause_s`` is the time between two requests.
    ``recent_days`` are the days that ``update`` fetches.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        api: WalletApi,
        history: History,
        store: UsageStore,
        now: Callable[[], datetime],
        pause_s: float,
        recent_days: int,
    ) -> None:
        self._accounts = accounts
        self._api = api
        self._store = store
        self.queries = UsageQueries(store, history, now)
        self._now = now
        self._pause_s = pause_s
        self._recent_days = recent_days
        self._states: dict[str, UsageState] = {}
        self._tried: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def state(self, client_id: str) -> UsageState:
        """Return what every view shows of a wallet's usage report."""
        if client_id not in self._states:
            self._states[client_id] = UsageState()
            self._show(client_id)
        return self._states[client_id]

    def with_grown_product(self, client_id: str) -> UsageState:
        """Return the same with the product that has grown.

        That takes 12 ms with 5 products and 140 ms with 40, so only an alert asks for it.
        """
        try:
            grown = self.queries.grown_product(client_id)
        except StorageError as error:
            logger.warning("%s", error)
            grown = ""
        return replace(self.state(client_id), grown=grown)

    async def update(self, client_id: str) -> bool:
        """Fetch the recent days, unless that was tried less than an hour ago.

        Returns whether it was tried; an error becomes a part of the state.
        """
        now, tried = self._now(), self._tried.get(client_id)
        if tried and timedelta(0) <= now - tried < REFETCH_AFTER:
            return False
        self._tried[client_id] = now
        # The balance was requested a moment ago.
        await asyncio.sleep(self._pause_s)
        await self.try_to_fetch(client_id, self._recent_days, lambda: None)
        return True

    async def try_to_fetch(
        self, client_id: str, days: int, on_change: Callable[[], object]
    ) -> None:
        """Fetch as ``fetch`` does, after a running one; progress and errors become the state.

        ``on_change`` is called when the state has changed. Returns when ``stop`` is called.
        """
        while running := self._running.get(client_id):
            await asyncio.wait([running])
            if running.cancelled():
                return

        def on_progress(done: int, count: int) -> None:
            self._show(client_id, progress=(done, count))
            on_change()

        error: DeepvueError | None = None
        task = self._running[client_id] = asyncio.create_task(
            self.fetch(client_id, days, on_progress)
        )
        try:
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()
        except DeepvueError as failed:
            error = failed.without_traceback()
            logger.info("%s", error)
        finally:
            task.cancel()
            del self._running[client_id]
            self._show(client_id, error=error)

    def stop(self, client_id: str) -> None:
        """Stop fetching; the days that were fetched stay."""
        if task := self._running.get(client_id):
            task.cancel()

    def keep(self, client_ids: Collection[str]) -> None:
        """Stop fetching for every other wallet, and forget what was shown of it."""
        for client_id in self._running.keys() - client_ids:
            self.stop(client_id)
        for client_id in self._states.keys() - client_ids:
            del self._states[client_id]
            self._tried.pop(client_id, None)

    async def fetch(
        self, client_id: str, days: int, on_progress: OnProgress = lambda _done, _all: None
    ) -> None:
        """Fetch what is missing of a wallet's last ``days`` days, one day a request, newest first.

        Older reports that were fetched before they were final are completed.

        Raises a DeepvueError at the first day that fails. The days before it are stored, so another
        call continues there.
        """
        known_days = last_days(max(days, COMPLETED_DAYS), self._now())
        fetched = self._store.fetched(client_id, *known_days)
        missing = days_to_fetch(fetched, days, self._now())
        for done, day in enumerate(missing):
            on_progress(done, len(missing))
            if done:
                await asyncio.sleep(self._pause_s)
            credentials = await self._accounts.credentials(client_id, prompt=False)
            sums = await self._api.usage(credentials, day)
            self._accounts.reload()
            if self._accounts.wallet(client_id) is None:
                # Another process has removed the wallet meanwhile, and perhaps its history.
                return
            self._store.replace(client_id, day, sums, self._now())
        on_progress(len(missing), len(missing))

    def _show(
        self,
        client_id: str,
        *,
        error: DeepvueError | None = None,
        progress: tuple[int, int] | None = None,
    ) -> None:
        try:
            state = UsageState(week=self.queries.products(client_id, CARD_DAYS))
        except StorageError as failed:
            state = self._states.get(client_id, UsageState())
            error = error or failed.without_traceback()
        self._states[client_id] = replace(state, error=error, progress=progress)
