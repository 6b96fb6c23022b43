"""The About window: what this is, whose work is in it, and where its data lies."""

import platform
from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QVBoxLayout

from deepvue_tray import __version__
from deepvue_tray.ui.translation import translate

LINKS = {
    "Dashboard": "https://dashboard.deepvue.ai",
    "Status": "https://status.deepvue.ai",
    "Documentation": "https://docs.deepvue.ai",
}


def about_window(places: Mapping[str, str], libraries: Iterable[str]) -> QDialog:
    """Return the window.

    ``places`` says where what lies, a name to a path; ``libraries`` names what is shipped.
    """
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
        translate("about", "Under the MIT licence. With:") + _lines(libraries),
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
