"""One tray a person, whatever became of the last one."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepvue_tray.app import _instance_folder
from deepvue_tray.ui.single_instance import SingleInstance

HOLD = """
import sys
from pathlib import Path
from deepvue_tray.ui.single_instance import SingleInstance
instance = SingleInstance(Path(sys.argv[1]))
print(instance.is_first(), flush=True)
sys.stdin.read()
"""


BOTH = pytest.mark.parametrize("listen", [SingleInstance.listen, SingleInstance.listen_with_qt])
"""How other starts are heard, with Python's sockets or with Qt's."""

Listen = Callable[[SingleInstance], None]


@BOTH
def test_other_starts_let_the_first_one_show_itself(
    qtbot: QtBot, short: Path, listen: Listen
) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        listen(first)
        for _ in range(2):
            other = SingleInstance(short)
            assert not other.is_first()
            with qtbot.waitSignal(first.asked):
                assert other.show_first()


HAS_FILE = pytest.mark.skipif(sys.platform == "win32", reason="a pipe is no file")
"""On Windows there is no address in a folder whose access, or whose length, could be wrong."""


@BOTH
@HAS_FILE
def test_nobody_else_may_knock(qtbot: QtBot, short: Path, listen: Listen) -> None:
    with closing(SingleInstance(short)) as first:
        first.is_first()
        listen(first)
        assert stat.S_IMODE((short / "deepvue-tray.socket").stat().st_mode) & 0o077 == 0


@BOTH
def test_after_one_that_was_closed_the_next_start_is_the_first(
    qtbot: QtBot, short: Path, listen: Listen
) -> None:
    first, other = SingleInstance(short), SingleInstance(short)
    with closing(first):
        assert first.is_first()
        listen(first)
        assert not other.is_first()
    assert not (short / "deepvue-tray.socket").exists()
    assert other.is_first()


@HAS_FILE
def test_where_no_start_can_be_heard_it_says_so_and_goes_on(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / ("too long for a socket's address" * 4)
    folder.mkdir()
    with closing(SingleInstance(folder)) as first:
        assert first.is_first()
        first.listen()
    assert "Other starts cannot be heard" in caplog.text


def test_a_first_start_that_hangs_is_not_waited_for(short: Path) -> None:
    first, second = SingleInstance(short), SingleInstance(short)
    assert first.is_first()
    assert not second.is_first()
    assert not second.show_first()


def test_after_a_kill_the_next_start_is_the_first(qtbot: QtBot, short: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(short)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert not SingleInstance(short).is_first()
        holder.kill()
    with closing(SingleInstance(short)) as after:
        assert after.is_first()
        after.listen()


def test_two_users_do_not_meet(short: Path, tmp_path: Path) -> None:
    assert SingleInstance(short).is_first()
    assert SingleInstance(tmp_path).is_first()


def test_where_no_lock_can_be_made_it_starts_all_the_same(tmp_path: Path) -> None:
    assert SingleInstance(tmp_path / "missing").is_first()


@HAS_FILE
def test_a_runtime_folder_that_others_share_is_not_where_starts_meet(
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


@HAS_FILE
def test_without_a_runtime_folder_and_with_a_home_that_cannot_be_written_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    Path(os.environ["XDG_DATA_HOME"]).write_text("a file where the folder should be")
    with closing(SingleInstance(_instance_folder())) as ours:
        assert ours.is_first()
        ours.listen()
    [record] = caplog.records
    assert record.getMessage().startswith("No lock can be made in ")


@HAS_FILE
def test_a_start_that_cannot_tell_whether_it_is_the_first_takes_no_other_one_s_address(
    qtbot: QtBot, short: Path
) -> None:
    with closing(SingleInstance(short)) as first:
        assert first.is_first()
        first.listen()
        SingleInstance(short).listen()
        with qtbot.waitSignal(first.asked):
            assert SingleInstance(short).show_first()
