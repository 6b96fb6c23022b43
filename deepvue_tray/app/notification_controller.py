"""Brings due alerts to the person: natively, or as a balloon at the icon."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import texts

Tell = Callable[[Alert, str, Notification, Callable[[bool], None]], None]
"""Shows a due alert of a client id natively and remembers it; calls back on this thread once that
is known, with False where nobody could see it."""

Show = Callable[[Notification, Callable[[bool], None]], None]
"""Shows a notification that nothing remembers; calls back likewise."""


class NotificationController(QObject):
    """Raises what is due in each snapshot, until it was told.

    ``tell`` and ``show`` show it natively. Where they cannot, ``balloon`` does at the icon, if it
    returns True, and ``acknowledge`` hears which alert of which client id was told so; its callback
    is called on this thread when that is remembered.
    """

    action_requested = Signal(object)
    """The Action of a button that was pressed; a click on the note itself asks for the card."""
    pressed = Signal(str)
    """To be emitted, on any thread, with the identifier of a button or an empty one."""
    service_appeared = Signal()
    """To be emitted, on any thread, when a notification service has come up."""

    def __init__(
        self,
        *,
        tell: Tell,
        show: Show,
        balloon: Callable[[str, str], bool],
        acknowledge: Callable[[Alert, str, Callable[[object], None]], None],
        prefix: str,
    ) -> None:
        super().__init__()
        self._tell = tell
        self._show = show
        self._balloon = balloon
        self._acknowledge = acknowledge
        self._prefix = prefix
        self._snapshot = Snapshot()
        self._under_way: set[tuple[Alert, str]] = set()
        self._services_seen = 0
        self.pressed.connect(self._on_pressed)
        self.service_appeared.connect(self._on_service)

    @Slot(object)
    def raise_due(self, snapshot: Snapshot) -> None:
        """Raise what is due in ``snapshot``, but for what is under way."""
        self._snapshot = snapshot
        for alert in snapshot.to_notify:
            key = (alert, snapshot.client_id)
            if key in self._under_way:
                continue
            self._under_way.add(key)
            notification = texts.notification_for(alert, snapshot, datetime.now(UTC), self._prefix)
            self._tell(
                *key, notification, partial(self._on_told, key, notification, self._services_seen)
            )

    @Slot()
    def tell_of_fault(self) -> None:
        """Tell of a fault of ours."""
        notification = texts.fault_note(self._prefix)

        def came(shown: bool) -> None:
            if not shown:
                self._balloon(notification.title, notification.body)

        self._show(notification, came)

    def _on_told(
        self, key: tuple[Alert, str], notification: Notification, services_seen: int, told: bool
    ) -> None:
        if not told and self._balloon(notification.title, notification.body):
            self._acknowledge(*key, lambda _: self._under_way.discard(key))
            return
        self._under_way.discard(key)
        if not told and services_seen != self._services_seen:
            # A service came up after this attempt had begun, and found it under way.
            self.raise_due(self._snapshot)

    @Slot(str)
    def _on_pressed(self, button: str) -> None:
        self.action_requested.emit(Action(button) if button else Action.CARD)

    @Slot()
    def _on_service(self) -> None:
        self._services_seen += 1
        self.raise_due(self._snapshot)
