"""The check box shows the actual state, also for an entry that another program wrote."""

import asyncio
import plistlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepvue_tray.backend.backend import assemble
from deepvue_tray.core.errors import StorageError
from deepvue_tray.core.settings import Settings
from deepvue_tray.services import autostart
from deepvue_tray.services.autostart import Autostart, LaunchAgent, XdgAutostart, own_command
from deepvue_tray.services.credentials import CredentialStore, MemoryKeyring
from deepvue_tray.services.paths import Paths
from deepvue_tray.services.settings_file import SettingsFile
from deepvue_tray.services.wallet_api import WalletApi
from tests.support.platform import needs_linux

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

Kind = Callable[[Path, list[str]], Autostart]


@pytest.fixture(params=[XdgAutostart, LaunchAgent])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def written(folder: Path) -> Path:
    [file] = (folder / "autostart").iterdir()
    return file


def test_it_can_be_switched_on_and_off_again(kind: Kind, tmp_path: Path) -> None:
    autostart = kind(tmp_path / "autostart", [sys.executable])
    assert not autostart.is_on()
    autostart.switch(on=True)
    assert autostart.is_on()
    autostart.switch(on=False)
    autostart.switch(on=False)
    assert not autostart.is_on()
    assert [*(tmp_path / "autostart").iterdir()] == []


