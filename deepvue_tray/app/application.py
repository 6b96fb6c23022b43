"""The running tray: its parts, and how they are connected.

A click or the poller's timer polls a wallet on the worker thread. The result is one
overview, which all views show. Each click is one ``Action`` for one wallet, or for all.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog

from deepvue_tray.app.alert_command_controller import AlertCommandController
from deepvue_tray.app.card_controller import CardController
from deepvue_tray.app.crash_reporter import CrashReporter
from deepvue_tray.app.history_controller import HistoryController
from deepvue_tray.app.instance_server import InstanceServer
from deepvue_tray.app.network_hint import NetworkHint
from deepvue_tray.app.notification_controller import NotificationController
from deepvue_tray.app.poller import Poller
from deepvue_tray.app.settings_controller import SettingsController
from deepvue_tray.app.single_instance import SingleInstance
from deepvue_tray.app.unix_signals import unix_signals
from deepvue_tray.app.worker import Worker
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.actions import Action
from deepvue_tray.core.addresses import DASHBOARD, STATUS_PAGE
from deepvue_tray.core.alert_rules import tomorrow_morning
from deepvue_tray.core.errors import DeepvueError
from deepvue_tray.core.overview import Overview
from deepvue_tray.services.paths import Paths
from deepvue_tray.ui.color_scheme import ColorScheme
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.tray_icon import TrayIcon
from deepvue_tray.ui.windows import bring_to_front

logger = logging.getLogger(__name__)

NO_TRAY = "No tray on this desktop: a window shows the balance until there is one."

QUIT_TIMEOUT_S = 0.3
"""The longest wait for the worker; a job that blocks longer is abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the tray was started."""

    prefix: str = ""
    """Precedes every title that is shown, such as "Demo"."""
    background: bool = False
    """Whether no window may open by itself, as at login."""


class Application(QObject):
    """Builds the parts and connects them; ``worker`` must have been started."""

    def __init__(
        self, qt: QApplication, icon: TrayIcon, worker: Worker[Backend], options: Options
    ) -> None:
        super().__init__()
        self._qt = qt
        self._worker = worker
        self._about: QDialog | None = None
        prefix = options.prefix
        self.poller = Poller(worker)
        self._tray = Tray(icon, prefix)
        self._settings = SettingsController(worker, self.poller, prefix)
        self._history = HistoryController(worker, self.poller, prefix)
        self.card = CardController(worker, self.poller, icon, self._settings, prefix)
        self._notifications = NotificationController(worker, self.poller, icon.show_message, prefix)
        self._alert_command = AlertCommandController(worker, self.poller, prefix)
        self._network_hint = NetworkHint()
        self._actions: dict[Action, Callable[[str], object]] = {
            Action.CARD: self.card.open,
            Action.REFRESH: lambda _: self.poller.refresh(),
            Action.UNLOCK: lambda _: self.poller.unlock(),
            Action.HISTORY: self._history.open,
            Action.SETTINGS: self._settings.open,
            Action.SET_UP: self._settings.open_connect,
            Action.DASHBOARD: lambda _: _browse(DASHBOARD),
            Action.STATUS_PAGE: lambda _: _browse(STATUS_PAGE),
            Action.SNOOZE_HOUR: partial(self._snooze, lambda now: now + timedelta(hours=1)),
            Action.SNOOZE_MORNING: partial(self._snooze, tomorrow_morning),
            Action.SNOOZE_TOP_UP: partial(self._snooze, lambda _: None),
            Action.RESUME: self._resume_alerts,
            Action.ABOUT: lambda _: self._open_about(),
            # quit() would first close the card's window, which without a tray shows a question.
            Action.QUIT: lambda _: qt.exit(),
        }

        self.poller.changed.connect(self._tray.show_overview)
        self.poller.changed.connect(self._network_hint.watch)
        self.poller.waiting.connect(self._reload_if_changed)
        self._network_hint.back.connect(self.poller.on_network)
        icon.tray_lost.connect(lambda: logger.warning(NO_TRAY))
        if not options.background:
            self.poller.changed.connect(self._settings.open_at_first_start)
            icon.tray_lost.connect(self.card.open_without_tray)
        self._tray.action_requested.connect(self.perform)
        icon.clicked.connect(self.card.toggle)
        self.card.action_requested.connect(self.perform)
        self._notifications.action_requested.connect(self.perform)
        icon.watch_host()
        self._color_scheme = ColorScheme(qt)
        # Show the stored state first, then poll the wallet.
        worker.submit(
            lambda backend: backend.overview(),
            self.poller.show,
            self._on_load_error,
        )

    def listen(self, instance: SingleInstance, client_id: str) -> None:
        """Open the card when another start asks for it.

        ``client_id`` is the environment's, which is in use until the settings are read.
        """

        def client_ids() -> list[str]:
            shown = [snapshot.client_id for snapshot in self.poller.overview.snapshots]
            return [each for each in shown if each] or [client_id]

        self._server = InstanceServer(instance, client_ids)
        self._server.asked.connect(partial(self.perform, Action.CARD))

    def run(self, crash_reporter: CrashReporter) -> int:
        """Run until the person quits; return the exit status."""
        crash_reporter.crashed.connect(self._notifications.notify_crash)
        with unix_signals(self._qt.exit):
            status = self._qt.exec()
        self._worker.stop(QUIT_TIMEOUT_S)
        return status

    @Slot(Action, str)
    def perform(self, action: Action, client_id: str) -> None:
        """Do what a person requested with a click.

        ``client_id`` is that of the wallet that the action concerns; empty for all.
        """
        self._actions[action](client_id)

    def _snooze(self, end: Callable[[datetime], datetime | None], client_id: str) -> None:
        until = end(datetime.now(UTC))
        self._worker.submit(lambda backend: backend.snooze(until, client_id), self.poller.show)

    def _resume_alerts(self, client_id: str) -> None:
        self._worker.submit(lambda backend: backend.resume_alerts(client_id), self.poller.show)

    def _open_about(self) -> None:
        # Imported here: 8 ms and 0.7 MB, which only this window needs.
        from deepvue_tray.services.licenses import libraries

        self._worker.submit(lambda backend: (backend.paths, libraries()), self._show_about)

    def _show_about(self, facts: tuple[Paths, list[str]]) -> None:
        # 8 ms and 1.2 MB, as for each window.
        from deepvue_tray.ui.about import about_window

        if self._about is None:
            paths, names = facts
            places = {"settings": paths.settings, "history": paths.history, "log": paths.log}
            self._about = about_window({name: str(path) for name, path in places.items()}, names)
        bring_to_front(self._about)

    @Slot()
    def _reload_if_changed(self) -> None:
        def on_result(known: Overview | None) -> None:
            if known is not None:
                self.poller.show(known)

        self._worker.submit(lambda backend: backend.reload_if_changed(), on_result)

    def _on_load_error(self, error: Exception) -> None:
        self.poller.refresh()
        if not isinstance(error, DeepvueError):
            raise error


def _browse(url: str) -> None:
    QDesktopServices.openUrl(QUrl(url))
