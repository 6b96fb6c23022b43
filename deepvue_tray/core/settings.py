"""The settings, their defaults and their validation."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import TypeVar

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP

MIN_INTERVAL = timedelta(minutes=1)
MAX_INTERVAL = timedelta(hours=24)
MAX_RUNWAY_DAYS = 365
"""The forecast's horizon: a higher threshold would always be reached."""
MAX_THRESHOLD = 10**9
"""Credits; far above any prepaid wallet, and within the 32-bit range of a spin box."""
MAX_WALLETS = 50

NOT_BELOW = QT_TRANSLATE_NOOP("settings", "Must be below the low threshold.")

T = TypeVar("T", "WalletSettings", "Settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletSettings:
    """The settings of one wallet. The client secret is not among them: the keyring stores it."""

    client_id: str = ""
    """The identity of the wallet; empty before the first sign-in."""
    name: str = ""
    """The name by which views tell it from others; unique among the wallets."""
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
    is_paused: bool = False
    """Whether the wallet is not polled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The user's settings."""

    wallets: tuple[WalletSettings, ...] = (WalletSettings(),)
    """The wallets in the order of the views; at least one.

    Before the first sign-in it has no client ID. Its other values apply to the first wallet.
    """
    number_icon: bool = False
    """Whether the icon shows the balance, shortened, instead of a gauge."""
    interval: timedelta = timedelta(minutes=5)
    """The time between two requests for a wallet. 5 minutes are 288 requests a day; the smallest
    plan allows 1,000."""
    alert_command: tuple[str, ...] = ()
    """The program, an absolute path, and its arguments, which get each alert; empty: none."""
    quiet_time: QuietTime | None = None
    """The time of day in which only the worst alerts notify; None: always all."""

    @property
    def client_ids(self) -> tuple[str, ...]:
        """The client IDs of the wallets that are signed in."""
        return tuple(wallet.client_id for wallet in self.wallets if wallet.client_id)

    def wallet(self, client_id: str) -> WalletSettings | None:
        """Return the settings of a wallet, or None if there is none with this client ID."""
        return next((wallet for wallet in self.wallets if wallet.client_id == client_id), None)

    def with_wallet(self, client_id: str, name: str) -> "Settings":
        """Return the settings with a wallet of this client ID and name, added unless it exists.

        A new wallet begins with the thresholds and the alerts of the first one.
        """
        new = replace(self.wallets[0], client_id=client_id, name=name, is_paused=False)
        if not self.client_ids:
            return replace(self, wallets=(new,))
        if self.wallet(client_id) is None:
            return replace(self, wallets=(*self.wallets, new))
        named = (
            replace(wallet, name=name) if wallet.client_id == client_id else wallet
            for wallet in self.wallets
        )
        return replace(self, wallets=tuple(named))

    def without_wallet(self, client_id: str) -> "Settings":
        """Return the settings without a wallet; the last one leaves its thresholds and alerts."""
        others = tuple(wallet for wallet in self.wallets if wallet.client_id != client_id)
        last = replace(self.wallets[0], client_id="", name="", is_paused=False)
        return replace(self, wallets=others or (last,))

    def with_changes(self, before: "Settings", after: "Settings") -> "Settings":
        """Return these settings with the values that differ between ``before`` and ``after``.

        Wallets are neither added nor removed.
        """
        wallets = []
        for wallet in self.wallets:
            old, new = before.wallet(wallet.client_id), after.wallet(wallet.client_id)
            wallets.append(_with_changes(wallet, old, new) if old and new else wallet)
        return replace(_with_changes(self, before, after), wallets=tuple(wallets))


def _with_changes(value: T, before: T, after: T) -> T:
    changes = {
        field.name: new
        for field in fields(after)
        if (new := getattr(after, field.name)) != getattr(before, field.name)
    }
    return replace(value, **changes)


def is_valid_interval(interval: timedelta) -> bool:
    """Return whether an interval may be stored."""
    return MIN_INTERVAL <= interval <= MAX_INTERVAL


def problems(wallet: WalletSettings) -> Mapping[str, str]:
    """Return the reason for each invalid threshold, by the field's name.

    Reasons are English source texts in the translation context ``settings``.
    """
    found: dict[str, str] = {}
    for name, threshold in (("low", wallet.low), ("critical", wallet.critical)):
        if threshold is not None and not 0 < threshold <= MAX_THRESHOLD:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 1,000,000,000 credits.")
    for name, days in (
        ("low_days", wallet.low_days),
        ("critical_days", wallet.critical_days),
    ):
        if days is not None and not 0 < days <= MAX_RUNWAY_DAYS:
            found[name] = QT_TRANSLATE_NOOP("settings", "Must be from 1 to 365 days.")
    for name, critical, low in (
        ("critical", wallet.critical, wallet.low),
        ("critical_days", wallet.critical_days, wallet.low_days),
    ):
        if critical is not None and low is not None and critical >= low:
            found[name] = NOT_BELOW
    return found
