"""Only the current user can read the program's files, with any umask."""

import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deepvue_tray.services import log, private_folder
from deepvue_tray.services.autostart import XdgAutostart
from deepvue_tray.services.history import History
from deepvue_tray.services.settings_file import SettingsFile

if sys.platform == "win32":
    pytest.skip("Windows' folders have no modes", allow_module_level=True)


def use_history(folder: Path) -> None:
    with closing(History(folder / "history.sqlite")) as history:
        history.peak("live_1")


def use_settings(folder: Path) -> None:
    SettingsFile(folder / "settings.json").update(lambda settings: settings)


def use_log(folder: Path) -> None:
    package_logger = logging.getLogger("deepvue_tray")
    before = (
        package_logger.handlers[:],
        package_logger.propagate,
        package_logger.level,
        logging.raiseExceptions,
    )
    log.to_file(folder / "deepvue-tray.log")
    for handler in set(package_logger.handlers) - set(before[0]):
        handler.close()
    (
        package_logger.handlers[:],
        package_logger.propagate,
        package_logger.level,
        logging.raiseExceptions,
    ) = before


def use_autostart(folder: Path) -> None:
    XdgAutostart(folder, [sys.executable]).switch(on=True)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.parametrize("use", [use_history, use_settings, use_log, use_autostart])
def test_other_users_cannot_read_a_created_folder(
    open_umask: None, tmp_path: Path, use: Callable[[Path], None]
) -> None:
    above = tmp_path / "share"
    use(above / "deepvue-tray")
    modes = [stat.S_IMODE(folder.stat().st_mode) for folder in (above, above / "deepvue-tray")]
    assert modes == [0o700, 0o700]


def test_an_existing_folder_stays_unchanged(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    private_folder.make(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750


@pytest.mark.parametrize(("mode", "private"), [(0o700, True), (0o755, True), (0o770, False)])
def test_a_folder_that_others_can_write_to_is_not_private(
    tmp_path: Path, mode: int, private: bool
) -> None:
    tmp_path.chmod(mode)
    assert private_folder.is_private(tmp_path) is private


def test_a_folder_of_another_user_is_not_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert not private_folder.is_private(tmp_path)


def test_a_missing_folder_is_not_private(tmp_path: Path) -> None:
    assert not private_folder.is_private(tmp_path / "missing")
