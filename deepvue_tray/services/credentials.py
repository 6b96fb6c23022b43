"""The credentials in use: from the environment, this session's memory, or the keyring."""

import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from deepvue_tray.core.credentials import MAX_SECRET_LENGTH, Credentials, Secret, parse_secret
from deepvue_tray.core.errors import (
    AccountError,
    InvalidInputError,
    NoKeyringError,
    NotSetUpError,
)


class Keyring(Protocol):
    """Stores secrets.

    Every call may show a prompt to unlock the keyring and wait for it, except ``get`` without
    ``prompt``. Every call may raise KeyringLockedError, NoKeyringError or KeyringRefusedError.
    """

    async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:
        """Return the secrets that are stored for ``client_ids``, after at most one prompt."""

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""


class MemoryKeyring:
    """A keyring in memory, for the demo; ``secrets`` maps client IDs to secrets."""

    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self._secrets = dict(secrets or {})

    async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:  # noqa: ARG002 - never locked
        """Return the secrets that are stored for ``client_ids``."""
        return {id_: self._secrets[id_] for id_ in client_ids if id_ in self._secrets}

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        self._secrets[client_id] = secret

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        self._secrets.pop(client_id, None)


def with_secret_of_file(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return ``environ`` with the secret from the file that DEEPVUE_CLIENT_SECRET_FILE names.

    The secret is the file's first line. Raises InvalidInputError if it cannot be read or is
    invalid, or if ``environ`` holds a secret too.
    """
    path = environ.get("DEEPVUE_CLIENT_SECRET_FILE")
    if not path:
        return environ
    if environ.get("DEEPVUE_CLIENT_SECRET"):
        raise InvalidInputError(
            "DEEPVUE_CLIENT_SECRET and DEEPVUE_CLIENT_SECRET_FILE are both set: unset one of them"
        )
    secret = parse_secret(_first_line(path), f"first line of {path}")
    return {
        **environ,
        "DEEPVUE_CLIENT_SECRET": secret.reveal(),
        "DEEPVUE_CLIENT_SECRET_FILE": "",
    }


def _first_line(path: str) -> str:
    """Return the first line, or a part of it that is too long for a secret."""
    try:
        # Opening a pipe could wait for ever.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise InvalidInputError(f"DEEPVUE_CLIENT_SECRET_FILE: {path} is not a file")
        with Path(path).open("rb") as file:
            line = file.readline(2 * MAX_SECRET_LENGTH)
    except OSError as error:
        raise InvalidInputError(f"DEEPVUE_CLIENT_SECRET_FILE: {path}: {error.strerror}") from None
    # Editors on Windows may write a byte order mark.
    return line.decode("utf-8-sig", errors="replace")


class CredentialStore:
    """Returns credentials from the environment, from this session's memory, or from ``keyring``.

    ``environ`` holds DEEPVUE_CLIENT_ID, and DEEPVUE_CLIENT_SECRET or DEEPVUE_CLIENT_SECRET_FILE, if
    they are set; each takes precedence over a stored value. Secrets are cached, so that the keyring
    is read once a session. Raises InvalidInputError as ``with_secret_of_file`` does.
    """

    def __init__(self, environ: Mapping[str, str], keyring: Keyring) -> None:
        self.client_id = environ.get("DEEPVUE_CLIENT_ID", "")
        """The environment's client ID; empty if it has none."""
        self._secret = Secret(with_secret_of_file(environ).get("DEEPVUE_CLIENT_SECRET", ""))
        self._keyring = keyring
        self._cached: dict[str, Secret] = {}
        self._session_only: dict[str, Secret] = {}

    @property
    def is_from_environment(self) -> bool:
        """Whether the environment holds a client ID or a secret."""
        return bool(self.client_id or self._secret.reveal())

    def cached(self, client_id: str) -> Credentials | None:
        """Return the credentials of a wallet if they are known without the keyring."""
        if not client_id:
            return None
        if secret := self._secret.reveal():
            return Credentials.parse(client_id, secret)
        known = self._cached.get(client_id)
        return Credentials.parse(client_id, known.reveal()) if known else None

    async def load(
        self, client_id: str, also: Collection[str] = (), *, prompt: bool
    ) -> Credentials:
        """Return the credentials of a wallet.

        Where the keyring is read, the secrets of the wallets ``also`` are read and cached too.
        ``prompt`` is whether the keyring may show a prompt to unlock it. Raises an AccountError
        with the reason if there are none.
        """
        if not client_id:
            raise NotSetUpError
        if credentials := self.cached(client_id):
            return credentials
        missing = [id_ for id_ in dict.fromkeys((client_id, *also)) if id_ not in self._cached]
        kept = {id_: self._session_only[id_] for id_ in missing if id_ in self._session_only}
        try:
            stored = await self._keyring.get(missing, prompt=prompt)
        except AccountError:
            if client_id not in kept:
                raise
            stored = {}
        self._cached |= {**kept, **stored}
        if client_id not in self._cached:
            raise _no_secret(client_id)
        return Credentials.parse(client_id, self._cached[client_id].reveal())

    async def in_keyring(self, client_id: str) -> Credentials:
        """Return the keyring's credentials, bypassing cache and environment.

        Raises an AccountError; a NotSetUpError if the keyring has none for ``client_id``.
        """
        stored = await self.stored(client_id)
        if stored is None:
            raise _no_secret(client_id)
        return Credentials.parse(client_id, stored.reveal())

    async def stored(self, client_id: str) -> Secret | None:
        """Return the keyring's secret for ``client_id``, bypassing cache and environment."""
        return (await self._keyring.get([client_id], prompt=True)).get(client_id)

    async def store(self, credentials: Credentials) -> None:
        """Store or replace the secret in the keyring."""
        await self._keyring.set(credentials.client_id, credentials.secret)
        self._cached[credentials.client_id] = credentials.secret
        self._session_only.pop(credentials.client_id, None)

    def keep_for_session(self, credentials: Credentials) -> None:
        """Keep the credentials in memory only, until the program ends."""
        self._cached[credentials.client_id] = credentials.secret
        self._session_only[credentials.client_id] = credentials.secret

    def forget(self, client_id: str) -> None:
        """Clear the cached secret of a wallet, unless it is kept for the session."""
        if client_id not in self._session_only:
            self._cached.pop(client_id, None)

    def prefer_keyring(self) -> None:
        """Clear the cache; credentials kept for the session are used if the keyring has none."""
        self._cached.clear()

    async def remove(self, client_id: str) -> None:
        """Remove the secret of ``client_id`` from the keyring and from memory.

        Without a keyring, a secret that is kept for the session is removed from memory.
        """
        try:
            await self._keyring.delete(client_id)
        except NoKeyringError:
            if client_id not in self._session_only:
                raise
        self._cached.pop(client_id, None)
        self._session_only.pop(client_id, None)


def _no_secret(client_id: str) -> NotSetUpError:
    return NotSetUpError(f"the keyring holds no secret for {client_id}")
