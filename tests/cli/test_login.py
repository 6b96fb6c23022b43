"""``login`` and ``logout`` with several wallets."""

import os
import sys

import pytest

from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.services.paths import Paths
from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import COMMAND, run
from tests.support.faulty_server import FaultyServer, balance, status
from tests.support.file_keyring import FileKeyring
from tests.support.timeouts import TIMEOUT_S


def login(keyring: FileKeyring, *arguments: str) -> "tuple[int, str, str]":
    """Run ``login`` with a secret from standard input; return its status and its output."""
    ran = run("login", *arguments, typed="new-s3cr3t\n", **keyring.env)
    return ran.returncode, ran.stdout, ran.stderr


def errors_of(stderr: str) -> list[str]:
    """Return the lines without the notice, which a slow machine prints too."""
    return [line for line in stderr.splitlines() if not line.startswith("Waiting for the keyring")]


def names() -> list[str]:
    """Return the names of the stored wallets."""
    return [wallet.name for wallet in wallets.stored_settings().wallets]


def test_login_adds_a_wallet_with_a_name(two: FaultyServer, keyring: FileKeyring) -> None:
    two.answer = balance(77)
    code, stdout, _ = login(keyring, "--client-id", "live_3", "--name", "Shop  2")
    assert code == 0
    assert stdout.startswith("Signed in to Shop 2 (live_3): 77 credits at ")
    assert names() == ["Live", "Trial", "Shop 2"]
    assert keyring.secrets["live_3"] == "new-s3cr3t"
    assert keyring.secrets["live_1"] == "live-s3cr3t"


