"""Files that are replaced whole, or not at all."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deepvue_tray.core.errors import StorageError


def replace(path: Path, lines: Iterable[str], *, mode: int = 0o600) -> None:
    """Write a file beside ``path``, flush it to the disk, and rename it over ``path``.

    Whoever reads it finds the old text or the new one. ``mode`` is what the new file permits.
    Raises StorageError, and leaves what was there as it was.
    """
    written: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=path.parent,
            prefix=f".{path.name}-",
            delete=False,
        ) as file:
            written = Path(file.name)
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(mode)
        written.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
    finally:
        if written is not None:
            written.unlink(missing_ok=True)
