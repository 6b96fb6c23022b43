"""The tray application: builds the parts, wires them, runs, and quits.

Data flows one way: the refresher's timer or a click asks the worker for a look; the snapshot that
comes back goes to every view and to the alerter. Only clicks travel the other way.

What the first frame does not need is imported after it: the icon shows in about the time that a
bare one takes, and what is never opened costs no memory.
"""

import linecache
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QIcon, QPixmapCache
from PySide6.QtWidgets import QApplication, QWidget

from deepvue_tray.app.single_instance import SingleInstance
from deepvue_tray.resources import icon_path
from deepvue_tray.services import private_folder
from deepvue_tray.ui.tray_icon import TrayIcon

if TYPE_CHECKING:
    from datetime import datetime

    from deepvue_tray.app.crash_reporter import CrashReporter
    from deepvue_tray.app.worker import Job
    from deepvue_tray.backend.backend import Backend
    from deepvue_tray.core.actions import Action
    from deepvue_tray.core.alert import Alert
    from deepvue_tray.core.reading import HistoryBucket
    from deepvue_tray.core.snapshot import Snapshot
    from deepvue_tray.ui.card import Card

logger = logging.getLogger(__name__)

DASHBOARD = "https://dashboard.deepvue.ai"
STATUS_PAGE = "https://status.deepvue.ai"

NO_TRAY = "No tray on this desktop: a window shows the balance until there is one."

PIXMAP_CACHE_KB = 0
"""KB for Qt's cache of drawn parts: it would hold a picture of every button for every palette,
which is new with each window, and wake the computer to let go of them one by one."""

QUIT_TIMEOUT_S = 0.3
"""Seconds to wait at the end for the worker; what blocks longer is left behind."""


def run(
    build: "Callable[[], Backend]",
    *,
    prefix: str = "",
    from_environment: bool = False,
    background: bool = False,
    single: bool = True,
) -> int:
    """Run the tray until the person quits; returns the exit status.

    ``build`` assembles the engine, and is called on the worker thread. ``prefix`` stands before
    what is shown. ``from_environment`` says that the environment holds the credentials.
    ``background`` opens no window by itself. ``single`` hands over to the same user's tray that
    runs already.
    """
    instance = SingleInstance(_instance_folder())
    if single and not instance.is_first():
        status = _hand_over(instance)
        if status is not None:
            return status
    application = _application()
    icon = TrayIcon()
    icon.look_for_host()

    from deepvue_tray.app.crash_reporter import CrashReporter

    faults = CrashReporter()
    with faults.heard():
        return _run_wired(
            instance if single else None,
            application,
            icon,
            faults,
            build,
            prefix=prefix,
            from_environment=from_environment,
            background=background,
        )


