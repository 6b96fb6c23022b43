"""The program as a script starts it."""

import os
import subprocess
import sys

NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def run(*arguments: str, typed: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a keyring; ``typed`` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "deepvue_tray", *arguments],
        env=os.environ | NO_KEYRING | env,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
