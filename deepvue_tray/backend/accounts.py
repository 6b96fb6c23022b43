"""Settings and credentials, saved together or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.settings import Settings
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
        self._load()

    def _load(self) -> None:
        try:
            self.settings = self._settings_file.load()
            self.damage = None
        except StorageError as error:
            self.damage = error.without_traceback()

    def was_saved_elsewhere(self) -> bool:
        """Return whether another process has saved settings or signed in since the last reload."""
        return self._settings_file.has_changed()

    def reload(self) -> bool:
        """Load what another process has saved; return whether the client ID has changed."""
        before = self.client_id
        if self._settings_file.has_changed():
            self._load()
            # Another process may have signed in, possibly with the same client ID.
            self._credential_store.prefer_keyring()
        return self.client_id != before

    def forget_secret(self) -> None:
        """Read the secret from the keyring again: the server rejects the cached one."""
        self._credential_store.forget()

    @property
    def client_id(self) -> str:
        """The client ID in use; empty before the first sign-in."""
        return self._credential_store.client_id(self.settings.client_id)

    async def credentials(self, *, prompt: bool) -> Credentials:
        """Return the credentials in use; raises an AccountError if there are none.

        ``prompt`` is whether the keyring may show a prompt to unlock it.
        """
        async with self._lock:
            return await self._credential_store.load(self.settings.client_id, prompt=prompt)

    async def in_keyring(self, client_id: str) -> Credentials:
        """Return the keyring's credentials for ``client_id``, signed in or not.

        Raises an AccountError; a NotSetUpError if the keyring has none.
        """
        async with self._lock:
            return await self._credential_store.in_keyring(client_id, prompt=True)

    async def save(
        self,
        settings: Settings,
        credentials: Credentials | None = None,
        *,
        session_only: bool = False,
    ) -> None:
        """Save settings, and new credentials if given: both or neither.

        Without credentials the client ID stays the stored one. ``session_only`` keeps the
        credentials in memory only. Raises an AccountError or a StorageError; then
        nothing has changed.
        """
        async with self._lock:
            if credentials is None:
                self.reload()
                self._write(replace(settings, client_id=self.settings.client_id))
                return
            settings = replace(settings, client_id=credentials.client_id)
            if session_only:
                self._write(settings)
                self._credential_store.keep_for_session(credentials)
            else:
                async with self._stored_credentials(credentials):
                    self._write(settings)

    async def sign_in(self, credentials: Credentials) -> None:
        """Save credentials and their client ID; the other stored settings stay.

        Raises an AccountError or a StorageError; then nothing has changed.
        """
        async with self._lock, self._stored_credentials(credentials):
            self.reload()
            self._write(replace(self.settings, client_id=credentials.client_id))

    async def sign_out(self, client_id: str) -> None:
        """Remove the secret of ``client_id``, and the client ID from the settings.

        The secret is removed first. After an interruption in between, signing out again removes
        the client ID. Raises an AccountError and changes nothing, or a StorageError after the
        secret was removed.
        """
        async with self._lock:
            await self._credential_store.remove(client_id)
            self.reload()
            if self.settings.client_id == client_id:
                self._write(replace(self.settings, client_id=""))

    def _write(self, settings: Settings) -> None:
        self._settings_file.save(settings)
        self.settings = settings
        self.damage = None

    @asynccontextmanager
    async def _stored_credentials(self, credentials: Credentials) -> AsyncIterator[None]:
        """Store credentials; restore the keyring if the context raises a StorageError."""
        before = await self._credential_store.stored(credentials.client_id)
        await self._credential_store.store(credentials)
        try:
            yield
        except StorageError:
            if before is None:
                await self._credential_store.remove(credentials.client_id)
            else:
                await self._credential_store.store(Credentials(credentials.client_id, before))
            raise
