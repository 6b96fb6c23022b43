"""``check``: polls each wallet once, for monitoring."""

import argparse
import logging
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.alerts import notify
from deepvue_tray.cli.check_formats import Status, json_text, plugin_text, worst_status
from deepvue_tray.cli.check_metrics import metrics
from deepvue_tray.cli.wallets import chosen_wallets
from deepvue_tray.core.errors import (
    DeepvueError,
    InvalidInputError,
    NoAlertCommandError,
    StorageError,
)
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.settings import NOT_BELOW, WalletSettings, problems
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.services import atomic_file
from deepvue_tray.services.system_keyring import SystemKeyring

OPTIONS = {
    "low": "--warning",
    "critical": "--critical",
    "low_days": "--warning-days",
    "critical_days": "--critical-days",
}
"""The option that overrides a threshold of the settings."""

logger = logging.getLogger(__name__)


def check(options: argparse.Namespace, environ: Mapping[str, str], keyring: SystemKeyring) -> int:
    """Poll each wallet once and print the result; return the status of a monitoring plugin."""
    text, status, decision = "", Status.UNKNOWN, threading.Lock()
    if options.timeout:
        _start_timeout(options, decision)
    try:
        text, status = _check(options, environ, keyring)
    except DeepvueError as error:
        if options.format == "plugin":
            # Monitoring systems read standard output.
            text = f"DEEPVUE UNKNOWN - {error}\n"
        else:
            output.write_error(error)
    except Exception:
        # Python's exit status, 1, would mean a warning.
        logger.exception("A bug in deepvue-tray. Please report it.")
    decision.acquire()
    try:
        output.write([text])
    except StorageError as error:
        output.write_error(error)
        return Status.UNKNOWN
    return status


def _start_timeout(options: argparse.Namespace, decision: threading.Lock) -> None:
    """End the process after the time of the options, unless ``decision`` is acquired before.

    Ends it at once, whatever it waits for: files are written atomically, and the keyring's process
    ends with this one.
    """

    def end() -> None:
        if not decision.acquire(blocking=False):
            return
        text = f"no result within {options.timeout} s"
        with suppress(StorageError, BrokenPipeError):
            if options.format == "plugin":
                output.write([f"DEEPVUE UNKNOWN - {text}\n"])
            else:
                output.write_error(text)
        os._exit(Status.UNKNOWN)

    timer = threading.Timer(options.timeout, end)
    timer.daemon = True
    timer.start()


def _check(
    options: argparse.Namespace, environ: Mapping[str, str], keyring: SystemKeyring
) -> tuple[str, Status]:
    """Return the text to print and the status."""
    snapshots = _poll(options, environ, keyring)
    status = worst_status(snapshots)
    if options.notify and (failures := {s.alert_command_error for s in snapshots} - {None}):
        for failure in sorted({*map(str, failures)}):
            output.write_error(failure)
        status = Status.UNKNOWN if status is Status.OK else status
    now = datetime.now(UTC)
    match options.format:
        case "json":
            text = json_text(snapshots, now)
        case "prometheus":
            text = metrics(snapshots, now, _spent(snapshots, environ))
        case _:
            text = plugin_text(
                snapshots,
                now,
                has_ranges=not options.simple_perfdata,
                has_details=options.has_details,
            )
    if options.output:
        atomic_file.replace(options.output, [text], mode=0o644)
        text = ""
    elif options.format == "prometheus":
        output.encode_as_utf_8()
    return text, status


def _spent(
    snapshots: Sequence[Snapshot], environ: Mapping[str, str]
) -> Mapping[str, Mapping[str, Decimal]]:
    """Return what was spent on each product, for the wallets whose usage report is on.

    An unreadable history is an error line: the other metrics do not depend on it.
    """
    client_ids = [snapshot.client_id for snapshot in snapshots if snapshot.usage is not None]
    if not client_ids:
        return {}
    with closing(real_backend(environ)) as backend:
        try:
            return {client_id: backend.usage.queries.spent(client_id) for client_id in client_ids}
        except StorageError as error:
            output.write_error(error)
            return {}


def _poll(
    options: argparse.Namespace, environ: Mapping[str, str], keyring: SystemKeyring
) -> Sequence[Snapshot]:
    """Poll the chosen wallets at the same time, except paused ones; return their snapshots."""
    with closing(real_backend(environ, keyring)) as backend:
        chosen = chosen_wallets(options.wallet, backend.accounts)
        wallets = [
            wallet
            if wallet.is_paused
            else _with_overrides(wallet, options, f"{wallet.name}: " if len(chosen) > 1 else "")
            for wallet in chosen
        ]
        polled = [wallet.client_id for wallet in wallets if not wallet.is_paused]
        if options.notify and not backend.accounts.settings.alert_command:
            raise NoAlertCommandError
        overview = event_loop.run(_polled(backend, polled, and_notify=options.notify))
    snapshots = [
        replace(snapshot, wallet=wallet)
        for wallet in wallets
        if (snapshot := overview.snapshot(wallet.client_id))
    ]
    if not snapshots:
        raise InvalidInputError("The wallet has just been removed")
    if any(snapshot.trouble for snapshot in snapshots):
        return _with_stored_runways(snapshots, environ)
    return snapshots


async def _polled(backend: Backend, client_ids: Collection[str], *, and_notify: bool) -> Overview:
    overview = await backend.poll_all(client_ids)
    return await notify(backend, client_ids) if and_notify else overview


def _with_stored_runways(
    snapshots: Sequence[Snapshot], environ: Mapping[str, str]
) -> Sequence[Snapshot]:
    """Return the snapshots; without a new reading, the forecast comes from the stored ones."""
    with closing(real_backend(environ)) as backend:
        known = backend.overview()
    return [
        replace(snapshot, runway=stored.runway)
        if snapshot.trouble and (stored := known.snapshot(snapshot.client_id))
        else snapshot
        for snapshot in snapshots
    ]


def _with_overrides(
    wallet: WalletSettings, options: argparse.Namespace, prefix: str
) -> WalletSettings:
    """Return a wallet with the thresholds of the options.

    Raises InvalidInputError, whose detail begins with ``prefix``.
    """
    overrides = {
        field: getattr(options, name)
        for field, option in OPTIONS.items()
        if hasattr(options, name := option.lstrip("-").replace("-", "_"))
    }
    changed = replace(wallet, **overrides)

    def threshold(field: str) -> str:
        return f"{OPTIONS.get(field, field)} {getattr(changed, field)}"

    for field, reason in problems(changed).items():
        if reason == NOT_BELOW:
            below = field.replace("critical", "low")
            raise InvalidInputError(f"{prefix}{threshold(field)} is not below {threshold(below)}")
        raise InvalidInputError(f"{prefix}{threshold(field)}: {reason.rstrip('.')}")
    return changed
