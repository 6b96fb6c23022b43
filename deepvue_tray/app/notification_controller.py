"""Notifies the person of alerts, natively or with a balloon at the icon."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import notification_texts


class NotificationController(QObject):
    """Sends the alerts of each snapshot until the person was notified.

    ``show_balloon`` shows a title and a body at the icon if no notification service shows them;
    it returns False if the tray has no balloons.
    """

    action_requested = Signal(Action, str)
    """The action of a button, or the card if the notification itself was clicked, and the client ID
    of the wallet that the notification concerns."""
    _pressed = Signal(str, str)
    _service_appeared = Signal()

    def __init__(
        self,
        worker: Worker[Backend],
        poller: Poller,
        show_balloon: Callable[[str, str], bool],
        prefix: str,
    ) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._show_balloon = show_balloon
        self._prefix = prefix
        self._in_flight: set[tuple[Alert, str, Reading | None]] = set()
        self._services_seen = 0
        self._pressed.connect(self._on_pressed)
        self._service_appeared.connect(self._on_service_appeared)
        poller.polled.connect(self._notify)
        # With a long interval, the end of the quiet time does not wait for the next poll.
        poller.waiting.connect(self._notify_all)
        # Both signals are emitted on the worker's thread.
        worker.submit(
            lambda backend: backend.notifier.listen(
                self._pressed.emit, self._service_appeared.emit
            ),
            # If the backend cannot be built, all other jobs fail too, and their errors are shown.
            on_error=lambda _error: None,
        )

    @Slot()
    def notify_crash(self) -> None:
        """Notify of an unhandled exception."""
        notification = notification_texts.crash_notification(self._prefix)

        def on_result(is_shown: bool) -> None:
            if not is_shown:
                self._show_balloon(notification.title, notification.body)

        self._worker.submit(
            lambda backend: backend.notifier.show(notification),
            on_result,
            lambda _error: on_result(False),
        )

    @Slot(Snapshot)
    def _notify(self, snapshot: Snapshot) -> None:
        for alert in snapshot.to_notify:
            attempt = alert, snapshot.client_id, snapshot.reading
            if attempt not in self._in_flight:
                self._in_flight.add(attempt)
                self._send(alert, snapshot)

    def _send(self, alert: Alert, snapshot: Snapshot) -> None:
        attempt = alert, snapshot.client_id, snapshot.reading
        services_seen = self._services_seen
        notification = notification_texts.notification_for(
            alert,
            snapshot,
            datetime.now(UTC),
            self._prefix,
            names_wallet=self._poller.overview.has_several,
        )

        def on_result(is_notified: bool) -> None:
            if not is_notified and self._show_balloon(notification.title, notification.body):
                self._worker.submit(
                    lambda backend: backend.mark_notified(snapshot.client_id, alert),
                    lambda _: self._in_flight.discard(attempt),
                )
                return
            self._in_flight.discard(attempt)
            if not is_notified and services_seen != self._services_seen:
                # A service has started during this attempt.
                self._notify_all()

        def on_error(error: Exception) -> None:
            on_result(False)
            raise error

        self._worker.submit(
            lambda backend: backend.notify(alert, snapshot, notification), on_result, on_error
        )

    @Slot(str, str)
    def _on_pressed(self, client_id: str, button: str) -> None:
        self.action_requested.emit(Action(button) if button else Action.CARD, client_id)

    @Slot()
    def _on_service_appeared(self) -> None:
        self._services_seen += 1
        self._notify_all()

    @Slot()
    def _notify_all(self) -> None:
        for snapshot in self._poller.overview.snapshots:
            self._notify(snapshot)
