"""Settings and credentials are saved together, or not at all."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    AccountError,
    DamagedError,
    KeyringLockedError,
    KeyringRefusedError,
    NotSetUpError,
    StorageError,
)
from deepvue_tray.core.settings import Settings
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.settings_file import SettingsFile

OLD = Credentials("live_1", Secret("old-secret"))
NEW = Credentials("live_1", Secret("new-secret"))


class Refusing(MemoryKeyring):
    """A keyring that raises ``error`` for every change."""

    error: AccountError | None = None
    meanwhile: Callable[[], object] | None = None
    """Called during a call, in place of another process that changes the files."""

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:
        if self.meanwhile:
            self.meanwhile()
        return await super().get(client_id, prompt=prompt)

    async def set(self, client_id: str, secret: Secret) -> None:
        if self.error:
            raise self.error
        await super().set(client_id, secret)

    async def delete(self, client_id: str) -> None:
        if self.meanwhile:
            self.meanwhile()
        if self.error:
            raise self.error
        await super().delete(client_id)


class Session:
    """Accounts with blocking calls."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    @property
    def damage(self) -> StorageError | None:
        return self.accounts.damage

    @property
    def settings(self) -> Settings:
        return self.accounts.settings

    def save(
        self, settings: Settings, typed: Credentials | None = None, *, session_only: bool = False
    ) -> None:
        asyncio.run(self.accounts.save(settings, typed, session_only=session_only))

    def credentials(self) -> Credentials:
        return asyncio.run(self.accounts.credentials(prompt=True))

    def sign_in(self, credentials: Credentials) -> None:
        asyncio.run(self.accounts.sign_in(credentials))

    def sign_out(self) -> None:
        asyncio.run(self.accounts.sign_out("live_1"))


