"""The wallets that a command is about, by its option ``--wallet``."""

from collections.abc import Sequence
from dataclasses import replace

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.backend.backend import Backend
from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.settings import Settings, WalletSettings
from deepvue_tray.core.wallet_names import find_wallet


def watched(accounts: Accounts) -> Settings:
    """Return the settings with the wallets to watch: with the environment's, that one alone."""
    return replace(accounts.settings, wallets=accounts.wallets)


def chosen_wallets(name: str | None, accounts: Accounts) -> Sequence[WalletSettings]:
    """Return the wallet of this name or client ID, or all if None, from those to watch.

    Raises InvalidInputError if there is none.
    """
    return accounts.wallets if name is None else [find_wallet(name, watched(accounts))]


def known_client_id(name: str, settings: Settings, backend: Backend) -> str:
    """Return the client ID of the wallet of this name or client ID, also of a removed wallet.

    Raises InvalidInputError if there is none, and StorageError if the history cannot be read.
    """
    try:
        return find_wallet(name, settings).client_id
    except InvalidInputError:
        if name in backend.client_ids():
            return name
        raise


def names_of(settings: Settings) -> list[str]:
    """Return the names of the wallets that are signed in."""
    return [wallet.name for wallet in settings.wallets if wallet.client_id]
