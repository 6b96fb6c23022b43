"""Settings and credentials are saved together, or not at all."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from deepvue_tray.backend.accounts import Accounts
from deepvue_tray.core.credentials import Credentials, Secret
from deepvue_tray.core.errors import (
    AccountError,
    DamagedError,
    InvalidInputError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
    NotSetUpError,
    StorageError,
)
from deepvue_tray.core.settings import MAX_WALLETS, Settings, WalletSettings
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.settings_file import SettingsFile

OLD = Credentials("live_1", Secret("old-secret"))
NEW = Credentials("live_1", Secret("new-secret"))


class Refusing(MemoryKeyring):
    """A keyring that raises ``error`` for every change."""

    error: AccountError | None = None
    meanwhile: Callable[[], object] | None = None
    """Called during a call, in place of another process that changes the files."""

    async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:
        if self.meanwhile:
            self.meanwhile()
        return await super().get(client_ids, prompt=prompt)

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

    def save(self, **changes: object) -> None:
        """Change settings of the first wallet."""
        before = self.settings
        first = replace(before.wallets[0], **cast("Any", changes))
        after = replace(before, wallets=(first, *before.wallets[1:]))
        asyncio.run(self.accounts.save(before, after))

    def credentials(self, client_id: str = "live_1") -> Credentials:
        return asyncio.run(self.accounts.credentials(client_id, prompt=True))

    def sign_in(self, credentials: Credentials, name: str = "", **options: bool) -> None:
        asyncio.run(self.accounts.sign_in(credentials, name, **options))

    def sign_out(self, client_id: str = "live_1") -> None:
        asyncio.run(self.accounts.sign_out(client_id))


class Home:
    """A person's files and keyring, over any number of sessions."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config" / "settings.json"
        self.keyring = Refusing()
        self.environ: dict[str, str] = {}

    def session(self) -> Session:
        store = CredentialStore(self.environ, self.keyring)
        return Session(Accounts(SettingsFile(self.path), store))

    def change_elsewhere(self, **changes: object) -> None:
        """Change settings of the first wallet in another process."""

        def change(stored: Settings) -> Settings:
            return replace(stored, wallets=(replace(stored.wallets[0], **cast("Any", changes)),))

        SettingsFile(self.path).update(change)

    def secret(self, client_id: str = "live_1") -> Secret | None:
        return asyncio.run(MemoryKeyring.get(self.keyring, [client_id], prompt=True)).get(client_id)

    def make_unwritable(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.mkdir(parents=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def wallet(**values: object) -> WalletSettings:
    """Return the settings of a signed-in wallet."""
    signed_in: dict[str, object] = {"client_id": "live_1", "name": "Live"}
    return WalletSettings(**cast("Any", signed_in | values))


def only(settings: WalletSettings) -> Settings:
    return Settings(wallets=(settings,))


def test_a_sign_in_is_stored_for_the_next_session(home: Home) -> None:
    session = home.session()
    session.save(low=500)
    session.sign_in(OLD)
    accounts = home.session()
    assert accounts.settings == only(wallet(low=500))
    assert accounts.credentials() == OLD


def test_settings_can_change_without_the_secret(home: Home) -> None:
    accounts = home.session()
    accounts.sign_in(OLD)
    accounts.save(low=700)
    assert home.session().settings.wallets[0].low == 700
    assert home.session().credentials() == OLD


def test_saving_a_threshold_leaves_a_sign_in_from_another_process_as_it_is(home: Home) -> None:
    tray = home.session()
    tray.sign_in(OLD)
    home.session().sign_in(Credentials("live_2", OLD.secret))
    tray.save(low=700)
    both = Settings(wallets=(wallet(low=700), wallet(client_id="live_2", name="Live 2")))
    assert home.session().settings == tray.settings == both


def test_a_name_that_another_process_has_given_meanwhile_is_not_given_twice(home: Home) -> None:
    tray = home.session()
    tray.sign_in(OLD)
    home.session().sign_in(Credentials("live_2", OLD.secret), "Agency")
    with pytest.raises(InvalidInputError, match="agency"):
        tray.save(name="agency", low=700)
    assert home.session().settings.wallets[0] == wallet()


def test_a_keyring_that_refuses_changes_nothing(home: Home) -> None:
    session = home.session()
    session.sign_in(OLD)
    before = session.settings
    home.keyring.error = KeyringRefusedError("denied")
    for refused in (NEW, Credentials("live_2", NEW.secret)):
        with pytest.raises(KeyringRefusedError):
            session.sign_in(refused, "New")
    assert session.settings == home.session().settings == before
    assert home.session().credentials() == OLD


def test_a_settings_file_that_cannot_be_written_brings_the_old_secret_back(home: Home) -> None:
    home.session().sign_in(OLD)
    accounts = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        accounts.sign_in(NEW)
    assert home.secret() == OLD.secret


def test_a_first_sign_in_that_cannot_be_written_leaves_no_secret_behind(home: Home) -> None:
    accounts = home.session()
    home.make_unwritable()
    with pytest.raises(StorageError):
        accounts.sign_in(NEW)
    assert home.secret() is None


def test_a_name_that_is_taken_is_refused_before_the_keyring_is_asked(home: Home) -> None:
    session = home.session()
    session.sign_in(OLD)
    home.keyring.meanwhile = lambda: pytest.fail("asked")
    with pytest.raises(InvalidInputError, match="live"):
        session.sign_in(Credentials("live_2", NEW.secret), "live")
    assert session.settings == home.session().settings == only(wallet())


def test_a_name_that_is_taken_while_the_keyring_prompts_leaves_no_secret(home: Home) -> None:
    home.session().sign_in(OLD)
    login = home.session()
    home.keyring.meanwhile = lambda: home.change_elsewhere(name="Agency")
    with pytest.raises(InvalidInputError, match="Agency"):
        login.sign_in(Credentials("live_2", NEW.secret), "Agency")
    assert home.secret("live_2") is None
    assert home.session().settings == only(wallet(name="Agency"))


def test_a_wallet_too_many_is_refused_and_leaves_no_secret(home: Home) -> None:
    session = home.session()
    for number in range(MAX_WALLETS):
        session.sign_in(Credentials(f"live_{number}", OLD.secret))
    with pytest.raises(InvalidInputError, match="50 wallets"):
        session.sign_in(Credentials("one_more", OLD.secret))
    assert home.secret("one_more") is None
    session.sign_in(NEW)
    assert home.session().credentials() == NEW


def test_a_wallet_keeps_its_name_when_its_secret_is_renewed(home: Home) -> None:
    session = home.session()
    session.sign_in(OLD, "Agency")
    session.sign_in(NEW)
    assert home.session().settings == only(wallet(name="Agency"))


def test_credentials_for_this_session_are_gone_in_the_next(home: Home) -> None:
    accounts = home.session()
    accounts.sign_in(NEW, session_only=True)
    assert accounts.credentials() == NEW
    assert home.secret() is None
    with pytest.raises(NotSetUpError):
        home.session().credentials()


def test_signing_out_removes_the_secret_and_keeps_the_other_settings(home: Home) -> None:
    accounts = home.session()
    accounts.sign_in(OLD)
    accounts.save(low=500)
    accounts.sign_out()
    assert home.session().settings == only(WalletSettings(low=500))
    assert home.secret() is None


def test_signing_out_of_a_wallet_for_this_session_needs_no_keyring(home: Home) -> None:
    home.keyring.error = NoKeyringError()
    session = home.session()
    session.sign_in(NEW, session_only=True)
    session.sign_out()
    assert home.session().settings == Settings()
    with pytest.raises(NotSetUpError):
        session.credentials()


def test_without_a_keyring_a_wallet_whose_secret_may_be_stored_stays(home: Home) -> None:
    home.session().sign_in(OLD)
    home.keyring.error = NoKeyringError()
    with pytest.raises(NoKeyringError):
        home.session().sign_out()
    assert home.session().settings == only(wallet())


def test_signing_out_of_a_locked_keyring_changes_nothing(home: Home) -> None:
    home.session().sign_in(OLD)
    home.keyring.error = KeyringLockedError()
    with pytest.raises(KeyringLockedError):
        home.session().sign_out()
    home.keyring.error = None
    assert home.session().credentials() == OLD


def test_a_sign_in_reverts_no_setting_that_is_saved_while_it_waits(home: Home) -> None:
    login = home.session()
    home.keyring.meanwhile = lambda: home.change_elsewhere(low=500)
    login.sign_in(NEW)
    home.keyring.meanwhile = None
    assert home.session().settings == only(wallet(low=500))
    assert home.secret() == NEW.secret


def test_a_sign_out_reverts_no_setting_that_is_saved_while_it_waits(home: Home) -> None:
    home.session().sign_in(OLD)
    logout = home.session()
    home.keyring.meanwhile = lambda: home.change_elsewhere(low=500)
    logout.sign_out()
    assert home.session().settings == only(WalletSettings(low=500))


def test_a_sign_out_of_one_leaves_another_who_signed_in_meanwhile(home: Home) -> None:
    home.session().sign_in(OLD)
    logout = home.session()
    other = Credentials("live_2", NEW.secret)
    home.session().sign_in(other)
    logout.sign_out()
    assert home.session().settings.client_ids == ("live_2",)
    assert home.session().credentials("live_2") == other


def test_a_sign_out_that_ends_between_its_two_steps_is_finished_by_the_next(home: Home) -> None:
    session = home.session()
    session.save(low=500)
    session.sign_in(OLD)
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
    assert home.session().settings == only(WalletSettings(low=500))


def test_a_sign_in_in_another_process_is_noticed_and_its_secret_read(home: Home) -> None:
    tray = home.session()
    tray.sign_in(OLD)
    assert not tray.accounts.reload()
    home.session().sign_in(NEW)
    assert tray.accounts.reload()
    assert tray.credentials() == NEW
    assert not tray.accounts.reload()


def test_a_sign_in_in_another_process_is_noticed_also_while_settings_are_saved(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray, terminal = home.session(), home.session()
    tray.sign_in(OLD)
    reload = tray.accounts.reload

    def reload_before_the_other_signs_in() -> bool:
        is_changed = reload()
        with ThreadPoolExecutor() as other:
            other.submit(terminal.sign_in, NEW).result()
        return is_changed

    with monkeypatch.context() as patched:
        patched.setattr(tray.accounts, "reload", reload_before_the_other_signs_in)
        tray.save(low=700)
    assert tray.credentials() == NEW
    assert home.session().settings == only(wallet(low=700))


def test_credentials_for_this_session_end_with_a_sign_in_in_another_process(home: Home) -> None:
    tray = home.session()
    tray.sign_in(OLD, session_only=True)
    home.session().sign_in(NEW)
    tray.accounts.reload()
    assert tray.credentials() == NEW


def test_credentials_for_this_session_outlive_settings_saved_by_another_process(home: Home) -> None:
    tray = home.session()
    tray.sign_in(NEW, session_only=True)
    home.change_elsewhere(low=500)
    tray.accounts.reload()
    assert tray.credentials() == NEW


def test_credentials_for_this_session_outlive_a_refusal(home: Home) -> None:
    accounts = home.session()
    accounts.sign_in(NEW, session_only=True)
    accounts.accounts.forget_secret("live_1")
    assert accounts.credentials() == NEW


def test_a_settings_file_that_cannot_be_read_is_reported_and_left_unchanged(home: Home) -> None:
    home.make_unwritable()
    accounts = home.session()
    assert accounts.settings == Settings()
    assert accounts.damage is not None
    with pytest.raises(StorageError):
        accounts.save(low=5)


def test_a_damaged_settings_file_is_reported_until_the_settings_are_saved_again(home: Home) -> None:
    home.path.parent.mkdir()
    home.path.write_text("damaged")
    accounts = home.session()
    assert not accounts.accounts.reload()
    assert isinstance(accounts.damage, DamagedError)
    accounts.save(critical=5)
    assert accounts.damage is None
    assert home.session().settings.wallets[0].critical == 5


def test_a_settings_file_damaged_while_the_program_runs_loses_no_wallet(home: Home) -> None:
    accounts = home.session()
    accounts.sign_in(OLD, "Agency")
    home.path.write_text("damaged")
    accounts.accounts.reload()
    assert isinstance(accounts.damage, DamagedError)
    accounts.save(low=500)
    assert home.session().settings == only(wallet(name="Agency", low=500))


def test_the_environment_s_wallet_is_watched_alone_with_its_own_thresholds(home: Home) -> None:
    session = home.session()
    session.sign_in(OLD)
    session.sign_in(Credentials("live_2", OLD.secret), "Agency")
    session.save(low=500, is_paused=True)
    home.environ = {"DEEPVUE_CLIENT_ID": "live_1"}
    assert home.session().accounts.wallets == (wallet(low=500),)
    home.environ = {"DEEPVUE_CLIENT_ID": "live_2", "DEEPVUE_CLIENT_SECRET": "from-environ"}
    accounts = home.session()
    assert accounts.accounts.wallets == (wallet(client_id="live_2", name="Agency"),)
    assert accounts.credentials("live_2") == Credentials("live_2", Secret("from-environ"))


def test_an_environment_s_wallet_that_is_not_stored_has_the_thresholds_of_the_first(
    home: Home,
) -> None:
    session = home.session()
    session.sign_in(OLD, "Agency")
    session.save(low=500, is_paused=True)
    home.environ = {"DEEPVUE_CLIENT_ID": "free_tier_1", "DEEPVUE_CLIENT_SECRET": "from-environ"}
    accounts = home.session().accounts
    assert accounts.is_from_environment
    assert accounts.wallets == (wallet(client_id="free_tier_1", name="Trial", low=500),)
    assert accounts.wallet("live_1") is None
    assert home.session().settings.client_ids == ("live_1",)


def test_no_usage_report_is_requested_for_an_environment_s_wallet_that_is_not_stored(
    home: Home,
) -> None:
    session = home.session()
    session.sign_in(OLD)
    session.save(has_usage=True)
    home.environ = {"DEEPVUE_CLIENT_ID": "live_2", "DEEPVUE_CLIENT_SECRET": "from-environ"}
    [watched] = home.session().accounts.wallets
    assert not watched.has_usage


def test_a_secret_alone_in_the_environment_is_that_of_the_first_wallet(home: Home) -> None:
    session = home.session()
    session.sign_in(OLD)
    session.sign_in(Credentials("live_2", OLD.secret))
    home.environ = {"DEEPVUE_CLIENT_SECRET": "from-environ"}
    accounts = home.session()
    assert accounts.accounts.wallets == (wallet(),)
    assert accounts.credentials().secret == Secret("from-environ")


def test_a_secret_alone_in_the_environment_is_no_set_up_before_the_first_sign_in(
    home: Home,
) -> None:
    home.environ = {"DEEPVUE_CLIENT_SECRET": "from-environ"}
    accounts = home.session()
    assert accounts.accounts.wallets == (WalletSettings(),)
    with pytest.raises(NotSetUpError):
        accounts.credentials("")
