"""The credentials in use: from the environment, this session's memory, or the keyring."""

from collections.abc import Mapping
from typing import Protocol

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import AccountError, NotSetUpError


class Keyring(Protocol):
    """Stores secrets.

    Every call may show a prompt to unlock the keyring and wait for it, except ``get`` without
    ``prompt``. Every call may raise KeyringLockedError, NoKeyringError or KeyringRefusedError.
    """

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:
        """Return the secret of ``client_id``, or None if there is none."""

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""


class MemoryKeyring:
    """A keyring in memory, for the demo; ``secrets`` maps client IDs to secrets."""

    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self._secrets = dict(secrets or {})

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:  # noqa: ARG002 - never locked
        """Return the secret of ``client_id``, or None if there is none."""
        return self._secrets.get(client_id)

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        self._secrets[client_id] = secret

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        self._secrets.pop(client_id, None)


class CredentialStore:
    """Returns credentials from the environment, from this session's memory, or from ``keyring``.

    ``environ`` holds DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET if they are set; each takes
    precedence over a stored value. Credentials are cached, so that the keyring is read once a
    session.
    """

    def __init__(self, environ: Mapping[str, str], keyring: Keyring) -> None:
        self._client_id = environ.get("DEEPVUE_CLIENT_ID", "")
        self._secret = Secret(environ.get("DEEPVUE_CLIENT_SECRET", ""))
        self._keyring = keyring
        self._cached: Credentials | None = None
        self._session_only: Credentials | None = None

    def client_id(self, setting: str) -> str:
        """Return the client ID in use: the environment's, otherwise ``setting``."""
        return self._client_id or setting

    async def load(self, client_id: str, *, prompt: bool) -> Credentials:
        """Return the credentials in use; ``client_id`` is the one of the settings.

        ``prompt`` is whether the keyring may show a prompt to unlock it. Raises an AccountError
        with the reason if there are none.
        """
        client_id = self.client_id(client_id)
        if not client_id:
            raise NotSetUpError
        if secret := self._secret.reveal():
            return Credentials.parse(client_id, secret)
        if self._cached is None or self._cached.client_id != client_id:
            try:
                self._cached = await self.in_keyring(client_id, prompt=prompt)
            except AccountError:
                if self._session_only is None or self._session_only.client_id != client_id:
                    raise
                self._cached = self._session_only
        return self._cached

    async def in_keyring(self, client_id: str, *, prompt: bool) -> Credentials:
        """Return the keyring's credentials, bypassing cache and environment.

        Raises an AccountError; a NotSetUpError if the keyring has none for ``client_id``.
        """
        stored = await self._keyring.get(client_id, prompt=prompt)
        if stored is None:
            raise NotSetUpError(f"the keyring holds no secret for {client_id}")
        return Credentials.parse(client_id, stored.reveal())

    async def stored(self, client_id: str) -> Secret | None:
        """Return the keyring's secret for ``client_id``, bypassing cache and environment."""
        return await self._keyring.get(client_id, prompt=True)

    async def store(self, credentials: Credentials) -> None:
        """Store or replace the secret in the keyring."""
        await self._keyring.set(credentials.client_id, credentials.secret)
        self._cached, self._session_only = credentials, None

    def keep_for_session(self, credentials: Credentials) -> None:
        """Keep the credentials in memory only, until the program ends."""
        self._cached = self._session_only = credentials

    def forget(self) -> None:
        """Clear the cache; credentials kept for the session stay."""
        if self._cached is not self._session_only:
            self._cached = None

    def prefer_keyring(self) -> None:
        """Clear the cache; credentials kept for the session are used if the keyring has none."""
        self._cached = None

    async def remove(self, client_id: str) -> None:
        """Remove the secret of ``client_id`` from the keyring and from memory."""
        await self._keyring.delete(client_id)
        self._cached = None
        if self._session_only and self._session_only.client_id == client_id:
            self._session_only = None
