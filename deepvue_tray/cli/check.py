"""``check``: polls the wallet once, for monitoring."""

import argparse
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.check_formats import FORMATS, Status, status_of
from deepvue_tray.core.errors import DeepvueError, InvalidInputError, StorageError
from deepvue_tray.core.settings import NOT_BELOW, Settings, problems
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
    """Poll the wallet once and print the result; return the status of a monitoring plugin."""
    text, status = "", Status.UNKNOWN
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
    try:
        output.write([text])
    except StorageError as error:
        output.write_error(error)
        return Status.UNKNOWN
    return status


def _check(
    options: argparse.Namespace, environ: Mapping[str, str], keyring: SystemKeyring
) -> tuple[str, Status]:
    """Return the text to print and the status."""
    backend = real_backend(environ, keyring)
    settings = _with_overrides(backend.accounts.settings, options)
    snapshot = replace(event_loop.run(_poll(backend)), settings=settings)
    backend.close()
    text = FORMATS[options.format](snapshot, datetime.now(UTC))
    if options.output:
        atomic_file.replace(options.output, [text], mode=0o644)
        text = ""
    return text, status_of(snapshot)


async def _poll(backend: Backend) -> Snapshot:
    snapshot = await backend.monitor.poll()
    if snapshot.trouble:
        # Without a new reading, the forecast comes from the stored ones.
        snapshot = replace(snapshot, runway=backend.monitor.load_last_known().runway)
    return snapshot


def _with_overrides(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return the settings with the thresholds of the options; raises InvalidInputError."""
    overrides = {
        field: getattr(options, name)
        for field, option in OPTIONS.items()
        if hasattr(options, name := option.lstrip("-").replace("-", "_"))
    }
    changed = replace(settings, **overrides)

    def threshold(field: str) -> str:
        return f"{OPTIONS.get(field, field)} {getattr(changed, field)}"

    for field, reason in problems(changed).items():
        if reason == NOT_BELOW:
            below = field.replace("critical", "low")
            raise InvalidInputError(f"{threshold(field)} is not below {threshold(below)}")
        raise InvalidInputError(f"{threshold(field)}: {reason.rstrip('.')}")
    return changed
