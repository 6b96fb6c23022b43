"""``check``: one look at the wallet, for monitoring."""

import argparse
import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime

from deepvue_tray import event_loop
from deepvue_tray.core.errors import DeepvueError, InvalidInputError
from deepvue_tray.core.settings import Settings, problems
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.engine import Engine, real_engine
from deepvue_tray.services import whole_file
from deepvue_tray.services.system_keyring import SystemKeyring
from deepvue_tray.terminal.report import FORMATS, Status, status_of

OPTIONS = {
    "low": "--warning",
    "critical": "--critical",
    "low_days": "--warning-days",
    "critical_days": "--critical-days",
}
"""The option that overrides a threshold of the settings."""


logger = logging.getLogger(__name__)


def check(options: argparse.Namespace, keyring: SystemKeyring) -> int:
    """Look once and print what was seen; returns the status of a monitoring plugin."""
    try:
        return _check(options, keyring)
    except DeepvueError as error:
        # A monitor reads standard output.
        print(f"DEEPVUE UNKNOWN - {error}", file=None if options.format == "plugin" else sys.stderr)
    except BrokenPipeError:
        raise
    except Exception:
        # Python's own status would tell the monitor that credits are low.
        logger.exception("A fault in deepvue-tray; please report it.")
    return Status.UNKNOWN


def _check(options: argparse.Namespace, keyring: SystemKeyring) -> int:
    engine = real_engine(keyring)
    settings = _judged_by(engine.account.settings, options)
    snapshot = replace(event_loop.run(_look(engine)), settings=settings)
    engine.close()
    text = FORMATS[options.format](snapshot, datetime.now(UTC))
    if options.output:
        whole_file.replace(options.output, [text], mode=0o644)
    else:
        print(text, end="")
    return status_of(snapshot)


async def _look(engine: Engine) -> Snapshot:
    snapshot = await engine.monitor.look()
    if snapshot.trouble:
        # Without a new reading, the forecast is that of the ones before.
        snapshot = replace(snapshot, runway=engine.monitor.recall().runway)
    return snapshot


def _judged_by(settings: Settings, options: argparse.Namespace) -> Settings:
    given = {
        field: getattr(options, name)
        for field, option in OPTIONS.items()
        if hasattr(options, name := option.lstrip("-").replace("-", "_"))
    }
    judged = replace(settings, **given)
    for field, reason in problems(judged).items():
        raise InvalidInputError(f"{OPTIONS.get(field, field)}: {reason.rstrip('.')}")
    return judged
