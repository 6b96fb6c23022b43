"""``status``: each wallet's balance, level, runway and spending, for people."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.columns import aligned
from deepvue_tray.cli.product_formats import product_lines
from deepvue_tray.cli.texts import (
    balance_text,
    end_text,
    runway_range_text,
    runway_text,
    time_text,
)
from deepvue_tray.cli.wallets import chosen_wallets
from deepvue_tray.core.errors import NotSetUpError, StorageError
from deepvue_tray.core.forecast.runway import is_beyond_horizon
from deepvue_tray.core.history_page import spent_in
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import rounded_for_display
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.core.spending import Period, start_of

BALANCE_COLUMN = 1


def status(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print a line for each wallet; return 1 if one could not be asked."""
    with closing(real_backend(environ)) as backend:
        wallets = chosen_wallets(options.wallet, backend.accounts)
        if not any(wallet.client_id for wallet in wallets):
            raise backend.accounts.damage or NotSetUpError()
        # Loaded first, so that a failure leaves the last known forecast.
        overview = backend.overview()
        if not options.cached:
            asked = [wallet.client_id for wallet in wallets if not wallet.is_paused]
            overview = event_loop.run(backend.poll_all(asked))
        chosen = [overview.snapshot(wallet.client_id) for wallet in wallets]
        snapshots = [snapshot for snapshot in chosen if snapshot]
        output.write(_lines(overview, snapshots, backend))
        if options.by == "product":
            output.write(_product_lines(snapshots))
    return 1 if any(snapshot.trouble for snapshot in snapshots) else 0


def _lines(overview: Overview, snapshots: Sequence[Snapshot], backend: Backend) -> Iterator[str]:
    now = datetime.now(UTC)
    has_names = len(overview.snapshots) > 1
    rows = [_row(snapshot, _spent_today(snapshot, backend, now), now) for snapshot in snapshots]
    for row in aligned(
        rows if has_names else [("", *row[1:]) for row in rows], right={BALANCE_COLUMN}
    ):
        yield f"{row}\n"
    for snapshot in snapshots:
        name = f"{snapshot.wallet.name}: " if has_names else ""
        for trouble in filter(None, (snapshot.trouble, snapshot.storage)):
            yield f"{name}{trouble}\n"
    if overview.from_environment:
        yield "Only this wallet is watched, because the environment names it.\n"


def _product_lines(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """Yield what the products of each wallet cost in the last seven days, as far as is known."""
    for snapshot in snapshots:
        yield f"\n{snapshot.wallet.name}, last 7 days\n"
        if snapshot.usage is None:
            yield "The usage report is off. Switch it on with: deepvue-tray usage on\n"
        else:
            yield from product_lines(snapshot.usage.week)


def _row(snapshot: Snapshot, spent: Decimal | None, now: datetime) -> Sequence[str]:
    """Return the cells: name, balance, level, runway, spent today, time of the reading."""
    level = "paused" if snapshot.wallet.is_paused else snapshot.level.value
    if snapshot.reading is None:
        return snapshot.wallet.name, "—", level, "", "", ""
    return (
        snapshot.wallet.name,
        balance_text(snapshot.reading),
        level,
        _runway(snapshot, now),
        "" if spent is None else f"{rounded_for_display(spent):,f} spent today",
        f"as of {time_text(snapshot.reading.at, now)}",
    )


def _runway(snapshot: Snapshot, now: datetime) -> str:
    """Return ``about 11 days left (9 to 14 days), Fri 4 Dec``."""
    text, runway = runway_text(snapshot, now), snapshot.runway
    if runway is None or runway.empty_at <= now or is_beyond_horizon(runway.empty_at, now):
        return text
    known_range = runway_range_text(runway, now)
    in_brackets = f" ({known_range})" if known_range else ""
    return f"{text}{in_brackets}, {end_text(runway.empty_at, now)}"


def _spent_today(snapshot: Snapshot, backend: Backend, now: datetime) -> Decimal | None:
    """Return the credits spent since midnight, local time; None if the history cannot be read."""
    try:
        today = backend.history.buckets(snapshot.client_id, start_of(Period.DAY, now), now)
    except StorageError:
        return None
    return spent_in(today)
