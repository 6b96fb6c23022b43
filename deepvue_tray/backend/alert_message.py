"""The JSON object that the alert command gets, documented in docs/alerts.md."""

import json
from datetime import datetime, timedelta

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.forecast.runway import HORIZON, Runway
from deepvue_tray.core.reading import as_number
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.core.snapshot import Level, Snapshot
from deepvue_tray.services.readings_csv import timestamp

VERSION = 1
"""Increases when a key changes its meaning or is removed."""

_TEST_BALANCE = 900
_TEST_DAYS = (2, 3, 4)


def alert_message(alert: Alert, snapshot: Snapshot, title: str, body: str, now: datetime) -> str:
    """Return the message about an alert of ``snapshot``, on one line.

    After a failed attempt the balance is unknown, and the time is that of the attempt, ``now``.
    """
    reading = None if snapshot.trouble else snapshot.reading
    runway = snapshot.runway if reading else None
    return _line(
        {
            "version": VERSION,
            "alert": alert.value,
            "wallet": _wallet(snapshot.wallet),
            "balance": as_number(reading.balance) if reading else None,
            "level": (snapshot.level if reading else Level.UNKNOWN).value,
            "runway": runway_times(runway, now) if runway else None,
            "at": timestamp(reading.at if reading else now),
            "title": title,
            "body": body,
        }
    )


def made_up_message(wallet: WalletSettings, title: str, body: str, now: datetime) -> str:
    """Return the message of a test: a low balance that is made up, with the alert ``test``."""
    names = ("earliest", "empty_at", "latest")
    ends = (timestamp(now + timedelta(days=days)) for days in _TEST_DAYS)
    return _line(
        {
            "version": VERSION,
            "alert": "test",
            "wallet": _wallet(wallet),
            "balance": _TEST_BALANCE,
            "level": Level.LOW.value,
            "runway": dict(zip(names, ends, strict=True)),
            "at": timestamp(now),
            "title": title,
            "body": body,
        }
    )


def runway_times(runway: Runway, now: datetime) -> dict[str, str | None]:
    """Return the median and the ends of a runway, UTC; None for what is a year away or more."""
    ends = {"earliest": runway.earliest, "empty_at": runway.empty_at, "latest": runway.latest}
    return {name: timestamp(at) if at - now < HORIZON else None for name, at in ends.items()}


def _wallet(wallet: WalletSettings) -> dict[str, str]:
    return {"client_id": wallet.client_id, "name": wallet.name}


def _line(message: dict[str, object]) -> str:
    # Without characters outside ASCII, which some consoles on Windows would change.
    return json.dumps(message) + "\n"
