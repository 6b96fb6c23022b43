"""Where the secret lives: the one module that knows keyring.

Every call may block for as long as a person takes to answer an unlock prompt: never call it on
the GUI thread.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import keyring
import keyring.errors

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    DeepvueError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
    NotSetUpError,
)

T = TypeVar("T")

SERVICE = "deepvue-tray"


class Backend(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None where there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store or replace the password."""

    def delete_password(self, service: str, username: str) -> None:
        """Remove the password; raises PasswordDeleteError where there is none."""


class MemoryKeyring:
    """A keyring that ends with the process, for the demo."""

    def __init__(self) -> None:
        self._passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password, or None where there is none."""
        return self._passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store or replace the password."""
        self._passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Remove the password."""
        if self._passwords.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("no such password")


class CredentialStore:
    """Credentials from the environment, from this session's memory, or from the keyring.

    ``environ`` holds DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET where they are set; each wins
    over what is stored. Without ``backend`` the desktop's own keyring is used. What was read once
    is kept in memory, so that the keyring is asked once a session.
    """

    def __init__(
        self, environ: Mapping[str, str], backend: Callable[[], Backend] = keyring.get_keyring
    ) -> None:
        self._client_id = environ.get("DEEPVUE_CLIENT_ID", "")
        self._secret = environ.get("DEEPVUE_CLIENT_SECRET", "")
        self._backend = backend
        self._kept: Credentials | None = None

    def client_id(self, setting: str) -> str:
        """Return the client id in use: the environment's, else that of the settings."""
        return self._client_id or setting

    def load(self, client_id: str) -> Credentials:
        """Return the credentials to ask with; ``client_id`` is the one of the settings.

        Raises NotSetUpError, InvalidInputError, KeyringLockedError, NoKeyringError or
        KeyringRefusedError.
        """
        client_id = self.client_id(client_id)
        if not client_id:
            raise NotSetUpError
        if self._secret:
            return Credentials.parse(client_id, self._secret)
        if self._kept is None or self._kept.client_id != client_id:
            stored = self.stored(client_id)
            if stored is None:
                raise NotSetUpError(f"the keyring holds no secret for {client_id}")
            self._kept = Credentials.parse(client_id, stored.reveal())
        return self._kept

    def stored(self, client_id: str) -> Secret | None:
        """Return what the keyring holds for ``client_id``, past memory and environment."""
        text = _translated(lambda: self._backend().get_password(SERVICE, client_id))
        return None if text is None else Secret(text)

    def store(self, credentials: Credentials) -> None:
        """Store or replace the secret in the keyring."""
        _translated(
            lambda: self._backend().set_password(
                SERVICE, credentials.client_id, credentials.secret.reveal()
            )
        )
        self._kept = credentials

    def keep_for_session(self, credentials: Credentials) -> None:
        """Keep the credentials in memory alone, until the program ends."""
        self._kept = credentials

    def remove(self, client_id: str) -> None:
        """Remove the secret of ``client_id`` from the keyring and from memory."""
        if self.stored(client_id) is not None:
            _translated(lambda: self._backend().delete_password(SERVICE, client_id))
        self._kept = None


def _translated(call: Callable[[], T]) -> T:
    """Make the call, and tell apart why a keyring could not answer it."""
    failure: DeepvueError
    try:
        return call()
    except keyring.errors.KeyringLocked:
        failure = KeyringLockedError()
    except (keyring.errors.NoKeyringError, keyring.errors.InitError):
        failure = NoKeyringError()
    except Exception as error:  # noqa: BLE001 - a backend may raise anything its library does
        # The kind of error is enough: its text may quote what was to be stored.
        failure = KeyringRefusedError(type(error).__name__)
    raise failure
