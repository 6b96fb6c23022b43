"""The assembled program without a screen. The tray uses it on its worker thread."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.alert_message import alert_message, made_up_message
from deepvue_tray.backend.alert_store import AlertStore, StateChange
from deepvue_tray.backend.history_queries import HistoryQueries
from deepvue_tray.backend.monitor import Monitor
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_channel import Channel, Sent
from deepvue_tray.core.alert_command import identity_of, problem_with
from deepvue_tray.core.alert_delivery import forget_failures
from deepvue_tray.core.alert_rules import is_quiet, snoozed
from deepvue_tray.core.credentials import Credentials, parse_client_id
from deepvue_tray.core.errors import (
    AlertCommandError,
    DeepvueError,
    InvalidInputError,
    NoAlertCommandError,
    StorageError,
)
from deepvue_tray.core.forecast.series import Point
from deepvue_tray.core.notification import Notification
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.services import alert_command, log, menu_entry
from deepvue_tray.services.autostart import Autostart, autostart_in, own_command
from deepvue_tray.services.credentials import CredentialStore
from deepvue_tray.services.history import BUSY_TIMEOUT_S, TRAY_BUSY_TIMEOUT_S, History
from deepvue_tray.services.notifier import Notifier, system_notifier
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.system_keyring import SystemKeyring
from deepvue_tray.services.wallet_api import PRODUCTION, REQUEST_PAUSE_S, WalletApi
from deepvue_tray.services.window_sizes import WindowSizes

if TYPE_CHECKING:
    from deepvue_tray.backend.usage_reports import UsageReports

logger = logging.getLogger(__name__)

USAGE_DAYS = 2
"""Today and yesterday: the days whose usage reports are fetched once an hour."""

USAGE_PAUSE_S = 3.0
"""Seconds between two requests for usage reports: 20 a minute, where the smallest plan allows 30,
so that the balance and the person's own calls have room."""

MAX_RUNNING_COMMANDS = 4
"""Alert commands that run at the same time; those of more alerts wait for one of them."""