def _run_wired(
    instance: SingleInstance | None,
    application: QApplication,
    icon: TrayIcon,
    faults: "CrashReporter",
    build: "Callable[[], Backend]",
    *,
    prefix: str,
    from_environment: bool,
    background: bool,
) -> int:
    """Wire the parts and run; it is long because it is the whole program, told from start to end.

    ``instance`` is where later starts ask for the card.
    """
    # The icon is there. The worker loads the network while the rest is wired.
    from deepvue_tray.app.worker import Worker

    worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
    worker.start()

    from datetime import UTC, datetime, timedelta

    from PySide6.QtCore import QLocale

    from deepvue_tray.app.history_controller import HistoryController
    from deepvue_tray.app.network_hint import NetworkHint
    from deepvue_tray.app.notification_controller import NotificationController
    from deepvue_tray.app.poller import Poller
    from deepvue_tray.app.settings_controller import SettingsController
    from deepvue_tray.app.unix_signals import unix_signals
    from deepvue_tray.core.actions import Action
    from deepvue_tray.core.alert_rules import tomorrow_morning
    from deepvue_tray.core.errors import DeepvueError
    from deepvue_tray.ui.translation import install
    from deepvue_tray.ui.tray import Tray

    install(application, QLocale.system())
    _group_numbers()
    tray = Tray(icon, prefix)
    poller = Poller(
        lambda prompt, came, failed: worker.submit(
            _looking(prompt, poller.awake_since), came, failed
        )
    )
    settings = SettingsController(worker, poller, prefix, from_environment=from_environment)
    history = HistoryController(worker, poller, prefix)
    notifications = NotificationController(
        tell=lambda alert, client_id, notification, done: worker.submit(
            lambda backend: backend.tell(alert, client_id, notification), done, _not_told(done)
        ),
        show=lambda notification, done: worker.submit(
            lambda backend: backend.notifier.show(notification), done, _not_told(done)
        ),
        balloon=icon.show_message,
        acknowledge=lambda alert, client_id, done: worker.submit(
            _acknowledging(alert, client_id), done
        ),
        prefix=prefix,
    )
    network = NetworkHint()

    @cache
    def card() -> "Card":
        from deepvue_tray.ui.card import Card

        made = Card(prefix, icon.menu)
        made.action_requested.connect(act)
        icon.tray_found.connect(made.hide)
        poller.changed.connect(made.show_snapshot)
        made.show_snapshot(poller.snapshot)
        return made

    def fill_card() -> None:
        now = datetime.now(UTC)
        week = now - timedelta(days=7)

        async def past(backend: "Backend") -> "tuple[datetime, list[HistoryBucket]]":
            return backend.monitor.past(week, now)

        def failed(error: Exception) -> None:
            # The snapshot says so already.
            if not isinstance(error, DeepvueError):
                raise error

        worker.submit(past, lambda found: card().show_past(week, now, found[1]), failed)

    def keep_card_filled(snapshot: "Snapshot") -> None:
        if card.cache_info().currsize and card().isVisible() and not snapshot.refreshing:
            fill_card()

    def show_card() -> None:
        if icon.is_in_tray:
            card().open_as_popup(icon.place())
        else:
            card().open_without_tray()
        fill_card()
        poller.refresh_if_due()

    def show_card_without_tray() -> None:
        # Not beside the settings of a first start, from which it would take the keyboard.
        if settings.is_open:
            settings.closed.connect(show_card_without_tray, Qt.ConnectionType.SingleShotConnection)
        elif not icon.is_in_tray:
            show_card()

    opened: list[QWidget] = []

    def show_about(facts: tuple[dict[str, str], list[str]]) -> None:
        from deepvue_tray.ui.about import about_window

        # Kept, or Python would end the window with its last reference.
        opened[:] = [about_window(*facts)]
        opened[0].show()

    def snooze(until: datetime | None) -> None:
        worker.submit(_snoozing(until), poller.reevaluate)

    on_action: dict[Action, Callable[[], object]] = {
        Action.CARD: show_card,
        Action.REFRESH: poller.refresh,
        Action.UNLOCK: poller.unlock,
        Action.HISTORY: history.open,
        Action.SETTINGS: settings.open,
        Action.DASHBOARD: lambda: _browse(DASHBOARD),
        Action.STATUS_PAGE: lambda: _browse(STATUS_PAGE),
        Action.SNOOZE_HOUR: lambda: snooze(datetime.now(UTC) + timedelta(hours=1)),
        Action.SNOOZE_MORNING: lambda: snooze(tomorrow_morning(datetime.now(UTC))),
        Action.SNOOZE_TOP_UP: lambda: snooze(None),
        Action.RESUME: lambda: worker.submit(_resume, poller.reevaluate),
        Action.ABOUT: lambda: worker.submit(_facts, show_about),
        # Not quit(), which closes the window without a tray: it would say that all goes on.
        Action.QUIT: application.exit,
    }

    def failed_to_recall(error: Exception) -> None:
        poller.restart(poller.snapshot)
        if not isinstance(error, DeepvueError):
            raise error

    def restart_if_changed(known: "Snapshot | None") -> None:
        if known is not None:
            poller.restart(known)

    def act(action: "Action") -> None:
        on_action[action]()

    # One snapshot goes to every view; whatever a person clicks is one action.
    poller.changed.connect(tray.show_snapshot)
    poller.changed.connect(notifications.raise_due)
    poller.changed.connect(network.watch)
    poller.changed.connect(keep_card_filled)
    poller.ticked.connect(lambda: worker.submit(_saved_elsewhere, restart_if_changed))
    network.back.connect(poller.on_network)
    if not background:
        poller.changed.connect(settings.open_at_first_start)
    tray.action_requested.connect(act)
    icon.tray_lost.connect(lambda: logger.warning(NO_TRAY))
    if not background:
        icon.tray_lost.connect(show_card_without_tray)
    notifications.action_requested.connect(act)
    faults.first.connect(notifications.tell_of_fault)
    if instance:
        instance.asked.connect(show_card)
        # Before the settings are read, the environment's wallet is known.
        instance.listen(lambda: poller.snapshot.client_id or _client_id_of_environment())
    icon.watch_host()

    async def listen(backend: "Backend") -> None:
        backend.notifier.listen(notifications.pressed.emit, notifications.service_appeared.emit)

    # Without an engine, the other jobs say so.
    worker.submit(listen, failed=lambda _: None)
    # First what is known already, then the first look.
    worker.submit(_recall, poller.restart, failed_to_recall)
    with unix_signals(application.exit):
        status = application.exec()
    if instance:
        instance.close()
    worker.stop(within=QUIT_TIMEOUT_S)
    return status


