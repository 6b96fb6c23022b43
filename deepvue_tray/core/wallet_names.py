"""The names of wallets: proposed, checked, and used to find a wallet."""

import itertools
import unicodedata
from collections.abc import Iterable

from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.external_text import cleaned
from deepvue_tray.core.settings import Settings, WalletSettings

MAX_NAME_LENGTH = 40
"""Characters."""

_PROPOSALS = {"free_tier": "Trial", "live": "Live"}
"""The first name for a client ID with this beginning; Deepvue's client IDs begin so."""

_ID_END_LENGTH = 6
"""The last characters of a client ID, which are the name if its beginning is not known."""


def proposed_name(client_id: str, taken: Iterable[str]) -> str:
    """Return a name for a new wallet that is not among ``taken``."""
    used = {folded(name) for name in taken}
    end = client_id[-_ID_END_LENGTH:]
    first = next((name for start, name in _PROPOSALS.items() if client_id.startswith(start)), end)
    candidates = itertools.chain([first], (f"{first} {number}" for number in itertools.count(2)))
    return next(name for name in candidates if folded(name) not in used)


def parse_name(text: str, client_id: str, settings: Settings) -> str:
    """Return the cleaned name of the wallet ``client_id``.

    Raises InvalidInputError if it is empty, too long, or the name or client ID of another wallet.
    """
    name = cleaned(text)
    others = [wallet for wallet in settings.wallets if wallet.client_id != client_id]
    if not name:
        raise InvalidInputError("The name is empty")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInputError(f"The name is longer than {MAX_NAME_LENGTH} characters")
    if any(_matches(wallet, name) for wallet in others):
        raise InvalidInputError(f"Another wallet has the name or the client ID {name}")
    return name


def find_wallet(text: str, settings: Settings) -> WalletSettings:
    """Return the wallet with this client ID or name; raises InvalidInputError if there is none."""
    signed_in = [wallet for wallet in settings.wallets if wallet.client_id]
    for wallet in signed_in:
        if wallet.client_id == text:
            return wallet
    name = cleaned(text)
    for wallet in signed_in:
        if _matches(wallet, name):
            return wallet
    known = ", ".join(wallet.name for wallet in signed_in)
    raise InvalidInputError(f"No wallet {text}" + (f"; known: {known}" if known else ""))


def _matches(wallet: WalletSettings, text: str) -> bool:
    return folded(text) in (folded(wallet.client_id), folded(wallet.name))


def folded(text: str) -> str:
    """Return a text that is the same for each case and each Unicode encoding of a name."""
    return unicodedata.normalize("NFC", text.casefold())
