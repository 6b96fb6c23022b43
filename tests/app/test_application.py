"""The whole tray, offscreen: clicks reach the backend, and snapshots reach every view."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepvue_tray.app.application import Application, Options
from deepvue_tray.app.worker import Worker
from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import NotSetUpError
from deepvue_tray.core.history_page import HistoryPage
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.window_sizes import WindowSizes
from deepvue_tray.ui.tray_icon import TrayIcon

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FakeBackend:
    """Returns results at once, and records the requests."""

    def __init__(self) -> None:
        self.monitor = self.notifier = self.history = self.autostart = self
        self.paths = Paths.below(Path("/nowhere"))
        self.window_sizes = WindowSizes(self.paths.windows)
        self.snapshot = Snapshot(
            wallet=WalletSettings(client_id="live_1"),
            reading=Reading(at=NOW, balance=Decimal(6448)),
            peak=Decimal(9000),
        )
        self.polls: list[bool] = []
        self.snoozes: list[tuple[datetime | None, str]] = []
        self.resumed: list[str] = []
        self.changed_elsewhere = False

    def overview(self) -> Overview:
        settings = Settings(wallets=(self.snapshot.wallet,))
        return Overview(settings=settings, snapshots=(self.snapshot,))

    def poll(self, _client_id: str, *, prompt: bool, awake_since: datetime) -> Overview:
        self.polls.append(prompt)
        return self.overview()

    def snooze(self, until: datetime | None, client_id: str) -> Overview:
        self.snoozes.append((until, client_id))
        return self.overview()

    def resume_alerts(self, client_id: str) -> Overview:
        self.resumed.append(client_id)
        return self.overview()

    def reload_if_changed(self) -> Overview | None:
        return self.overview() if self.changed_elsewhere else None

    def client_ids(self) -> list[str]:
        return [self.snapshot.client_id]

    def is_on(self) -> bool:
        return False

    def listen(self, on_press: object, on_service: object) -> None:
        pass

    def buckets(self, _client_id: str, since: datetime, until: datetime) -> list[HistoryBucket]:
        return []

    def page(
        self, _client_id: str, since: datetime, _until: datetime | None, _now: datetime
    ) -> HistoryPage:
        return HistoryPage(since=since, first=None, buckets=[])


class InlineWorker(Worker[Any]):
    """Runs each job on the submitting thread."""

    def __init__(self, backend: FakeBackend) -> None:
        super().__init__(build=lambda: None, close=lambda _: None)
        self._fake = backend

    def submit(
        self,
        job: Callable[[Any], Any],
        on_result: Callable[[Any], object] = lambda _: None,
        on_error: Callable[[Exception], object] = lambda _: None,
    ) -> None:
        on_result(job(self._fake))


Start = Callable[..., Application]


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, backend: FakeBackend) -> Iterator[Start]:
    """Return a function that builds the application on a desktop without a tray."""
    applications: list[Application] = []

    def started(**options: Any) -> Application:
        applications.append(
            Application(qapp, TrayIcon(), InlineWorker(backend), Options(**options))
        )
        return applications[-1]

    yield started
    for window in qapp.topLevelWidgets():
        window.hide()
        window.deleteLater()
    for application in applications:
        application.poller.deleteLater()
    # The garbage collector could otherwise delete the timers on another thread.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def let_time_pass(application: Application) -> None:
    """Let the last request be so long ago that a click may start another."""
    application.poller._last_began_at = float("-inf")
    for turn in application.poller._turns.values():
        turn.began_at = float("-inf")


def titles(qapp: QApplication) -> set[str]:
    return {window.windowTitle() for window in qapp.topLevelWidgets() if window.isVisible()}


def test_at_its_start_it_shows_the_stored_state_and_polls_once(
    start: Start, backend: FakeBackend
) -> None:
    application = start()
    assert backend.polls == [False]
    assert application.poller.overview.worst.reading == backend.snapshot.reading
    assert "6448" in application._tray._icon._tooltip


def test_every_action_has_a_handler(start: Start) -> None:
    assert set(start()._actions) == set(Action)


def test_a_click_polls_and_unlocking_lets_the_keyring_prompt(
    start: Start, backend: FakeBackend
) -> None:
    application = start()
    let_time_pass(application)
    application.perform(Action.REFRESH, "")
    application.perform(Action.UNLOCK, "")
    assert backend.polls == [False, False, True]


@pytest.mark.parametrize(
    ("action", "longest"),
    [
        (Action.SNOOZE_HOUR, timedelta(hours=1)),
        (Action.SNOOZE_MORNING, timedelta(hours=33)),
        (Action.SNOOZE_TOP_UP, None),
    ],
)
def test_each_snooze_ends_when_its_label_says(
    start: Start, backend: FakeBackend, action: Action, longest: timedelta | None
) -> None:
    start().perform(action, "live_1")
    [(until, client_id)] = backend.snoozes
    assert client_id == "live_1"
    if longest is None:
        assert until is None
    else:
        assert until is not None
        assert timedelta(0) < until - datetime.now(UTC) <= longest


def test_alerts_are_snoozed_and_resumed_for_one_wallet_or_for_all(
    start: Start, backend: FakeBackend
) -> None:
    application = start()
    for client_id in ("live_1", ""):
        application.perform(Action.SNOOZE_TOP_UP, client_id)
        application.perform(Action.RESUME, client_id)
    assert backend.snoozes == [(None, "live_1"), (None, "")]
    assert backend.resumed == ["live_1", ""]


def test_links_open_in_the_browser(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    application = start()
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    application.perform(Action.DASHBOARD, "")
    application.perform(Action.STATUS_PAGE, "")
    assert opened == ["https://dashboard.deepvue.ai", "https://status.deepvue.ai"]


def test_settings_saved_by_another_process_are_used(start: Start, backend: FakeBackend) -> None:
    application = start()
    backend.changed_elsewhere = True
    backend.snapshot = replace(backend.snapshot, wallet=WalletSettings(client_id="live_2"))
    application.poller.waiting.emit()
    assert application.poller.overview.settings.client_ids == ("live_2",)


def test_a_first_start_asks_for_credentials_and_a_start_at_login_opens_no_window(
    start: Start, backend: FakeBackend, qapp: QApplication
) -> None:
    backend.snapshot = Snapshot(trouble=NotSetUpError())
    start(background=True)
    assert titles(qapp) == set()
    start()
    assert titles(qapp) == {"Connect your Deepvue wallet"}


def test_the_card_shows_the_latest_snapshot(
    start: Start, backend: FakeBackend, qapp: QApplication
) -> None:
    application = start(prefix="Demo")
    application.perform(Action.CARD, "")
    assert titles(qapp) == {"Demo"}
    assert application.card._card is not None
    assert "6448" in application.card._card._balance.text()
    backend.snapshot = replace(
        backend.snapshot, reading=Reading(at=NOW, balance=Decimal(120)), peak=Decimal(9000)
    )
    let_time_pass(application)
    application.perform(Action.REFRESH, "")
    assert "120" in application.card._card._balance.text()


def test_history_about_and_settings_open_once_each(start: Start, qapp: QApplication) -> None:
    application = start()
    for action in (Action.HISTORY, Action.SETTINGS, Action.ABOUT):
        application.perform(action, "")
        application.perform(action, "")
    assert titles(qapp) == {"History", "Settings", "About deepvue-tray"}
