"""The icon appears in a tray that starts late, and again after the tray has restarted."""

import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from deepvue_tray.resources import icon_path
from deepvue_tray.ui.tray_icon import POLLS_BEFORE_LOST, TrayIcon

# The offscreen platform has no tray, and logs this for each icon that is shown.
pytestmark = pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface")


class Desktop:
    """A desktop whose tray the test starts and ends."""

    has_tray = False


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Desktop:
    desktop = Desktop()
    monkeypatch.setattr(
        QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: desktop.has_tray)
    )
    return desktop


@pytest.fixture
def icon(qtbot: QtBot, desktop: Desktop) -> Iterator[TrayIcon]:
    icon = TrayIcon()
    icon.poll_host()
    yield icon
    icon._poll_timer.stop()
    desktop.has_tray = False
    icon.poll_host()
    icon._poll_timer.stop()


def poll(icon: TrayIcon, times: int = 1) -> None:
    """Let the timer fire this many times."""
    for _ in range(times):
        icon._poll_timer.timeout.emit()


def test_a_tray_that_starts_late_shows_the_current_icon(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop
) -> None:
    icon.show(QIcon(str(icon_path("deepvue-tray-64.png"))), "6,448 credits")
    assert not icon.is_in_tray
    desktop.has_tray = True
    with qtbot.waitSignal(icon.tray_found):
        poll(icon)
    assert icon._icon is not None
    assert icon._icon.toolTip() == "6,448 credits"


def test_a_missing_tray_is_reported_once(qtbot: QtBot, icon: TrayIcon) -> None:
    with qtbot.waitSignal(icon.tray_lost):
        poll(icon)
    with qtbot.assertNotEmitted(icon.tray_lost):
        poll(icon, 20)


def test_a_tray_that_restarts_at_once_is_not_reported_as_lost(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop
) -> None:
    desktop.has_tray = True
    poll(icon)
    desktop.has_tray = False
    with qtbot.assertNotEmitted(icon.tray_lost):
        poll(icon, POLLS_BEFORE_LOST - 1)
        desktop.has_tray = True
        poll(icon)
    assert icon.is_in_tray


def test_a_tray_that_stays_missing_is_reported_as_lost(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop
) -> None:
    desktop.has_tray = True
    poll(icon)
    desktop.has_tray = False
    with qtbot.waitSignal(icon.tray_lost):
        poll(icon, POLLS_BEFORE_LOST)


def test_a_left_click_opens_the_card_and_a_right_click_does_not(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop
) -> None:
    desktop.has_tray = True
    poll(icon)
    assert icon._icon is not None
    with qtbot.waitSignal(icon.clicked):
        icon._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    with qtbot.assertNotEmitted(icon.clicked):
        icon._icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


@pytest.fixture
def double_click_ms(qapp: QApplication) -> Iterator[Callable[[int], None]]:
    """Return a function that sets the time within which two clicks are a double click."""
    before = qapp.doubleClickInterval()
    yield qapp.setDoubleClickInterval
    qapp.setDoubleClickInterval(before)


def test_a_double_click_counts_as_one_click(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop, double_click_ms: Callable[[int], None]
) -> None:
    desktop.has_tray = True
    poll(icon)
    assert icon._icon is not None
    activated, clicks = icon._icon.activated, []
    icon.clicked.connect(lambda: clicks.append("click"))
    double_click_ms(60_000)
    for _ in range(3):  # as from waybar
        activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert clicks == ["click"]
    double_click_ms(0)

    def is_clicked_again() -> bool:
        activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
        return len(clicks) > 1

    qtbot.waitUntil(is_clicked_again)


def test_on_macos_a_click_opens_only_the_menu(
    qtbot: QtBot, icon: TrayIcon, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.has_tray = True
    poll(icon)
    assert icon._icon is not None
    monkeypatch.setattr(sys, "platform", "darwin")
    with qtbot.assertNotEmitted(icon.clicked):
        icon._icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
