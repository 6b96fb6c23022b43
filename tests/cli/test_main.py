"""The command line, as a script or a person uses it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepvue_tray.services.paths import Paths
from tests.support.command import COMMAND, NO_KEYRING, run
from tests.support.faulty_server import FaultyServer, balance
from tests.support.file_keyring import FileKeyring
from tests.support.timeouts import TIMEOUT_S

needs_file_keyring = pytest.mark.skipif(
    not hasattr(os, "mkfifo") or "PROGRAM_UNDER_TEST" in os.environ,
    reason="only POSIX has named pipes, and a bundle cannot load the tests' keyring",
)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(balance(6448)) as server:
        yield server


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.startswith("deepvue-tray 0.")


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["login"],
        ["logout"],
        ["status"],
        ["check"],
        ["alert-test"],
        ["history"],
        ["history", "import"],
    ],
)
def test_every_command_has_help(command: list[str]) -> None:
    result = run(*command, "--help")
    # Of a monitoring plugin the guidelines require the status "unknown".
    assert result.returncode == (3 if command == ["check"] else 0)
    assert "usage: deepvue-tray" in result.stdout


def test_without_a_keyring_signing_in_is_refused_and_stores_nothing(server: FaultyServer) -> None:
    ran = run("login", "--client-id", "live_1", typed="s3cr3t", DEEPVUE_BASE_URL=server.url)
    assert ran.returncode == 1
    # On a slow machine the notice about waiting precedes it.
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("No keyring. ")
    assert "DEEPVUE_CLIENT_SECRET" in last
    assert not [*Path(os.environ["HOME"]).rglob("settings.json")]


@pytest.mark.parametrize("typed", ["", "\n", "two words\n", "ключ\n"])
def test_an_invalid_secret_is_refused_before_any_request(server: FaultyServer, typed: str) -> None:
    ran = run("login", "--client-id", "live_1", typed=typed, DEEPVUE_BASE_URL=server.url)
    assert ran.returncode == 2
    assert "client secret" in ran.stderr
    assert server.requests == []


def test_a_secret_from_a_pipe_needs_the_client_id_option(server: FaultyServer) -> None:
    ran = run("login", typed="s3cr3t\n", DEEPVUE_BASE_URL=server.url)
    assert ran.returncode == 2
    assert "--client-id" in ran.stderr


def test_signing_in_without_any_input_ends(server: FaultyServer) -> None:
    ran = subprocess.run(
        [*COMMAND, "login", "--client-id", "live_1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "client secret" in ran.stderr


@pytest.mark.parametrize("option", ["--demo", "--background"])
def test_the_tray_s_options_are_refused_with_a_command(server: FaultyServer, option: str) -> None:
    accounts = {"DEEPVUE_CLIENT_ID": "live_1", "DEEPVUE_CLIENT_SECRET": "s3cr3t"}
    ran = run(option, "check", DEEPVUE_BASE_URL=server.url, **accounts)
    assert (ran.returncode, server.requests) == (2, [])
    assert option in ran.stderr


def test_a_program_without_a_console_exits_normally() -> None:
    quiet = (
        "import sys; from deepvue_tray.cli.main import main; sys.stdout = None; main(['logout'])"
    )
    command = [sys.executable, "-c", quiet]
    ran = subprocess.run(command, env=os.environ | NO_KEYRING, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_there_is_no_option_for_the_secret() -> None:
    assert run("login", "--client-id", "live_1", "--secret", "s3cr3t").returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these")
def test_an_interrupted_login_restores_the_terminal_s_echo() -> None:
    import pty
    import termios

    controller, terminal = pty.openpty()
    login = subprocess.Popen(
        [*COMMAND, "login", "--client-id", "live_1"],
        stdin=terminal,
        stderr=subprocess.PIPE,
        # Without a controlling terminal it prompts on standard input.
        start_new_session=True,
    )
    assert login.stderr is not None
    assert login.stderr.read(len("Client secret: ")) == b"Client secret: "
    assert not termios.tcgetattr(terminal)[3] & termios.ECHO
    login.send_signal(signal.SIGINT)
    assert login.wait(TIMEOUT_S) == 130
    assert termios.tcgetattr(terminal)[3] & termios.ECHO
    login.stderr.close()
    os.close(controller)
    os.close(terminal)


@pytest.fixture
def keyring(tmp_path: Path) -> FileKeyring:
    return FileKeyring(tmp_path, live_1="s3cr3t-value")


@pytest.fixture
def settings() -> Path:
    """Return the settings file after a sign-in."""
    settings = Paths.of_user().settings
    settings.parent.mkdir(parents=True)
    settings.write_text('{"client_id": "live_1", "low": 500}')
    return settings


def start(*arguments: str, **env: str) -> "subprocess.Popen[str]":
    """Start a command with its standard error in a pipe."""
    return subprocess.Popen(
        [*COMMAND, *arguments], env=os.environ | env, stderr=subprocess.PIPE, text=True
    )


@needs_file_keyring
@pytest.mark.skipif(sys.platform != "linux", reason="looks into another process by /proc")
@pytest.mark.parametrize("variable", ["DEEPVUE_CLIENT_SECRET", "DEEPVUE_CLIENT_SECRET_FILE"])
def test_no_child_process_gets_the_client_secret(
    keyring: FileKeyring, settings: Path, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "env-s3cr3t").write_text("file-s3cr3t")
    given = {"DEEPVUE_CLIENT_ID": "live_1", variable: "env-s3cr3t"}
    if variable.endswith("_FILE"):
        given[variable] = str(tmp_path / "env-s3cr3t")
    with start("logout", **keyring.locked, **given) as logout:
        child, stderr = keyring.wait_for_prompt()
        environ = Path(f"/proc/{child}/environ").read_bytes()
        logout.kill()
    stderr.close()
    assert b"DEEPVUE_CLIENT_ID=live_1" in environ
    assert b"s3cr3t" not in environ


@needs_file_keyring
def test_waiting_for_the_keyring_s_prompt_is_reported(keyring: FileKeyring, settings: Path) -> None:
    with start("logout", **keyring.locked) as logout:
        assert logout.stderr is not None
        assert "Waiting for the keyring" in logout.stderr.readline()
        logout.kill()


@needs_file_keyring
@pytest.mark.parametrize("interrupt", ["SIGTERM", "SIGINT", "SIGKILL"])
def test_an_interrupted_sign_out_changes_nothing(
    keyring: FileKeyring, settings: Path, interrupt: str
) -> None:
    before = settings.read_text()
    with start("logout", **keyring.locked) as logout:
        _child, stderr = keyring.wait_for_prompt()
        logout.send_signal(signal.Signals[interrupt])
        assert logout.wait(TIMEOUT_S) != 0
    # The keyring process has ended, and the prompt with it.
    assert stderr.read() == ""
    stderr.close()
    assert settings.read_text() == before
    assert keyring.secrets == {"live_1": "s3cr3t-value"}
    assert run("logout", **keyring.env).stdout.startswith("Signed out")
    assert keyring.secrets == {}
    assert run("logout", **keyring.env).stdout == "Nobody was signed in.\n"


@needs_file_keyring
@pytest.mark.parametrize("interrupt", ["SIGTERM", "SIGINT"])
def test_an_interrupted_login_changes_nothing(
    server: FaultyServer, keyring: FileKeyring, settings: Path, interrupt: str
) -> None:
    before = settings.read_text()
    login = subprocess.Popen(
        [*COMMAND, "login", "--client-id", "live_2"],
        env=os.environ | keyring.locked | {"DEEPVUE_BASE_URL": server.url},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with login:
        assert login.stdin is not None
        login.stdin.write(b"another-s3cr3t\n")
        login.stdin.close()
        _child, stderr = keyring.wait_for_prompt()
        login.send_signal(signal.Signals[interrupt])
    assert stderr.read() == ""
    stderr.close()
    assert settings.read_text() == before
    assert keyring.secrets == {"live_1": "s3cr3t-value"}


@pytest.mark.parametrize("command", [[], ["--background"], ["status"]])
def test_a_secret_file_that_cannot_be_read_is_refused_in_one_line(
    command: list[str], tmp_path: Path
) -> None:
    ran = run(*command, DEEPVUE_CLIENT_ID="live_1", DEEPVUE_CLIENT_SECRET_FILE=str(tmp_path))
    assert ran.returncode == 2
    assert ran.stderr.startswith("DEEPVUE_CLIENT_SECRET_FILE: ")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [[], ["--demo"], ["login", "--client-id", "live_1"]])
def test_an_unsafe_server_address_is_refused_with_the_reason(command: list[str]) -> None:
    ran = run(*command, typed="s3cr3t", DEEPVUE_BASE_URL="http://example.com")
    assert ran.returncode == 2
    assert "must be https://" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_offline_is_reported_in_one_line() -> None:
    ran = run(
        "login", "--client-id", "live_1", typed="s3cr3t", DEEPVUE_BASE_URL="https://nowhere.invalid"
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("No connection")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["logout", "status", "check", "history"])
def test_no_command_but_the_tray_loads_qt(command: str) -> None:
    program = (
        f"import sys; from deepvue_tray.cli.main import main; main([{command!r}]);"
        "sys.exit('PySide6' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("command", [[], ["--background"], ["login"], ["logout"], ["status"]])
def test_a_client_id_in_invalid_utf_8_is_refused(command: list[str]) -> None:
    ran = run(*command, typed="s3cr3t", DEEPVUE_CLIENT_ID="live_\udcff")
    assert ran.returncode == 2
    assert ran.stderr.startswith("The client ID has")
    assert ran.stderr.count("\n") == 1


def test_a_client_id_option_in_invalid_utf_8_is_refused() -> None:
    ran = run("login", "--client-id", "live_\udcff", typed="s3cr3t")
    assert ran.returncode == 2
    assert ran.stderr.startswith("The client ID has")
