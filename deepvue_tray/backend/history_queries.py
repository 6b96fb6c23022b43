"""Queries of the views and the command line to the history of a wallet."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path

from deepvue_tray.core.history_page import (
    HistoryPage,
    HistorySummary,
    average_per_day,
    spent_in,
    top_ups_of,
)
from deepvue_tray.core.reading import HistoryBucket, Reading
from deepvue_tray.core.spending import Period, next_start, period_for, start_of
from deepvue_tray.services import atomic_file, readings_csv
from deepvue_tray.services.history import History

_DAY = timedelta(days=1)


class HistoryQueries:
    """Reads, exports and imports; every method raises StorageError if the file fails."""

    def __init__(self, history: History) -> None:
        self._history = history

    def client_ids(self) -> list[str]:
        """Return the client IDs of the wallets that have readings, also of removed ones."""
        return [each for each in self._history.client_ids() if self._history.first(each)]

    def first_reading(self, client_id: str) -> Reading | None:
        """Return the oldest reading of a wallet."""
        at = self._history.first(client_id)
        return next(iter(self._history.readings(client_id, at, at)), None) if at else None

    def buckets(self, client_id: str, since: datetime, until: datetime) -> list[HistoryBucket]:
        """Return a range in buckets, oldest first; see History.buckets."""
        return self._history.buckets(client_id, since, until)

    def page(
        self, client_id: str, since: datetime | None, until: datetime | None, now: datetime
    ) -> HistoryPage:
        """Return a range with its summary.

        It begins at ``since``, or if that is None at the first reading, at least a day before its
        end; it ends at ``until``, or now if that is None.
        """
        end, first = until or now, self._history.first(client_id)
        start = since or min(first or end, end - _DAY)
        # From the start of the first bar to the end of the last one, which are whole that way.
        period = period_for(end - start)
        bars = start_of(period, start), next_start(period, start_of(period, end))
        buckets = self._history.buckets(client_id, *bars)
        page = HistoryPage(since=start, first=first, buckets=buckets)
        return replace(page, summary=self._summary(client_id, page, end, now)) if first else page

    def _summary(
        self, client_id: str, page: HistoryPage, end: datetime, now: datetime
    ) -> HistorySummary:
        since, until, first = page.since, min(end, now), page.first or now
        buckets = [bucket for bucket in page.buckets if since <= bucket.at <= until]
        spent = spent_in(buckets)
        per_day = average_per_day(spent, until - max(since, first))
        # Whole days, so that equal hours are compared; whole weeks in a range of weeks.
        shift = ceil((until - since) / _DAY) * _DAY
        before = None
        if first <= since - shift:
            spent_before = self._history.spent(client_id, since - shift, until - shift)
            before = average_per_day(spent_before, until - since)
        this_month = start_of(Period.MONTH, now)
        last_month = start_of(Period.MONTH, this_month - _DAY)
        return HistorySummary(
            spent=spent,
            per_day=per_day,
            change=float(per_day / before) - 1 if per_day is not None and before else None,
            this_month=self._history.spent(client_id, this_month, now),
            last_month=self._history.spent(client_id, last_month, this_month)
            if first <= last_month
            else None,
            top_ups=top_ups_of(buckets),
        )

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
