"""The installer adds the bundle to the Start menu; the uninstaller removes what it installed."""

import subprocess
from pathlib import Path

import pytest

from tests.support.timeouts import TIMEOUT_S
from tests.windows.conftest import BUNDLE, PROGRAM, Windows

pytestmark = pytest.mark.skipif(not BUNDLE, reason="installs the bundle")

SCRIPT = Path(__file__).parents[2] / "resources" / "windows" / "installer.nsi"
CURRENT = "Software\\Microsoft\\Windows\\CurrentVersion"
ENTRY, RUN = f"{CURRENT}\\Uninstall\\deepvue-tray", f"{CURRENT}\\Run"
APP_ID = "Software\\Classes\\AppUserModelId\\deepvue-tray"
CONNECT_TITLE = "Connect your Deepvue wallet - deepvue-tray"


@pytest.fixture(scope="module")
def installed(windows: Windows) -> Path:
    """Install the bundle; return its folder."""
    values = {
        "VERSION": "1.2.3",
        "BUNDLE": windows.path_of(PROGRAM).parent,
        "OUTPUT": windows.drive / "installer.exe",
    }
    defined = [f"-D{name}={value}" for name, value in values.items()]
    # Without the script's compression, which takes 40 seconds.
    fast = ["-XSetCompressor /FINAL zlib", "-XSetCompress off"]
    subprocess.run(["makensis", "-NOCD", "-V1", *fast, *defined, SCRIPT], check=True)
    assert windows.run(r"C:\installer.exe", "/S").returncode == 0
    [folder] = windows.drive.glob("users/*/AppData/Local/Programs/deepvue-tray")
    return folder


def shortcuts(windows: Windows) -> list[Path]:
    menu = "users/*/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/deepvue-tray.lnk"
    return [*windows.drive.glob(menu)]


def registry(windows: Windows, key: str) -> str:
    return windows.run("reg", "query", f"HKCU\\{key}").stdout


def test_the_program_is_in_the_list_of_installed_programs(
    windows: Windows, installed: Path
) -> None:
    assert "1.2.3" in registry(windows, ENTRY)


def test_its_entry_in_the_start_menu_starts_the_tray(windows: Windows, installed: Path) -> None:
    [shortcut] = shortcuts(windows)
    tray = windows.start("start", "/wait", windows.name_of(shortcut))
    windows.wait_for(lambda: CONNECT_TITLE in windows.titles(), "no connect window")
    windows.close(CONNECT_TITLE)
    windows.choose(1)
    assert tray.wait(TIMEOUT_S) == 0
    assert "Programs/deepvue-tray/_internal" in registry(windows, APP_ID)


def test_the_uninstaller_leaves_only_files_that_it_did_not_install(
    windows: Windows, installed: Path
) -> None:
    (installed / "mine.txt").write_text("a person's own")
    switch_on = (
        f"import winreg; key = winreg.CreateKey(winreg.HKEY_CURRENT_USER, r'{RUN}');"
        " winreg.SetValueEx(key, 'deepvue-tray', 0, winreg.REG_SZ, 'program')"
    )
    windows.python(switch_on)
    assert "deepvue-tray" in registry(windows, RUN)
    windows.run(windows.name_of(installed / "uninstall.exe"), "/S")
    # The uninstaller continues as a copy of itself, so that it can remove its own file.
    windows.wait_for(lambda: "IconUri" not in registry(windows, APP_ID), "it is still there")
    assert [path.name for path in installed.iterdir()] == ["mine.txt"]
    assert shortcuts(windows) == []
    assert "1.2.3" not in registry(windows, ENTRY)
    assert "deepvue-tray" not in registry(windows, RUN)
