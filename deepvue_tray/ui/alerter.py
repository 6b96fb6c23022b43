"""Brings due alerts to the person, and reports what was delivered."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.core.alerts import Alert
from deepvue_tray.core.errors import Action
from deepvue_tray.core.note import Note
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import words

Press = Callable[[str, str], object]
Deliver = Callable[[Note, Press, Callable[[bool], None]], None]
"""Shows a note natively; calls back on this thread with whether the desktop took it."""


class Alerter(QObject):
    """Raises each due alert once.

    ``deliver`` shows it natively, ``fallback`` in the tray where that failed; ``acknowledge``
    hears of what was delivered, and for which client id, and of nothing else.
    """

    asked = Signal(object)
    """The Action of a button that was pressed; a click on the note itself asks for the card."""
    _pressed_there = Signal(str, str)

    def __init__(
        self,
        *,
        deliver: Deliver,
        fallback: Callable[[str, str], bool],
        acknowledge: Callable[[Alert, str], None],
        prefix: str,
    ) -> None:
        super().__init__()
        self._deliver = deliver
        self._fallback = fallback
        self._acknowledge = acknowledge
        self._prefix = prefix
        self._under_way: set[tuple[Alert, str]] = set()
        # A button is pressed on the worker thread; the signal brings it to this one.
        self._pressed_there.connect(self._on_pressed)

    @Slot(object)
    def raise_due(self, snapshot: Snapshot) -> None:
        """Raise what is due in ``snapshot``."""
        for alert in snapshot.due:
            if (alert, snapshot.client_id) in self._under_way:
                continue
            self._under_way.add((alert, snapshot.client_id))
            note = words.note_of(alert, snapshot, datetime.now(UTC), self._prefix)
            self._deliver(
                note, self._pressed_there.emit, partial(self._came, alert, snapshot.client_id, note)
            )

    @Slot()
    def tell_of_fault(self) -> None:
        """Tell of a fault of ours, without the worker: the fault may be there."""
        self._fallback(*words.fault_of(self._prefix))

    @Slot(str, str)
    def _on_pressed(self, _kind: str, button: str) -> None:
        self.asked.emit(Action(button) if button else Action.CARD)

    def _came(self, alert: Alert, client_id: str, note: Note, native: bool) -> None:
        self._under_way.discard((alert, client_id))
        if native or self._fallback(note.title, note.body):
            self._acknowledge(alert, client_id)
