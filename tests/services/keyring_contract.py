"""What every keyring must do for the credential store; runs against the fake and the real one."""

import pytest

from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import NotSetUpError
from deepvue_tray.services.credentials import Backend, CredentialStore

CREDENTIALS = Credentials("live_contract", Secret("first-secret"))


class KeyringContract:
    """Derive from it, and provide a fixture ``backend``."""

    @pytest.fixture
    def store(self, backend: Backend) -> CredentialStore:
        return CredentialStore({}, lambda: backend)

    def test_what_was_stored_is_there_in_the_next_session(self, backend: Backend) -> None:
        CredentialStore({}, lambda: backend).store(CREDENTIALS)
        assert CredentialStore({}, lambda: backend).load("live_contract") == CREDENTIALS

    def test_storing_again_replaces(self, store: CredentialStore) -> None:
        store.store(CREDENTIALS)
        changed = Credentials("live_contract", Secret("second-secret"))
        store.store(changed)
        assert store.stored("live_contract") == changed.secret

    def test_an_unknown_client_id_has_no_secret(self, store: CredentialStore) -> None:
        assert store.stored("live_nobody") is None
        with pytest.raises(NotSetUpError, match="live_nobody"):
            store.load("live_nobody")

    def test_what_was_removed_is_gone(self, store: CredentialStore) -> None:
        store.store(CREDENTIALS)
        store.remove("live_contract")
        assert store.stored("live_contract") is None

    def test_removing_what_is_not_there_is_no_error(self, store: CredentialStore) -> None:
        store.remove("live_nobody")

    def test_two_client_ids_have_a_secret_each(self, store: CredentialStore) -> None:
        other = Credentials("live_other", Secret("other-secret"))
        store.store(CREDENTIALS)
        store.store(other)
        assert store.stored("live_contract") == CREDENTIALS.secret
        store.remove("live_contract")
        assert store.stored("live_other") == other.secret
