"""Opens the card, keeps it current, and places it with or without a tray."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.settings_controller import SettingsController
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.tray_icon import TrayIcon

if TYPE_CHECKING:
    from deepvue_tray.ui.card import Card

CARD_RANGE = timedelta(days=7)
"""The part of the history that the card draws."""


class CardController(QObject):
    """Makes the card when it is first opened; without a tray the card is the program's window."""

    action_requested = Signal(Action, str)

    def __init__(
        self,
        worker: Worker[Backend],
        poller: Poller,
        icon: TrayIcon,
        settings: SettingsController,
        prefix: str,
    ) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._icon = icon
        self._settings = settings
        self._prefix = prefix
        self._card: Card | None = None
        self._drawn: tuple[object, ...] = ()
        poller.changed.connect(self._on_overview)
        icon.tray_found.connect(self._on_tray_found)

    @Slot()
    def open(self, client_id: str = "") -> None:
        """Open the card at the tray's icon, or as a window if there is no tray.

        ``client_id`` is the wallet to unfold; empty for the worst one.
        """
        if self._card is None:
            # Loaded here: many sessions never open it, and it costs 12 ms and 1.4 MB.
            from deepvue_tray.ui.card import Card  # noqa: PLC0415

            self._card = Card(self._prefix, self._icon.menu)
            self._card.action_requested.connect(self.action_requested)
            self._card.selected.connect(self._read_history)
        self._card.show_overview(self._poller.overview)
        self._card.select(client_id)
        if self._icon.is_in_tray:
            self._card.open_as_popup(self._icon.place())
        else:
            self._card.open_without_tray()
        self._read_history()
        self._poller.refresh_if_due()

    @Slot()
    def toggle(self) -> None:
        """Open the card, or close the one that is open; for a click on the icon."""
        if self._card is None or not self._card.close_popup():
            self.open()

    @Slot()
    def open_without_tray(self) -> None:
        """Open the card as a window; while the settings are open, wait until they are closed."""
        if self._settings.is_open:
            self._settings.closed.connect(
                self.open_without_tray, Qt.ConnectionType.SingleShotConnection
            )
        elif not self._icon.is_in_tray:
            self.open()

    @Slot(object)
    def _on_overview(self, overview: Overview) -> None:
        if self._card is None or not self._card.isVisible():
            return
        self._card.show_overview(overview)
        shown = self._card.shown
        # Most changes concern other wallets.
        if not shown.refreshing and self._drawn != _drawn_of(shown, datetime.now(UTC)):
            self._read_history()

    @Slot()
    def _on_tray_found(self) -> None:
        if self._card is not None:
            self._card.hide()

    @Slot()
    def _read_history(self) -> None:
        if self._card is None:
            return
        card, now = self._card, datetime.now(UTC)
        client_id = card.shown.client_id
        self._drawn = _drawn_of(card.shown, now)

        def on_result(buckets: list[HistoryBucket]) -> None:
            card.show_history(client_id, now, buckets)

        def on_error(error: Exception) -> None:
            # The snapshot shows an error of the history.
            if not isinstance(error, DeepvueError):
                raise error

        self._worker.submit(
            lambda backend: backend.history.buckets(client_id, now - CARD_RANGE, now),
            on_result,
            on_error,
        )


def _drawn_of(snapshot: Snapshot, now: datetime) -> tuple[object, ...]:
    """Return what the bars of the last days depend on."""
    return snapshot.client_id, snapshot.reading, now.astimezone().date()
