"""Each person has one running tray, however the last one ended."""

import importlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app.instance_server import InstanceServer
from deepvue_tray.app.single_instance import SingleInstance
from deepvue_tray.app.startup import _instance_folder
from deepvue_tray.services.paths import Paths
from tests.support.command import COMMAND
from tests.support.faulty_server import FaultyServer, balance
from tests.support.platform import needs_windows

HOLD = """
import sys
from pathlib import Path
from deepvue_tray.app.single_instance import SingleInstance
instance = SingleInstance(Path(sys.argv[1]))
print(instance.is_first(), flush=True)
sys.stdin.read()
"""


def live() -> list[str]:
    return ["live_1", "live_2"]


ASK = """
import sys
from pathlib import Path
from deepvue_tray.app.single_instance import SingleInstance
other = SingleInstance(Path(sys.argv[1]))
print(other.is_first(), flush=True)
print(other.show_first(sys.argv[2]))
"""


class OtherStart:
    """A start in a separate process, which found that another one is the first."""

    def __init__(self, folder: Path, client_id: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", ASK, str(folder), client_id], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "False\n"

    def answer(self, qtbot: QtBot) -> str:
        """Return the first one's reply, as printed; runs the event loop while waiting."""
        qtbot.waitUntil(lambda: self._process.poll() is not None, timeout=30_000)
        return self._process.communicate()[0].strip()


def test_other_starts_let_the_first_one_show_itself(qtbot: QtBot, short: Path) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        server = InstanceServer(first, live)
        for wanted, answer in (("", "live_1"), ("live_1", "live_1"), ("live_2", "live_2")):
            with qtbot.waitSignal(server.asked) as asked:
                assert OtherStart(short, wanted).answer(qtbot) == answer
            assert asked.args == [wanted]


def test_a_start_with_another_wallet_gets_the_running_one_s_client_id_and_shows_nothing(
    qtbot: QtBot, short: Path
) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        server = InstanceServer(first, live)
        with qtbot.assertNotEmitted(server.asked):
            assert OtherStart(short, "live_3").answer(qtbot) == "live_1"


def test_a_start_waits_while_the_first_one_is_still_starting(qtbot: QtBot, short: Path) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        other = OtherStart(short)
        # Longer than a start takes on a machine that is not busy.
        qtbot.wait(1000)
        InstanceServer(first, live)
        assert other.answer(qtbot) == "live_1"


def test_a_start_gets_no_reply_if_the_first_one_ends_meanwhile(qtbot: QtBot, short: Path) -> None:
    first = SingleInstance(short)
    assert first.is_first()
    other = OtherStart(short)
    first.close()
    assert other.answer(qtbot) == "None"


HAS_FILE = pytest.mark.skipif(sys.platform == "win32", reason="a pipe is no file")
"""On Windows the address is no file whose permissions or length could be wrong."""


@HAS_FILE
def test_another_user_cannot_connect(qtbot: QtBot, short: Path) -> None:
    with closing(SingleInstance(short)) as first:
        first.is_first()
        InstanceServer(first, live)
        assert stat.S_IMODE((short / "deepvue-tray.socket").stat().st_mode) & 0o077 == 0


def test_after_the_first_one_has_quit_the_next_start_is_the_first(
    qtbot: QtBot, short: Path
) -> None:
    first, other = SingleInstance(short), SingleInstance(short)
    with closing(first):
        assert first.is_first()
        InstanceServer(first, live)
        assert not other.is_first()
    assert not (short / "deepvue-tray.socket").exists()
    assert other.is_first()


@HAS_FILE
def test_a_tray_that_cannot_listen_for_other_starts_logs_it_and_runs(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / ("too long for a socket's address" * 4)
    folder.mkdir()
    with closing(SingleInstance(folder)) as first:
        assert first.is_first()
        InstanceServer(first, live)
    assert "Other starts cannot reach this one" in caplog.text


def test_waiting_for_a_first_start_that_hangs_times_out(short: Path) -> None:
    first, second = SingleInstance(short), SingleInstance(short)
    assert first.is_first()
    assert not second.is_first()
    with pytest.raises(TimeoutError):
        second.show_first("", within_s=0.2)


@needs_windows
def test_a_second_start_lets_the_first_one_come_to_the_front(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right to do so is the second one's: a person has just started it."""
    user32 = importlib.import_module("ctypes").windll.user32
    allowed: list[int] = []
    monkeypatch.setattr(user32, "AllowSetForegroundWindow", allowed.append)
    first, second = SingleInstance(short), SingleInstance(short)
    assert first.is_first()
    assert not second.is_first()
    with pytest.raises(TimeoutError):
        second.show_first("", within_s=0.2)
    assert allowed == [os.getpid()]


def test_after_a_kill_the_next_start_is_the_first(qtbot: QtBot, short: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(short)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"True"
        assert not SingleInstance(short).is_first()
        holder.kill()
    with closing(SingleInstance(short)) as after:
        assert after.is_first()
        InstanceServer(after, live)


def test_two_users_can_each_run_a_tray(short: Path, tmp_path: Path) -> None:
    assert SingleInstance(short).is_first()
    assert SingleInstance(tmp_path).is_first()


@pytest.mark.qt_log_ignore("Got unexpected locking error", extend=True)
def test_if_no_lock_can_be_made_the_tray_starts_anyway(tmp_path: Path) -> None:
    assert SingleInstance(tmp_path / "missing").is_first()


def test_a_lock_that_no_process_can_take_does_not_count_as_another_start(tmp_path: Path) -> None:
    # For Qt this lock is held; on Windows a folder without write permission is the same case.
    (tmp_path / "deepvue-tray.lock").mkdir()
    assert SingleInstance(tmp_path).is_first()


@HAS_FILE
def test_a_runtime_folder_that_other_users_can_write_to_is_not_used(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    short.chmod(0o700)
    assert _instance_folder() == short
    short.chmod(0o777)
    with closing(SingleInstance(short)) as another_user_s:
        assert another_user_s.is_first()
        with closing(SingleInstance(_instance_folder())) as ours:
            assert ours.is_first()


def test_on_windows_a_runtime_folder_set_by_a_shell_is_not_used(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    assert _instance_folder() == Paths.of_user().history.parent


@HAS_FILE
def test_if_no_folder_can_be_written_one_warning_is_logged_and_the_tray_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    Path(os.environ["XDG_DATA_HOME"]).write_text("a file where the folder should be")
    with closing(SingleInstance(_instance_folder())) as ours:
        assert ours.is_first()
        InstanceServer(ours, list)
    [record] = caplog.records
    assert record.getMessage().startswith("No lock can be made in ")


@HAS_FILE
def test_a_start_without_the_lock_does_not_take_over_the_first_one_s_address(
    qtbot: QtBot, short: Path
) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        server = InstanceServer(first, live)
        InstanceServer(SingleInstance(short), live)
        with qtbot.waitSignal(server.asked):
            assert OtherStart(short).answer(qtbot) == "live_1"


@contextmanager
def trays(
    short: Path, monkeypatch: pytest.MonkeyPatch, *client_ids: str
) -> Iterator[list["subprocess.Popen[str]"]]:
    """Start one tray for each client id, all at the same moment."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", "s3cr3t-value")
    with FaultyServer(balance(6448)) as server, ExitStack() as stack:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        started = [
            stack.enter_context(
                subprocess.Popen(
                    [*COMMAND, "--background"],
                    env=os.environ | {"DEEPVUE_CLIENT_ID": client_id},
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for client_id in client_ids
        ]
        try:
            yield started
        finally:
            for tray in started:
                tray.terminate()


def test_of_trays_started_at_the_same_moment_one_runs_and_the_others_exit_with_success(
    qtbot: QtBot, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trays(short, monkeypatch, *["live_1"] * 4) as started:
        qtbot.waitUntil(lambda: still_running(started) == 1, timeout=60_000)
        told = [tray.communicate()[1] for tray in started if tray.returncode is not None]
        statuses = [tray.returncode for tray in started if tray.returncode is not None]
    assert (statuses, told) == ([0, 0, 0], ["", "", ""])


def test_a_tray_for_another_wallet_names_the_running_one_and_fails(
    qtbot: QtBot, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trays(short, monkeypatch, "live_1", "live_2") as started:
        qtbot.waitUntil(lambda: still_running(started) == 1, timeout=60_000)
        (ended,) = [tray for tray in started if tray.returncode is not None]
        running = "live_2" if ended is started[0] else "live_1"
        told = ended.communicate()[1]
    assert ended.returncode == 1
    assert told == f"Already running, with the wallet {running}. Quit that tray first.\n"


def still_running(trays: "list[subprocess.Popen[str]]") -> int:
    return sum(tray.poll() is None for tray in trays)
