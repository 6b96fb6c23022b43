"""Precedence: the environment, then this session's memory, then the keyring."""

import asyncio

import pytest

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import NotSetUpError
from deepvue_tray.services.credentials import CredentialStore, Keyring, MemoryKeyring
from tests.services.keyring_contract import KeyringContract

STORED = Credentials("live_1", Secret("stored-secret"))


class TestMemoryKeyring(KeyringContract):
    @pytest.fixture
    def keyring(self) -> Keyring:
        return MemoryKeyring()


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring({STORED.client_id: STORED.secret})


def test_both_variables_of_the_environment_take_precedence(keyring: MemoryKeyring) -> None:
    environ = {"DEEPVUE_CLIENT_ID": "live_env", "DEEPVUE_CLIENT_SECRET": "env-secret"}
    loaded = asyncio.run(CredentialStore(environ, keyring).load("live_1", prompt=True))
    assert loaded == Credentials("live_env", Secret("env-secret"))


def test_a_client_id_in_the_environment_uses_its_own_stored_secret(keyring: MemoryKeyring) -> None:
    store = CredentialStore({"DEEPVUE_CLIENT_ID": "live_1"}, keyring)
    assert asyncio.run(store.load("live_settings", prompt=True)) == STORED


def test_before_the_first_sign_in_it_is_not_set_up() -> None:
    with pytest.raises(NotSetUpError):
        asyncio.run(CredentialStore({}, MemoryKeyring()).load("", prompt=True))


def test_a_client_id_without_a_secret_is_named() -> None:
    with pytest.raises(NotSetUpError, match="live_1"):
        asyncio.run(CredentialStore({}, MemoryKeyring()).load("live_1", prompt=True))


def test_the_keyring_is_read_once_a_session(keyring: MemoryKeyring) -> None:
    store = CredentialStore({}, keyring)
    asyncio.run(store.load("live_1", prompt=True))
    asyncio.run(keyring.delete("live_1"))
    assert asyncio.run(store.load("live_1", prompt=True)) == STORED


def test_credentials_kept_for_the_session_never_reach_the_keyring() -> None:
    store = CredentialStore({}, MemoryKeyring())
    store.keep_for_session(STORED)
    assert asyncio.run(store.load("live_1", prompt=True)) == STORED
    assert asyncio.run(store.stored("live_1")) is None


def test_credentials_kept_for_the_session_can_be_removed() -> None:
    store = CredentialStore({}, MemoryKeyring())
    store.keep_for_session(STORED)
    asyncio.run(store.remove("live_1"))
    with pytest.raises(NotSetUpError):
        asyncio.run(store.load("live_1", prompt=True))


def test_credentials_stored_later_take_precedence_over_those_kept_for_the_session() -> None:
    store = CredentialStore({}, MemoryKeyring())
    store.keep_for_session(Credentials("live_1", Secret("session-secret")))
    asyncio.run(store.store(STORED))
    store.prefer_keyring()
    assert asyncio.run(store.load("live_1", prompt=True)) == STORED


def test_after_a_rejection_credentials_kept_for_the_session_still_take_precedence_over_the_keyring(
    keyring: MemoryKeyring,
) -> None:
    store = CredentialStore({}, keyring)
    for_session = Credentials("live_1", Secret("session-secret"))
    store.keep_for_session(for_session)
    store.forget()
    assert asyncio.run(store.load("live_1", prompt=True)) == for_session
