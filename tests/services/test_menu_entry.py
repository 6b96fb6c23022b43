"""A wheel's windows have the desktop's icon and name, and no file of anybody else is touched."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deepvue_tray.core.errors import StorageError
from deepvue_tray.services import desktop_entry, menu_entry
from tests.services.test_autostart import waited_for
from tests.support.platform import needs_linux

pytestmark = needs_linux

OF_A_PERSON = "[Desktop Entry]\nType=Application\nName=Mine\nExec=/gone\n"


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [tmp_path / name / "applications" for name in ("own", "local", "system")]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    program = tmp_path / "deepvue-tray"
    program.touch(0o700)
    return program


def put(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / menu_entry.FILE
    file.write_text(text)
    return file


def files(folders: list[Path]) -> list[Path]:
    return [file for folder in folders if folder.exists() for file in folder.iterdir()]


def test_a_start_from_a_wheel_adds_the_program_to_the_menu(
    folders: list[Path], program: Path
) -> None:
    menu_entry.keep(folders, [str(program)])
    [file] = files(folders)
    assert file == folders[0] / "deepvue-tray.desktop"
    entry = desktop_entry.read(file)
    assert desktop_entry.program_of(entry["Exec"]) == entry["TryExec"] == str(program)
    assert Path(entry["Icon"]).is_file()
    assert entry["Name"] == "deepvue-tray"


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="needs desktop-file-utils"
)
@pytest.mark.parametrize("name", ["plain", "a b", "back\\slash", "100%f%%", "a=b"])
def test_the_entry_is_valid_wherever_the_program_is(
    folders: list[Path], tmp_path: Path, name: str
) -> None:
    program = tmp_path / name
    program.touch(0o700)
    menu_entry.keep(folders, [str(program)])
    command = ["desktop-file-validate", str(folders[0] / menu_entry.FILE)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""


@pytest.mark.skipif(shutil.which("gio") is None, reason="needs GLib's gio, which starts entries")
def test_the_entry_starts_the_program(folders: list[Path], program: Path) -> None:
    program.write_text('#!/bin/sh\ntouch "$0.started"\n')
    menu_entry.keep(folders, [str(program)])
    subprocess.run(["gio", "launch", str(folders[0] / menu_entry.FILE)], check=True)
    assert waited_for(program.with_name("deepvue-tray.started").exists)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_of_a_person_or_a_package_stays_and_is_enough(
    folders: list[Path], program: Path, place: int
) -> None:
    file = put(folders[place], OF_A_PERSON)
    menu_entry.keep(folders, [str(program)])
    assert files(folders) == [file]
    assert file.read_text() == OF_A_PERSON


def test_what_a_person_changes_in_the_entry_stays(folders: list[Path], program: Path) -> None:
    menu_entry.keep(folders, [str(program)])
    [file] = files(folders)
    changed = file.read_text() + "NoDisplay=true\n"
    file.write_text(changed)
    menu_entry.keep(folders, [sys.executable, "-m", "deepvue_tray"])
    assert file.read_text() == changed


def test_a_link_of_a_person_that_leads_nowhere_stays(folders: list[Path], program: Path) -> None:
    folders[0].mkdir(parents=True)
    link = folders[0] / menu_entry.FILE
    link.symlink_to("/nowhere/deepvue-tray.desktop")
    menu_entry.keep(folders, [str(program)])
    assert link.is_symlink()
    assert not link.exists()


def lose_the_program(file: Path, program: Path) -> None:
    program.unlink()


def lose_the_icon(file: Path, program: Path) -> None:
    icon = desktop_entry.read(file)["Icon"]
    file.write_text(file.read_text().replace(icon, "/gone.png"))


@pytest.mark.parametrize("lose", [lose_the_program, lose_the_icon])
def test_an_entry_of_an_installation_that_is_gone_is_made_anew(
    folders: list[Path], program: Path, lose: Callable[[Path, Path], None]
) -> None:
    menu_entry.keep(folders, [str(program)])
    [file] = files(folders)
    lose(file, program)
    menu_entry.keep(folders, [sys.executable, "-m", "deepvue_tray"])
    entry = desktop_entry.read(file)
    assert desktop_entry.program_of(entry["Exec"]) == sys.executable
    assert Path(entry["Icon"]).is_file()


def test_a_package_takes_the_place_of_a_wheel_that_was_removed(
    folders: list[Path], program: Path
) -> None:
    menu_entry.keep(folders, [str(program)])
    packaged = put(folders[2], OF_A_PERSON)
    menu_entry.keep(folders, [sys.executable])
    assert len(files(folders)) == 2  # the wheel is still there
    program.unlink()
    menu_entry.keep(folders, [sys.executable])
    assert files(folders) == [packaged]


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, program: Path) -> None:
    (tmp_path / "own").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="own"):
        menu_entry.keep([tmp_path / "own"], [str(program)])


def test_a_folder_that_cannot_be_looked_into_is_reported(tmp_path: Path, program: Path) -> None:
    """A name that is too long fails as a folder of another user does."""
    with pytest.raises(StorageError):
        menu_entry.keep([tmp_path / ("x" * 300), tmp_path], [str(program)])
