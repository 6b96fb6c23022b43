"""The alert command gets the alert, and nothing that it does stops or harms the program."""

import asyncio
import errno
import gc
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from deepvue_tray.core.errors import AlertCommandError
from deepvue_tray.services import alert_command
from tests.support.platform import needs_posix_files, needs_posix_signals
from tests.support.timeouts import TIMEOUT_S

ALERT = json.dumps({"title": "₹ 900 left · नमस्ते", "body": "Low."}, ensure_ascii=False)


def run(*command: str, timeout_s: float = TIMEOUT_S) -> None:
    asyncio.run(alert_command.run(command, ALERT, timeout_s=timeout_s))


def python(code: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> None:
    """Run Python code as the command."""
    run(sys.executable, "-c", code, *arguments, timeout_s=timeout_s)


def failure(*command: str, timeout_s: float = TIMEOUT_S) -> str:
    """Return why a command has failed."""
    with pytest.raises(AlertCommandError) as caught:
        run(*command, timeout_s=timeout_s)
    return caught.value.detail


def failure_of(code: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> str:
    return failure(sys.executable, "-c", code, *arguments, timeout_s=timeout_s)


def script(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_the_command_gets_the_text_as_utf_8_and_its_arguments_as_they_are(tmp_path: Path) -> None:
    arguments = ["", "two words", "$HOME; *", '"quoted"', "a\nb", "₹"]
    code = (
        "import json, sys; from pathlib import Path; "
        "Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read()); "
        "Path(sys.argv[2]).write_text(json.dumps(sys.argv[3:]))"
    )
    python(code, str(tmp_path / "text"), str(tmp_path / "arguments"), *arguments)
    assert (tmp_path / "text").read_bytes().decode() == ALERT
    assert json.loads((tmp_path / "arguments").read_text()) == arguments


def test_the_command_runs_in_the_home_folder_without_the_wallet_s_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, bundle = tmp_path / "home", tmp_path / "bundle"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", "s3cr3t")
    monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "deepvue-tray")
    monkeypatch.setenv("QT_PLUGIN_PATH", str(bundle / "plugins"))
    monkeypatch.setenv("SOME_PATH", os.pathsep.join([str(bundle), "elsewhere"]))
    monkeypatch.setenv("PERSON", "asha")
    monkeypatch.setattr(sys, "_MEIPASS", str(bundle), raising=False)
    code = (
        "import json, os, sys; from pathlib import Path; "
        "Path(sys.argv[1]).write_text(json.dumps([os.getcwd(), dict(os.environ)]))"
    )
    python(code, str(tmp_path / "seen"))
    folder, environ = json.loads((tmp_path / "seen").read_text())
    assert Path(folder).samefile(home)
    assert environ["PERSON"] == "asha"
    assert environ["SOME_PATH"] == "elsewhere"
    assert not environ.get("QT_PLUGIN_PATH")
    assert not [name for name in environ if name.upper().startswith(("DEEPVUE", "_PYI"))]
    assert "s3cr3t" not in json.dumps(environ)


def test_without_a_home_folder_the_command_runs_in_the_root() -> None:
    python("import os, sys; sys.exit(os.path.dirname(os.getcwd()) != os.getcwd())")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.exit(3)", "exit status 3"),
        ("import sys; sys.exit('no route\\n  to host  \\n\\n')", "exit status 1: to host"),
        ("import sys; print('not this'); sys.exit(1)", "exit status 1"),
        (
            "import sys; sys.stderr.buffer.write(b'caf\\xe9'); sys.exit(1)",
            "exit status 1: caf\ufffd",
        ),
    ],
)
def test_a_failure_tells_the_exit_status_and_the_last_line_of_its_errors(
    code: str, reason: str
) -> None:
    assert failure_of(code) == reason


def test_what_the_command_prints_cannot_hide_or_flood_the_message() -> None:
    code = "import sys; sys.exit('\\x1b[2J' + '\\u202e' + 'x' * 5000)"
    reason = failure_of(code)
    assert reason.isprintable()
    assert len(reason) <= 200


