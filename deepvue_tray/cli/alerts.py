"""Alerts by the command of the settings: ``check --notify`` and ``alert-test``."""

import argparse
import asyncio
from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.texts import runway_text
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import Condition
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import rounded_for_display
from deepvue_tray.core.snapshot import Snapshot

TEST_TITLE = "Test alert from deepvue-tray"
TEST_BODY = "The balance in this alert is made up."


def alert_test(
    options: argparse.Namespace,  # noqa: ARG001 - every command has these parameters
    environ: Mapping[str, str],
) -> int:
    """Pass a made-up alert to the command; raises a DeepvueError unless it succeeds."""
    with closing(real_backend(environ)) as backend:
        command = backend.accounts.settings.alert_command
        event_loop.run(backend.test_alert_command(command, TEST_TITLE, TEST_BODY))
    output.write([f"{command[0]} got a test alert, and ended with exit status 0.\n"])
    return 0


async def notify(backend: Backend, client_ids: Collection[str]) -> Overview:
    """Pass the pending alerts of these wallets to the command, and wait for its end."""
    overview = backend.overview()
    runs = [
        backend.run_alert_command(
            alert,
            snapshot,
            *alert_texts(alert, snapshot, datetime.now(UTC), names_wallet=overview.has_several),
        )
        for snapshot in overview.snapshots
        if snapshot.client_id in client_ids
        for alert in snapshot.command_alerts
    ]
    await asyncio.gather(*runs)
    return backend.overview()


def alert_texts(
    alert: Alert, snapshot: Snapshot, now: datetime, *, names_wallet: bool
) -> tuple[str, str]:
    """Return the title, which has the number, and the body, which has the rest.

    ``names_wallet`` is whether the title ends with the wallet's name, as there are several.
    """
    title, body = _title(alert, snapshot), _body(alert, snapshot, now)
    return (f"{title} · {snapshot.wallet.name}" if names_wallet else title), body


def _title(alert: Alert, snapshot: Snapshot) -> str:
    match alert:
        case Alert.EMPTY:
            return "No Deepvue credits left"
        case Alert.REJECTED if snapshot.condition is Condition.INACTIVE:
            return "The Deepvue account is inactive"
        case Alert.REJECTED:
            return "Deepvue refuses the credentials"
        case Alert.NO_DATA:
            return "Deepvue balance unknown for an hour"
    balance = snapshot.reading.balance if snapshot.reading else Decimal(0)
    noun = "credit" if balance == 1 else "credits"
    return f"{rounded_for_display(balance):,f} Deepvue {noun} left"


def _body(alert: Alert, snapshot: Snapshot, now: datetime) -> str:
    event = {
        Alert.LOW: "Low",
        Alert.CRITICAL: "Critical",
        Alert.FAST_SPENDING: _fast_spending(snapshot),
        Alert.TOP_UP: _added(snapshot.added),
    }.get(alert)
    if event:
        return f"{event}: {runway_text(snapshot, now)}." if snapshot.runway else f"{event}."
    if alert is Alert.EMPTY:
        return "Paid calls fail until credits are added."
    return str(snapshot.trouble or "")


def _fast_spending(snapshot: Snapshot) -> str:
    product = snapshot.usage.grown if snapshot.usage else ""
    return "Spending far faster than usual" + (f", mostly on {product}" if product else "")


def _added(amount: Decimal | None) -> str:
    if amount is None:
        return "Credits were added"
    number = f"{rounded_for_display(amount):,f}"
    return f"{number} credit was added" if amount == 1 else f"{number} credits were added"
