"""Who asks, and by which rules: settings and credentials, changed together or not at all."""

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
    """The person's settings and credentials."""

    def __init__(self, file: SettingsFile, store: CredentialStore) -> None:
        self._file = file
        self._store = store
        # One change after the other: the keyring may take its time over each.
        self._turn = asyncio.Lock()
        self.settings = Settings()
        """The settings in force: the defaults where the file cannot be read."""
        self.damage: StorageError | None = None
        """Why the settings file could not be used, until it has been saved anew."""
        self._load()

    def _load(self) -> None:
        try:
            self.settings = self._file.load()
            self.damage = None
        except StorageError as error:
            self.damage = error.without_traceback()

    def was_saved_elsewhere(self) -> bool:
        """Say whether another process has saved settings, or signed in, since the last reload."""
        return self._file.has_changed()

    def reload(self) -> bool:
        """Take over what another process has saved; say whether that is another client id."""
        before = self.client_id
        if self._file.has_changed():
            self._load()
            # A sign-in writes the settings too, whose client id may be the same as before.
            self._store.prefer_keyring()
        return self.client_id != before

    def forget_secret(self) -> None:
        """Read the secret anew the next time: the server refuses the one that is known."""
        self._store.forget()

    @property
    def client_id(self) -> str:
        """The client id in use, empty before the first sign-in."""
        return self._store.client_id(self.settings.client_id)

    async def credentials(self, *, prompt: bool) -> Credentials:
        """Return what to ask with; raises an AccountError that says why there is nothing.

        ``prompt`` says whether the keyring may ask the person to unlock it.
        """
        async with self._turn:
            return await self._store.load(self.settings.client_id, prompt=prompt)

    async def in_keyring(self, client_id: str) -> Credentials:
        """Return the credentials that the keyring holds for ``client_id``, whoever is signed in.

        Raises an AccountError, a NotSetUpError where it holds none.
        """
        async with self._turn:
            return await self._store.in_keyring(client_id, prompt=True)

    async def save(
        self,
        settings: Settings,
        credentials: Credentials | None = None,
        *,
        session_only: bool = False,
    ) -> None:
        """Store settings, and credentials where they are new: both, or neither.

        Without credentials the client id stays as it is, whoever has signed in meanwhile.
        ``session_only`` keeps the credentials in memory alone. Raises an AccountError or a
        StorageError, after which all is as it was.
        """
        async with self._turn:
            if credentials is None:
                self.reload()
                self._write(replace(settings, client_id=self.settings.client_id))
                return
            settings = replace(settings, client_id=credentials.client_id)
            if session_only:
                self._write(settings)
                self._store.keep_for_session(credentials)
            else:
                async with self._stored(credentials):
                    self._write(settings)

    async def sign_in(self, credentials: Credentials) -> None:
        """Store credentials, and leave the other settings as they are saved at that moment.

        Raises an AccountError or a StorageError, after which all is as it was.
        """
        async with self._turn, self._stored(credentials):
            self.reload()
            self._write(replace(self.settings, client_id=credentials.client_id))

    async def sign_out(self, client_id: str) -> None:
        """Remove the secret of ``client_id``, and the client id where the settings name it.

        The secret goes first: interrupted before, all is as it was; interrupted after, the
        settings still name a client id without a secret, which signing out again removes.
        Raises an AccountError, after which all is as it was, or a StorageError, after which the
        secret is gone.
        """
        async with self._turn:
            await self._store.remove(client_id)
            self.reload()
            if self.settings.client_id == client_id:
                self._write(replace(self.settings, client_id=""))

    def _write(self, settings: Settings) -> None:
        self._file.save(settings)
        self.settings = settings
        self.damage = None

    @asynccontextmanager
    async def _stored(self, credentials: Credentials) -> AsyncIterator[None]:
        """Store credentials; the keyring is as before where the context raises a StorageError."""
        before = await self._store.stored(credentials.client_id)
        await self._store.store(credentials)
        try:
            yield
        except StorageError:
            if before is None:
                await self._store.remove(credentials.client_id)
            else:
                await self._store.store(Credentials(credentials.client_id, before))
            raise
