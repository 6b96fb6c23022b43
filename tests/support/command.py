"""The program as a script starts it."""

import os
import subprocess
import sys

COMMAND = os.environ.get("PROGRAM_UNDER_TEST", f"{sys.executable} -m deepvue_tray").split()
"""What starts the program: the installed package, or a bundle's program."""

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def run(*arguments: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a keyring; ``typed`` is its standard input."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=os.environ | NO_KEYRING | env,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        # Windows writes into a pipe what its own encoding has.
        errors="backslashreplace",
        check=False,
    )