def _instance_folder() -> Path:
    """Return where the starts of this user find each other.

    A runtime folder that belongs to another user, as after ``sudo -E``, is not this user's.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and private_folder.is_private(Path(runtime)):
        return Path(runtime)
    from deepvue_tray.services.paths import Paths

    folder = Paths.of_user().history.parent
    with suppress(OSError):  # The lock that cannot be made there says so.
        private_folder.make(folder)
    return folder


def _hand_over(instance: SingleInstance) -> int | None:
    """Let the tray that runs show itself; returns the exit status, or None where it has ended."""
    client_id = _client_id_of_environment()
    try:
        running = instance.show_first(client_id)
    except TimeoutError:
        logger.warning("It runs already, and does not answer. End that process and try again.")
        return 1
    if client_id and running is not None and running != client_id:
        wallet = f"the wallet {running}" if running else "no wallet"
        logger.warning("It runs already, with %s. Quit that tray first.", wallet)
        return 1
    return None if running is None else 0


def _client_id_of_environment() -> str:
    return os.environ.get("DEEPVUE_CLIENT_ID", "").strip()


async def _recall(backend: "Backend") -> "Snapshot":
    # PySide reads the source of every module that is imported after it, and leaves all the lines
    # in linecache: 9 MB by the time the engine is built.
    linecache.clearcache()
    return backend.monitor.load_last_known()


async def _saved_elsewhere(backend: "Backend") -> "Snapshot | None":
    """Return what is known under what another process has saved; None where it has not."""
    if not backend.accounts.was_saved_elsewhere():
        return None
    backend.accounts.reload()
    return backend.monitor.load_last_known()


def _looking(prompt: bool, awake_since: "datetime") -> "Job[Backend, Snapshot]":
    async def poll(backend: "Backend") -> "Snapshot":
        snapshot = await backend.monitor.poll(prompt=prompt, awake_since=awake_since)
        linecache.clearcache()
        return snapshot

    return poll


def _snoozing(until: "datetime | None") -> "Job[Backend, Snapshot]":
    async def snooze(backend: "Backend") -> "Snapshot":
        return backend.monitor.snooze(until)

    return snooze


async def _facts(backend: "Backend") -> tuple[dict[str, str], list[str]]:
    from deepvue_tray.services.licenses import libraries

    return {name: str(path) for name, path in backend.places.items()}, libraries()


async def _resume(backend: "Backend") -> "Snapshot":
    return backend.monitor.resume()


def _not_told(done: "Callable[[bool], None]") -> "Callable[[Exception], None]":
    def failed(error: Exception) -> None:
        done(False)
        raise error

    return failed


def _acknowledging(alert: "Alert", client_id: str) -> "Job[Backend, None]":
    async def acknowledge(backend: "Backend") -> None:
        backend.monitor.mark_notified(alert, client_id)

    return acknowledge


def _application() -> QApplication:
    application = QApplication(["deepvue-tray"])
    application.setApplicationName("deepvue-tray")
    application.setApplicationDisplayName("deepvue-tray")
    application.setDesktopFileName("deepvue-tray")
    application.setWindowIcon(QIcon(str(icon_path("deepvue-tray-256.png"))))
    application.setQuitOnLastWindowClosed(False)
    QPixmapCache.setCacheLimit(PIXMAP_CACHE_KB)
    return application


def _group_numbers() -> None:
    """Group numbers, 6,448, also where no locale is set."""
    from PySide6.QtCore import QLocale

    if QLocale().language() == QLocale.Language.C:
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
        QLocale.setDefault(plain)


def _browse(url: str) -> None:
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl(url))
