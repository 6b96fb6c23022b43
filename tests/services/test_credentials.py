"""The environment wins, a failing keyring loses nothing, and the reason is told."""

from collections.abc import Callable

import keyring.backends.fail
import keyring.errors
import pytest

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    DeepvueError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
    NotSetUpError,
)
from deepvue_tray.services.credentials import Backend, CredentialStore, MemoryKeyring
from tests.services.keyring_contract import CREDENTIALS, KeyringContract


class TestMemoryKeyring(KeyringContract):
    @pytest.fixture
    def backend(self) -> Backend:
        return MemoryKeyring()


class FailingKeyring(MemoryKeyring):
    """Raises what a real backend raises, from every call."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


def test_both_variables_of_the_environment_need_no_keyring() -> None:
    environ = {"DEEPVUE_CLIENT_ID": "live_env", "DEEPVUE_CLIENT_SECRET": "env-secret"}
    store = CredentialStore(environ, keyring.backends.fail.Keyring)
    assert store.load("live_settings") == Credentials("live_env", Secret("env-secret"))


def test_a_client_id_of_the_environment_finds_its_own_secret() -> None:
    backend = MemoryKeyring()
    CredentialStore({}, lambda: backend).store(CREDENTIALS)
    store = CredentialStore({"DEEPVUE_CLIENT_ID": CREDENTIALS.client_id}, lambda: backend)
    assert store.load("live_settings") == CREDENTIALS


def test_before_the_first_sign_in_it_is_not_set_up() -> None:
    with pytest.raises(NotSetUpError):
        CredentialStore({}, MemoryKeyring).load("")


def test_the_keyring_is_read_once_a_session() -> None:
    backend = MemoryKeyring()
    CredentialStore({}, lambda: backend).store(CREDENTIALS)
    store = CredentialStore({}, lambda: backend)
    store.load(CREDENTIALS.client_id)
    backend.delete_password("deepvue-tray", CREDENTIALS.client_id)
    assert store.load(CREDENTIALS.client_id) == CREDENTIALS


def test_what_is_kept_for_the_session_never_reaches_the_keyring() -> None:
    backend = MemoryKeyring()
    store = CredentialStore({}, lambda: backend)
    store.keep_for_session(CREDENTIALS)
    assert store.load(CREDENTIALS.client_id) == CREDENTIALS
    assert store.stored(CREDENTIALS.client_id) is None


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (keyring.errors.KeyringLocked(), KeyringLockedError),
        (keyring.errors.InitError(), NoKeyringError),
        (keyring.errors.NoKeyringError(), NoKeyringError),
        (keyring.errors.PasswordSetError("first-secret"), KeyringRefusedError),
        (RuntimeError("first-secret"), KeyringRefusedError),
    ],
)
@pytest.mark.parametrize(
    "call",
    [lambda store: store.load("live_contract"), lambda store: store.store(CREDENTIALS)],
    ids=["load", "store"],
)
def test_each_failure_has_its_own_words_and_none_quotes_the_secret(
    raised: Exception,
    told: type[DeepvueError],
    call: Callable[[CredentialStore], object],
) -> None:
    with pytest.raises(told) as caught:
        call(CredentialStore({}, lambda: FailingKeyring(raised)))
    assert "first-secret" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_machine_without_a_keyring_is_told_apart() -> None:
    with pytest.raises(NoKeyringError):
        CredentialStore({}, keyring.backends.fail.Keyring).load("live_1")
