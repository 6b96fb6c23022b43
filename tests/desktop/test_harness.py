"""Tests of the desktop fixtures, with a program that has none of our bugs."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from jeepney import DBusAddress

from tests.desktop import secret_service
from tests.desktop.notifications import Notifications
from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.timeouts import TIMEOUT_S

BARE = (sys.executable, str(Path(__file__).with_name("bare_tray.py")))

READ = """
import keyring, keyring.errors
try:
    print(keyring.get_password("harness", "someone"))
except keyring.errors.KeyringLocked:
    print("locked")
"""

NOTIFY = """
import asyncio
from desktop_notifier import Button, DesktopNotifier

async def main():
    pressed = asyncio.Event()
    buttons = [Button("Open", lambda: None), Button("Later", pressed.set)]
    await DesktopNotifier(app_name="harness").send("A summary", "Two\\nlines", buttons=buttons)
    await pressed.wait()

asyncio.run(main())
"""


def python(desktop: Desktop, text: str) -> str:
    return desktop.run(sys.executable, "-c", text).strip()


def watcher(desktop: Desktop) -> str:
    """Return the bus name of the StatusNotifier watcher, or an empty string."""
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    try:
        return str(desktop.call(bus, "GetNameOwner", "s", "org.kde.StatusNotifierWatcher")[0])
    except LookupError:
        return ""


def alive_in(folder: Path) -> list[str]:
    """Return the running programs whose environment contains ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_a_tray_icon_is_found_on_the_bus_and_its_menu_can_be_clicked(desktop: Desktop) -> None:
    program = desktop.start(*BARE, name="bare")
    item = TrayItem.wait(desktop)
    assert item.tooltip == "Bare tray"
    assert item.labels() == ["Quit"]
    assert set(item.pixels) == {22}
    item.click("Quit")
    assert program.wait(TIMEOUT_S) == 0
    wait_until(lambda: not TrayItem.all(desktop), "an empty tray")


def test_a_restarted_panel_is_a_new_one_and_shows_the_icon_again(desktop: Desktop) -> None:
    desktop.start(*BARE, name="bare")
    TrayItem.wait(desktop)
    before = watcher(desktop)
    desktop.stop_panel()
    desktop.start_panel("xfce4-panel")
    assert watcher(desktop) != before
    assert TrayItem.wait(desktop).tooltip == "Bare tray"


def test_an_xembed_tray_shows_the_icon_on_the_screen(
    new_desktop: Callable[..., Desktop], tmp_path: Path
) -> None:
    from PySide6.QtGui import QColor, QImage

    from tests.desktop.bare_tray import COLOUR

    desktop = new_desktop(panel="tint2")
    desktop.start(*BARE, name="bare")
    picture = tmp_path / "screen.png"

    def shown() -> bool:
        desktop.screenshot(picture)
        image = QImage(str(picture)).convertToFormat(QImage.Format.Format_RGB32)
        return QColor(COLOUR).rgb().to_bytes(4, sys.byteorder) in bytes(image.constBits())

    wait_until(shown, "the icon's colour on the screen")


def test_a_notification_is_read_without_closing_it_and_its_button_can_be_pressed(
    desktop: Desktop,
) -> None:
    notifications = Notifications.of(desktop)
    program = desktop.start(sys.executable, "-c", NOTIFY, name="notify")
    notification = notifications.wait_for("summary")
    assert (notification.app, notification.summary, notification.body) == (
        "harness",
        "A summary",
        "Two\nlines",
    )
    assert notifications.history == []
    notifications.press("Later")
    assert program.wait(TIMEOUT_S) == 0
    notifications.close_all()
    assert (notifications.displayed, notifications.history) == ([], [notification])


def test_a_secret_stored_by_keyring_is_in_the_secret_service(desktop: Desktop) -> None:
    python(desktop, "import keyring; keyring.set_password('harness', 'someone', 's3cr3t')")
    assert secret_service.stored(desktop, service="harness", username="someone") == ["s3cr3t"]


def test_a_locked_keyring_prompts_and_stays_locked_until_it_is_unlocked(desktop: Desktop) -> None:
    python(desktop, "import keyring; keyring.set_password('harness', 'someone', 's3cr3t')")
    secret_service.lock(desktop)
    reading = desktop.start(sys.executable, "-c", READ, name="reading")
    secret_service.refuse(desktop)
    reading.wait(TIMEOUT_S)
    assert "locked\n" in (desktop.folder / "reading.log").read_text()
    secret_service.unlock(desktop)
    assert python(desktop, READ) == "s3cr3t"


@pytest.mark.parametrize("fails", [False, True])
def test_no_program_is_left_running_even_after_a_failed_start(tmp_path: Path, fails: bool) -> None:
    class Failing(Desktop):
        def start_panel(self, panel: str) -> None:
            super().start_panel(panel)
            assert not fails, "no panel"
            assert alive_in(tmp_path)

    expected = pytest.raises(AssertionError, match="no panel") if fails else nullcontext()
    with expected, Failing(tmp_path) as desktop:
        desktop.start(*BARE, name="bare")
        TrayItem.wait(desktop)
    wait_until(lambda: not alive_in(tmp_path), f"the end of {alive_in(tmp_path)}")
