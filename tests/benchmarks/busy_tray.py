"""The real tray with a very short interval: ``busy_tray URL FOLDER SECONDS``.

Its files are in FOLDER; the user's own files are neither read nor changed.
"""

import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from deepvue_tray.app import poller
from deepvue_tray.app.startup import run
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi

CREDENTIALS = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}


def build(url: str, folder: Path, seconds: float) -> Backend:
    """Assemble a backend; the interval is shorter than a settings file may contain."""
    paths = Paths.below(folder)
    store = CredentialStore(CREDENTIALS, MemoryKeyring())
    backend = assemble(paths, store, WalletApi(url), XdgAutostart(paths.autostart, []))
    backend.accounts.settings = Settings(interval=timedelta(seconds=seconds))
    return backend


if __name__ == "__main__":
    url, folder, seconds = sys.argv[1:]
    with patch.object(poller, "REQUEST_PAUSE_S", 0.0):
        sys.exit(run(lambda: build(url, Path(folder), float(seconds)), single=False))
