"""The icons and the menu entry are found in every kind of installation."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from deepvue_tray.resources import icon_path

CHECKOUT = Path(__file__).parents[1]
FIND = "from deepvue_tray.resources import icon_path; print(icon_path('deepvue-tray-64.png'))"
FIND_ENTRY = "from deepvue_tray.resources import menu_entry_path; print(menu_entry_path())"
FIND_RECIPES = "from deepvue_tray.resources import alert_recipes_path; print(alert_recipes_path())"


@pytest.mark.parametrize("size", [16, 20, 22, 24, 32, 48, 64, 128, 256])
def test_every_icon_has_its_size_and_is_transparent(size: int) -> None:
    header = icon_path(f"deepvue-tray-{size}.png").read_bytes()[:26]
    assert header.startswith(b"\x89PNG")
    # A PNG's first chunk: width, height, bit depth, colour type; 6 is colour with transparency.
    assert struct.unpack(">II", header[16:24]) == (size, size)
    assert header[25] == 6


def test_the_error_for_a_missing_icon_has_the_remedy() -> None:
    with pytest.raises(FileNotFoundError, match="reinstall"):
        icon_path("none.png")


@pytest.mark.checkout
def test_a_checkout_finds_the_icons_without_an_installation() -> None:
    path = _run(sys.executable, "-S", "-c", FIND, cwd=CHECKOUT)
    assert path == str(CHECKOUT / "resources/icons/deepvue-tray-64.png")


@pytest.mark.checkout
@pytest.mark.soak
@pytest.mark.parametrize("editable", [False, True], ids=["wheel", "editable"])
def test_an_installation_finds_the_icons_the_menu_entry_and_the_recipes(
    tmp_path: Path, *, editable: bool
) -> None:
    environment = tmp_path / "environment"
    # Python has it everywhere but in its embeddable package for Windows.
    venv = pytest.importorskip("venv")
    venv.create(environment, symlinks=sys.platform != "win32")
    python = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    source = ["-e", str(CHECKOUT)] if editable else [str(CHECKOUT)]
    pip = (sys.executable, "-m", "pip", "--python", python)
    _run(*pip, "install", "-q", "--no-deps", *source, cwd=tmp_path)
    for find in (FIND, FIND_ENTRY, FIND_RECIPES):
        path = Path(_run(python, "-c", find, cwd=tmp_path))
        assert path.is_file()
        assert path.is_relative_to(CHECKOUT if editable else environment)


def _run(*command: str, cwd: Path) -> str:
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()
