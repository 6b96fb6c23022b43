"""The systemd units, and the drop-ins in docs/servers.md, are valid for systemd."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.platform import needs_linux

CHECKOUT = Path(__file__).parents[1]
UNITS = CHECKOUT / "resources/linux/systemd"
SERVERS = CHECKOUT / "docs/servers.md"

pytestmark = needs_linux


def verified(manager: str, folder: Path, drop_in: str = "") -> str:
    """Return what systemd reports about the units of a manager with a drop-in."""
    if not shutil.which("systemd-analyze"):
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("systemd-analyze is missing: apt install systemd")
    names = ["deepvue-tray-check.service", "deepvue-tray-check.timer"]
    for source in (UNITS / manager / names[0], UNITS / names[1]):
        text = source.read_text(encoding="utf-8").replace("/usr/bin/deepvue-tray", sys.executable)
        (folder / source.name).write_text(text, encoding="utf-8")
    added = folder / f"{names[0]}.d" / "override.conf"
    added.parent.mkdir()
    # The program need not be installed.
    added.write_text(re.sub(r"=\S*/bin/deepvue-tray", f"={sys.executable}", drop_in))
    ran = subprocess.run(
        ["systemd-analyze", f"--{manager}", "--man=no", "verify", *names],
        cwd=folder,
        env=os.environ | {"XDG_RUNTIME_DIR": str(folder), "SYSTEMD_UNIT_PATH": f"{folder}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("manager", ["system", "user"])
def test_the_units_are_valid(manager: str, tmp_path: Path) -> None:
    assert verified(manager, tmp_path) == ""


@pytest.mark.parametrize(
    ("manager", "drop_in"),
    re.findall(r"```ini\n# (\w+)\n(.*?)```", SERVERS.read_text(encoding="utf-8"), re.DOTALL),
)
def test_every_drop_in_of_the_documents_is_valid(
    manager: str, drop_in: str, tmp_path: Path
) -> None:
    assert verified(manager, tmp_path, drop_in) == ""


def test_an_invalid_drop_in_would_be_reported(tmp_path: Path) -> None:
    assert "NoSuchSetting" in verified("user", tmp_path, "[Service]\nNoSuchSetting=1\n")
