"""The user's choices, their defaults, and what makes them valid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP

SHORTEST_INTERVAL = timedelta(minutes=1)
LONGEST_INTERVAL = timedelta(hours=24)
LONGEST_RUNWAY = 365
"""Days; a threshold beyond the year that is forecast at most would always be reached."""
HIGHEST_THRESHOLD = 10**9
"""Credits; far above any prepaid wallet, and within the 32 bits of a spin box."""

NOT_BELOW = QT_TRANSLATE_NOOP("settings", "Must be below the low threshold.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a person can set, but for the secret, which lives in the keyring."""

    client_id: str = ""
    """The client id in use; empty before the first sign-in."""
    low: int | None = 1000
    """Credits at or below which the wallet is low; None switches the threshold off."""
    critical: int | None = 250
    """Credits at or below which the wallet is critical; None switches the threshold off."""
    low_days: int | None = 7
    """Days of runway at or below which the wallet is low; None switches the threshold off."""
    critical_days: int | None = 2
    """Days of runway at or below which the wallet is critical; None switches it off."""
    alerts: frozenset[Alert] = frozenset(Alert)
    """The alerts that notify."""
    number_icon: bool = False
    """Whether the icon shows the balance, shortened, instead of a gauge."""
    interval: timedelta = timedelta(minutes=5)
    """Time from one request to the next. 5 minutes are 288 requests a day, of the 1,000 that the
    smallest plan allows."""


def problems(settings: Settings) -> Mapping[str, str]:
    """Say what is wrong with ``settings``: the field's name to the reason, empty when valid.

    Reasons are English source texts in the translation context ``settings``.
    """
    found: dict[str, str] = {}
    for name, threshold in (("low", settings.low), ("critical", settings.critical)):
        if threshold is not None and not 0 < threshold <= HIGHEST_THRESHOLD:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 1,000,000,000 credits.")
    for name, days in (
        ("low_days", settings.low_days),
        ("critical_days", settings.critical_days),
    ):
        if days is not None and not 0 < days <= LONGEST_RUNWAY:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 365 days.")
    for name, critical, low in (
        ("critical", settings.critical, settings.low),
        ("critical_days", settings.critical_days, settings.low_days),
    ):
        if critical is not None and low is not None and critical >= low:
            found[name] = NOT_BELOW
    if not SHORTEST_INTERVAL <= settings.interval <= LONGEST_INTERVAL:
        found["interval"] = QT_TRANSLATE_NOOP("settings", "Must be from 1 minute to 24 hours.")
    return found
