"""The About window: what this is, whose work is in it, and where its data lies."""

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, metadata

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QVBoxLayout

from deepvue_tray import __version__
from deepvue_tray.ui.translation import translate

LIBRARIES = (
    "PySide6_Essentials",
    "httpx",
    "keyring",
    "truststore",
    "platformdirs",
    "desktop-notifier",
)
"""What is shipped with the program, by its name in the package index."""

LONGEST_LICENCE = 60
"""Characters; some packages give the whole text where its name should stand."""

LINKS = {
    "Dashboard": "https://dashboard.deepvue.ai",
    "Status": "https://status.deepvue.ai",
    "Documentation": "https://docs.deepvue.ai",
}


def about_window(places: Mapping[str, str]) -> QDialog:
    """Return the window; ``places`` says where what lies: a name to a path."""
    window = QDialog()
    window.setWindowTitle(translate("about", "About deepvue-tray"))
    whole = QVBoxLayout(window)
    whole.setContentsMargins(20, 18, 20, 14)
    whole.setSpacing(10)
    picture = QLabel()
    picture.setPixmap(QApplication.windowIcon().pixmap(64, 64))
    whole.addWidget(picture)
    for text in (
        f"<b style='font-size: large'>deepvue-tray {__version__}</b>",
        translate(
            "about", "How much is left in a prepaid Deepvue API wallet, and a warning in time."
        ),
        " · ".join(f'<a href="{url}">{name}</a>' for name, url in LINKS.items()),
        translate("about", "Your data:")
        + _lines(f"{name}: {path}" for name, path in places.items()),
        translate("about", "Under the MIT licence. With:") + _lines(map(_library, LIBRARIES)),
        f"Python {platform.python_version()}",
    ):
        label = QLabel(text, wordWrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        label.setOpenExternalLinks(True)
        label.setMinimumWidth(420)
        label.setAccessibleName(translate("about", "About deepvue-tray"))
        whole.addWidget(label)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(window.close)
    whole.addWidget(buttons)
    return window


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"<br>&nbsp;&nbsp;{line}" for line in lines)


def _library(name: str) -> str:
    try:
        known = metadata(name)
    except PackageNotFoundError:
        return name
    told = known.get_all("License-Expression") or known.get_all("License") or [""]
    licence = told[0]
    if not licence or len(licence) > LONGEST_LICENCE:
        classes = known.get_all("Classifier") or []
        licence = ", ".join(c.rpartition(" :: ")[2] for c in classes if c.startswith("License ::"))
    return " ".join(filter(None, (known["Name"], known["Version"], f"({licence})" * bool(licence))))
