"""Takes a picture of every view, light, dark and in Hindi, of the demo on the virtual desktop.

Hindi needs a font, such as Debian's fonts-lohit-deva.

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
    "hindi": {"LANG": "hi_IN.UTF-8"},
}

WINDOWS = ("history", "settings", "about")
"""In the order of the menu, from below: Quit, About, Settings, the dashboard, …, History."""


def take(desktop: Desktop, path: Path) -> None:
    """Take a picture of the window that has the focus, with its frame."""
    window = desktop.run("xdotool", "getwindowfocus").strip()
    desktop.run("import", "-window", window, "-frame", "-strip", str(path))


def wait_for_balance(desktop: Desktop) -> TrayItem:
    """Return the tray's item once it says the balance."""
    item = TrayItem.wait(desktop)
    wait_until(lambda: "1,1" in item.tooltip, "the balance")
    return item


def entries(item: TrayItem) -> Mapping[str, str]:
    """Return the menu's label for each window, whatever the language."""
    labels = item.labels()
    history = next(n for n, label in enumerate(labels) if label.endswith("…"))
    return {"history": labels[history], "settings": labels[-3], "about": labels[-2]}


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
            for name in WINDOWS:
                entry = entries(item)[name]
                item.click(entry)
                desktop.focus(entry.strip("…") if name == "about" else f"Demo · {entry.strip('…')}")
                take(desktop, folder / f"{name}-{scheme}.png")
                desktop.run("xdotool", "key", "Escape")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
