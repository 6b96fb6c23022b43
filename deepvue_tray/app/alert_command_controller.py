"""Passes alerts to the command of the settings, in the person's language."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import notification_texts


class AlertCommandController(QObject):
    """Passes the alerts of each poll to the command; the backend decides when it may run again."""

    def __init__(self, worker: Worker[Backend], poller: Poller, prefix: str) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._prefix = prefix
        poller.polled.connect(self._run)
        # With a long interval, the end of a pause or of the quiet time does not wait for the next
        # poll.
        poller.waiting.connect(self._run_all)

    @Slot(Snapshot)
    def _run(self, snapshot: Snapshot) -> None:
        for alert in snapshot.command_alerts:
            self._run_for(alert, snapshot)

    @Slot()
    def _run_all(self) -> None:
        for snapshot in self._poller.overview.snapshots:
            self._run(snapshot)

    def _run_for(self, alert: Alert, snapshot: Snapshot) -> None:
        notification = notification_texts.notification_for(
            alert,
            snapshot,
            datetime.now(UTC),
            self._prefix,
            names_wallet=self._poller.overview.has_several,
        )
        self._worker.submit(
            lambda backend: backend.run_alert_command(
                alert, snapshot, notification.title, notification.body
            ),
            self._poller.show,
        )
