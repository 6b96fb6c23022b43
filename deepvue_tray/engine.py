"""Everything but the screen, assembled: for the tray on its worker thread, for the terminal as is.

Importing this module loads the HTTP client, a few tenths of a second: the tray does so on its
worker thread, after its icon shows.
"""

import os
from dataclasses import dataclass

from deepvue_tray.account import Account
from deepvue_tray.monitor import Monitor
from deepvue_tray.services.credentials import CredentialStore
from deepvue_tray.services.history import History
from deepvue_tray.services.notifier import Notifier
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.system_keyring import SystemKeyring
from deepvue_tray.services.wallet_api import PRODUCTION, WalletApi


@dataclass(frozen=True, slots=True)
class Engine:
    """What works without a screen; all of it belongs to one thread."""

    account: Account
    monitor: Monitor
    notifier: Notifier

    def close(self) -> None:
        """Close what is open."""
        self.monitor.close()
        self.notifier.close()


def real_engine() -> Engine:
    """Assemble the person's own: real settings, keyring, history and server.

    Raises InvalidInputError where DEEPVUE_BASE_URL may not be asked, StorageError where the
    settings cannot be read.
    """
    base_url = os.environ.get("DEEPVUE_BASE_URL", PRODUCTION)
    return assemble(
        Paths.of_user(), CredentialStore(os.environ, SystemKeyring()), WalletApi(base_url)
    )


def assemble(paths: Paths, store: CredentialStore, wallet: WalletApi) -> Engine:
    """Put the parts together."""
    account = Account(SettingsFile(paths.settings), store)
    monitor = Monitor(account=account, wallet=wallet, history=History(paths.history))
    return Engine(account, monitor, Notifier())
