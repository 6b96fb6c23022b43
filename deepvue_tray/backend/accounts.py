"""Settings and credentials, saved together or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import InvalidInputError, StorageError
from deepvue_tray.core.settings import MAX_WALLETS, Settings, WalletSettings
from deepvue_tray.core.wallet_names import parse_name, proposed_name
from deepvue_tray.services.credentials import CredentialStore
from deepvue_tray.services.settings_file import SettingsFile


class Accounts:
    """The user's settings and credentials."""

    def __init__(self, file: SettingsFile, store: CredentialStore) -> None:
        self._settings_file = file
        self._credential_store = store
        # Changes are made one after the other, although the keyring may wait at its prompt.
        self._lock = asyncio.Lock()
        self.settings = Settings()
        """The settings in force; the defaults if the file cannot be read."""
        self.damage: StorageError | None = None
        """Why the settings file could not be read, until the settings are saved again."""
        self.revision = 0
        """How often the changes of other processes were loaded, which may be new credentials."""
        self._load()

    def _load(self) -> None:
        try:
            self.settings = self._settings_file.load()
            self.damage = None
        except StorageError as error:
            self.damage = error.without_traceback()

    def reload(self) -> bool:
        """Load what another process has saved; return whether it has saved anything."""
        if not self._settings_file.has_changed():
            return False
        self._load()
        self._after_other_process()
        return True

    def _after_other_process(self) -> None:
        self.revision += 1
        # Another process may have signed in, possibly with the same client ID.
        self._credential_store.prefer_keyring()

    @property
    def is_from_environment(self) -> bool:
        """Whether the environment holds credentials; then its wallet is the only one."""
        return self._credential_store.is_from_environment

    @property
    def wallets(self) -> tuple[WalletSettings, ...]:
        """The wallets to watch; before the first sign-in one without a client ID."""
        if not self.is_from_environment:
            return self.settings.wallets
        first = self.settings.wallets[0]
        client_id = self._credential_store.client_id or first.client_id
        # A wallet that is not stored has the thresholds of the first one.
        wallet = self.settings.wallet(client_id) or replace(
            first, client_id=client_id, name=proposed_name(client_id, ()), has_usage=False
        )
        return (replace(wallet, is_paused=False),)

    def wallet(self, client_id: str) -> WalletSettings | None:
        """Return the settings of a wallet to watch, or None if it is not among them."""
        return next((w for w in self.wallets if w.client_id == client_id), None)

    def forget_secret(self, client_id: str) -> None:
        """Read the secret from the keyring again: the server rejects the cached one."""
        self._credential_store.forget(client_id)

    async def credentials(self, client_id: str, *, prompt: bool) -> Credentials:
        """Return the credentials of a wallet; raises an AccountError if there are none.

        ``prompt`` is whether the keyring may show a prompt to unlock it. The keyring is read for
        all wallets at once, so that it prompts only once.
        """
        if known := self._credential_store.cached(client_id):
            return known
        async with self._lock:
            others = [wallet.client_id for wallet in self.wallets if wallet.client_id]
            return await self._credential_store.load(client_id, others, prompt=prompt)

    async def in_keyring(self, client_id: str) -> Credentials:
        """Return the keyring's credentials for ``client_id``, signed in or not.

        Raises an AccountError; a NotSetUpError if the keyring has none.
        """
        async with self._lock:
            return await self._credential_store.in_keyring(client_id)

    async def save(self, before: Settings, after: Settings) -> None:
        """Save the values that differ between ``before`` and ``after``.

        What other processes have changed meanwhile stays, and so do the wallets. Raises a
        StorageError, or an InvalidInputError if another process has given a new name to another
        wallet; then nothing has changed.
        """

        def with_changes(stored: Settings) -> Settings:
            changed = stored.with_changes(before, after)
            for wallet, old in zip(changed.wallets, stored.wallets, strict=True):
                if wallet.name != old.name:
                    parse_name(wallet.name, wallet.client_id, changed)
            return changed

        async with self._lock:
            self._update(with_changes)

    async def sign_in(
        self, credentials: Credentials, name: str = "", *, session_only: bool = False
    ) -> None:
        """Save credentials, and add the wallet unless it exists; the other settings stay.

        An empty ``name`` keeps the wallet's name, or proposes one. ``session_only`` keeps the
        secret in memory only. Raises an AccountError or a StorageError; then nothing has changed.
        """

        def with_wallet(stored: Settings) -> Settings:
            known = stored.wallet(client_id)
            if known is None and len(stored.client_ids) >= MAX_WALLETS:
                raise InvalidInputError(f"There are already {MAX_WALLETS} wallets")
            proposal = proposed_name(client_id, [wallet.name for wallet in stored.wallets])
            kept = known.name if known else proposal
            return stored.with_wallet(
                client_id, parse_name(name, client_id, stored) if name else kept
            )

        client_id = credentials.client_id
        async with self._lock:
            self.reload()
            with_wallet(self.settings)  # raises before the keyring shows a prompt
            if session_only:
                self._update(with_wallet)
                self._credential_store.keep_for_session(credentials)
                return
            async with self._stored_credentials(credentials):
                self._update(with_wallet)

    async def sign_out(self, client_id: str) -> None:
        """Remove a wallet and its secret; a client ID that is no wallet is no error.

        The secret is removed first. After an interruption in between, signing out again removes
        the wallet. Raises an AccountError and changes nothing, or a StorageError after the
        secret was removed.
        """
        async with self._lock:
            await self._credential_store.remove(client_id)
            self.reload()
            if self.settings.wallet(client_id):
                self._update(lambda stored: stored.without_wallet(client_id))

    def _update(self, change: Callable[[Settings], Settings]) -> None:
        """Change the stored settings; those in memory replace a file that was damaged."""

        def changed(stored: Settings) -> Settings:
            # No other process can change the file from here on.
            if self._settings_file.has_changed():
                self._after_other_process()
            return change(self.settings if self.damage else stored)

        self.reload()
        self.settings = self._settings_file.update(changed)
        self.damage = None

    @asynccontextmanager
    async def _stored_credentials(self, credentials: Credentials) -> AsyncIterator[None]:
        """Store credentials; restore the keyring if the context raises an error."""
        before = await self._credential_store.stored(credentials.client_id)
        await self._credential_store.store(credentials)
        try:
            yield
        except (StorageError, InvalidInputError):
            if before is None:
                await self._credential_store.remove(credentials.client_id)
            else:
                await self._credential_store.store(Credentials(credentials.client_id, before))
            raise
