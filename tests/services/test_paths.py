"""The paths of the files, or an error if they cannot be determined."""

import sys
from pathlib import Path

import pytest

from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.services.paths import Paths
from tests.support.platform import needs_linux

if sys.platform == "win32":
    pytest.skip("Windows knows the folders without HOME", allow_module_level=True)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate a user without HOME and without an entry in passwd, as in containers."""
    import pwd

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)


def test_a_missing_home_folder_is_reported() -> None:
    with pytest.raises(InvalidInputError, match="HOME is not set"):
        Paths.of_user()


def test_a_tilde_returned_by_an_older_platformdirs_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kind in ("config", "data", "log"):
        monkeypatch.setattr(f"platformdirs.user_{kind}_path", lambda *_, **__: Path("~/.config"))
    with pytest.raises(InvalidInputError, match="HOME is not set"):
        Paths.of_user()


def test_no_home_folder_is_needed_if_the_environment_names_each_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert Paths.of_user().history == tmp_path / "deepvue-tray" / "history.sqlite"


@needs_linux
def test_the_person_s_menu_comes_before_those_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", "/one:/two")
    folders = (tmp_path / ".local/share", Path("/one"), Path("/two"))
    assert Paths.of_user().menu == tuple(folder / "applications" for folder in folders)