@needs_posix_signals
def test_a_command_that_is_killed_tells_by_which_signal() -> None:
    assert failure_of("import os; os.kill(os.getpid(), 15)") == "ended by SIGTERM"
    assert failure_of("import os; os.kill(os.getpid(), 40)").startswith("ended by ")


@pytest.mark.parametrize(
    "code",
    [
        "pass",
        "import os; os.close(0)",
        "import sys; sys.stdin.read(1)",
        "import sys; [sys.stdout.write('x' * 2**20) for _ in range(8)]",
        "import sys; [sys.stderr.write('x' * 2**20) for _ in range(8)]",
        "import os; os.close(1); os.close(2)",
    ],
)
def test_a_command_that_reads_nothing_or_writes_megabytes_succeeds(code: str) -> None:
    python(code)


def test_a_command_that_does_not_read_a_long_text_succeeds() -> None:
    command = (sys.executable, "-c", "import os; os.close(0)")
    asyncio.run(alert_command.run(command, "x" * 2**21))
    # Its pipe is closed: a warning of an open one would fail the test.
    gc.collect()


def test_a_command_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert failure(missing).startswith(missing)


@needs_posix_files
def test_what_cannot_be_run_is_told_with_its_path(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    no_shebang = script(tmp_path / "text", "exit 0\n")
    bad_shebang = script(tmp_path / "bad", "#!/no/such/interpreter\n")
    for program, number in (
        (str(plain), errno.EACCES),
        (str(folder), errno.EACCES),
        (no_shebang, errno.ENOEXEC),
        (bad_shebang, errno.ENOENT),
    ):
        assert failure(program) == f"{program}: {os.strerror(number)}"


def test_a_command_that_does_not_end_is_killed() -> None:
    code = (
        "import signal, sys, threading; print('waiting', file=sys.stderr, flush=True);"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); threading.Event().wait()"
    )
    assert failure_of(code, timeout_s=1.0).startswith("no end after 1 s")


LISTENER = (
    "import socket, sys;"
    "connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
    "connection.recv(1)"
)
"""A program that keeps a connection to the test until it is killed, or the test closes it."""

PARENT = (
    "import subprocess, sys;"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[2], sys.argv[1]]);"
    "sys.exit(child.wait() if sys.argv[3] == 'waits' else int(sys.argv[3]))"
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(TIMEOUT_S)
        yield server


def port_of(listener: socket.socket) -> str:
    return str(listener.getsockname()[1])


def assert_killed(connection: socket.socket) -> None:
    connection.settimeout(TIMEOUT_S)
    with closing(connection), suppress(ConnectionResetError):
        assert connection.recv(1) == b""


async def run_until_connected(listener: socket.socket, *command: str) -> socket.socket:
    """Start a command, and cancel it once it or its child has connected."""
    running = asyncio.create_task(alert_command.run(command, ALERT))
    connection, _ = await asyncio.to_thread(listener.accept)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    return connection


def test_a_command_is_killed_when_its_call_is_cancelled(listener: socket.socket) -> None:
    command = (sys.executable, "-c", LISTENER, port_of(listener))
    assert_killed(asyncio.run(run_until_connected(listener, *command)))


@needs_posix_signals
def test_the_programs_that_a_command_has_started_are_killed_with_it(
    listener: socket.socket,
) -> None:
    command = (sys.executable, "-c", PARENT, port_of(listener), LISTENER, "waits")
    assert_killed(asyncio.run(run_until_connected(listener, *command)))


@pytest.mark.parametrize("status", [0, 7])
def test_a_program_that_outlives_the_command_and_keeps_its_pipes_open_is_not_waited_for(
    listener: socket.socket, status: int
) -> None:
    command = (PARENT, port_of(listener), LISTENER, str(status))
    if status:
        assert failure_of(*command) == f"exit status {status}"
    else:
        python(*command)
    connection, _ = listener.accept()
    connection.setblocking(False)
    with closing(connection), pytest.raises(BlockingIOError):
        connection.recv(1)
