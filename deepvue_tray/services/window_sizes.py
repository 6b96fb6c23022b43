"""The sizes that a person gave to windows: one JSON object, replaced atomically."""

import json
import logging
from pathlib import Path

from deepvue_tray.core.errors import StorageError
from deepvue_tray.services import atomic_file, private_folder

logger = logging.getLogger(__name__)

Size = tuple[int, int]
"""Width and height without the frame, in Qt's pixels, which a screen's scale enlarges."""

_MAX = 2**15
"""Larger than any screen."""


class WindowSizes:
    """Reads and writes the sizes at ``path``, each by its window's name.

    Errors are not shown to the person: a size that cannot be read is unknown, and an error while
    writing is logged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, window: str) -> Size | None:
        """Return a window's size, or None if none is stored."""
        match self._read().get(window):
            case [int(width), int(height)] if 0 < width < _MAX and 0 < height < _MAX:
                return width, height
        return None

    def put(self, window: str, size: Size) -> None:
        """Store a window's size, and keep the other windows' sizes."""
        sizes = self._read() | {window: size}
        try:
            private_folder.make(atomic_file.target_of(self._path).parent)
            atomic_file.replace(self._path, [json.dumps(sizes), "\n"])
        except (OSError, StorageError) as error:
            logger.info("The size of a window is not stored: %s", error)

    def _read(self) -> dict[str, object]:
        try:
            sizes = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return sizes if isinstance(sizes, dict) else {}
