"""Opens the settings dialog, and does on the worker thread what it asks for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from deepvue_tray.app.poller import Poller
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import DeepvueError, NotSetUpError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.ui.settings_dialog import SettingsDialog


class SettingsController(QObject):
    """Keeps at most one settings dialog open, and does on the worker what it asks for."""

    closed = Signal()

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
        self._refresher = poller
        self._prefix = prefix
        self._from_environment = from_environment
        self._dialog: SettingsDialog | None = None
        self._is_new = True

    @property
    def is_open(self) -> bool:
        """Whether there is a dialog, be it closed while it still saves."""
        return self._dialog is not None

    @Slot(object)
    def open_at_first_start(self, snapshot: Snapshot) -> None:
        """Open by itself, once, where there are no credentials yet."""
        if isinstance(snapshot.trouble, NotSetUpError) and self._is_new:
            self.open()
        if snapshot.reading is not None:
            self._is_new = False

    @Slot()
    def open(self) -> None:
        """Open the dialog with the state as it is now, or bring the open one to the front."""
        self._is_new = False

        async def starts_at_login(backend: "Backend") -> bool:
            return backend.autostart.is_on()

        if self._dialog is None:
            self._worker.submit(starts_at_login, self._show)
        else:
            self._show(False)

    def _show(self, starts_at_login: bool) -> None:
        # Loaded here: most sessions never open it, and it costs 10 ms and some megabytes.
        from deepvue_tray.ui.settings_dialog import SettingsDialog  # noqa: PLC0415

        if self._dialog is None:
            snapshot = self._refresher.snapshot
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
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    @Slot(object)
    def _test(self, typed: Credentials | str | None) -> None:
        async def probe(backend: "Backend") -> Reading:
            credentials = await _whole(typed, backend)
            return await backend.monitor.probe(
                credentials or await backend.accounts.credentials(prompt=True)
            )

        def tested(reading: Reading) -> None:
            if self._dialog is dialog is not None:
                dialog.show_tested(reading)

        dialog = self._dialog
        self._worker.submit(
            probe, tested, self._telling(lambda open_, e: open_.show_test_failed(e))
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
            credentials = await _whole(typed, backend)
            await backend.save(
                settings, credentials, session_only=session_only, start_at_login=start_at_login
            )
            return (
                backend.monitor.load_last_known() if credentials else backend.monitor.reevaluate()
            )

        def saved(snapshot: Snapshot) -> None:
            (self._refresher.restart if typed else self._refresher.reevaluate)(snapshot)
            if self._dialog:
                self._dialog.accept()

        self._worker.submit(save, saved, self._telling(lambda open_, e: open_.show_save_failed(e)))

    @Slot(str)
    def _remove(self, client_id: str) -> None:
        async def remove(backend: "Backend") -> Snapshot:
            await backend.accounts.sign_out(client_id)
            return backend.monitor.load_last_known()

        def removed(snapshot: Snapshot) -> None:
            self._refresher.restart(snapshot)
            if self._dialog:
                self._dialog.show_removed()

        self._worker.submit(
            remove, removed, self._telling(lambda open_, e: open_.show_remove_failed(e))
        )

    def _telling(
        self, tell: "Callable[[SettingsDialog, DeepvueError], None]"
    ) -> Callable[[Exception], None]:
        """Return what takes an error to the dialog that is open now, if it still is then."""
        dialog = self._dialog

        def told(error: Exception) -> None:
            if self._dialog is dialog is not None:
                if isinstance(error, DeepvueError):
                    tell(dialog, error)
                else:
                    dialog.stop_waiting()
            if not isinstance(error, DeepvueError):
                raise error

        return told

    @Slot()
    def _forget(self) -> None:
        self._dialog = None
        self.closed.emit()


async def _whole(typed: Credentials | str | None, backend: "Backend") -> Credentials | None:
    """Return the credentials that were typed, with the kept secret beside a client id alone."""
    return await backend.accounts.in_keyring(typed) if isinstance(typed, str) else typed
