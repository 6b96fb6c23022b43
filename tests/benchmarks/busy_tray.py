"""The real tray, asking a wallet as often as it can: ``busy_tray URL FOLDER SECONDS``.

Its files lie in FOLDER; nothing of the person who runs it is read or changed.
"""

import sys
from datetime import timedelta
from pathlib import Path

from deepvue_tray.app.startup import run
from deepvue_tray.backend.backend import Backend, assemble
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.wallet_api import WalletApi

CREDENTIALS = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t-value"}


def backend(url: str, folder: Path, seconds: float) -> Backend:
    """Assemble it; the interval is shorter than any settings file may say."""
    paths = Paths.below(folder)
    store = CredentialStore(CREDENTIALS, MemoryKeyring())
    made = assemble(paths, store, WalletApi(url), XdgAutostart(paths.autostart, []))
    made.accounts.settings = Settings(interval=timedelta(seconds=seconds))
    return made


if __name__ == "__main__":
    url, folder, seconds = sys.argv[1:]
    sys.exit(run(lambda: backend(url, Path(folder), float(seconds)), single=False))
