"""The settings file: one JSON object, replaced atomically."""

import itertools
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.settings import Settings, problems
from deepvue_tray.services import atomic_file, private_folder

_NOTIFY = "notify_"
_CURRENT_KEYS = {f"{_NOTIFY}{alert.value}" for alert in Alert}


class _Stamp(NamedTuple):
    """Differs after every change of the file."""

    mtime_ns: int
    inode: int


class SettingsFile:
    """Reads and writes the settings at ``path``.

    Unknown keys, such as those of a newer version, are preserved.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last_stamp: _Stamp | None = None

    def has_changed(self) -> bool:
        """Return whether the file has changed since it was last read or written here."""
        return self._stamp() != self._last_stamp

    def _stamp(self) -> _Stamp | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return _Stamp(status.st_mtime_ns, status.st_ino)

    def load(self) -> Settings:
        """Return the stored settings; missing or invalid values are replaced by their defaults.

        Raises StorageError if the file exists and cannot be read, and DamagedError if it is
        not a settings file; it is then renamed.
        """
        self._last_stamp = self._stamp()
        try:
            stored = self._read()
        except DamagedError:
            self._last_stamp = self._stamp()
            raise
        settings = Settings(alerts=_alerts_in(stored))
        for field in fields(Settings):
            if field.name in stored and field.name != "alerts":
                with suppress(ValueError, TypeError, OverflowError):
                    settings = _with(settings, field.name, stored[field.name])
        # A stored low threshold may be below the default critical one: switch off the latter.
        off: dict[str, Any] = dict.fromkeys(problems(settings))
        return replace(settings, **off)

    def save(self, settings: Settings) -> None:
        """Replace the file. Raises StorageError, and leaves the file unchanged."""
        values = asdict(settings) | {"interval": int(settings.interval.total_seconds())}
        del values["alerts"]
        values |= {f"{_NOTIFY}{alert.value}": alert in settings.alerts for alert in Alert}
        try:
            stored = self._read()
        except DamagedError:
            stored = {}
        try:
            private_folder.make(atomic_file.target_of(self._path).parent)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None
        atomic_file.replace(self._path, [json.dumps(stored | values, indent=2), "\n"])
        self._last_stamp = self._stamp()

    def _read(self) -> dict[str, Any]:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None
        try:
            stored = json.loads(text)
        except (ValueError, RecursionError):
            stored = None
        if isinstance(stored, dict):
            return stored
        raise DamagedError(str(self._set_aside()))

    def _set_aside(self) -> Path:
        # The target of a link is renamed, and the link stays.
        damaged = atomic_file.target_of(self._path)
        names = (f"{damaged.name}.damaged{n or ''}" for n in itertools.count())
        aside = next(p for name in names if not (p := damaged.with_name(name)).exists())
        try:
            damaged.rename(aside)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None
        return aside


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


def _with(settings: Settings, name: str, value: Any) -> Settings:
    """Return ``settings`` with one stored value; raises ValueError if it is invalid."""
    if name == "interval" and not isinstance(value, bool):
        value = timedelta(seconds=value)
    if isinstance(value, str):
        value.encode()  # raises for a lone surrogate, which JSON can express
    default = getattr(Settings(), name)
    optional = name in ("low", "critical", "low_days", "critical_days")
    if type(value) is not type(default) and not (optional and value is None):
        raise ValueError(name)
    changed = replace(settings, **{name: value})
    if name in problems(changed):
        raise ValueError(name)
    return changed
