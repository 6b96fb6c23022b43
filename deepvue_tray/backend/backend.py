"""The assembled program without a screen. The tray uses it on its worker thread."""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_store import AlertStore
from deepvue_tray.backend.history_queries import HistoryQueries
from deepvue_tray.backend.monitor import Monitor
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_rules import snoozed
from deepvue_tray.core.credentials import Credentials, parse_client_id
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.services import log, menu_entry
from deepvue_tray.services.autostart import Autostart, autostart_in, own_command
from deepvue_tray.services.credentials import CredentialStore
from deepvue_tray.services.history import BUSY_TIMEOUT_S, TRAY_BUSY_TIMEOUT_S, History
from deepvue_tray.services.notifier import Notifier, system_notifier
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.system_keyring import SystemKeyring
from deepvue_tray.services.wallet_api import PRODUCTION, WalletApi
from deepvue_tray.services.window_sizes import WindowSizes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backend:
    """The parts that need no screen; all of them belong to one thread."""

    accounts: Accounts
    monitor: Monitor
    alerts: AlertStore
    history: HistoryQueries
    notifier: Notifier
    autostart: Autostart
    window_sizes: WindowSizes
    paths: Paths
    _files: History

    async def save(
        self,
        settings: Settings,
        credentials: Credentials | None,
        *,
        session_only: bool,
        start_at_login: bool,
    ) -> None:
        """Store the settings window's values: all of them, or none.

        Raises an AccountError or a StorageError; then nothing has changed.
        """
        before = self.autostart.is_on()
        if start_at_login != before:
            self.autostart.switch(on=start_at_login)
        try:
            await self.accounts.save(settings, credentials, session_only=session_only)
        except BaseException:  # also if the program quits during the keyring's prompt
            if start_at_login != before:
                self.autostart.switch(on=before)
            raise

    def reload_if_changed(self) -> Snapshot | None:
        """Return the last known snapshot if another process has stored settings, otherwise None."""
        if not self.accounts.was_saved_elsewhere():
            return None
        self.accounts.reload()
        return self.monitor.load_last_known()

    async def notify(self, alert: Alert, snapshot: Snapshot, notification: Notification) -> bool:
        """Show the notification of an alert of ``snapshot`` and store that it was shown.

        Returns False if it could not be shown. Returns True also if nothing is to be done: the
        person was notified already, the service has not replied yet, or there is a newer reading,
        whose snapshot has its own alerts.
        """
        service = await self.notifier.service()
        if not self.monitor.is_current(snapshot):
            return True
        if not service:
            return not self.alerts.is_pending(alert)
        sent = self.alerts.mark_sent(alert, service)
        if sent is None:
            return True
        if await self.notifier.show(notification):
            self.alerts.mark_shown(sent)
            return True
        self.alerts.mark_refused(sent)
        return False

    def snooze(self, until: datetime | None) -> Snapshot:
        """Snooze the notified alerts until a time (aware, UTC); None means the next top-up."""
        self.alerts.update(partial(snoozed, until=until))
        return self.monitor.reevaluate()

    def resume_alerts(self) -> Snapshot:
        """End a snooze."""
        self.alerts.update(lambda state: replace(state, snooze=None))
        return self.monitor.reevaluate()

    def close(self) -> None:
        """Close the files and connections."""
        self._files.close()
        self.notifier.close()


def real_backend(
    environ: Mapping[str, str],
    keyring: SystemKeyring | None = None,
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Backend:
    """Assemble the backend with the user's settings, keyring, history and server.

    ``environ`` holds the environment's credentials; ``keyring`` is one that was prepared;
    ``busy_timeout_s`` is how long the history waits for another process that writes to it.

    Raises InvalidInputError if DEEPVUE_BASE_URL is not an allowed address, DEEPVUE_CLIENT_ID is
    invalid, or there is no home folder.
    """
    if client_id := environ.get("DEEPVUE_CLIENT_ID"):
        parse_client_id(client_id)
    base_url = os.environ.get("DEEPVUE_BASE_URL") or PRODUCTION
    paths = Paths.of_user()
    store = CredentialStore(environ, keyring or SystemKeyring())
    return assemble(
        paths,
        store,
        WalletApi(base_url),
        autostart_in(paths.autostart),
        busy_timeout_s=busy_timeout_s,
    )


def tray_backend(environ: Mapping[str, str]) -> Backend:
    """Assemble the user's backend for the tray: with a log file, and short waits for the history.

    On Linux it adds the program to the desktop's menu. Raises as real_backend does.
    """
    paths = Paths.of_user()
    log.to_file(paths.log)
    if sys.platform == "linux":
        try:
            menu_entry.keep(paths.menu, own_command())
        except StorageError as error:
            logger.info("No menu entry: %s", error)
    return real_backend(environ, busy_timeout_s=TRAY_BUSY_TIMEOUT_S)


def assemble(
    paths: Paths,
    store: CredentialStore,
    wallet: WalletApi,
    autostart: Autostart,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
) -> Backend:
    """Assemble the parts; ``now`` returns the time, aware, in UTC."""
    accounts = Accounts(SettingsFile(paths.settings), store)
    files = History(paths.history, busy_timeout_s)
    alerts = AlertStore(files, now)
    return Backend(
        accounts=accounts,
        monitor=Monitor(accounts=accounts, wallet=wallet, history=files, alerts=alerts, now=now),
        alerts=alerts,
        history=HistoryQueries(accounts, files),
        notifier=system_notifier(icon_path("deepvue-tray-64.png")),
        autostart=autostart,
        window_sizes=WindowSizes(paths.windows),
        paths=paths,
        _files=files,
    )
