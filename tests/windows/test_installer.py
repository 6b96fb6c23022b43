"""The installer adds the program to the Start menu; the uninstaller removes what it installed."""

import subprocess
from pathlib import Path

import pytest

from tests.windows.conftest import Windows

SCRIPT = Path(__file__).parents[2] / "resources" / "windows" / "installer.nsi"
ENTRY = "Software/Microsoft/Windows/CurrentVersion/Uninstall/deepvue-tray".replace("/", "\\")
RUN = "Software/Microsoft/Windows/CurrentVersion/Run".replace("/", "\\")


@pytest.fixture(scope="module")
def installed(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a replacement for the bundle; return its folder."""
    bundle = tmp_path_factory.mktemp("bundle")
    (bundle / "_internal").mkdir()
    for name in ("deepvue-tray.exe", "deepvue-tray.com", "_internal/ü.txt"):
        (bundle / name).write_text("a file")
    installer = windows.drive / "installer.exe"
    values = {"VERSION": "1.2.3", "BUNDLE": bundle, "OUTPUT": installer}
    defined = [f"-D{name}={value}" for name, value in values.items()]
    subprocess.run(["makensis", "-NOCD", "-V2", *defined, SCRIPT], check=True)
    assert windows.run(r"C:\installer.exe", "/S").returncode == 0
    [folder] = windows.drive.glob("users/*/AppData/Local/Programs/deepvue-tray")
    return folder


def shortcuts(windows: Windows) -> list[Path]:
    menu = "users/*/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/deepvue-tray.lnk"
    return [*windows.drive.glob(menu)]


def registry(windows: Windows, key: str) -> str:
    return windows.run("reg", "query", f"HKCU\\{key}").stdout


def test_the_program_is_in_the_start_menu_and_in_the_list_of_installed_programs(
    windows: Windows, installed: Path
) -> None:
    assert (installed / "_internal" / "ü.txt").read_text() == "a file"
    assert len(shortcuts(windows)) == 1
    assert "1.2.3" in registry(windows, ENTRY)


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
    uninstaller = "C:\\" + str(installed / "uninstall.exe").partition("/drive_c/")[2]
    windows.run(uninstaller.replace("/", "\\"), "/S")
    # The uninstaller continues as a copy of itself, so that it can remove its own file.
    windows.wait_for(lambda: "deepvue-tray" not in registry(windows, RUN), "it is still there")
    assert [path.name for path in installed.iterdir()] == ["mine.txt"]
    assert shortcuts(windows) == []
    assert "1.2.3" not in registry(windows, ENTRY)