class Backend:
    """The parts that need no screen, and a monitor for each wallet; all belong to one thread.

    ``files`` stores the readings that ``api`` requests. ``now`` returns the time, aware, in UTC.
    ``load_usage`` makes the usage reports when a wallet needs them.
    """

    def __init__(
        self,
        *,
        accounts: Accounts,
        api: WalletApi,
        files: History,
        notifier: Notifier,
        autostart: Autostart,
        window_sizes: WindowSizes,
        paths: Paths,
        now: Callable[[], datetime],
        load_usage: "Callable[[], UsageReports]",
    ) -> None:
        self._load_usage = load_usage
        self.accounts = accounts
        self.history = HistoryQueries(files)
        self.notifier = notifier
        self.autostart = autostart
        self.window_sizes = window_sizes
        self.paths = paths
        self._api = api
        self._files = files
        self._now = now
        self._monitors: dict[str, Monitor] = {}
        self._running_commands = asyncio.Semaphore(MAX_RUNNING_COMMANDS)
        # The revision of the accounts that the last overview shows.
        self._revision = accounts.revision

    @cached_property
    def usage(self) -> "UsageReports":
        """The usage reports, which most wallets do not have."""
        return self._load_usage()

    def overview(self) -> Overview:
        """Return the last snapshot of each wallet; of a new one, what the history holds."""
        wallets, self._revision = self.accounts.wallets, self.accounts.revision
        for client_id in self._monitors.keys() - {wallet.client_id for wallet in wallets}:
            self._monitors.pop(client_id).close()
        if "usage" in vars(self):
            self.usage.keep({wallet.client_id for wallet in wallets if wallet.has_usage})
        for wallet in wallets:
            if wallet.client_id not in self._monitors:
                self._monitor(wallet.client_id).load_last_known()
        return Overview(
            settings=self.accounts.settings,
            snapshots=tuple(
                self._with_usage(self._monitors[wallet.client_id].snapshot) for wallet in wallets
            ),
            from_environment=self.accounts.is_from_environment,
        )

    def _with_usage(self, snapshot: Snapshot) -> Snapshot:
        if not snapshot.wallet.has_usage:
            return snapshot
        is_fast = Alert.FAST_SPENDING in (*snapshot.to_notify, *snapshot.command_alerts)
        state_of = self.usage.with_grown_product if is_fast else self.usage.state
        return replace(snapshot, usage=state_of(snapshot.client_id))

    def reload_if_changed(self) -> Overview | None:
        """Return the overview if it does not show yet what other processes have stored."""
        self.accounts.reload()
        return self.overview() if self.accounts.revision != self._revision else None

    async def poll(
        self, client_id: str, *, prompt: bool = False, awake_since: datetime | None = None
    ) -> Overview:
        """Poll a wallet unless another process has removed or paused it; see Monitor.poll."""
        self.accounts.reload()
        wallet = self.accounts.wallet(client_id)
        if wallet and not wallet.is_paused:
            await self._monitor(client_id).poll(prompt=prompt, awake_since=awake_since)
        return self.overview()

    async def switch_usage_on(self, client_id: str) -> Overview:
        """Switch on the usage report of a wallet; raises a StorageError as Accounts.save does."""
        before = self.accounts.settings
        wallets = tuple(
            replace(wallet, has_usage=True) if wallet.client_id == client_id else wallet
            for wallet in before.wallets
        )
        await self.accounts.save(before, replace(before, wallets=wallets))
        return self.overview()

    async def update_usage(self, client_id: str) -> Overview | None:
        """Fetch the usage report of today and yesterday if it is due; None if it is not."""
        wallet = self.accounts.wallet(client_id)
        if wallet and wallet.has_usage and await self.usage.update(client_id):
            return self.overview()
        return None

    async def fetch_usage(
        self, client_id: str, days: int, on_change: Callable[[Overview], object]
    ) -> Overview:
        """Fetch what is missing of a wallet's last ``days`` days.

        ``on_change`` gets each overview on the way. ``usage.stop`` ends it.
        """
        await self.usage.try_to_fetch(client_id, days, lambda: on_change(self.overview()))
        return self.overview()

    async def poll_all(self, client_ids: Collection[str] | None = None) -> Overview:
        """Poll these wallets, or all that are not paused, at the same time."""
        polled = [
            self._monitor(wallet.client_id).poll()
            for wallet in self.accounts.wallets
            if (not wallet.is_paused if client_ids is None else wallet.client_id in client_ids)
        ]
        await asyncio.gather(*polled)
        return self.overview()

    async def probe(self, credentials: Credentials) -> Reading:
        """Request the balance once with ``credentials`` and store nothing; raises WalletError."""
        return await self._api.read(credentials)

    async def save(self, before: Settings, after: Settings, *, start_at_login: bool) -> Overview:
        """Store the values that differ between ``before`` and ``after``: all of them, or none.

        Raises an InvalidInputError or a StorageError as Accounts.save does; then nothing has
        changed.
        """
        was_on = self.autostart.is_on()
        if start_at_login != was_on:
            self.autostart.switch(on=start_at_login)
        try:
            await self.accounts.save(before, after)
        except BaseException:  # also if the program quits during another change
            if start_at_login != was_on:
                self.autostart.switch(on=was_on)
            raise
        return self.overview()

    async def sign_in(
        self, credentials: Credentials, name: str = "", *, session_only: bool = False
    ) -> Overview:
        """Sign in to a wallet, added unless it exists; see Accounts.sign_in."""
        is_new = self._record(credentials.client_id)
        try:
            await self.accounts.sign_in(credentials, name, session_only=session_only)
        except DeepvueError:
            if is_new:
                with suppress(StorageError):  # a client ID too many harms nobody
                    self._files.remove(credentials.client_id)
            raise
        if self.accounts.wallet(credentials.client_id):
            self._monitor(credentials.client_id).load_last_known()
        return self.overview()

    async def sign_out(self, client_id: str, *, delete_history: bool = False) -> Overview:
        """Remove a wallet and its secret, and its history if wanted.

        Raises an AccountError and changes nothing, or a StorageError after the secret was removed.
        """
        await self.accounts.sign_out(client_id)
        if delete_history:
            self._files.delete(client_id)
        return self.overview()

    def client_ids(self) -> list[str]:
        """Return the client ID of every wallet whose secret was ever stored.

        Raises StorageError if the history cannot be read.
        """
        return list(dict.fromkeys([*self.accounts.settings.client_ids, *self._files.client_ids()]))

    async def notify(self, alert: Alert, snapshot: Snapshot, notification: Notification) -> bool:
        """Show the notification of an alert of ``snapshot`` and store that it was shown.

        Returns False if it could not be shown. Returns True also if nothing is to be done: the
        person was notified already, the service has not replied yet, it is the quiet time, or there
        is a newer reading, whose snapshot has its own alerts.
        """
        service = await self.notifier.service()
        alerts = self._alerts_to_deliver(alert, snapshot)
        if alerts is None:
            return True
        if not service:
            return not alerts.is_pending(alert)
        sent = alerts.mark_sent(alert, service)
        if sent is None:
            return True
        if await self.notifier.show(notification):
            alerts.mark_shown(sent)
            return True
        alerts.mark_refused(sent)
        return False

    async def run_alert_command(
        self, alert: Alert, snapshot: Snapshot, title: str, body: str
    ) -> Overview:
        """Pass an alert of ``snapshot`` to the alert command, and store whether it has succeeded.

        ``title`` and ``body`` are the alert's texts. Does nothing if the alert must not be sent
        now: see ``core.alert_delivery.mark_sent``. A failure is logged, and shown in the overview.
        """
        async with self._running_commands:
            command = self.accounts.settings.alert_command
            alerts = self._alerts_to_deliver(alert, snapshot)
            if not command or alerts is None:
                return self.overview()
            if sent := alerts.mark_sent(alert, identity_of(command), Channel.COMMAND):
                message = alert_message(alert, snapshot, title, body, self._now())
                await self._run_alert_command(command, message, sent, alerts)
        return self.overview()

    def _alerts_to_deliver(self, alert: Alert, snapshot: Snapshot) -> AlertStore | None:
        """Return the alerts' state of a snapshot's wallet.

        Returns None if there is a newer reading, or the alert has to wait for the end of the quiet
        time.
        """
        monitor = self._monitors.get(snapshot.client_id)
        if monitor is None or monitor.snapshot.reading != snapshot.reading:
            return None
        is_waiting = is_quiet(alert, self._now(), self.accounts.settings.quiet_time)
        return None if is_waiting else monitor.alerts

    async def _run_alert_command(
        self, command: Sequence[str], message: str, sent: Sent, alerts: AlertStore
    ) -> None:
        try:
            await alert_command.run(command, message)
        except AlertCommandError as error:
            logger.info("%s", error)
            alerts.mark_failed(sent, error.detail)
        else:
            alerts.mark_shown(sent, Channel.COMMAND)
            self._forget_command_failures()

    async def test_alert_command(self, command: Sequence[str], title: str, body: str) -> Overview:
        """Pass a made-up alert with these texts to ``command``.

        Raises InvalidInputError or AlertCommandError. After a success, alerts for which the same
        command has failed before are passed to it with the next poll.
        """
        if not command:
            raise NoAlertCommandError
        if problem := problem_with(command):
            raise InvalidInputError(problem)
        wallet = self.accounts.wallets[0]
        await alert_command.run(command, made_up_message(wallet, title, body, self._now()))
        if tuple(command) == self.accounts.settings.alert_command:
            self.overview()  # makes the monitors of new wallets
            self._forget_command_failures()
        return self.overview()

    def _forget_command_failures(self) -> None:
        for monitor in self._monitors.values():
            if monitor.alerts.state.command.failures:
                monitor.alerts.update(partial(forget_failures, channel=Channel.COMMAND))

    def mark_notified(self, client_id: str, alert: Alert) -> None:
        """Record that the person was notified of an alert of a wallet."""
        if monitor := self._monitors.get(client_id):
            monitor.alerts.mark_notified(alert)

    def snooze(self, until: datetime | None, client_id: str = "") -> Overview:
        """Snooze the notified alerts of a wallet, or of all if ``client_id`` is empty.

        ``until`` is when it ends, aware, in UTC; None means the next top-up.
        """
        return self._update_alerts(client_id, partial(snoozed, until=until))

    def resume_alerts(self, client_id: str = "") -> Overview:
        """End the snooze of a wallet, or of all if ``client_id`` is empty."""
        return self._update_alerts(client_id, lambda state: replace(state, snooze=None))

    def close(self) -> None:
        """Close the files and connections."""
        self._files.close()
        self.notifier.close()

    def _record(self, client_id: str) -> bool:
        """Record in the history that a secret is to be stored; return whether that is new.

        So every wallet whose secret was ever stored is known, also after a kill in between.
        """
        try:
            return self._files.add(client_id)
        except StorageError as error:
            logger.warning("%s", error)
            return False

    def _monitor(self, client_id: str) -> Monitor:
        if client_id not in self._monitors:
            self._monitors[client_id] = Monitor(
                client_id,
                accounts=self.accounts,
                api=self._api,
                history=self._files,
                now=self._now,
                reported=partial(self._reported_points, client_id),
            )
        return self._monitors[client_id]

    def reported_balances(self, client_id: str, since: datetime) -> Sequence[Point]:
        """Return what the balance was before a wallet's first reading, from its usage report."""
        first = self.history.first_reading(client_id)
        return self._reported_points(client_id, first, since) if first else ()

    def _reported_points(self, client_id: str, first: Reading, since: datetime) -> Sequence[Point]:
        wallet = self.accounts.wallet(client_id)
        if wallet is None or not wallet.has_usage:
            return ()
        return self.usage.queries.points_before(client_id, first, since)

    def _update_alerts(self, client_id: str, change: StateChange) -> Overview:
        for known_id, monitor in self._monitors.items():
            if client_id in ("", known_id):
                monitor.alerts.update(change)
        return self.overview()


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
        WalletApi(base_url, pause_s=REQUEST_PAUSE_S),
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
    api: WalletApi,
    autostart: Autostart,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    settings_file: SettingsFile | None = None,
    usage_pause_s: float = USAGE_PAUSE_S,
    usage_days: int = USAGE_DAYS,
) -> Backend:
    """Assemble the parts; ``now`` returns the time, aware, in UTC.

    ``settings_file`` replaces the one of ``paths``. ``usage_pause_s`` is the time between two
    requests for usage reports, and ``usage_days`` how many are fetched once an hour.
    """
    accounts = Accounts(settings_file or SettingsFile(paths.settings), store)
    history = History(paths.history, busy_timeout_s)

    def load_usage() -> "UsageReports":
        # Imported here: 8 ms of the 220 that ``check`` takes.
        from deepvue_tray.backend.usage_reports import UsageReports  # noqa: PLC0415
        from deepvue_tray.services.usage_store import UsageStore  # noqa: PLC0415

        return UsageReports(
            accounts=accounts,
            api=api,
            history=history,
            store=UsageStore(history.database),
            now=now,
            pause_s=usage_pause_s,
            recent_days=usage_days,
        )

    return Backend(
        accounts=accounts,
        api=api,
        files=history,
        notifier=system_notifier(icon_path("deepvue-tray-64.png")),
        autostart=autostart,
        window_sizes=WindowSizes(paths.windows),
        paths=paths,
        now=now,
        load_usage=load_usage,
    )
