"""Runs the program as a script would."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from tempfile import TemporaryFile
from typing import cast
from unittest.mock import patch

from deepvue_tray.cli.main import main
from deepvue_tray.services.system_keyring import SystemKeyring

COMMAND = os.environ.get("PROGRAM_UNDER_TEST", f"{sys.executable} -m deepvue_tray").split()
"""The command of the program under test: the installed package, or a bundle."""

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def run(*arguments: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a keyring, and wait for its end; ``typed`` is its standard input.

    A bundle runs in a process, but the package in this one, which saves the 0.3 s of a start.
    """
    if "PROGRAM_UNDER_TEST" in os.environ:
        return run_process(*arguments, typed=typed, **env)
    stdout = TextIOWrapper(BytesIO(), "utf-8")
    stderr = TextIOWrapper(BytesIO(), "utf-8", "backslashreplace")
    with (
        _restored(),
        # Standard input is also read by its file descriptor.
        TemporaryFile("w+", encoding="utf-8", newline="") as stdin,
        patch.multiple(sys, stdin=stdin, stdout=stdout, stderr=stderr),
        patch.dict(os.environ, NO_KEYRING | env),
    ):
        stdin.write(typed)
        stdin.seek(0)
        try:
            status = main(arguments)
        except SystemExit as end:
            status = cast("int", end.code)
    outputs = []
    for stream in (stdout, stderr):
        stream.seek(0)
        outputs.append(stream.read())
    return subprocess.CompletedProcess([*arguments], status, *outputs)


def run_process(*arguments: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command like ``run``, always in a process."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=os.environ | NO_KEYRING | env,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        # Windows encodes the output to a pipe in its own encoding.
        errors="backslashreplace",
        check=False,
    )


@contextmanager
def _restored() -> Iterator[None]:
    """Undo what a command changes in its process, or leaves to its end."""
    logger, interrupt = logging.getLogger("deepvue_tray"), signal.getsignal(signal.SIGINT)
    handlers, propagate, level = [*logger.handlers], logger.propagate, logger.level
    try:
        with (
            patch.object(logging, "raiseExceptions", logging.raiseExceptions),
            # Without a call, the process that this starts would end only with the command's.
            patch.object(SystemKeyring, "make_ready"),
        ):
            yield
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
        signal.signal(signal.SIGINT, interrupt)
