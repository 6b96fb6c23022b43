"""Queries of the views and the command line to the history of a wallet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.services import atomic_file, readings_csv
from deepvue_tray.services.history import History


@dataclass(frozen=True, slots=True)
class HistoryRange:
    """A part of the history, for drawing."""

    since: datetime
    """Aware, UTC."""
    buckets: list[HistoryBucket]
    """Oldest first."""


class HistoryQueries:
    """Reads, exports and imports; every method raises StorageError if the file fails."""

    def __init__(self, history: History) -> None:
        self._history = history

    def client_ids(self) -> list[str]:
        """Return the client IDs of the wallets that have readings, also of removed ones."""
        return [each for each in self._history.client_ids() if self._history.first(each)]

    def range(self, client_id: str, since: datetime | None, until: datetime) -> HistoryRange:
        """Return the range from ``since``, or from the first reading if None, to ``until``."""
        start = since or self._history.first(client_id) or until - timedelta(days=1)
        return HistoryRange(start, self._history.buckets(client_id, start, until))

    def readings(self, client_id: str, since: datetime, until: datetime) -> Iterator[Reading]:
        """Yield the readings of a range, oldest first."""
        return self._history.each(client_id, since, until)

    def export(self, client_id: str, path: Path, since: datetime, until: datetime) -> None:
        """Write the readings of a range to a CSV file."""
        lines = readings_csv.lines(self.readings(client_id, since, until))
        atomic_file.replace(path, lines, mode=0o644)

    def merge(self, client_id: str, readings: Iterable[Reading]) -> int:
        """Store the readings that are not known yet; return their number.

        After a StorageError some may be stored; merging again adds the rest.
        """
        return self._history.merge(client_id, readings)
