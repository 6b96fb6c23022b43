"""The time that the GUI thread takes to show fifty wallets in the tray and in open windows.

    python -m tests.benchmarks.views_cost [WALLETS]

Times are medians of 50, in CPU time of the GUI thread. Each update changes the balance of one
wallet, as the result of a poll does, and ends when the window is drawn.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from PySide6.QtCore import QCoreApplication, QRect
from PySide6.QtWidgets import QApplication

from deepvue_tray.core.errors import DeepvueError, OfflineError, RejectedError
from deepvue_tray.core.forecast.runway import Runway
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui.card import Card
from deepvue_tray.ui.settings_dialog import SettingsDialog
from deepvue_tray.ui.tray import Tray
from deepvue_tray.ui.tray_icon import TrayIcon
from tests.benchmarks.table import Row, show

WALLETS = 50
GOAL = "≤ 16"


def wallets(number: int, now: datetime) -> Overview:
    """Return an overview of ``number`` wallets in the different states of their rows."""
    states: list[tuple[int, float, DeepvueError | None]] = [
        (6448, 11, None),
        (1730, 5, None),
        (120, 1, None),
        (2400, 30, OfflineError()),
        (10, 40, RejectedError()),
    ]
    return Overview(
        snapshots=tuple(_wallet(each, now, *states[each % len(states)]) for each in range(number))
    )


def _wallet(
    number: int, now: datetime, balance: int, days: float, trouble: DeepvueError | None
) -> Snapshot:
    empty_at = now + timedelta(days=days)
    return Snapshot(
        wallet=WalletSettings(client_id=f"live_{number:02}", name=f"Wallet {number}"),
        reading=Reading(at=now, balance=Decimal(balance)),
        peak=Decimal(10_000),
        runway=Runway(
            earliest=empty_at - timedelta(days=days / 4),
            empty_at=empty_at,
            latest=empty_at + timedelta(days=days / 4),
            burn_rate=113,
        ),
        trouble=trouble,
        next_at=now + timedelta(minutes=5),
    )


def after_poll(overview: Overview, polled: int) -> Overview:
    """Return the overview after a poll: one balance is lower, and all next times are computed."""
    next_at = datetime.now(UTC) + timedelta(minutes=5)
    snapshots = [replace(snapshot, next_at=next_at) for snapshot in overview.snapshots]
    snapshot = snapshots[polled % len(snapshots)]
    assert snapshot.reading
    reading = replace(snapshot.reading, balance=snapshot.reading.balance - 1)
    snapshots[polled % len(snapshots)] = replace(snapshot, reading=reading)
    return replace(overview, snapshots=tuple(snapshots))


def median_cpu_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(50):
        start = time.thread_time()
        work()
        times.append(time.thread_time() - start)
    return statistics.median(times) * 1000


def rows(number: int = WALLETS) -> Iterator[Row]:
    """Measure the tray, the open card, and the settings."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication([])
    overview = wallets(number, datetime.now(UTC))
    yield from tray_and_card_rows(application, overview)
    yield from settings_rows(application, overview)


def tray_and_card_rows(application: QCoreApplication, overview: Overview) -> Iterator[Row]:
    """Measure the tray, then the open card."""
    number, polls = len(overview.snapshots), count()
    tray, card = Tray(TrayIcon(), ""), Card("")
    card.show_overview(overview)
    card.select("")
    card.open_as_popup(QRect(700, 0, 24, 24))
    application.processEvents()

    def update(view: Tray | Card) -> None:
        nonlocal overview
        overview = after_poll(overview, next(polls))
        view.show_overview(overview)
        application.processEvents()

    def draw() -> None:
        card.repaint()
        application.processEvents()

    def select() -> None:
        card.select(f"live_{next(polls) % number:02}")
        application.processEvents()

    def open_again() -> None:
        card.show_overview(overview)
        card.open_as_popup(QRect(700, 0, 24, 24))
        application.processEvents()
        card.hide()

    of = f", {number} wallets"
    yield Row(f"update the tray{of}", "ms", median_cpu_ms(lambda: update(tray)), goal=GOAL)
    yield Row(f"update the card{of}", "ms", median_cpu_ms(lambda: update(card)), goal=GOAL)
    yield Row(f"draw the card{of}", "ms", median_cpu_ms(draw), goal=GOAL)
    yield Row(f"select another wallet in the card{of}", "ms", median_cpu_ms(select), goal=GOAL)
    yield Row(f"open the card again{of}", "ms", median_cpu_ms(open_again), goal=GOAL)


def settings_rows(application: QCoreApplication, overview: Overview) -> Iterator[Row]:
    """Measure the settings."""
    settings = Settings(wallets=tuple(snapshot.wallet for snapshot in overview.snapshots))
    number, steps = len(settings.wallets), count()
    dialog = SettingsDialog(settings)
    dialog.show()
    application.processEvents()

    def select() -> None:
        dialog.select(f"live_{next(steps) % number:02}")
        application.processEvents()

    def change() -> None:
        first = replace(settings.wallets[0], name=f"Wallet {next(steps)}")
        dialog.show_settings(replace(settings, wallets=(first, *settings.wallets[1:])))
        application.processEvents()

    def open_again() -> None:
        opened = SettingsDialog(settings)
        opened.show()
        application.processEvents()
        opened.reject()

    of = f", {number} wallets"
    yield Row(f"select another wallet in the settings{of}", "ms", median_cpu_ms(select), goal=GOAL)
    yield Row(f"show a change in the open settings{of}", "ms", median_cpu_ms(change), goal=GOAL)
    yield Row(f"open the settings again{of}", "ms", median_cpu_ms(open_again), goal=GOAL)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
