"""Runs the program as a script would."""

import os
import subprocess
import sys

COMMAND = os.environ.get("PROGRAM_UNDER_TEST", f"{sys.executable} -m deepvue_tray").split()
"""The command of the program under test: the installed package, or a bundle."""

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def run(*arguments: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a keyring, and wait for its end; ``typed`` is its standard input."""
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
