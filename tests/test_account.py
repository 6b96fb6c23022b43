"""Settings and credentials change together, or not at all."""

from pathlib import Path

import keyring.errors
import pytest

from deepvue_tray.account import Account
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import KeyringLockedError, KeyringRefusedError, StorageError
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.settings_file import SettingsFile

OLD = Credentials("live_1", Secret("old-secret"))
NEW = Credentials("live_1", Secret("new-secret"))


class Refusing(MemoryKeyring):
    """A keyring that reads, and refuses to change."""

    error: Exception | None = None

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error:
            raise self.error
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        if self.error:
            raise self.error
        super().delete_password(service, username)


class Home:
    """A person's files and keyring, over any number of sessions."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config" / "settings.json"
        self.keyring = Refusing()

    def session(self) -> Account:
        return Account(SettingsFile(self.path), CredentialStore({}, lambda: self.keyring))

    def make_unwritable(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.mkdir(parents=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_sign_in_is_there_in_the_next_session(home: Home) -> None:
    home.session().save(Settings(low=500), OLD)
    account = home.session()
    assert account.settings == Settings(client_id="live_1", low=500)
    assert account.credentials() == OLD


def test_settings_can_change_without_the_secret(home: Home) -> None:
    account = home.session()
    account.save(Settings(), OLD)
    account.save(Settings(client_id="live_1", low=700))
    assert home.session().settings.low == 700
    assert home.session().credentials() == OLD


def test_a_keyring_that_refuses_changes_nothing(home: Home) -> None:
    home.session().save(Settings(low=500), OLD)
    account = home.session()
    home.keyring.error = keyring.errors.PasswordSetError("denied")
    with pytest.raises(KeyringRefusedError):
        account.save(Settings(low=700), NEW)
    assert account.settings.low == home.session().settings.low == 500
    assert home.session().credentials() == OLD


def test_a_settings_file_that_cannot_be_written_brings_the_old_secret_back(home: Home) -> None:
    home.session().save(Settings(), OLD)
    account = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        account.save(Settings(low=700), NEW)
    assert home.keyring.get_password("deepvue-tray", "live_1") == "old-secret"


def test_a_first_sign_in_that_cannot_be_written_leaves_no_secret_behind(home: Home) -> None:
    account = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        account.save(Settings(), NEW)
    assert home.keyring.get_password("deepvue-tray", "live_1") is None


def test_credentials_for_this_session_are_gone_in_the_next(home: Home) -> None:
    account = home.session()
    account.save(Settings(), NEW, session_only=True)
    assert account.credentials() == NEW
    assert home.keyring.get_password("deepvue-tray", "live_1") is None


def test_signing_out_removes_the_secret_and_keeps_the_other_settings(home: Home) -> None:
    account = home.session()
    account.save(Settings(low=500), OLD)
    assert account.sign_out() == "live_1"
    assert home.session().settings == Settings(low=500)
    assert home.keyring.get_password("deepvue-tray", "live_1") is None


def test_signing_out_of_a_locked_keyring_changes_nothing(home: Home) -> None:
    home.session().save(Settings(), OLD)
    home.keyring.error = keyring.errors.KeyringLocked()
    with pytest.raises(KeyringLockedError):
        home.session().sign_out()
    home.keyring.error = None
    assert home.session().credentials() == OLD


def test_a_settings_file_that_cannot_be_read_is_told_and_left_alone(home: Home) -> None:
    home.make_unwritable()
    account = home.session()
    assert account.settings == Settings()
    assert account.damage is not None
    with pytest.raises(StorageError):
        account.save(Settings(low=5))
