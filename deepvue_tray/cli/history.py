"""``history``: the readings of the past, out to scripts and in from a file."""

import argparse
import codecs
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader, FileIO, TextIOWrapper
from typing import TextIO

from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.core.errors import InvalidInputError, NotSetUpError, StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.services import readings_csv

MOST_NAMED = 20
"""Wrong lines that are named; a file in another format has nothing but wrong ones."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def print_history(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the readings of a range."""
    with _engine(environ) as backend:
        readings = backend.history.readings(options.since or _BEGINNING, datetime.now(UTC))
        output.write(readings_csv.lines(readings) if options.format == "csv" else _json(readings))
    return 0


def _json(readings: Iterable[Reading]) -> Iterator[str]:
    for reading in readings:
        # The balance as it is: a float could not hold all its digits.
        at = json.dumps(readings_csv.timestamp(reading.at))
        yield f'{{"at": {at}, "balance": {reading.balance:f}}}\n'


def import_history(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Store the readings of a file, or none where a line is wrong."""
    with _engine(environ) as backend, _opened(options.file) as lines:
        readings, bad = readings_csv.parse(lines, datetime.now(UTC))
        if bad:
            for number, reason in bad[:MOST_NAMED]:
                print(f"{options.file}:{number}: {reason}", file=sys.stderr)
            more = len(bad) - MOST_NAMED
            print(
                *([f"and {more} more."] if more > 0 else []),
                "Nothing was imported. Correct these lines, or remove them, and import again.",
                file=sys.stderr,
            )
            return 1
        try:
            new = backend.history.merge(readings)
        except StorageError as error:
            raise StorageError(f"{error.detail}; importing again adds what is missing") from None
    known = len(readings) - new
    print(f"{new} readings imported{f', {known} known already' if known else ''}.")
    return 0


@contextmanager
def _engine(environ: Mapping[str, str]) -> Iterator[Backend]:
    backend = real_backend(environ)
    if not backend.accounts.client_id:
        raise NotSetUpError("no client ID: sign in, or set DEEPVUE_CLIENT_ID")
    try:
        yield backend
    finally:
        backend.close()


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    """Open a file, or standard input: UTF-8, or UTF-16 as PowerShell's ``>`` writes it.

    What is neither becomes a mark, and its line a wrong one.
    """
    try:
        is_stdin = name == "-"
        source = FileIO(sys.stdin.fileno() if is_stdin else name, closefd=not is_stdin)
        with BufferedReader(source) as file:
            yield TextIOWrapper(file, _encoding(file), errors="replace", newline="")
    except OSError as error:
        raise InvalidInputError(f"{name}: {error.strerror}") from None


def _encoding(file: "BufferedReader[FileIO]") -> str:
    is_utf_16 = file.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16" if is_utf_16 else "utf-8-sig"
