"""``history``: prints the stored readings, or imports readings from a file."""

import argparse
import codecs
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BufferedReader, FileIO, TextIOWrapper
from typing import TextIO

from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.wallets import known_client_id, names_of, watched
from deepvue_tray.core.errors import InvalidInputError, NotSetUpError, StorageError
from deepvue_tray.core.reading import Reading
from deepvue_tray.services import readings_csv

MAX_REPORTED_LINES = 20
"""The maximum number of bad lines listed: in a file of another format, every line is bad."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def print_history(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the readings of a range."""
    with closing(real_backend(environ)) as backend:
        client_id = _client_id(options.wallet, backend)
        since, now = options.since or _BEGINNING, datetime.now(UTC)
        readings = backend.history.readings(client_id, since, now)
        output.write(readings_csv.lines(readings) if options.format == "csv" else _json(readings))
    return 0


def _json(readings: Iterable[Reading]) -> Iterator[str]:
    for reading in readings:
        # Formatted here, because json would convert the balance to a float.
        at = json.dumps(readings_csv.timestamp(reading.at))
        yield f'{{"at": {at}, "balance": {reading.balance:f}}}\n'


def import_history(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Store the readings of a file, or none if a line is wrong."""
    with closing(real_backend(environ)) as backend, _open_file(options.file) as lines:
        client_id = _client_id(options.wallet, backend)
        readings, bad = readings_csv.parse(lines, datetime.now(UTC))
        if bad:
            for line in bad[:MAX_REPORTED_LINES]:
                print(f"{options.file}:{line.number}: {line.reason}", file=sys.stderr)
            more = len(bad) - MAX_REPORTED_LINES
            print(
                *([f"and {more} more."] if more > 0 else []),
                "Nothing was imported. Correct or remove these lines, and import again.",
                file=sys.stderr,
            )
            return 1
        try:
            new = backend.history.merge(client_id, readings)
        except StorageError as error:
            raise StorageError(f"{error.detail}; importing again adds what is missing") from None
    known = len(readings) - new
    print(f"{new} readings imported{f', {known} already known' if known else ''}.")
    return 0


def _client_id(name: str | None, backend: Backend) -> str:
    """Return the client ID of the wallet that is named, or of the only one."""
    settings = watched(backend.accounts)
    if name is not None:
        return known_client_id(name, settings, backend)
    if len(settings.client_ids) > 1:
        names = ", ".join(names_of(settings))
        raise output.UsageError(
            f"There are several wallets: {names}. Add --wallet and one of them."
        )
    if settings.client_ids:
        return settings.client_ids[0]
    if backend.accounts.damage:
        raise backend.accounts.damage
    if removed := backend.client_ids():
        raise output.UsageError(
            f"No wallet is signed in; the history has: {', '.join(removed)}."
            " Add --wallet and one of them."
        )
    raise NotSetUpError


@contextmanager
def _open_file(name: str) -> Iterator[TextIO]:
    """Open a file, or standard input for ``-``; UTF-8, or UTF-16 as PowerShell's ``>`` writes it.

    Invalid text becomes U+FFFD, which makes its line a bad line.
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
