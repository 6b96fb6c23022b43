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
    """A line that holds no reading, and why."""

    number: int
    """The first line is 1."""
    reason: str


def lines(readings: Iterable[Reading]) -> Iterator[str]:
    """Yield the file's lines, each with its end."""
    yield ",".join(COLUMNS) + "\n"
    for reading in readings:
        yield f"{timestamp(reading.at)},{reading.balance:f}\n"


def timestamp(at: datetime) -> str:
    """Return a time as people and programs read it: ``2026-11-23T09:00:00Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse(text: Iterable[str], now: datetime) -> tuple[list[Reading], list[BadLine]]:
    """Read the lines of a file: its readings, in their order, and every line that holds none.

    The first line names the columns, in any order and among others. Times need a time zone, and
    none may be after ``now``.
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
                bad.append(BadLine(rows.line_num, f"has no {len(header)} columns"))
            except ValueError as error:
                bad.append(BadLine(rows.line_num, cleaned(str(error))))
    except csv.Error as error:
        bad.append(BadLine(rows.line_num, str(error)))
    return readings, bad


def _reading(at: str, balance: str, now: datetime) -> Reading:
    """Return the reading, or raise a ValueError that says what is wrong with it."""
    return Reading(at=_time(at, now), balance=_credits(balance))


def _time(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2026-11-23T09:00:00Z") from None
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
    believed = normalized_balance(balance) if balance.is_finite() else None
    if believed is None:
        raise ValueError(f"{text!r} is no balance such as 6448 or 6448.50")
    return believed
