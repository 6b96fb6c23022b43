"""One tray a person, whatever became of the last one."""

import stat
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from deepvue_tray.ui.single_instance import SingleInstance

HOLD = """
import sys
from pathlib import Path
from deepvue_tray.ui.single_instance import SingleInstance
instance = SingleInstance(Path(sys.argv[1]))
print(instance.is_first(), flush=True)
sys.stdin.read()
"""


def test_a_second_start_lets_the_first_one_show_itself(qtbot: QtBot, short: Path) -> None:
    first, second = SingleInstance(short), SingleInstance(short)
    assert first.is_first()
    first.listen()
    assert not second.is_first()
    with qtbot.waitSignal(first.asked):
        assert second.show_first()


def test_nobody_else_may_knock(qtbot: QtBot, short: Path) -> None:
    first = SingleInstance(short)
    first.is_first()
    first.listen()
    assert stat.S_IMODE((short / "deepvue-tray.socket").stat().st_mode) & 0o077 == 0


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
    after = SingleInstance(short)
    assert after.is_first()
    after.listen()


def test_two_users_do_not_meet(short: Path, tmp_path: Path) -> None:
    assert SingleInstance(short).is_first()
    assert SingleInstance(tmp_path).is_first()


def test_where_no_lock_can_be_made_it_starts_all_the_same(tmp_path: Path) -> None:
    assert SingleInstance(tmp_path / "missing").is_first()
