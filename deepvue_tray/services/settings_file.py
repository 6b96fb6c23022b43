"""The settings on disk: one JSON object, replaced whole or not at all."""

import itertools
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from deepvue_tray.core.alert import Alert
from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.settings import Settings, problems
from deepvue_tray.services import atomic_file, private_folder

_NOTIFY = "notify_"
_PRESENT_KEYS = {f"{_NOTIFY}{alert.value}" for alert in Alert}


class SettingsFile:
    """Reads and writes the settings at ``path``.

    Keys that this version does not know are kept, so that a newer version's survive an older one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, int] | None = None

    def has_changed(self) -> bool:
        """Say whether the file is another one than was last read or written here."""
        return self._stamp() != self._known

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def load(self) -> Settings:
        """Return what is stored; a missing file, or a value that cannot be, means the default.

        Raises StorageError where the file is there and cannot be read, and DamagedError where it
        is no settings file at all: it is then set aside beside itself, under a name of its own.
        """
        self._known = self._stamp()
        try:
            stored = self._read()
        except DamagedError:
            self._known = self._stamp()
            raise
        settings = Settings(alerts=_alerts_in(stored))
        for field in fields(Settings):
            if field.name in stored and field.name != "alerts":
                with suppress(ValueError, TypeError, OverflowError):
                    settings = _with(settings, field.name, stored[field.name])
        # A low threshold below the default critical one: the person's own choice stands.
        off: dict[str, Any] = dict.fromkeys(problems(settings))
        return replace(settings, **off)

    def save(self, settings: Settings) -> None:
        """Replace the file whole. Raises StorageError, and leaves it as it was."""
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
        self._known = self._stamp()

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
        # A link stays, and what it leads to is set aside.
        damaged = atomic_file.target_of(self._path)
        names = (f"{damaged.name}.damaged{n or ''}" for n in itertools.count())
        aside = next(p for name in names if not (p := damaged.with_name(name)).exists())
        try:
            damaged.rename(aside)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None
        return aside


def _alerts_in(stored: Mapping[str, Any]) -> frozenset[Alert]:
    """Return the alerts that are switched on; one that is not mentioned is on."""
    alerts = set(Alert)
    # Version 0.1 had other names for some; they come first, so that the present ones win.
    for key in sorted(stored, key=lambda key: key in _PRESENT_KEYS):
        if key.startswith(_NOTIFY) and isinstance(stored[key], bool):
            with suppress(ValueError):  # an alert of a later version
                alert = Alert(key.removeprefix(_NOTIFY))
                alerts = alerts | {alert} if stored[key] else alerts - {alert}
    return frozenset(alerts)


def _with(settings: Settings, name: str, value: Any) -> Settings:
    """Return ``settings`` with one stored value; raises ValueError where it cannot be."""
    if name == "interval" and not isinstance(value, bool):
        value = timedelta(seconds=value)
    if isinstance(value, str):
        value.encode()  # JSON can name half a character, which no other file can hold
    default = getattr(Settings(), name)
    optional = name in ("low", "critical", "low_days", "critical_days")
    if type(value) is not type(default) and not (optional and value is None):
        raise ValueError(name)
    changed = replace(settings, **{name: value})
    if name in problems(changed):
        raise ValueError(name)
    return changed
