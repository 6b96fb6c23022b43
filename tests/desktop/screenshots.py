"""Takes a picture of every view, light and dark, of the demo on the virtual desktop.

python -m tests.desktop.screenshots FOLDER
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "light": {},
    # Qt takes the colours of GTK's theme, which the panel has brought.
    "dark": {"QT_QPA_PLATFORMTHEME": "gtk3", "GTK_THEME": "Adwaita:dark"},
}

WINDOWS = {"History…": "Demo · History", "Settings…": "Demo · Settings", "About": "About"}


def take(desktop: Desktop, path: Path) -> None:
    """Take a picture of the window that has the focus, with its frame."""
    window = desktop.run("xdotool", "getwindowfocus").strip()
    desktop.run("import", "-window", window, "-frame", "-strip", str(path))


def wait_for_balance(desktop: Desktop) -> TrayItem:
    """Return the tray's item once it says how long the credits last."""
    item = TrayItem.wait(desktop)
    wait_until(lambda: "left" in item.tooltip, "the balance")
    return item


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for scheme, env in SCHEMES.items():
        with tempfile.TemporaryDirectory() as home, Desktop(Path(home)) as desktop:
            desktop.start("xfwm4", "--compositor=off")
            desktop.start(sys.executable, "-m", "deepvue_tray", "--demo", name="demo", **env)
            item = wait_for_balance(desktop)
            desktop.run("xdotool", "mousemove", "500", "300")
            item.activate()
            desktop.focus("deepvue-tray")
            take(desktop, folder / f"card-{scheme}.png")
            for entry, title in WINDOWS.items():
                item.click(entry)
                desktop.focus(title)
                name = entry.strip("…").lower()
                take(desktop, folder / f"{name}-{scheme}.png")
                desktop.run("xdotool", "key", "Escape")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