class Home:
    """A person's files and keyring, over any number of sessions."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config" / "settings.json"
        self.keyring = Refusing()

    def session(self) -> Session:
        return Session(Accounts(SettingsFile(self.path), CredentialStore({}, self.keyring)))

    def secret(self) -> Secret | None:
        return asyncio.run(self.keyring.get("live_1", prompt=True))

    def make_unwritable(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.mkdir(parents=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_sign_in_is_stored_for_the_next_session(home: Home) -> None:
    home.session().save(Settings(low=500), OLD)
    accounts = home.session()
    assert accounts.settings == Settings(client_id="live_1", low=500)
    assert accounts.credentials() == OLD


def test_settings_can_change_without_the_secret(home: Home) -> None:
    accounts = home.session()
    accounts.save(Settings(), OLD)
    accounts.save(Settings(client_id="live_1", low=700))
    assert home.session().settings.low == 700
    assert home.session().credentials() == OLD


def test_saving_a_threshold_leaves_a_sign_in_from_another_process_as_it_is(home: Home) -> None:
    tray = home.session()
    tray.save(Settings(), OLD)
    home.session().save(Settings(), Credentials("live_2", OLD.secret))
    tray.save(Settings(client_id="live_1", low=700))
    assert home.session().settings == tray.settings == Settings(client_id="live_2", low=700)


def test_a_keyring_that_refuses_changes_nothing(home: Home) -> None:
    home.session().save(Settings(low=500), OLD)
    accounts = home.session()
    home.keyring.error = KeyringRefusedError("denied")
    with pytest.raises(KeyringRefusedError):
        accounts.save(Settings(low=700), NEW)
    assert accounts.settings.low == home.session().settings.low == 500
    assert home.session().credentials() == OLD


def test_a_settings_file_that_cannot_be_written_brings_the_old_secret_back(home: Home) -> None:
    home.session().save(Settings(), OLD)
    accounts = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        accounts.save(Settings(low=700), NEW)
    assert home.secret() == OLD.secret


def test_a_first_sign_in_that_cannot_be_written_leaves_no_secret_behind(home: Home) -> None:
    accounts = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        accounts.save(Settings(), NEW)
    assert home.secret() is None


def test_credentials_for_this_session_are_gone_in_the_next(home: Home) -> None:
    accounts = home.session()
    accounts.save(Settings(), NEW, session_only=True)
    assert accounts.credentials() == NEW
    assert home.secret() is None


def test_signing_out_removes_the_secret_and_keeps_the_other_settings(home: Home) -> None:
    accounts = home.session()
    accounts.save(Settings(low=500), OLD)
    accounts.sign_out()
    assert home.session().settings == Settings(low=500)
    assert home.secret() is None


def test_signing_out_of_a_locked_keyring_changes_nothing(home: Home) -> None:
    home.session().save(Settings(), OLD)
    home.keyring.error = KeyringLockedError()
    with pytest.raises(KeyringLockedError):
        home.session().sign_out()
    home.keyring.error = None
    assert home.session().credentials() == OLD


def test_a_sign_in_reverts_no_setting_that_is_saved_while_it_waits(home: Home) -> None:
    login = home.session()
    home.keyring.meanwhile = lambda: SettingsFile(home.path).save(Settings(low=500))
    login.sign_in(NEW)
    home.keyring.meanwhile = None
    assert home.session().settings == Settings(client_id="live_1", low=500)
    assert home.secret() == NEW.secret


def test_a_sign_out_reverts_no_setting_that_is_saved_while_it_waits(home: Home) -> None:
    home.session().save(Settings(), OLD)
    logout = home.session()
    changed = Settings(client_id="live_1", low=500)
    home.keyring.meanwhile = lambda: SettingsFile(home.path).save(changed)
    logout.sign_out()
    assert home.session().settings == Settings(low=500)


def test_a_sign_out_of_one_leaves_another_who_signed_in_meanwhile(home: Home) -> None:
    home.session().save(Settings(), OLD)
    logout = home.session()
    home.session().save(Settings(), Credentials("live_2", NEW.secret))
    logout.sign_out()
    assert home.session().settings.client_id == "live_2"
    assert home.session().credentials() == Credentials("live_2", NEW.secret)


def test_a_sign_out_that_ends_between_its_two_steps_is_finished_by_the_next(home: Home) -> None:
    home.session().save(Settings(low=500), OLD)
    saved = home.path.read_text()
    home.keyring.meanwhile = home.make_unwritable
    with pytest.raises(StorageError):
        home.session().sign_out()
    home.keyring.meanwhile = None
    assert home.secret() is None
    home.path.rmdir()
    home.path.write_text(saved)
    accounts = home.session()
    with pytest.raises(NotSetUpError, match="live_1"):
        accounts.credentials()
    accounts.sign_out()
    assert home.session().settings == Settings(low=500)


def test_a_sign_in_in_another_process_is_noticed_and_its_secret_read(home: Home) -> None:
    tray = home.session()
    tray.save(Settings(), OLD)
    assert not tray.accounts.was_saved_elsewhere()
    home.session().sign_in(NEW)
    assert tray.accounts.was_saved_elsewhere()
    assert not tray.accounts.reload()
    assert tray.credentials() == NEW
    assert not tray.accounts.was_saved_elsewhere()


def test_credentials_for_this_session_end_with_a_sign_in_in_another_process(home: Home) -> None:
    tray = home.session()
    tray.save(Settings(), OLD, session_only=True)
    home.session().sign_in(NEW)
    tray.accounts.reload()
    assert tray.credentials() == NEW


def test_credentials_for_this_session_outlive_settings_saved_by_another_process(home: Home) -> None:
    tray = home.session()
    tray.save(Settings(), NEW, session_only=True)
    home.session().save(Settings(low=500))
    tray.accounts.reload()
    assert tray.credentials() == NEW


def test_credentials_for_this_session_outlive_a_refusal(home: Home) -> None:
    accounts = home.session()
    accounts.save(Settings(), NEW, session_only=True)
    accounts.accounts.forget_secret()
    assert accounts.credentials() == NEW


def test_a_settings_file_that_cannot_be_read_is_reported_and_left_unchanged(home: Home) -> None:
    home.make_unwritable()
    accounts = home.session()
    assert accounts.settings == Settings()
    assert accounts.damage is not None
    with pytest.raises(StorageError):
        accounts.save(Settings(low=5))


def test_a_damaged_settings_file_is_reported_until_the_settings_are_saved_again(home: Home) -> None:
    home.path.parent.mkdir()
    home.path.write_text("damaged")
    accounts = home.session()
    assert not accounts.accounts.reload()
    assert isinstance(accounts.damage, DamagedError)
    accounts.save(Settings(low=5))
    assert accounts.damage is None
    assert home.session().settings.low == 5
