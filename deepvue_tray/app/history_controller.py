"""Opens the history window, and reads on the worker thread what it wants to draw."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QImage, QImageWriter

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.errors import DeepvueError, StorageError
from deepvue_tray.core.snapshot import Snapshot

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.core.reading import HistoryBucket
    from deepvue_tray.ui.history_window import HistoryWindow

Range = tuple[datetime | None, datetime | None]


class HistoryController(QObject):
    """Keeps one history window; of ranges asked for while one is read, only the last is read."""

    def __init__(self, worker: "Worker[Backend]", poller: Poller, prefix: str) -> None:
        super().__init__()
        self._worker = worker
        self._refresher = poller
        self._prefix = prefix
        self._window: HistoryWindow | None = None
        self._reading = False
        self._wanted: Range | None = None
        poller.changed.connect(self._on_changed)

    @Slot()
    def open(self) -> None:
        """Open the window, or bring it to the front."""
        if self._window is None:
            # Loaded here: most sessions never open it.
            from deepvue_tray.ui.history_window import HistoryWindow  # noqa: PLC0415

            self._window = HistoryWindow(self._prefix)
            self._window.plot_requested.connect(self._want)
            self._window.export_requested.connect(self._export)
            self._window.picture_requested.connect(self._save_picture)
        self._window.ask()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @Slot(object)
    def _on_changed(self, snapshot: Snapshot) -> None:
        if self._window is not None and self._window.isVisible() and not snapshot.refreshing:
            self._window.ask()

    @Slot(object, object)
    def _want(self, since: datetime | None, until: datetime | None) -> None:
        self._wanted = (since, until)
        if not self._reading:
            self._read()

    def _read(self) -> None:
        if self._wanted is None:
            return
        (since, until), self._wanted = self._wanted, None
        self._reading = True
        now, snapshot = datetime.now(UTC), self._refresher.snapshot

        def end(first: datetime) -> datetime:
            from deepvue_tray.ui.history_window import end_of  # noqa: PLC0415 - with the window

            return until or end_of(first, now, snapshot.runway)

        async def past(backend: "Backend") -> "tuple[datetime, list[HistoryBucket]]":
            return backend.monitor.past(since, end(since) if since else now)

        def came(found: "tuple[datetime, list[HistoryBucket]]") -> None:
            from deepvue_tray.ui.chart.chart import Plot  # noqa: PLC0415 - loaded with the window

            self._read_next()
            if self._window is not None:
                first, buckets = found
                self._window.show_plot(
                    Plot(
                        since=first,
                        until=end(first),
                        buckets=buckets,
                        snapshot=snapshot,
                        now=now,
                    )
                )

        def failed(error: Exception) -> None:
            self._read_next()
            self._failed(error)

        self._worker.submit(past, came, failed)

    def _read_next(self) -> None:
        """Read the range that was asked for while another one was read."""
        self._reading = False
        self._read()

    @Slot(object, object, object)
    def _export(self, path: Path, since: datetime, until: datetime) -> None:
        async def export(backend: "Backend") -> None:
            backend.monitor.export(path, since, until)

        self._worker.submit(export, lambda _: self._saved(path), self._failed)

    @Slot(object, object)
    def _save_picture(self, path: Path, picture: QImage) -> None:
        async def save(_: "Backend") -> None:
            writer = QImageWriter(str(path), b"PNG")
            if not writer.write(picture):
                raise StorageError(f"{path}: {writer.errorString()}")

        self._worker.submit(save, lambda _: self._saved(path), self._failed)

    def _saved(self, path: Path) -> None:
        if self._window is not None:
            self._window.show_saved(path)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, DeepvueError):
            raise error
        if self._window is not None:
            self._window.show_failed(error)
