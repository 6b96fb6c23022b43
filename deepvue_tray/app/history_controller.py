"""Opens the history window, and reads on the worker thread what it draws."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtGui import QImage, QImageWriter

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.usage_controller import UsageController
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.errors import DeepvueError, StorageError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.windows import bring_to_front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.core.forecast.series import Point
    from deepvue_tray.core.history_page import HistoryPage
    from deepvue_tray.core.usage_page import UsagePage
    from deepvue_tray.ui.history_window import HistoryWindow

Range = tuple[datetime | None, datetime | None]
"""The first and the last moment; None for the first reading, and for now."""


class _Content(NamedTuple):
    """What is read for the window."""

    client_ids: list[str]
    """Of the wallets with readings."""
    page: "HistoryPage"
    usage: "UsagePage | None"
    reported: "Sequence[Point]"


_NAME = "history"
"""The window's name in the file of window sizes."""


class HistoryController(QObject):
    """Keeps one history window. Of the ranges requested during a read, only the last is read."""

    def __init__(
        self, worker: "Worker[Backend]", poller: Poller, usage: UsageController, prefix: str
    ) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._usage = usage
        self._prefix = prefix
        self._window: HistoryWindow | None = None
        self._client_id = ""
        self._drawn: tuple[object, ...] = ()
        self._reading = False
        self._requested: Range | None = None
        poller.changed.connect(self._on_changed)

    @Slot(str)
    def open(self, client_id: str = "") -> None:
        """Open the window as large as it was left, or bring it to the front.

        Shows the wallet ``client_id``; if that is empty the one shown last, at first the worst.
        """
        overview = self._poller.overview
        is_watched = overview.snapshot(self._client_id) is not None
        self._client_id = client_id or (self._client_id if is_watched else overview.worst.client_id)
        if self._window is None:
            self._worker.submit(
                lambda backend: backend.window_sizes.get(_NAME),
                self._show,
                # The backend did not start, which the window shows.
                lambda _: self._show(None),
            )
        else:
            self._show(None)

    def _show(self, size: tuple[int, int] | None) -> None:
        if self._window is None:
            # Imported here: most sessions never open it, and it costs 9 ms and 1 MB.
            from deepvue_tray.ui.history_window import HistoryWindow  # noqa: PLC0415

            self._window = HistoryWindow(self._prefix, QSize(*size) if size else None)
            self._window.resized.connect(self._store_size)
            self._window.wallet_chosen.connect(self._choose)
            self._window.plot_requested.connect(self._request)
            self._window.export_requested.connect(self._export)
            self._window.picture_requested.connect(self._save_picture)
            self._window.usage_export_requested.connect(self._export_usage)
            products = self._window.products
            products.switched_on.connect(
                lambda: self._usage.switch_on(self._snapshot().client_id, self._show_error)
            )
            products.fetch_requested.connect(lambda: self._usage.fetch(self._snapshot().client_id))
            products.stop_requested.connect(lambda: self._usage.stop(self._snapshot().client_id))
        self._window.ask()
        bring_to_front(self._window)

    @Slot(QSize)
    def _store_size(self, size: QSize) -> None:
        width, height = size.width(), size.height()
        self._worker.submit(
            lambda backend: backend.window_sizes.put(_NAME, (width, height)),
            on_error=lambda _: None,  # The backend did not start, which the window shows.
        )

    @Slot(str)
    def _choose(self, client_id: str) -> None:
        self._client_id = client_id
        if self._window is not None:
            self._window.ask()

    @Slot(object)
    def _on_changed(self, overview: Overview) -> None:
        if self._window is None or not self._window.isVisible():
            return
        snapshot = self._snapshot()
        # Most changes concern other wallets.
        if not snapshot.refreshing and self._drawn != _drawn_of(overview.settings, snapshot):
            self._window.ask()

    def _snapshot(self) -> Snapshot:
        """Return the snapshot of the chosen wallet, without a reading if it is not watched."""
        overview, client_id = self._poller.overview, self._client_id
        if not client_id:
            return overview.worst
        return overview.snapshot(client_id) or Snapshot(
            wallet=overview.settings.wallet(client_id) or _removed_wallet(client_id)
        )

    @Slot(object, object)
    def _request(self, since: datetime | None, until: datetime | None) -> None:
        self._requested = (since, until)
        if not self._reading:
            self._read()

    def _read(self) -> None:
        if self._requested is None:
            return
        (since, until), self._requested = self._requested, None
        self._reading = True
        now, snapshot = datetime.now(UTC), self._snapshot()
        self._drawn = _drawn_of(self._poller.overview.settings, snapshot)

        has_products = bool(snapshot.usage and self._window and self._window.shows_products)

        def read(backend: "Backend") -> _Content:
            client_id = snapshot.client_id
            page = backend.history.page(client_id, since, until, now)
            usage = None
            if has_products:
                usage = backend.usage.queries.page(client_id, since, until or now, now)
            reported = backend.reported_balances(client_id, page.since) if snapshot.usage else ()
            return _Content(backend.history.client_ids(), page, usage, reported)

        def on_result(content: _Content) -> None:
            self._read_next()
            if self._window is not None:
                self._show_wallets(self._window, content.client_ids)
                settings = self._poller.overview.settings
                self._window.products.offer_switch(settings.wallet(snapshot.client_id) is not None)
                self._window.show_history(
                    content.page,
                    until,
                    snapshot,
                    now,
                    usage=content.usage,
                    reported=content.reported,
                )

        def on_error(error: Exception) -> None:
            self._read_next()
            self._show_error(error)

        self._worker.submit(read, on_result, on_error)

    def _show_wallets(self, window: "HistoryWindow", client_ids: list[str]) -> None:
        """Offer the wallets of the settings, and those that only the history knows."""
        overview = self._poller.overview
        known = (*overview.settings.wallets, *(each.wallet for each in overview.snapshots))
        names = {wallet.client_id: wallet.name for wallet in known if wallet.client_id}
        removed = [client_id for client_id in client_ids if client_id not in names]
        if self._client_id and self._client_id not in (*names, *removed):
            # Its history was deleted.
            self._client_id = overview.worst.client_id
            window.ask()
        window.show_wallets(names, removed, self._snapshot().client_id)

    def _read_next(self) -> None:
        """Read the range that was requested during the last read."""
        self._reading = False
        self._read()

    @Slot(object, object, object)
    def _export(self, path: Path, since: datetime, until: datetime) -> None:
        client_id = self._snapshot().client_id
        self._worker.submit(
            lambda backend: backend.history.export(client_id, path, since, until),
            lambda _: self._show_saved(path),
            self._show_error,
        )

    @Slot(object, object, object)
    def _export_usage(self, path: Path, since: datetime, until: datetime) -> None:
        client_id = self._snapshot().client_id
        self._worker.submit(
            lambda backend: backend.usage.queries.export(client_id, path, since, until),
            lambda _: self._show_saved(path),
            self._show_error,
        )

    @Slot(object, object)
    def _save_picture(self, path: Path, picture: QImage) -> None:
        def save(_: "Backend") -> None:
            writer = QImageWriter(str(path), b"PNG")
            if not writer.write(picture):
                raise StorageError(f"{path}: {writer.errorString()}")

        self._worker.submit(save, lambda _: self._show_saved(path), self._show_error)

    def _show_saved(self, path: Path) -> None:
        if self._window is not None:
            self._window.show_saved(path)

    def _show_error(self, error: Exception) -> None:
        if not isinstance(error, DeepvueError):
            raise error
        if self._window is not None:
            self._window.show_failed(error)


def _drawn_of(settings: Settings, snapshot: Snapshot) -> tuple[object, ...]:
    """Return what the window draws, and the error, which is a new one after each failed poll."""
    return (
        settings,
        snapshot.wallet,
        snapshot.reading,
        snapshot.runway,
        snapshot.trouble,
        snapshot.usage,
    )


def _removed_wallet(client_id: str) -> WalletSettings:
    return WalletSettings(
        client_id=client_id, low=None, critical=None, low_days=None, critical_days=None
    )
