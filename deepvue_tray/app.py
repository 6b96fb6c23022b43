"""The tray application: builds the parts, wires them, runs, and quits.

Data flows one way: the refresher's timer or a click asks the worker for a look; the snapshot that
comes back goes to every view and to the alerter. Only clicks travel the other way.
"""

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, QTimer, QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from deepvue_tray import __version__
from deepvue_tray.core.errors import Action
from deepvue_tray.core.reading import Alert, Snapshot
from deepvue_tray.resources import icon_path
from deepvue_tray.settings_opener import SettingsOpener
from deepvue_tray.ui.alerter import Alerter
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.interrupts import interrupts
from deepvue_tray.ui.refresher import Refresher
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.worker import Job, Worker

if TYPE_CHECKING:
    from deepvue_tray.engine import Engine

logger = logging.getLogger(__name__)

DASHBOARD = "https://dashboard.deepvue.ai"
STATUS_PAGE = "https://status.deepvue.ai"

NO_TRAY = "No tray on this desktop: a window shows the balance until there is one."

PATIENCE = 0.3
"""Seconds to wait at the end for the worker; what blocks longer is left behind."""


def run(build: "Callable[[], Engine]", *, prefix: str = "", from_environment: bool = False) -> int:
    """Run the tray until the person quits; returns the exit status.

    ``build`` assembles the engine, and is called on the worker thread. ``prefix`` stands before
    what is shown. ``from_environment`` says that the environment holds the credentials.
    """
    application = _application()

    # The icon comes first; everything heavy is loaded by the worker while it already shows.
    tray = Tray(prefix)
    card = Card(prefix)
    worker: Worker[Engine] = Worker(build, close=lambda engine: engine.close())
    refresher = Refresher(lambda came: worker.submit(lambda engine: engine.monitor.look(), came))
    settings = SettingsOpener(worker, refresher, prefix, from_environment=from_environment)
    alerter = Alerter(
        deliver=lambda note, press, done: worker.submit(
            lambda engine: engine.notifier.show(note, icon_path("deepvue-tray-64.png"), press), done
        ),
        fallback=tray.show_message,
        acknowledge=lambda alert: worker.submit(_acknowledging(alert)),
        prefix=prefix,
    )

    # One snapshot goes to every view.
    for receive in (tray.show_snapshot, card.show_snapshot, alerter.raise_due):
        refresher.changed.connect(receive)
    refresher.changed.connect(settings.open_at_first_start)

    # What a person clicks.
    def act(action: Action | None) -> None:
        match action:
            case Action.REFRESH | Action.UNLOCK:
                refresher.refresh()
            case Action.SETTINGS:
                settings.open()
            case Action.DASHBOARD:
                QDesktopServices.openUrl(QUrl(DASHBOARD))
            case Action.STATUS_PAGE:
                QDesktopServices.openUrl(QUrl(STATUS_PAGE))

    def open_card() -> None:
        card.open_as_popup(QCursor.pos())

    for view in (tray, card):
        view.refresh_asked.connect(refresher.refresh)
        view.settings_asked.connect(settings.open)
        view.action_asked.connect(act)
        view.quit_asked.connect(application.quit)
    tray.dashboard_asked.connect(lambda: act(Action.DASHBOARD))
    tray.about_asked.connect(_show_about)
    tray.clicked.connect(open_card)
    alerter.pressed.connect(lambda _, button: act(Action(button)) if button else open_card())

    # Without a tray host there is a window, and the icon follows as soon as there is a place.
    tray.homeless.connect(card.open_without_tray)
    tray.homeless.connect(lambda: logger.warning(NO_TRAY))
    tray.hosted.connect(card.hide)
    tray.look_for_host()

    # The worker starts when the icon has been drawn, first with what is known already.
    worker.submit(_recall, refresher.restart)
    QTimer.singleShot(0, worker.start)

    with interrupts(application.quit):
        status = application.exec()
    worker.stop(within=PATIENCE)
    return status


def _application() -> QApplication:
    application = QApplication(sys.argv[:1])
    application.setApplicationName("deepvue-tray")
    application.setApplicationDisplayName("deepvue-tray")
    application.setDesktopFileName("deepvue-tray")
    application.setWindowIcon(QIcon(str(icon_path("deepvue-tray-256.png"))))
    application.setQuitOnLastWindowClosed(False)
    if QLocale().language() == QLocale.Language.C:
        # No locale is set: numbers are grouped all the same, 6,448.
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
        QLocale.setDefault(plain)
    return application


def _show_about() -> None:
    box = QMessageBox(
        QMessageBox.Icon.NoIcon,
        QApplication.translate("app", "About deepvue-tray"),
        f"deepvue-tray {__version__}",
    )
    box.setInformativeText(
        QApplication.translate(
            "app", "How much is left in a prepaid Deepvue API wallet, and a warning in time."
        )
    )
    box.setIconPixmap(QApplication.windowIcon().pixmap(64, 64))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


async def _recall(engine: "Engine") -> Snapshot:
    return engine.monitor.recall()


def _acknowledging(alert: Alert) -> "Job[Engine, None]":
    async def acknowledge(engine: "Engine") -> None:
        engine.monitor.delivered(alert)

    return acknowledge
