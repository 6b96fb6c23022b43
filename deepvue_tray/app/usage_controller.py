"""Fetches usage reports: once an hour after a poll, and more days when a person asks."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.snapshot import Snapshot

BACKFILL_DAYS = 60
"""Eight weeks, which the forecast uses, and a few days."""


class UsageController(QObject):
    """Fetches the reports of the wallets whose usage report is switched on."""

    _progressed = Signal(Overview)
    """Emitted on the worker's thread."""

    def __init__(self, worker: Worker[Backend], poller: Poller) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._switched_on: set[str] = set()
        self._progressed.connect(poller.show)
        poller.polled.connect(self._update)
        poller.changed.connect(self._update_new)

    def switch_on(self, client_id: str, on_error: Callable[[Exception], object]) -> None:
        """Switch on the usage report of a wallet."""
        self._worker.submit(
            lambda backend: backend.switch_usage_on(client_id), self._poller.show, on_error
        )

    @Slot(str)
    def fetch(self, client_id: str) -> None:
        """Fetch what is missing of the last BACKFILL_DAYS days."""
        self._worker.submit(
            lambda backend: backend.fetch_usage(client_id, BACKFILL_DAYS, self._progressed.emit),
            self._poller.show,
        )

    @Slot(str)
    def stop(self, client_id: str) -> None:
        """Stop fetching."""
        self._worker.submit(lambda backend: backend.usage.stop(client_id))

    @Slot(Snapshot)
    def _update(self, snapshot: Snapshot) -> None:
        # A server that has just failed is not asked for more.
        if snapshot.usage is None or snapshot.trouble or snapshot.wallet.is_paused:
            return
        self._worker.submit(
            lambda backend: backend.update_usage(snapshot.client_id), self._on_result
        )

    @Slot(Overview)
    def _update_new(self, overview: Overview) -> None:
        """Fetch the first report at once; the next poll may be hours away."""
        on = {each.client_id: each for each in overview.snapshots if each.usage is not None}
        new, self._switched_on = on.keys() - self._switched_on, set(on)
        for client_id in new:
            if on[client_id].reading and not on[client_id].refreshing:
                self._update(on[client_id])

    def _on_result(self, overview: Overview | None) -> None:
        if overview is not None:
            self._poller.show(overview)
