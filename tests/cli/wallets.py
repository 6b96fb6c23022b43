"""Several wallets that are signed in, and a server that answers for each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile

SOME_READINGS = (
    (datetime(2026, 11, 1, 9, tzinfo=UTC), 100),
    (datetime(2026, 11, 1, 10, tzinfo=UTC), 90),
)
"""Two times and their credits."""


def sign_in(*wallets: WalletSettings) -> None:
    """Store these wallets in the settings of the person who runs the commands."""
    file = SettingsFile(Paths.of_user().settings)
    file.update(lambda settings: replace(settings, wallets=wallets))


def stored_settings() -> Settings:
    """Return the settings of the person who runs the commands."""
    return SettingsFile(Paths.of_user().settings).load()


def signed_in() -> Sequence[str]:
    """Return the client IDs in the settings."""
    return stored_settings().client_ids


def store(client_id: str, *readings: tuple[datetime, int]) -> None:
    """Store readings in the history."""
    history = History(Paths.of_user().history)
    history.merge(client_id, [Reading(at=at, balance=Decimal(left)) for at, left in readings])
    history.close()


def count_readings(client_id: str) -> int:
    """Return the number of stored readings."""
    history = History(Paths.of_user().history)
    readings = history.readings(client_id, datetime(2026, 1, 1, tzinfo=UTC), datetime.now(UTC))
    history.close()
    return len(readings)
