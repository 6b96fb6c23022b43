"""The About window: what this is, whose work is in it, and where its data lies."""

import platform
from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
)

from deepvue_tray import __version__
from deepvue_tray.core.errors import QT_TRANSLATE_NOOP
from deepvue_tray.ui.translation import translate

LINKS = {
    QT_TRANSLATE_NOOP("about", "Dashboard"): "https://dashboard.deepvue.ai",
    QT_TRANSLATE_NOOP("about", "Status"): "https://status.deepvue.ai",
    QT_TRANSLATE_NOOP("about", "Documentation"): "https://docs.deepvue.ai",
}

_PLACES = {
    "settings": QT_TRANSLATE_NOOP("about", "Settings:"),
    "history": QT_TRANSLATE_NOOP("about", "History:"),
    "log": QT_TRANSLATE_NOOP("about", "Log:"),
}


def about_window(places: Mapping[str, str], libraries: Iterable[str]) -> QDialog:
    """Return the window.

    ``places`` says where the settings, the history and the log lie; ``libraries`` names what is
    shipped.
    """
    window = QDialog()
    window.setWindowTitle(translate("about", "About deepvue-tray"))
    whole = QVBoxLayout(window)
    whole.setContentsMargins(20, 18, 20, 14)
    whole.setSpacing(16)
    whole.addLayout(_head())
    facts = QFormLayout()
    facts.setVerticalSpacing(4)
    for place, path in places.items():
        _add(facts, translate("about", _PLACES[place]), path)
    _add(facts, translate("about", "Licence:"), "MIT")
    _add(facts, translate("about", "With:"), f"Python {platform.python_version()}")
    for library in libraries:
        _add(facts, "", library)
    whole.addLayout(facts)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(window.close)
    whole.addWidget(buttons)
    whole.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
    return window


def _head() -> QHBoxLayout:
    picture = QLabel()
    picture.setPixmap(QApplication.windowIcon().pixmap(64, 64))
    name = QLabel(f"<b style='font-size: x-large'>deepvue-tray {__version__}</b>")
    purpose = QLabel(
        translate(
            "about", "How much is left in a prepaid Deepvue API wallet, and a warning in time."
        )
    )
    links = QLabel(
        " · ".join(f'<a href="{url}">{translate("about", name)}</a>' for name, url in LINKS.items())
    )
    links.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
    links.setOpenExternalLinks(True)
    links.setAccessibleName(translate("about", "Links"))
    links.setAccessibleDescription(translate("about", "Tab and Return open one in the browser."))
    texts = QVBoxLayout()
    texts.setSpacing(4)
    for text in (name, purpose, links):
        texts.addWidget(text)
    head = QHBoxLayout()
    head.setSpacing(16)
    head.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
    head.addLayout(texts, stretch=1)
    return head


def _add(form: QFormLayout, label: str, text: str) -> None:
    field = QLabel(text)
    field.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    form.addRow(label, field)
