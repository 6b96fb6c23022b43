"""Readings leave as a file that any spreadsheet opens."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.services import readings_csv

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_each_reading_is_a_line_with_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    balances = ["6448", "6448.50", "1E+3", "-3"]
    readings_csv.write(path, [Reading(at=NOW, balance=Decimal(each)) for each in balances])
    assert path.read_bytes().decode().splitlines() == [
        "at,balance",
        "2026-11-23T09:00:00Z,6448",
        "2026-11-23T09:00:00Z,6448.50",
        "2026-11-23T09:00:00Z,1000",
        "2026-11-23T09:00:00Z,-3",
    ]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing/readings\.csv"):
        readings_csv.write(tmp_path / "missing" / "readings.csv", [])
