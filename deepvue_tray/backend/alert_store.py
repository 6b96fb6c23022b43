"""The alert state of a wallet, shared with other processes through the history file."""

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial, reduce

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_channel import Channel, Sent
from deepvue_tray.core.alert_delivery import (
    is_pending,
    mark_failed,
    mark_notified,
    mark_refused,
    mark_sent,
    mark_shown,
)
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.forecast.spending_model import SpendingModel
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import AlertChange, History

logger = logging.getLogger(__name__)

MAX_UNSTORED_CHANGES = 2000
"""A week of polls at the default interval."""

StateChange = Callable[[AlertState], AlertState]
"""A pure function from one state of the alerts to the next."""


class WalletRemovedError(Exception):
    """The wallet was removed, so nothing may be stored for it."""


class AlertStore:
    """Changes the stored alert state of one wallet, in one transaction for each change.

    While the file cannot be used, changes apply only to ``state``. They are repeated on the
    stored state with the first change that can be stored. ``is_watched`` returns whether no process
    has removed the wallet. ``now`` returns the time, aware, in UTC.
    """

    def __init__(
        self,
        client_id: str,
        history: History,
        is_watched: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._client_id = client_id
        self._history = history
        self._is_watched = is_watched
        self._now = now
        self._unstored: deque[StateChange] = deque(maxlen=MAX_UNSTORED_CHANGES)
        self.state = AlertState()
        self.is_loaded = False
        """Whether ``state`` includes what is stored."""

    def load(self) -> None:
        """Load the stored state, unless it is loaded already; raises StorageError."""
        if not self.is_loaded:
            self.state = self._with_unstored(self._history.alerts(self._client_id))
            self.is_loaded = True

    def update(self, change: StateChange) -> None:
        """Change the state unless the wallet was removed; an error of storing is only logged."""
        with suppress(WalletRemovedError):
            if error := self._store(change, partial(self._history.update_alerts, self._client_id)):
                logger.warning("%s", error)

    def append(
        self, reading: Reading, change: StateChange, model: SpendingModel | None
    ) -> StorageError | None:
        """Store a reading and the changed state together; returns why they could not be stored.

        ``model`` is the spending model learnt from the reading; None leaves the stored one. Raises
        WalletRemovedError, and stores nothing.
        """
        return self._store(
            change, lambda stored: self._history.append(self._client_id, reading, stored, model)
        )

    def is_pending(self, alert: Alert) -> bool:
        """Return whether the person still has to be notified of an alert."""
        return is_pending(self.state, alert)

    def mark_sent(
        self, alert: Alert, service: str, channel: Channel = Channel.DESKTOP
    ) -> Sent | None:
        """Record that an alert is being sent to a notification service, or to the command.

        Returns None if it must not be sent now: see ``core.alert_delivery.mark_sent``.
        """
        sent = Sent(alert, self._now(), service)
        self.update(partial(mark_sent, alert=alert, now=sent.at, service=service, channel=channel))
        return sent if sent in self.state.channel(channel).unanswered else None

    def mark_refused(self, sent: Sent) -> None:
        """Record that a service did not accept an alert, so that it may be sent again."""
        self.update(partial(mark_refused, sent=sent))

    def mark_failed(self, sent: Sent, detail: str) -> None:
        """Record that the command has failed, so that it gets the alert again after a pause."""
        change = partial(mark_failed, sent=sent, now=self._now(), detail=detail)
        self.update(partial(change, channel=Channel.COMMAND))

    def mark_shown(self, sent: Sent, channel: Channel = Channel.DESKTOP) -> None:
        """Record that a service has delivered an alert."""
        self.update(partial(mark_shown, sent=sent, now=self._now(), channel=channel))

    def mark_notified(self, alert: Alert) -> None:
        """Record that the person was notified of an alert."""
        self.update(partial(mark_notified, alert=alert, now=self._now()))

    def _store(
        self, change: StateChange, write: Callable[[AlertChange], AlertState]
    ) -> StorageError | None:
        def change_stored(stored: AlertState | None) -> AlertState:
            # A process that removes a wallet deletes its history afterwards, and for that waits
            # until the transaction has ended in which this function is called.
            self._require_wallet()
            return change(self._with_unstored(stored))

        try:
            self.state = write(change_stored)
        except StorageError as error:
            self._require_wallet()
            self.state = change(self.state)
            self._unstored.append(change)
            return error.without_traceback()
        self._unstored.clear()
        return None

    def _require_wallet(self) -> None:
        if not self._is_watched():
            self._history.discard_unstored(self._client_id)
            raise WalletRemovedError

    def _with_unstored(self, stored: AlertState | None) -> AlertState:
        if stored is None:
            # Nothing is stored yet, or the file was damaged or removed.
            return self.state
        return reduce(lambda state, change: change(state), self._unstored, stored)
