"""Precedence: the environment, then this session's memory, then the keyring."""

import asyncio
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from deepvue_tray.core.credentials import MAX_SECRET_LENGTH, Credentials, Secret
from deepvue_tray.core.errors import InvalidInputError, NotSetUpError
from deepvue_tray.services.credentials import CredentialStore, Keyring, MemoryKeyring
from tests.services.keyring_contract import KeyringContract
from tests.support.platform import needs_posix_files

STORED = Credentials("live_1", Secret("stored-secret"))


class TestMemoryKeyring(KeyringContract):
    @pytest.fixture
    def keyring(self) -> Keyring:
        return MemoryKeyring()


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring({STORED.client_id: STORED.secret})


def test_a_secret_in_the_environment_takes_precedence(keyring: MemoryKeyring) -> None:
    store = CredentialStore({"DEEPVUE_CLIENT_SECRET": "env-secret"}, keyring)
    loaded = asyncio.run(store.load("live_1", prompt=True))
    assert loaded == Credentials("live_1", Secret("env-secret"))
    assert store.is_from_environment


@pytest.mark.parametrize(
    "content",
    [b"file-secret", b"file-secret\n", b" file-secret \r\nnot read", b"\xef\xbb\xbffile-secret\n"],
)
def test_the_first_line_of_a_file_is_the_secret(
    keyring: MemoryKeyring, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    store = CredentialStore({"DEEPVUE_CLIENT_SECRET_FILE": str(file)}, keyring)
    loaded = asyncio.run(store.load("live_1", prompt=True))
    assert loaded == Credentials("live_1", Secret("file-secret"))
    assert store.is_from_environment


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\nsecond-line", "is empty"),
        (b"two words", "has a space"),
        ("s3cr3t\n".encode("utf-16"), "outside plain ASCII"),
        (b"x" * (MAX_SECRET_LENGTH + 1), "is longer than 1280 characters"),
        (b"x" * 1_000_000, "is longer than 1280 characters"),
    ],
)
def test_a_file_without_a_valid_secret_is_refused_without_quoting_it(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    detail = refusal({"DEEPVUE_CLIENT_SECRET_FILE": str(file)})
    assert detail.startswith("The first line of ")
    assert reason in detail
    assert "s3cr3t" not in detail
    assert "xx" not in detail


def test_a_missing_file_is_reported_with_its_path_and_the_reason(tmp_path: Path) -> None:
    detail = refusal({"DEEPVUE_CLIENT_SECRET_FILE": str(tmp_path / "nothing")})
    assert detail.startswith("DEEPVUE_CLIENT_SECRET_FILE: ")
    assert re.search("nothing: .", detail)


def test_a_folder_is_no_secret_file(tmp_path: Path) -> None:
    assert refusal({"DEEPVUE_CLIENT_SECRET_FILE": str(tmp_path)}).endswith("is not a file")


@needs_posix_files
def test_a_pipe_without_a_writer_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal({"DEEPVUE_CLIENT_SECRET_FILE": str(tmp_path / "pipe")}).endswith("is not a file")


def test_a_secret_and_a_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("file-secret")
    both = {"DEEPVUE_CLIENT_SECRET": "env-secret", "DEEPVUE_CLIENT_SECRET_FILE": str(file)}
    assert "are both set" in refusal(both)


def refusal(environ: Mapping[str, str]) -> str:
    """Return why the environment's credentials are refused."""
    with pytest.raises(InvalidInputError) as caught:
        CredentialStore(environ, MemoryKeyring())
    return caught.value.detail


def test_a_client_id_in_the_environment_uses_its_own_stored_secret(keyring: MemoryKeyring) -> None:
    store = CredentialStore({"DEEPVUE_CLIENT_ID": "live_1"}, keyring)
    assert asyncio.run(store.load(store.client_id, prompt=True)) == STORED
    assert store.is_from_environment


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
    store.forget("live_1")
    assert asyncio.run(store.load("live_1", prompt=True)) == for_session


def test_the_keyring_is_read_once_for_all_wallets() -> None:
    class Counting(MemoryKeyring):
        calls = 0

        async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:
            self.calls += 1
            return await super().get(client_ids, prompt=prompt)

    client_ids = [f"live_{number}" for number in range(50)]
    keyring = Counting({client_id: Secret(f"secret-{client_id}") for client_id in client_ids})
    store = CredentialStore({}, keyring)
    for client_id in client_ids:
        loaded = asyncio.run(store.load(client_id, client_ids, prompt=True))
        assert loaded == Credentials(client_id, Secret(f"secret-{client_id}"))
    assert keyring.calls == 1


def test_a_refused_secret_is_read_again_and_no_other() -> None:
    keyring = MemoryKeyring({"live_1": Secret("old-secret"), "live_2": Secret("old-secret")})
    store = CredentialStore({}, keyring)
    asyncio.run(store.load("live_1", ["live_2"], prompt=True))
    for client_id in ("live_1", "live_2"):
        asyncio.run(keyring.set(client_id, Secret("new-secret")))
    store.forget("live_1")
    assert asyncio.run(store.load("live_1", ["live_2"], prompt=True)).secret == Secret("new-secret")
    assert asyncio.run(store.load("live_2", ["live_1"], prompt=True)).secret == Secret("old-secret")


def test_a_wallet_without_a_stored_secret_keeps_none_of_the_others_from_being_read(
    keyring: MemoryKeyring,
) -> None:
    store = CredentialStore({}, keyring)
    assert asyncio.run(store.load("live_1", ["live_none"], prompt=True)) == STORED
    with pytest.raises(NotSetUpError, match="live_none"):
        asyncio.run(store.load("live_none", ["live_1"], prompt=True))
