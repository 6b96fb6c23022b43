"""Readings as a CSV file: columns ``at`` (ISO 8601, UTC) and ``balance`` (credits)."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.reading import Reading


def write(path: Path, readings: Iterable[Reading]) -> None:
    """Write the file; raises StorageError."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["at", "balance"])
    for reading in readings:
        writer.writerow([reading.at.isoformat().replace("+00:00", "Z"), f"{reading.balance:f}"])
    try:
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
