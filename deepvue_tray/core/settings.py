"""The settings, their defaults and their validation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP

MIN_INTERVAL = timedelta(minutes=1)
MAX_INTERVAL = timedelta(hours=24)
MAX_RUNWAY_DAYS = 365
"""The forecast's horizon: a higher threshold would always be reached."""
MAX_THRESHOLD = 10**9
"""Credits; far above any prepaid wallet, and within the 32-bit range of a spin box."""

NOT_BELOW = QT_TRANSLATE_NOOP("settings", "Must be below the low threshold.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The user's settings. The client secret is not among them: the keyring stores it."""

    client_id: str = ""
    """The client ID; empty before the first sign-in."""
    low: int | None = 1000
    """Credits at or below which the wallet is low; None switches the threshold off."""
    critical: int | None = 250
    """Credits at or below which the wallet is critical; None switches the threshold off."""
    low_days: int | None = 7
    """Days of runway at or below which the wallet is low; None switches the threshold off."""
    critical_days: int | None = 2
    """Days of runway at or below which the wallet is critical; None switches it off."""
    alerts: frozenset[Alert] = frozenset(Alert)
    """The alerts that are switched on."""
    number_icon: bool = False
    """Whether the icon shows the balance, shortened, instead of a gauge."""
    interval: timedelta = timedelta(minutes=5)
    """The time between two requests. 5 minutes are 288 requests a day; the smallest plan allows
    1,000."""


def problems(settings: Settings) -> Mapping[str, str]:
    """Return the reason for each invalid field, by the field's name.

    Reasons are English source texts in the translation context ``settings``.
    """
    found: dict[str, str] = {}
    for name, threshold in (("low", settings.low), ("critical", settings.critical)):
        if threshold is not None and not 0 < threshold <= MAX_THRESHOLD:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 1,000,000,000 credits.")
    for name, days in (
        ("low_days", settings.low_days),
        ("critical_days", settings.critical_days),
    ):
        if days is not None and not 0 < days <= MAX_RUNWAY_DAYS:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 365 days.")
    for name, critical, low in (
        ("critical", settings.critical, settings.low),
        ("critical_days", settings.critical_days, settings.low_days),
    ):
        if critical is not None and low is not None and critical >= low:
            found[name] = NOT_BELOW
    if not MIN_INTERVAL <= settings.interval <= MAX_INTERVAL:
        found["interval"] = QT_TRANSLATE_NOOP("settings", "Must be from 1 minute to 24 hours.")
    return found
