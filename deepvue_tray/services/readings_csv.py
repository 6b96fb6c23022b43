"""Readings as CSV: columns ``at`` (ISO 8601, UTC) and ``balance`` (credits)."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.reading import Reading, normalized_balance

COLUMNS = ("at", "balance")

_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


class BadLine(NamedTuple):
    """A line that is not a reading."""

    number: int
    """The first line is 1."""
    reason: str


def lines(readings: Iterable[Reading]) -> Iterator[str]:
    """Yield the file's lines with their line ends."""
    yield ",".join(COLUMNS) + "\n"
    for reading in readings:
        yield f"{timestamp(reading.at)},{reading.balance:f}\n"


def timestamp(at: datetime) -> str:
    """Return a time in ISO 8601, UTC: ``2026-11-23T09:00:00Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse(text: Iterable[str], now: datetime) -> tuple[list[Reading], list[BadLine]]:
    """Parse a file's lines; return its readings in their order, and the bad lines.

    The first line names the columns, in any order; others are ignored. Times need a time zone, and
    must not be later than ``now``.
    """
    readings: list[Reading] = []
    bad: list[BadLine] = []
    rows = csv.reader(text)
    try:
        header = [name.strip() for name in next(rows, [])]
        if not {*COLUMNS} <= {*header}:
            return [], [BadLine(1, "the first line must name the columns at and balance")]
        at, balance = map(header.index, COLUMNS)
        for row in rows:
            if not row:
                continue
            try:
                readings.append(_reading(row[at].strip(), row[balance].strip(), now))
            except IndexError:
                bad.append(BadLine(rows.line_num, f"has fewer than {len(header)} columns"))
            except ValueError as error:
                bad.append(BadLine(rows.line_num, cleaned(str(error))))
    except csv.Error as error:
        bad.append(BadLine(rows.line_num, str(error)))
    return readings, bad


def _reading(at: str, balance: str, now: datetime) -> Reading:
    """Return the reading; raises a ValueError with the reason."""
    return Reading(at=_time(at, now), balance=_credits(balance))


def _time(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2026-11-23T09:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone, such as the Z of 2026-11-23T09:00:00Z")
    if not _OLDEST <= at <= now:
        raise ValueError(f"{text!r} is not between 1970 and now")
    return at.astimezone(UTC)


def _credits(text: str) -> Decimal:
    try:
        balance = Decimal(text)
    except InvalidOperation:
        balance = Decimal("NaN")
    normalized = normalized_balance(balance) if balance.is_finite() else None
    if normalized is None:
        raise ValueError(f"{text!r} is not a balance such as 6448 or 6448.50")
    return normalized
