"""Parsing of a usage report while it arrives; only this module uses ijson.

The format is that of Deepvue's documentation ("Usage Report"). A report has a row for each call, up
to 32 MB in all, of which only the sums of its day are kept.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ijson

from deepvue_tray.core.errors import UnreadableError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.usage import Call, normalized_charge, outcome_of

MAX_PRODUCT_LENGTH = 60
"""Characters of a product's name."""

_MAX_DEPTH = 16
"""The documented report has a depth of 4."""

_MAX_DIGITS = 400
"""A number with more digits is refused. Python converts at most 4,300 digits to a number, and
ijson's parser in C ends the process when that fails. Texts with so many digits are refused too."""

_TOO_MANY_DIGITS = re.compile(rb"[0-9]{%d}" % (_MAX_DIGITS + 1))

_ROWS = ["data", "usage_data"]
_SUCCESS = 200


class UsageReportParser:
    """Calls ``on_call`` for each row of a report, in its order; a row that is repeated counts once.

    Raises UnreadableError unless the report is one JSON object with the documented shape; keys that
    are not documented are ignored.
    """

    def __init__(self, on_call: Callable[[Call], object]) -> None:
        self._on_call = on_call
        self._events = ijson.basic_parse_coro(self)
        # The end of the last chunk, which may be the beginning of a long number.
        self._last = b""
        # Of each container around the present value: its present key, or None for an array.
        self._path: list[str | None] = []
        self._row: dict[str, object] | None = None
        self._seen: set[int] = set()
        self._row_count = 0
        self._has_rows = False

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes."""
        window = self._last + chunk
        if _TOO_MANY_DIGITS.search(window):
            raise UnreadableError("a number is too long")
        self._last = window[-_MAX_DIGITS:]
        try:
            self._events.send(chunk)
        except (ijson.JSONError, UnicodeError, ArithmeticError):
            # ArithmeticError: an exponent that Decimal does not have.
            raise UnreadableError("not JSON, or cut short") from None

    def end(self) -> None:
        """Require that the report is complete."""
        try:
            self._events.close()
        except (ijson.JSONError, UnicodeError, ArithmeticError):
            raise UnreadableError("not JSON, or cut short") from None
        if not self._has_rows:
            raise UnreadableError("usage_data is missing or not a list")

    def send(self, event: tuple[str, Any]) -> None:
        """Handle one of ijson's events."""
        kind, value = event
        if kind == "map_key":
            self._path[-1] = value
        elif kind in ("start_map", "start_array"):
            self._start(is_map=kind == "start_map")
        elif kind in ("end_map", "end_array"):
            self._path.pop()
            if self._row is not None and len(self._path) == len(_ROWS) + 1:
                self._end_row(self._row)
                self._row = None
        else:
            self._on_value(value)

    def close(self) -> None:
        """End ijson's events."""

    def _start(self, *, is_map: bool) -> None:
        if not self._path and not is_map:
            raise UnreadableError("not a JSON object")
        if self._path == _ROWS:
            if is_map:
                raise UnreadableError("usage_data is missing or not a list")
            self._has_rows = True
        elif self._path == [*_ROWS, None]:
            self._row = {} if is_map else None
            self._row_count += 1
            self._require(is_map, "not an object")
        if len(self._path) >= _MAX_DEPTH:
            raise UnreadableError("nested too deeply")
        self._path.append(None)

    def _on_value(self, value: object) -> None:
        if not self._path:
            raise UnreadableError("not a JSON object")
        if self._path == ["code"] and value != _SUCCESS:
            raise UnreadableError("code is not 200")
        if self._path == [*_ROWS, None]:
            self._row_count += 1
            self._require(False, "not an object")
        key = self._path[-1]
        if self._row is not None and key and len(self._path) == len(_ROWS) + 2:
            self._require(key not in self._row, f"{cleaned(key)} is repeated")
            self._row[key] = value

    def _end_row(self, row: Mapping[str, object]) -> None:
        identity = row.get("Transaction Id")
        self._require(isinstance(identity, str) and identity != "", "no Transaction Id")
        # Only a number is kept, and only until the report ends. Of 200,000 rows, two different ones
        # have the same number once in a billion reports.
        if hash(identity) in self._seen:
            return
        self._seen.add(hash(identity))
        self._on_call(self._call(row))

    def _call(self, row: Mapping[str, object]) -> Call:
        status, message = row.get("Status"), row.get("Message")
        if not isinstance(status, int) or isinstance(status, bool):
            raise self._error("Status is missing or not a whole number")
        name = row.get("Product Id")
        product = cleaned(name)[:MAX_PRODUCT_LENGTH].strip() if isinstance(name, str) else ""
        self._require(product != "", "Product Id is missing or not a text")
        return Call(
            at=self._time(row.get("Timestamp(UTC)")),
            product=product,
            outcome=outcome_of(status, message if isinstance(message, str) else ""),
            charge=self._charge(row.get("Charge")),
        )

    def _time(self, text: object) -> datetime:
        try:
            at = datetime.fromisoformat(text) if isinstance(text, str) else None
            # The key says that a time without a zone is one of UTC.
            at = at and (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            at = None
        if at is None:
            raise self._error("Timestamp(UTC) is missing or not a time")
        return at

    def _charge(self, number: object) -> Decimal:
        is_number = isinstance(number, int | Decimal) and not isinstance(number, bool)
        charge = normalized_charge(Decimal(number)) if is_number else None  # type: ignore[arg-type] # a number
        if charge is None:
            raise self._error("Charge is missing, negative or not a number")
        return charge

    def _require(self, is_met: bool, reason: str) -> None:
        if not is_met:
            raise self._error(reason)

    def _error(self, reason: str) -> UnreadableError:
        return UnreadableError(f"row {self._row_count}: {reason}")
