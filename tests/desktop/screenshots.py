"""Takes a picture of every view on the virtual desktop: light, dark, in Hindi, with longer texts.

The clock and the wallet do not change, so the same program gives the same pictures, except for the
name of the demo's folder in the About window. This needs Debian's faketime, and a Hindi font such
as fonts-lohit-deva.

    python -m tests.desktop.screenshots FOLDER [SCALE]
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.desktop.session import Desktop, wait_until
from tests.desktop.status_notifier import TrayItem
from tests.support.pseudo import pseudo_language

CLOCK = "2026-11-24 14:05:00"

SCHEMES: Mapping[str, Mapping[str, str]] = {
    "light": {},
    # Qt uses the colours of the GTK theme, which is installed with the panel.
    "dark": {"QT_QPA_PLATFORMTHEME": "gtk3", "GTK_THEME": "Adwaita:dark"},
    "hindi": {"LANG": "hi_IN.UTF-8"},
    "pseudo": {},
}


def take(desktop: Desktop, path: Path) -> None:
    """Take a picture of the focused window with its frame, once it is drawn."""
    desktop.run("xdotool", "sleep", "0.7")
    window = desktop.run("xdotool", "getwindowfocus").strip()
    desktop.run("import", "-window", window, "-frame", "-strip", "+repage", str(path))


def start(desktop: Desktop, translation: Path | None, scheme: Mapping[str, str]) -> None:
    """Start the demo with a fixed clock and a fixed balance."""
    program = [sys.executable, "-m", "tests.desktop.still_demo"]
    if translation:
        program.append(str(translation))
    # Only the time of day is fixed; timers continue.
    desktop.start(
        "faketime", "-f", CLOCK, *program, name="demo", FAKETIME_DONT_FAKE_MONOTONIC="1", **scheme
    )


def with_tray(folder: Path, name: str, translation: Path | None, env: Mapping[str, str]) -> str:
    """Take pictures of the card, the menu and the windows that it opens; return "Demo"."""
    with tempfile.TemporaryDirectory() as home, Desktop(Path(home), screen="1440x900") as desktop:
        desktop.start("xfwm4", "--compositor=off")
        start(desktop, translation, env)
        item = TrayItem.wait(desktop)
        wait_until(lambda: "1,120" in item.tooltip, "the balance")
        labels = item.labels()
        demo = labels[0].partition(" · ")[0]
        desktop.run(
            "xdotool", "sleep", "3"
        )  # for the usage reports, from which the card has a line
        desktop.click_icon(1)
        desktop.focus(demo)
        # The panel's tooltip would cover the card.
        desktop.run("xdotool", "mousemove", "1200", "800")
        take(desktop, folder / f"card-{name}.png")
        desktop.run("import", "-window", "root", "-crop", "420x330+0+0", "-strip", "+repage",
                    str(folder / f"card-at-icon-{name}.png"))  # fmt: skip
        for view, place in (("history", 3), ("settings", -3), ("about", -2)):
            item.click(labels[place])
            title = labels[place].partition("…")[0].rstrip("·]")
            desktop.focus(title if view == "about" else f"{demo} · {title}")
            take(desktop, folder / f"{view}-{name}.png")
            if view == "history":
                # Move from the chart over the wallets and the views to the chosen range, then to
                # the next one; and back to the views.
                desktop.run("xdotool", "key", "Tab", "Tab", "Tab", "Right")
                take(desktop, folder / f"history-30-{name}.png")
                desktop.run("xdotool", "key", "Left", "shift+Tab", "Right")
                take(desktop, folder / f"products-{name}.png")
            desktop.run("xdotool", "key", "Escape")
        desktop.click_icon(3)
        desktop.run("xdotool", "sleep", "0.7")
        desktop.run("import", "-window", "root", "-crop", "420x330+0+0", "-strip", "+repage",
                    str(folder / f"menu-{name}.png"))  # fmt: skip
    return demo


def without_tray(
    folder: Path, name: str, translation: Path | None, env: Mapping[str, str], demo: str
) -> None:
    """Take a picture of the window that replaces the icon on a desktop without a tray.

    ``demo`` is "Demo" in its language, which is its title.
    """
    with tempfile.TemporaryDirectory() as home, Desktop(Path(home), panel=None) as desktop:
        desktop.start("xfwm4", "--compositor=off")
        start(desktop, translation, env)
        desktop.focus(demo)
        desktop.run("xdotool", "sleep", "3")  # for the balance
        take(desktop, folder / f"no-tray-{name}.png")


def main(folder: Path, scale: str) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "tests.desktop.icon_sheet", str(folder / "icons.png")],
        env={"QT_QPA_PLATFORM": "offscreen"},
        check=True,
    )
    with tempfile.TemporaryDirectory() as languages:
        pseudo = pseudo_language(Path(languages))
        for name, scheme in SCHEMES.items():
            env = {**scheme, "QT_SCALE_FACTOR": scale}
            translation = pseudo if name == "pseudo" else None
            demo = with_tray(folder, name, translation, env)
            without_tray(folder, name, translation, env, demo)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1")
