"""A file has its old or its new content, never a part; a device stays a device."""

import os
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepvue_tray.core.errors import StorageError
from deepvue_tray.services import atomic_file
from tests.support.platform import WINDOWS, needs_posix_files, needs_windows
from tests.support.timeouts import TIMEOUT_S


def test_a_failed_write_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    def broken() -> Iterator[str]:
        yield "new"
        raise StorageError("the source broke")

    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(StorageError, match="the source broke"):
        atomic_file.replace(path, broken())
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_an_error_names_the_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing.readings\.csv"):
        atomic_file.replace(tmp_path / "missing" / "readings.csv", [])


def test_a_folder_is_reported_and_stays_unchanged(tmp_path: Path) -> None:
    reason = "Permission denied" if WINDOWS else "Is a directory"
    with pytest.raises(StorageError, match=re.escape(f"{tmp_path}: {reason}")):
        atomic_file.replace(tmp_path, ["new"])
    assert [*tmp_path.iterdir()] == []


@needs_posix_files
def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    link.symlink_to(Path("elsewhere", "target"))
    for text in ("first", "second"):
        atomic_file.replace(link, [text])
        assert link.is_symlink()
        assert target.read_text() == text
    assert [*target.parent.iterdir()] == [target]


@needs_posix_files
def test_a_link_to_itself_is_reported(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(StorageError, match="link: Too many levels of symbolic links"):
        atomic_file.replace(link, ["new"])
    assert link.is_symlink()


def test_a_file_that_another_program_reads_for_a_moment_is_replaced(tmp_path: Path) -> None:
    path, opened, written = tmp_path / "file", threading.Event(), threading.Event()
    path.write_text("old")

    def lines() -> Iterator[str]:
        assert opened.wait(TIMEOUT_S)
        yield "new"
        written.set()

    writer = threading.Thread(target=atomic_file.replace, args=(path, lines()))
    writer.start()
    with path.open() as file:
        opened.set()
        assert written.wait(TIMEOUT_S)
        assert file.read() == "old"
    writer.join()
    assert path.read_text() == "new"


@needs_windows
def test_a_file_that_another_program_keeps_open_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with path.open(), pytest.raises(StorageError, match=r"file: (Permission|Access)"):
        atomic_file.replace(path, ["new"])
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_invalid_utf_8_in_a_file_name_is_escaped(tmp_path: Path) -> None:
    atomic_file.replace(tmp_path / "file", ["\udcff: no such file"])
    assert (tmp_path / "file").read_text() == r"\udcff: no such file"


@needs_posix_files
def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=atomic_file.replace, args=(pipe, ["one\n", "two\n"]))
    writer.start()
    assert pipe.read_text() == "one\ntwo\n"
    writer.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@needs_posix_files
def test_a_device_is_written_to_and_stays() -> None:
    controller, terminal = os.openpty()
    device = Path(os.ttyname(terminal))
    before = device.stat()
    atomic_file.replace(device, ["new\n"], mode=0o644)
    assert os.read(controller, 99) == b"new\r\n"
    after = device.stat()
    assert (after.st_rdev, after.st_mode) == (before.st_rdev, before.st_mode)
    os.close(controller)
    os.close(terminal)
