"""The format of the settings file.

Version 2::

    {"version": 2, "interval": 300, "number_icon": false, "alert_command": null,
     "quiet_from": "22:00", "quiet_until": "07:00",
     "wallets": [{"client_id": "live_1", "name": "Live", "paused": false, "low": 1000, …}, …],
     "client_id": "live_1", "low": 1000, …}

The keys outside the list are those of version 1, which knew one wallet; they have the values of the
first one. So an older program finds its settings, and preserves the list, which it does not know.
Its changes are in the keys outside the list, from where they are taken over.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_command import problem_with
from deepvue_tray.core.credentials import parse_client_id
from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.quiet_time import QuietTime
from deepvue_tray.core.settings import (
    MAX_WALLETS,
    Settings,
    WalletSettings,
    is_valid_interval,
    problems,
)
from deepvue_tray.core.wallet_names import MAX_NAME_LENGTH, folded, proposed_name

VERSION = 2

_NOTIFY = "notify_"
_CURRENT_KEYS = {f"{_NOTIFY}{alert.value}" for alert in Alert}
_THRESHOLDS = ("low", "critical", "low_days", "critical_days")


def settings_from(stored: Mapping[str, Any]) -> Settings:
    """Return the stored settings; missing or invalid values are replaced by their defaults."""
    settings = Settings(
        wallets=_named(_wallets_in(stored)),
        alert_command=_alert_command_in(stored),
        quiet_time=_quiet_time_in(stored),
    )
    if isinstance(number_icon := stored.get("number_icon"), bool):
        settings = replace(settings, number_icon=number_icon)
    seconds = stored.get("interval")
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        with suppress(ValueError, OverflowError):
            interval = timedelta(seconds=seconds)
            if is_valid_interval(interval):
                settings = replace(settings, interval=interval)
    return settings


def with_settings(stored: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the stored values with those of ``settings``; unknown keys are preserved."""
    before = {_client_id_in(entry): entry for entry in _entries(stored)}
    quiet = settings.quiet_time
    return {
        **stored,
        "version": VERSION,
        "interval": settings.interval.total_seconds(),
        "number_icon": settings.number_icon,
        "alert_command": _alert_command_to_store(stored, settings.alert_command),
        "quiet_from": f"{quiet.start:%H:%M}" if quiet else None,
        "quiet_until": f"{quiet.end:%H:%M}" if quiet else None,
        "wallets": [
            {
                **before.get(wallet.client_id, {}),
                **_values_of(wallet),
                "name": wallet.name,
                "paused": wallet.is_paused,
            }
            for wallet in settings.wallets
            if wallet.client_id
        ],
        **_values_of(settings.wallets[0]),
    }


def _alert_command_in(stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the stored command; an empty one if none is stored that can be run."""
    command = stored.get("alert_command")
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command):
        return ()
    return () if problem_with(command) else tuple(command)


def _alert_command_to_store(stored: Mapping[str, Any], command: tuple[str, ...]) -> object:
    """Return the value for a command; a mistyped one stays until it is replaced."""
    if command == _alert_command_in(stored):
        return stored.get("alert_command")
    return [*command] or None


def _quiet_time_in(stored: Mapping[str, Any]) -> QuietTime | None:
    start, end = (_time_in(stored.get(key)) for key in ("quiet_from", "quiet_until"))
    return None if start is None or end is None or start == end else QuietTime(start, end)


def _time_in(text: object) -> time | None:
    if isinstance(text, str) and re.fullmatch(r"[0-9]{2}:[0-9]{2}", text):
        with suppress(ValueError):
            return time.fromisoformat(text)
    return None


def _wallets_in(stored: Mapping[str, Any]) -> tuple[WalletSettings, ...]:
    single = _wallet_from(stored)
    listed = {
        wallet.client_id: wallet
        for wallet in map(_wallet_from, _entries(stored))
        if wallet.client_id
    }
    if not listed:
        return (single,)
    first, *others = listed.values()
    if "client_id" not in stored:
        # No older program has written the file: each one writes this key.
        return (first, *others)
    if not single.client_id:
        # An older program has signed out of the only wallet that it knew.
        return tuple(others) or (single,)
    if single.client_id == first.client_id:
        changed = replace(single, name=first.name, is_paused=first.is_paused)
        return (changed, *others)
    if single.client_id in listed:
        return (first, *others)
    # An older program has signed in to another wallet.
    return (single, first, *others)[:MAX_WALLETS]


def _entries(stored: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    wallets = stored.get("wallets")
    if not isinstance(wallets, list):
        return []
    return [entry for entry in wallets if isinstance(entry, dict)][:MAX_WALLETS]


def _wallet_from(stored: Mapping[str, Any]) -> WalletSettings:
    wallet = WalletSettings(
        client_id=_client_id_in(stored),
        name=cleaned(_text(stored.get("name")))[:MAX_NAME_LENGTH].strip(),
        alerts=_alerts_in(stored),
        is_paused=stored.get("paused") is True,
    )
    for threshold in _THRESHOLDS:
        value = stored.get(threshold, False)
        if value is None or type(value) is int:
            change: dict[str, Any] = {threshold: value}
            changed = replace(wallet, **change)
            if threshold not in problems(changed):
                wallet = changed
    # A stored low threshold may be below the default critical one: switch off the latter.
    off: dict[str, Any] = dict.fromkeys(problems(wallet))
    return replace(wallet, **off)


def _client_id_in(stored: Mapping[str, Any]) -> str:
    """Return the client ID; an empty one if it cannot be one."""
    with suppress(InvalidInputError):
        return parse_client_id(_text(stored.get("client_id")))
    return ""


def _text(value: object) -> str:
    """Return a text; an empty one for other values, and for a lone surrogate, which JSON allows."""
    with suppress(UnicodeEncodeError):
        if isinstance(value, str):
            value.encode()
            return value
    return ""


def _named(wallets: Iterable[WalletSettings]) -> tuple[WalletSettings, ...]:
    """Return the wallets, each with a name that no other one has."""
    named: list[WalletSettings] = []
    for wallet in wallets:
        taken = [other.name for other in named]
        is_taken = folded(wallet.name) in map(folded, taken)
        if wallet.client_id and (is_taken or not wallet.name):
            named.append(replace(wallet, name=proposed_name(wallet.client_id, taken)))
        else:
            named.append(wallet)
    return tuple(named)


def _values_of(wallet: WalletSettings) -> dict[str, Any]:
    """Return the values that version 1 stored."""
    return {
        "client_id": wallet.client_id,
        **{threshold: getattr(wallet, threshold) for threshold in _THRESHOLDS},
        **{f"{_NOTIFY}{alert.value}": alert in wallet.alerts for alert in Alert},
    }


def _alerts_in(stored: Mapping[str, Any]) -> frozenset[Alert]:
    """Return the alerts that are switched on; those without a key are on."""
    alerts = set(Alert)
    # Version 0.1 had other names for some alerts; those keys come first, so that the present ones
    # override them.
    for key in sorted(stored, key=lambda key: key in _CURRENT_KEYS):
        if key.startswith(_NOTIFY) and isinstance(stored[key], bool):
            with suppress(ValueError):  # an alert of a later version
                alert = Alert(key.removeprefix(_NOTIFY))
                alerts = alerts | {alert} if stored[key] else alerts - {alert}
    return frozenset(alerts)
