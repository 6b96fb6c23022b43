"""Opens the settings dialog, and executes its requests on the worker thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, NotSetUpError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.ui.windows import bring_to_front

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.ui.settings_dialog import SettingsDialog


class SettingsController(QObject):
    """Keeps at most one settings dialog open."""

    closed = Signal()
    """Emitted when the dialog is closed and nothing is being saved any more."""

    def __init__(
        self,
        worker: "Worker[Backend]",
        poller: Poller,
        prefix: str,
        *,
        from_environment: bool,
    ) -> None:
        super().__init__()
        self._worker = worker
        self._poller = poller
        self._prefix = prefix
        self._from_environment = from_environment
        self._dialog: SettingsDialog | None = None
        self._is_new = True

    @property
    def is_open(self) -> bool:
        """Whether the dialog is open, or closed and still being saved."""
        return self._dialog is not None

    @Slot(object)
    def open_at_first_start(self, overview: Overview) -> None:
        """Open the dialog once at a first start, if there are no credentials."""
        snapshot = overview.worst
        if isinstance(snapshot.trouble, NotSetUpError) and self._is_new:
            self.open()
        if snapshot.reading is not None:
            self._is_new = False

    @Slot()
    def open(self) -> None:
        """Open the dialog with the current state, or bring the open one to the front."""
        self._is_new = False

        if self._dialog is None:
            self._worker.submit(lambda backend: backend.autostart.is_on(), self._show)
        else:
            self._show(False)

    def _show(self, starts_at_login: bool) -> None:
        # Imported here: most sessions never open it, and it costs 13 ms and 1 MB.
        from deepvue_tray.ui.settings_dialog import SettingsDialog  # noqa: PLC0415

        if self._dialog is None:
            snapshot = self._poller.snapshot
            self._dialog = SettingsDialog(
                snapshot.settings,
                from_environment=self._from_environment,
                starts_at_login=starts_at_login,
                prefix=self._prefix,
                notice=snapshot.storage,
            )
            self._dialog.test_requested.connect(self._test)
            self._dialog.save_requested.connect(self._save)
            self._dialog.remove_requested.connect(self._remove)
            self._dialog.finished.connect(self._forget)
        bring_to_front(self._dialog)

    @Slot(object)
    def _test(self, typed: Credentials | str | None) -> None:
        async def probe(backend: "Backend") -> Reading:
            credentials = await _complete(typed, backend)
            return await backend.monitor.probe(
                credentials or await backend.accounts.credentials(prompt=True)
            )

        def on_result(reading: Reading) -> None:
            if self._dialog is dialog is not None:
                dialog.show_tested(reading)

        dialog = self._dialog
        self._worker.submit(
            probe, on_result, self._on_error(lambda shown, error: shown.show_test_failed(error))
        )

    @Slot(object, object, bool, bool)
    def _save(
        self,
        settings: Settings,
        typed: Credentials | str | None,
        session_only: bool,
        start_at_login: bool,
    ) -> None:
        async def save(backend: "Backend") -> Snapshot:
            credentials = await _complete(typed, backend)
            await backend.save(
                settings, credentials, session_only=session_only, start_at_login=start_at_login
            )
            return (
                backend.monitor.load_last_known() if credentials else backend.monitor.reevaluate()
            )

        def on_result(snapshot: Snapshot) -> None:
            (self._poller.reset_and_poll if typed else self._poller.reevaluate)(snapshot)
            if self._dialog:
                self._dialog.accept()

        self._worker.submit(
            save, on_result, self._on_error(lambda shown, error: shown.show_save_failed(error))
        )

    @Slot(str)
    def _remove(self, client_id: str) -> None:
        async def remove(backend: "Backend") -> Snapshot:
            await backend.accounts.sign_out(client_id)
            return backend.monitor.load_last_known()

        def on_result(snapshot: Snapshot) -> None:
            self._poller.reset_and_poll(snapshot)
            if self._dialog:
                self._dialog.show_removed()

        self._worker.submit(
            remove, on_result, self._on_error(lambda shown, error: shown.show_remove_failed(error))
        )

    def _on_error(
        self, show: "Callable[[SettingsDialog, DeepvueError], None]"
    ) -> Callable[[Exception], None]:
        """Return a callback that shows an error in the present dialog, if it is still open."""
        dialog = self._dialog

        def on_error(error: Exception) -> None:
            if self._dialog is dialog is not None:
                if isinstance(error, DeepvueError):
                    show(dialog, error)
                else:
                    dialog.stop_waiting()
            if not isinstance(error, DeepvueError):
                raise error

        return on_error

    @Slot()
    def _forget(self) -> None:
        self._dialog = None
        self.closed.emit()


async def _complete(typed: Credentials | str | None, backend: "Backend") -> Credentials | None:
    """Return the typed credentials; without a typed secret, with the one in the keyring."""
    return await backend.accounts.in_keyring(typed) if isinstance(typed, str) else typed
