"""The settings file: one JSON object, replaced atomically."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from deepvue_tray.core.errors import DamagedError, StorageError
from deepvue_tray.core.settings import Settings
from deepvue_tray.services import atomic_file, file_lock, private_folder
from deepvue_tray.services.settings_json import settings_from, with_settings


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
            return settings_from(self._read())
        except DamagedError:
            self._last_stamp = self._stamp()
            raise

    def update(self, change: Callable[[Settings], Settings]) -> Settings:
        """Store the settings that ``change`` returns for the stored ones, and return them.

        No other process can change the file in between. Raises StorageError, and leaves the file
        unchanged.
        """
        with self._locked():
            try:
                stored = self._read()
            except DamagedError:
                stored = {}
            settings = change(settings_from(stored))
            text = json.dumps(with_settings(stored, settings), indent=2)
            atomic_file.replace(self._path, [text, "\n"])
            self._last_stamp = self._stamp()
        return settings

    @contextmanager
    def _locked(self) -> Iterator[None]:
        target = atomic_file.target_of(self._path)
        try:
            private_folder.make(target.parent)
            with file_lock.held(target.with_name(f".{target.name}.lock")):
                yield
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from None

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