def test_an_entry_of_a_missing_program_is_off(kind: Kind, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch(0o700)
    autostart = kind(tmp_path / "autostart", [str(program)])
    autostart.switch(on=True)
    program.unlink()
    assert not autostart.is_on()


@pytest.mark.parametrize("text", ["", "\x00\xff", "[Desktop Entry]\n", "<plist></plist>"])
def test_an_invalid_entry_is_off_and_can_be_switched_on(
    kind: Kind, tmp_path: Path, text: str
) -> None:
    autostart = kind(tmp_path / "autostart", [sys.executable])
    autostart.switch(on=True)
    written(tmp_path).write_text(text)
    assert not autostart.is_on()
    autostart.switch(on=True)
    assert autostart.is_on()


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_a_hidden_or_disabled_entry_is_off(tmp_path: Path, line: str) -> None:
    autostart = XdgAutostart(tmp_path / "autostart", [sys.executable])
    autostart.switch(on=True)
    file = written(tmp_path)
    file.write_text(file.read_text() + line + "\n")
    assert not autostart.is_on()


def test_an_entry_written_by_hand_is_on(tmp_path: Path) -> None:
    (tmp_path / "deepvue-tray.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nExec={sys.executable} -m deepvue_tray\n"
    )
    assert XdgAutostart(tmp_path, []).is_on()


def test_a_program_that_macos_runs_from_a_temporary_folder_is_not_started_at_login(
    tmp_path: Path,
) -> None:
    program = "/private/var/folders/x/AppTranslocation/1-2/d/deepvue-tray.app/Contents/MacOS/a"
    agent = LaunchAgent(tmp_path / "autostart", [program])
    with pytest.raises(StorageError, match="Applications"):
        agent.switch(on=True)
    agent.switch(on=False)
    assert not (tmp_path / "autostart").exists()


def test_a_disabled_agent_is_off(tmp_path: Path) -> None:
    autostart = LaunchAgent(tmp_path / "autostart", [sys.executable])
    autostart.switch(on=True)
    file = written(tmp_path)
    file.write_bytes(plistlib.dumps(plistlib.loads(file.read_bytes()) | {"Disabled": True}))
    assert not autostart.is_on()


@needs_linux
@same_folder
@given(
    name=st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1
    ).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)
)
def test_any_path_can_be_started_from(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.touch(0o700)
    autostart = XdgAutostart(tmp_path / "autostart of mine", [str(program), "--background"])
    autostart.switch(on=True)
    assert autostart.is_on()
    program.unlink()
    assert not autostart.is_on()


@pytest.mark.skipif(shutil.which("gio") is None, reason="needs GLib's gio, which starts entries")
@pytest.mark.parametrize("name", ["a b", "$HOME`x`", 'quo"te', "back\\slash", "100%f%%", "a=b"])
def test_a_desktop_starts_the_program_from_any_path(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$0" "$@" > "$0.part" && mv "$0.part" "$0.started"\n'
    )
    program.chmod(0o700)
    XdgAutostart(tmp_path / "autostart", [str(program), "--background"]).switch(on=True)
    subprocess.run(["gio", "launch", str(written(tmp_path))], check=True)
    started = tmp_path / f"{name}.started"
    assert waited_for(started.exists)
    assert started.read_text() == f"{program}\n--background\n"


@needs_linux
def test_a_percent_sign_in_the_path_is_no_field_code(tmp_path: Path) -> None:
    program = tmp_path / "100%f%%"
    program.touch(0o700)
    autostart = XdgAutostart(tmp_path / "autostart", [str(program), "--background"])
    autostart.switch(on=True)
    lines = written(tmp_path).read_text().splitlines()
    assert any(line.endswith(f'"{tmp_path}/100%%f%%%%" "--background"') for line in lines)
    assert autostart.is_on()


def test_an_entry_whose_program_is_not_found_for_its_percent_signs_is_off(tmp_path: Path) -> None:
    program = tmp_path / "100%"
    program.touch(0o700)
    autostart = XdgAutostart(tmp_path / "autostart", [str(program)])
    autostart.switch(on=True)
    written(tmp_path).write_text(f'[Desktop Entry]\nType=Application\nExec="{program}%"\n')
    assert not autostart.is_on()


def waited_for(condition: Callable[[], bool]) -> bool:
    """Wait for a condition that another program fulfils; False after the timeout."""
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_a_folder_that_cannot_be_written_is_reported(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="autostart"):
        kind(tmp_path / "autostart", [sys.executable]).switch(on=True)


def test_the_command_for_the_start_at_login_names_an_existing_file() -> None:
    assert Path(own_command()[0]).is_file()


def test_on_windows_it_is_started_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    scripts = Path("venv", "Scripts")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", str(scripts / "python.exe"))
    assert own_command() == [str(scripts / "pythonw.exe"), "-m", "deepvue_tray"]
    monkeypatch.setattr(sys, "executable", str(scripts / "deepvue-tray.com"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_command() == [str(scripts / "deepvue-tray.exe")]


if sys.platform == "win32":
    import winreg

    @pytest.fixture
    def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """Use keys that start nothing at the developer's own login."""
        key = r"Software\deepvue-tray-tests"
        monkeypatch.setattr(autostart, "_RUN", rf"{key}\Run")
        monkeypatch.setattr(autostart, "_APPROVED", rf"{key}\Approved")
        yield key
        for each in (rf"{key}\Run", rf"{key}\Approved", key):
            with suppress(FileNotFoundError):
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, each)

    def test_the_run_key_can_be_switched_on_and_off_again(registry: str) -> None:
        key = autostart.RunKey([r"C:\a folder\deepvue-tray.exe", "--background"])
        assert not key.is_on()
        key.switch(on=True)
        assert key.is_on()
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, rf"{registry}\Run") as run:
            line = winreg.QueryValueEx(run, "deepvue-tray")[0]
        assert line == r'"C:\a folder\deepvue-tray.exe" --background'
        key.switch(on=False)
        key.switch(on=False)
        assert not key.is_on()

    def test_a_run_key_with_the_program_s_former_path_is_off(registry: str) -> None:
        autostart.RunKey([r"C:\old\deepvue-tray.exe", "--background"]).switch(on=True)
        moved = autostart.RunKey([r"C:\new\deepvue-tray.exe", "--background"])
        assert not moved.is_on()
        moved.switch(on=True)
        assert moved.is_on()

    def test_a_run_key_that_the_task_manager_switched_off_is_off(registry: str) -> None:
        key = autostart.RunKey([sys.executable])
        key.switch(on=True)
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{registry}\Approved") as approved:
            winreg.SetValueEx(approved, "deepvue-tray", 0, winreg.REG_BINARY, b"\x03" + bytes(11))
        assert not key.is_on()
        key.switch(on=True)
        assert key.is_on()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_save_that_fails_leaves_start_at_login_as_it_was(
    kind: Kind, tmp_path: Path, before: bool, interrupted: bool
) -> None:
    autostart = kind(tmp_path / "autostart", [sys.executable])
    autostart.switch(on=before)

    class Failing(SettingsFile):
        def update(self, _change: Callable[[Settings], Settings]) -> Settings:
            assert autostart.is_on() is not before
            raise KeyboardInterrupt if interrupted else StorageError

    files = tmp_path / "files"
    backend = assemble(
        Paths.below(files),
        CredentialStore({}, MemoryKeyring()),
        WalletApi("http://127.0.0.1:1"),
        autostart,
        settings_file=Failing(files / "settings.json"),
    )
    with pytest.raises(KeyboardInterrupt if interrupted else StorageError):
        asyncio.run(backend.save(Settings(), Settings(), start_at_login=not before))
    assert autostart.is_on() is before
    backend.close()
