"""Starts the tray, up to its first icon, or shows the instance that is already running.

``application`` is imported after the icon is shown, so that it appears about as fast as a bare one.
"""

import gc
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QIcon, QPixmapCache
from PySide6.QtWidgets import QApplication

from deepvue_tray.app.crash_reporter import CrashReporter
from deepvue_tray.app.single_instance import SingleInstance
from deepvue_tray.resources import icon_path
from deepvue_tray.services import private_folder
from deepvue_tray.ui import accessible_roles, translation
from deepvue_tray.ui.tray_icon import TrayIcon

if sys.platform == "win32":
    from deepvue_tray.services import windows_app_id

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend

logger = logging.getLogger(__name__)

PIXMAP_CACHE_KB = 0
"""Qt's cache would keep a picture of every button for each palette. Each window has a new palette,
and the removal of the pictures, one by one, would wake the computer."""


def run(
    build: "Callable[[], Backend]",
    *,
    is_demo: bool = False,
    background: bool = False,
    single: bool = True,
) -> int:
    """Run the tray until the person quits; return the exit status.

    ``build`` makes the backend, on the worker thread. With ``single``, the running tray of the same
    user is shown instead, if there is one. ``is_demo`` labels every view. For ``background`` see
    ``application.Options``.
    """
    instance = SingleInstance(_instance_folder())
    if single and not instance.is_first():
        status = _show_first(instance)
        if status is not None:
            return status
    qt = _qt_application()
    icon = TrayIcon()
    icon.poll_host()

    crash_reporter = CrashReporter()
    with crash_reporter.installed():
        from deepvue_tray.app.worker import Worker  # noqa: PLC0415 - asyncio takes 20 ms

        worker: Worker[Backend] = Worker(build, close=lambda backend: backend.close())
        # The backend is built while the rest is imported.
        worker.start()
        translation.install(qt, QLocale.system())
        translation.group_numbers()
        from deepvue_tray.app.application import Application, Options  # noqa: PLC0415 - see above
        from deepvue_tray.ui.texts import demo_prefix  # noqa: PLC0415 - see above

        application = Application(
            qt,
            icon,
            worker,
            Options(prefix=demo_prefix() if is_demo else "", background=background),
        )
        # Otherwise a garbage collection, on either thread, examines all that was imported, and the
        # GUI stops for 35 ms. Little more is imported after the first poll.
        application.poller.polled.connect(
            lambda _: gc.freeze(), Qt.ConnectionType.SingleShotConnection
        )
        if single:
            application.listen(instance, _environment_client_id())
        status = application.run(crash_reporter)
        instance.close()
    return status


def _instance_folder() -> Path:
    """Return the folder with the lock and the socket of this user's tray.

    A run-time folder of another user, as after ``sudo -E``, is not used.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    # On Windows the variable has no meaning, and only some shells set it.
    if sys.platform != "win32" and runtime and private_folder.is_private(Path(runtime)):
        return Path(runtime)
    from deepvue_tray.services.paths import Paths  # noqa: PLC0415 - takes a twentieth of the start

    folder = Paths.of_user().history.parent
    with suppress(OSError):  # the lock reports it
        private_folder.make(folder)
    return folder


def _show_first(instance: SingleInstance) -> int | None:
    """Show the first instance; return the exit status, or None if the first one has ended."""
    client_id = _environment_client_id()
    try:
        running = instance.show_first(client_id)
    except TimeoutError:
        logger.warning("Already running, but not responding. End that process and try again.")
        return 1
    if client_id and running is not None and running != client_id:
        wallet = f"the wallet {running}" if running else "no wallet"
        logger.warning("Already running, with %s. Quit that tray first.", wallet)
        return 1
    return None if running is None else 0


def _environment_client_id() -> str:
    return os.environ.get("DEEPVUE_CLIENT_ID", "").strip()


def _qt_application() -> QApplication:
    if sys.platform == "win32":
        windows_app_id.set_app_id(icon_path("deepvue-tray-256.png"))
    qt = QApplication(["deepvue-tray"])
    qt.setApplicationName("deepvue-tray")
    qt.setApplicationDisplayName("deepvue-tray")
    qt.setDesktopFileName("deepvue-tray")
    qt.setWindowIcon(QIcon(str(icon_path("deepvue-tray-256.png"))))
    qt.setQuitOnLastWindowClosed(False)
    QPixmapCache.setCacheLimit(PIXMAP_CACHE_KB)
    accessible_roles.install()
    return qt
