"""KeePassXC as the Secret Service: open, locked, and unlocked by its own prompt."""

import base64
import os
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from jeepney import DBusAddress

from tests.desktop import secret_service
from tests.desktop.conftest import Program
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.faulty_server import FaultyServer

pytestmark = pytest.mark.skipif(
    shutil.which("keepassxc") is None and not os.environ.get("CI"),
    reason="apt-get install keepassxc",
)

WINDOW = DBusAddress(
    "/keepassxc", "org.keepassxc.KeePassXC.MainWindow", "org.keepassxc.KeePassXC.MainWindow"
)

SETTINGS = """[General]
ConfigVersion=2
UpdateCheckMessageShown=true
[FdoSecrets]
Enabled=true
ConfirmAccessItem=false
[GUI]
CheckForUpdates=false
"""
"""Secret Service integration is off by default."""


def database(desktop: Desktop) -> Path:
    """Make a database whose root group is offered as a collection; its password is "password"."""
    home = Path(desktop.env["HOME"])
    empty, file, xml = home / "empty.kdbx", home / "passwords.kdbx", home / "passwords.xml"

    def cli(*arguments: str, passwords: int) -> str:
        command = ["keepassxc-cli", *arguments]
        return desktop.run(*command, input="password\n" * passwords)

    cli("db-create", "--quiet", "--set-password", str(empty), passwords=2)
    text = cli("export", "--quiet", "--format", "xml", str(empty), passwords=1)
    found = re.search(r"<Root>\s*<Group>\s*<UUID>(.*?)</UUID>", text)
    assert found is not None
    group = uuid.UUID(bytes=base64.b64decode(found[1]))
    offered = f"<Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{group}}}</Value></Item>"
    meta, root, rest = text.partition("<Root>")
    meta = re.sub(r"<CustomData\s*/>|<CustomData>.*?</CustomData>", "", meta, flags=re.DOTALL)
    meta = meta.replace("</Meta>", f"<CustomData>{offered}</CustomData></Meta>")
    xml.write_text(meta + root + rest)
    cli("import", "--quiet", "--set-password", str(xml), str(file), passwords=2)
    return file


@pytest.fixture
def program(new_desktop: Callable[..., Desktop], server: FaultyServer) -> Program:
    """Return the program on a desktop whose only Secret Service is an open KeePassXC."""
    desktop = new_desktop(keyring=False)
    file = database(desktop)
    settings = Path(desktop.env["HOME"], ".config/keepassxc/keepassxc.ini")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(SETTINGS)
    desktop.start("xfwm4", "--compositor=off")
    desktop.start(
        "sh", "-c", f"echo password | exec keepassxc --pw-stdin '{file}'", name="keepassxc"
    )
    desktop.wait_for_name("org.freedesktop.secrets")
    wait_until(lambda: is_open(desktop), "the open database")
    return Program(desktop, server.url)


def is_open(desktop: Desktop) -> bool:
    try:
        return not secret_service.is_locked(desktop)
    except LookupError:  # no collection yet
        return False


def test_an_open_keepassxc_keeps_the_secret_and_a_locked_one_asks_only_when_told_to(
    program: Program,
) -> None:
    desktop = program.desktop
    signed_in = program.login("live_1", "s3cr3t-value")
    assert "stored in the keyring" in signed_in.stdout
    assert secret_service.stored(desktop, service="deepvue-tray") == ["s3cr3t-value"]
    assert program.run("check").stdout.startswith("DEEPVUE OK - 6448 credits")

    desktop.call(WINDOW, "lockAllDatabases")
    wait_until(lambda: secret_service.is_locked(desktop), "a locked database")
    assert "The keyring is locked" in program.run("check").stdout

    program.start()
    item = TrayItem.wait(desktop)
    wait_until(lambda: "locked" in item.tooltip, "a tooltip that says it is locked")
    assert not prompts(desktop)
    item.click("Unlock the keyring…")
    wait_until(lambda: prompts(desktop), "KeePassXC's prompt")
    desktop.run("xdotool", "type", "password")
    desktop.run("xdotool", "key", "Return")
    wait_until(lambda: "6,448 credits" in item.tooltip, "the balance")
    assert "s3cr3t-value" not in program.output()


def prompts(desktop: Desktop) -> list[str]:
    return desktop.run("xdotool", "search", "--onlyvisible", "--name", "^Unlock Database").split()
