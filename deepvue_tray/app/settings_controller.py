"""Opens the settings and the connect window, and executes their requests on the worker thread."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, InternalError, NotSetUpError, StorageError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.settings import Settings
from deepvue_tray.ui.windows import bring_to_front

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.ui.connect_dialog import ConnectDialog
    from deepvue_tray.ui.settings_dialog import SettingsDialog


class SettingsController(QObject):
    """Keeps at most one settings window and one connect window open."""

    closed = Signal()
    """Emitted when both windows are closed and nothing is being saved any more."""

    def __init__(self, worker: "Worker[Backend]", poller: Poller, prefix: str) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._prefix = prefix
        self._dialog: SettingsDialog | None = None
        self._connect: ConnectDialog | None = None
        self._is_new = True
        poller.changed.connect(self._on_overview)

    @property
    def is_open(self) -> bool:
        """Whether a window is open, or closed and still being saved."""
        return self._dialog is not None or self._connect is not None

    @Slot(object)
    def open_at_first_start(self, overview: Overview) -> None:
        """Open the connect window once at a first start, if there are no credentials."""
        snapshots = overview.snapshots
        if self._is_new and all(isinstance(s.trouble, NotSetUpError) for s in snapshots):
            self.open_connect(overview.worst.client_id)
        if any(snapshot.reading is not None for snapshot in snapshots):
            self._is_new = False

    @Slot()
    @Slot(str)
    def open(self, client_id: str = "") -> None:
        """Open the settings with the current state, or bring the open ones to the front.

        ``client_id`` is the wallet to show first; empty for any.
        """
        self._is_new = False
        if self._dialog is None:
            self._worker.submit(
                lambda backend: backend.autostart.is_on(), partial(self._show, client_id)
            )
        else:
            self._show(client_id, False)

    @Slot()
    @Slot(str)
    def open_connect(self, client_id: str = "") -> None:
        """Ask for a wallet's credentials, or for a new secret of the wallet ``client_id``."""
        # Imported here: most sessions never open it, as with the settings.
        from deepvue_tray.ui.connect_dialog import ConnectDialog  # noqa: PLC0415

        self._is_new = False
        if self._connect is None:
            overview = self._poller.overview
            self._connect = ConnectDialog(
                overview.settings,
                client_id=client_id,
                from_environment=overview.from_environment,
                prefix=self._prefix,
                parent=self._dialog,
            )
            self._connect.requested.connect(self._sign_in)
            self._connect.finished.connect(self._forget_connect)
        bring_to_front(self._connect)

    def _show(self, client_id: str, starts_at_login: bool) -> None:
        # Imported here: most sessions never open it, and it costs 30 ms and 3 MB.
        from deepvue_tray.ui.settings_dialog import SettingsDialog  # noqa: PLC0415

        if self._dialog is None:
            overview = self._poller.overview
            self._dialog = SettingsDialog(
                overview.settings,
                from_environment=overview.from_environment,
                starts_at_login=starts_at_login,
                prefix=self._prefix,
                notice=next((s.storage for s in overview.snapshots if s.storage), None),
            )
            self._dialog.save_requested.connect(self._save)
            self._dialog.add_requested.connect(self.open_connect)
            self._dialog.new_secret_requested.connect(self.open_connect)
            self._dialog.remove_requested.connect(self._remove)
            self._dialog.test_requested.connect(self._test)
            self._dialog.finished.connect(self._forget)
        self._dialog.select(client_id)
        self._dialog.show_usage_errors(_usage_errors(self._poller.overview))
        bring_to_front(self._dialog)
        if self._connect and self._connect.parent() is self._dialog:
            bring_to_front(self._connect)

    @Slot(object)
    def _on_overview(self, overview: Overview) -> None:
        if self._dialog:
            self._dialog.show_settings(overview.settings)
            self._dialog.show_usage_errors(_usage_errors(overview))

    @Slot(object, str, bool, bool)
    def _sign_in(
        self, typed: Credentials | str, name: str, is_checked: bool, session_only: bool
    ) -> None:
        async def sign_in(backend: "Backend") -> Overview:
            credentials = (
                await backend.accounts.in_keyring(typed) if isinstance(typed, str) else typed
            )
            if is_checked:
                await backend.probe(credentials)
            return await backend.sign_in(credentials, name, session_only=session_only)

        def on_result(overview: Overview) -> None:
            client_id = typed if isinstance(typed, str) else typed.client_id
            self._poller.show(overview, [client_id])
            if self._dialog:
                self._dialog.select(client_id)
            if self._connect:
                self._connect.accept()

        self._worker.submit(sign_in, on_result, self._on_error(lambda: self._connect))

    @Slot(object, object, bool)
    def _save(self, before: Settings, after: Settings, start_at_login: bool) -> None:
        def on_result(overview: Overview) -> None:
            self._poller.show(overview)
            if self._dialog:
                self._dialog.accept()

        self._worker.submit(
            lambda backend: backend.save(before, after, start_at_login=start_at_login),
            on_result,
            self._on_error(lambda: self._dialog),
        )

    @Slot(str, bool)
    def _remove(self, client_id: str, delete_history: bool) -> None:
        def on_result(overview: Overview) -> None:
            self._poller.show(overview)
            if self._dialog:
                self._dialog.show_removed()

        def on_error(error: Exception) -> None:
            if isinstance(error, StorageError):
                # The wallet may have been removed, and only its history not.
                self._worker.submit(lambda backend: backend.overview(), self._poller.show)
            show_error(error)

        show_error = self._on_error(lambda: self._dialog)
        self._worker.submit(
            lambda backend: backend.sign_out(client_id, delete_history=delete_history),
            on_result,
            on_error,
        )

    @Slot(tuple, str, str)
    def _test(self, command: tuple[str, ...], title: str, body: str) -> None:
        def show_outcome(error: DeepvueError | None) -> None:
            if self._dialog:
                self._dialog.show_test_outcome(command, error)

        def on_result(overview: Overview) -> None:
            self._poller.show(overview)
            show_outcome(None)

        def on_error(error: Exception) -> None:
            if not isinstance(error, DeepvueError):
                show_outcome(InternalError())
                raise error
            show_outcome(error)

        self._worker.submit(
            lambda backend: backend.test_alert_command(command, title, body), on_result, on_error
        )

    def _on_error(
        self, window: "Callable[[], ConnectDialog | SettingsDialog | None]"
    ) -> Callable[[Exception], None]:
        """Return a callback that shows an error in the present ``window``, if it is still open."""

        def on_error(error: Exception) -> None:
            if shown := window():
                if isinstance(error, DeepvueError):
                    shown.show_failed(error)
                else:
                    shown.stop_waiting()
            if not isinstance(error, DeepvueError):
                raise error

        return on_error

    @Slot()
    def _forget(self) -> None:
        if self._connect and self._connect.parent() is self._dialog:
            # It would be deleted with the settings, although its request may still fail.
            self._connect.setParent(None, self._connect.windowFlags())
        self._dialog = None
        self._emit_closed()

    @Slot()
    def _forget_connect(self) -> None:
        self._connect = None
        self._emit_closed()

    def _emit_closed(self) -> None:
        if not self.is_open:
            self.closed.emit()


def _usage_errors(overview: Overview) -> dict[str, DeepvueError]:
    """Return why usage reports could not be fetched, by client ID."""
    return {
        snapshot.client_id: snapshot.usage.error
        for snapshot in overview.snapshots
        if snapshot.usage and snapshot.usage.error
    }
