"""Which credentials to ask with: the environment's, this session's, or the keyring's."""

from collections.abc import Mapping
from typing import Protocol

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import AccountError, NotSetUpError


class Keyring(Protocol):
    """Where secrets are kept.

    Every call but a ``get`` that may not ``prompt`` may ask the person to unlock it, and wait.
    Every call may raise KeyringLockedError, NoKeyringError or KeyringRefusedError.
    """

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:
        """Return the secret of ``client_id``, or None where there is none."""

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""


class MemoryKeyring:
    """A keyring that ends with the process, for the demo; ``secrets`` by client id."""

    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self._secrets = dict(secrets or {})

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:  # noqa: ARG002 - never locked
        """Return the secret of ``client_id``, or None where there is none."""
        return self._secrets.get(client_id)

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        self._secrets[client_id] = secret

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        self._secrets.pop(client_id, None)


class CredentialStore:
    """Credentials from the environment, from this session's memory, or from ``keyring``.

    ``environ`` holds DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET where they are set; each wins
    over what is stored. What was read once is kept in memory, so that the keyring is asked once a
    session.
    """

    def __init__(self, environ: Mapping[str, str], keyring: Keyring) -> None:
        self._client_id = environ.get("DEEPVUE_CLIENT_ID", "")
        self._secret = Secret(environ.get("DEEPVUE_CLIENT_SECRET", ""))
        self._keyring = keyring
        self._cached: Credentials | None = None
        self._session_only: Credentials | None = None

    def client_id(self, setting: str) -> str:
        """Return the client id in use: the environment's, else that of the settings."""
        return self._client_id or setting

    async def load(self, client_id: str, *, prompt: bool) -> Credentials:
        """Return the credentials to ask with; ``client_id`` is the one of the settings.

        ``prompt`` says whether the keyring may ask the person to unlock it.
        Raises an AccountError that says why there are none.
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
        """Return the credentials that the keyring holds, past memory and environment.

        Raises an AccountError, a NotSetUpError where it holds none of ``client_id``.
        """
        stored = await self._keyring.get(client_id, prompt=prompt)
        if stored is None:
            raise NotSetUpError(f"the keyring holds no secret for {client_id}")
        return Credentials.parse(client_id, stored.reveal())

    async def stored(self, client_id: str) -> Secret | None:
        """Return what the keyring holds for ``client_id``, past memory and environment."""
        return await self._keyring.get(client_id, prompt=True)

    async def store(self, credentials: Credentials) -> None:
        """Store or replace the secret in the keyring."""
        await self._keyring.set(credentials.client_id, credentials.secret)
        self._cached, self._session_only = credentials, None

    def keep_for_session(self, credentials: Credentials) -> None:
        """Keep the credentials in memory alone, until the program ends."""
        self._cached = self._session_only = credentials

    def forget(self) -> None:
        """Read the keyring anew the next time; what is in memory alone stays."""
        if self._cached is not self._session_only:
            self._cached = None

    def prefer_keyring(self) -> None:
        """Read the keyring anew the next time; what is in memory alone counts where it has none."""
        self._cached = None

    async def remove(self, client_id: str) -> None:
        """Remove the secret of ``client_id`` from the keyring and from memory."""
        await self._keyring.delete(client_id)
        self._cached = None
        if self._session_only and self._session_only.client_id == client_id:
            self._session_only = None
