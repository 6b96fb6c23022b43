"""One process at a time changes a file."""

import subprocess
import sys
from pathlib import Path

import pytest

from deepvue_tray.services import file_lock

COUNT = """
import sys
from pathlib import Path
from deepvue_tray.services import file_lock
counter = Path(sys.argv[1])
for _ in range(100):
    with file_lock.held(counter.with_name("lock")):
        counter.write_text(str(int(counter.read_text()) + 1))
"""

HOLD = """
import sys
from pathlib import Path
from deepvue_tray.services import file_lock
with file_lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_no_change_of_several_processes_is_lost(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", COUNT, str(counter)]
    writers = [subprocess.Popen(command) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert counter.read_text() == "300"


def test_a_process_that_holds_the_lock_is_not_waited_for_endlessly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    monkeypatch.setattr(file_lock, "TIMEOUT_S", 0.0)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(TimeoutError), file_lock.held(path):
            pass
        holder.kill()
    with file_lock.held(path):
        assert path.exists()


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"), file_lock.held(tmp_path / "missing" / "lock"):
        pass