def test_login_again_renews_the_secret_and_keeps_the_name(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    assert login(keyring, "--client-id", "live_1")[0] == 0
    assert names() == ["Live", "Trial"]
    assert keyring.secrets["live_1"] == "new-s3cr3t"


def test_login_again_with_a_name_renames_the_wallet(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    assert login(keyring, "--client-id", "live_1", "--name", "Produktion Ä")[0] == 0
    assert names() == ["Produktion Ä", "Trial"]


def test_login_to_the_only_wallet_says_nothing_of_names(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.sign_in(LIVE)
    assert login(keyring, "--client-id", "live_1")[1].startswith("Signed in as live_1: 6,448 ")


@pytest.mark.parametrize("name", ["", "\n", "x" * 41, "trial", "FREE_TIER_2"])
def test_an_invalid_name_is_refused_in_one_line_before_any_request(
    two: FaultyServer, keyring: FileKeyring, name: str
) -> None:
    code, stdout, stderr = login(keyring, "--client-id", "live_1", "--name", name)
    assert (code, stdout, two.requests) == (2, "", [])
    assert "name" in stderr
    assert stderr.count("\n") == 1
    assert keyring.secrets["live_1"] == "live-s3cr3t"


def test_refused_credentials_add_no_wallet(two: FaultyServer, keyring: FileKeyring) -> None:
    two.answer = status(401)
    assert login(keyring, "--client-id", "live_3")[0] == 1
    assert names() == ["Live", "Trial"]
    assert "live_3" not in keyring.secrets


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these")
@pytest.mark.parametrize(
    ("known", "prompt"),
    [([], b"Client ID: "), ([LIVE], b"Client ID [live_1]: "), ([LIVE, TRIAL], b"Client ID: ")],
)
def test_the_prompt_has_a_default_only_for_a_single_wallet(
    known: list[WalletSettings], prompt: bytes
) -> None:
    import pty
    import subprocess

    wallets.sign_in(*known or [WalletSettings()])
    controller, terminal = pty.openpty()
    command = [*COMMAND, "login"]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    ) as process:
        seen = b""
        while not seen.endswith(b": "):
            seen += os.read(controller, 100)
        process.kill()
        process.wait(TIMEOUT_S)
    os.close(controller)
    os.close(terminal)
    assert seen == prompt


def test_logout_of_several_wallets_lists_them_and_changes_nothing(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("logout", **keyring.env)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        "There are several wallets: Live, Trial. Add --wallet and one of them, or --all.\n"
    )
    assert wallets.signed_in() == ("live_1", "free_tier_2")


@pytest.mark.parametrize("chosen", ["Trial", "trial", "free_tier_2"])
def test_logout_removes_the_wallet_of_that_name_or_client_id(
    two: FaultyServer, keyring: FileKeyring, chosen: str
) -> None:
    wallets.store("free_tier_2", *wallets.SOME_READINGS)
    ran = run("logout", "--wallet", chosen, **keyring.env)
    assert ran.returncode == 0
    assert ran.stdout.splitlines() == [
        "Signed out: the keyring no longer holds a secret for free_tier_2.",
        "The history is kept.",
    ]
    assert keyring.secrets == {"live_1": "live-s3cr3t"}
    assert wallets.signed_in() == ("live_1",)
    assert wallets.count_readings("free_tier_2") == 2


def test_logout_can_delete_the_history_of_that_wallet(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    for client_id in ("live_1", "free_tier_2"):
        wallets.store(client_id, *wallets.SOME_READINGS)
    ran = run("logout", "--wallet", "Trial", "--delete-history", **keyring.env)
    assert ran.stdout.splitlines()[-1] == "The history is deleted."
    assert wallets.count_readings("free_tier_2") == 0
    assert wallets.count_readings("live_1") == 2


def test_logout_of_an_unknown_wallet_is_a_usage_error(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("logout", "--wallet", "Test", **keyring.env)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "No wallet Test; known: Live, Trial." in ran.stderr


def test_logout_removes_a_secret_whose_wallet_only_the_history_names(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.store("free_tier_2", *wallets.SOME_READINGS)
    wallets.sign_in(LIVE)
    assert run("logout", "--wallet", "free_tier_2", **keyring.env).returncode == 0
    assert keyring.secrets == {"live_1": "live-s3cr3t"}
    assert wallets.signed_in() == ("live_1",)


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_logout_of_all_leaves_no_secret_that_was_ever_stored(
    two: FaultyServer, keyring: FileKeyring, is_signed_in: bool
) -> None:
    for client_id in ("live_1", "free_tier_2"):
        wallets.store(client_id, *wallets.SOME_READINGS)
    if is_signed_in:
        wallets.sign_in(LIVE)
    else:
        Paths.of_user().settings.unlink()
    ran = run("logout", "--all", **keyring.env)
    assert (ran.returncode, errors_of(ran.stderr)) == (0, [])
    assert "for live_1, free_tier_2.\nThe history is kept." in ran.stdout
    assert keyring.secrets == {}
    assert wallets.signed_in() == ()
    assert wallets.count_readings("free_tier_2") == 2


def test_logout_of_all_can_delete_every_history(two: FaultyServer, keyring: FileKeyring) -> None:
    for client_id in ("live_1", "free_tier_2"):
        wallets.store(client_id, *wallets.SOME_READINGS)
    assert run("logout", "--all", "--delete-history", **keyring.env).returncode == 0
    assert wallets.count_readings("live_1") + wallets.count_readings("free_tier_2") == 0


def test_logout_of_all_without_any_wallet_changes_nothing(keyring: FileKeyring) -> None:
    ran = run("logout", "--all", **keyring.env)
    assert (ran.returncode, ran.stdout) == (0, "Nobody was signed in.\n")


def test_a_damaged_settings_file_is_reported_and_not_taken_for_no_wallet(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    damage = Paths.of_user().settings.write_text
    for command in ("logout", "status", "history"):
        damage("{")
        ran = run(command, **keyring.env)
        assert (ran.returncode, ran.stdout) == (1, ""), command
        assert "A file was damaged (" in ran.stderr
        assert "settings.json.damaged" in ran.stderr
    damage("{")
    code, out, err = login(keyring, "--client-id", "live_1")
    assert (code, out.partition(":")[0]) == (0, "Signed in as live_1")
    assert "A file was damaged (" in err


def test_logout_of_all_continues_after_a_failure_and_names_it(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("logout", "--all", **keyring.env, FILE_KEYRING_KEEPS="live_1")
    assert ran.returncode == 1
    assert "no longer holds a secret for free_tier_2.\n" in ran.stdout
    [error] = errors_of(ran.stderr)
    assert error.startswith("live_1: The keyring reported an error (")
    assert wallets.signed_in() == ("live_1",)


def test_logout_of_all_says_so_if_the_history_cannot_name_removed_wallets(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    Paths.of_user().history.mkdir(parents=True)
    ran = run("logout", "--all", **keyring.env)
    assert ran.returncode == 1
    assert "for live_1, free_tier_2.\n" in ran.stdout
    [error] = errors_of(ran.stderr)
    assert error.startswith("Wallets that were removed earlier: A file could not be used (")
    assert keyring.secrets == {}


def test_a_locked_keyring_is_asked_only_once_for_all(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("logout", "--all", **keyring.env, FILE_KEYRING_LOCKED="1")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert [line.partition(".")[0] for line in errors_of(ran.stderr)] == [
        "live_1: The keyring is locked",
        "free_tier_2: The keyring is locked",
    ]
    assert wallets.signed_in() == ("live_1", "free_tier_2")


def test_all_and_a_wallet_exclude_each_other() -> None:
    assert run("logout", "--all", "--wallet", "Live").returncode == 2
