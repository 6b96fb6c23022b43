"""The About window: version, links, paths, licence and libraries."""

import platform
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QMargins, Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from deepvue_tray import __version__
from deepvue_tray.core.addresses import DASHBOARD, DOCUMENTATION, STATUS_PAGE
from deepvue_tray.core.translation import QT_TRANSLATE_NOOP
from deepvue_tray.ui.form_widgets import Links, button_box
from deepvue_tray.ui.palette import keep_readable
from deepvue_tray.ui.scroll_area import ScrollingDialog
from deepvue_tray.ui.translation import translate
from deepvue_tray.ui.windows import redraw_when_resized

LINKS = {
    QT_TRANSLATE_NOOP("about", "Dashboard"): DASHBOARD,
    QT_TRANSLATE_NOOP("about", "Status"): STATUS_PAGE,
    QT_TRANSLATE_NOOP("about", "Documentation"): DOCUMENTATION,
}

_PATH_LABELS = {
    "settings": QT_TRANSLATE_NOOP("about", "Settings:"),
    "history": QT_TRANSLATE_NOOP("about", "History:"),
    "log": QT_TRANSLATE_NOOP("about", "Log:"),
}


def about_window(places: Mapping[str, str], libraries: Iterable[str]) -> QDialog:
    """Return the window.

    ``places`` are the paths of ``settings``, ``history`` and ``log``, as far as there is one;
    ``libraries`` are the lines that name the bundled libraries.
    """
    window = ScrollingDialog()
    window.setWindowTitle(translate("about", "About deepvue-tray"))
    content = QWidget()
    # One form for all rows aligns their texts.
    facts = QFormLayout(content)
    facts.setContentsMargins(0, 0, 0, 0)
    facts.setHorizontalSpacing(16)
    facts.setVerticalSpacing(4)
    picture = QLabel()
    picture.setPixmap(QApplication.windowIcon().pixmap(64, 64))
    picture.setAccessibleName(QApplication.applicationDisplayName())
    facts.addRow(picture, _head())
    for name, path in places.items():
        _add_row(facts, translate("about", _PATH_LABELS[name]), path)
    _add_row(facts, translate("about", "Licence:"), "MIT")
    _add_row(facts, translate("about", "With:"), f"Python {platform.python_version()}")
    for library in libraries:
        _add_row(facts, "", library)
    buttons = button_box(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(window.close)
    window.lay_out(content, [buttons], QMargins(20, 18, 20, 14), 16)
    keep_readable(window)
    redraw_when_resized(window)
    return window


def _head() -> QVBoxLayout:
    name = QLabel(f"<b style='font-size: x-large'>deepvue-tray {__version__}</b>")
    purpose = QLabel(
        translate(
            "about", "The balance of a prepaid Deepvue API wallet, and alerts before it runs out."
        )
    )
    head = QVBoxLayout()
    head.setContentsMargins(0, 0, 0, 12)
    head.setSpacing(4)
    links = Links({translate("about", text): url for text, url in LINKS.items()})
    for text in (name, purpose, links):
        head.addWidget(text)
    return head


def _add_row(form: QFormLayout, label: str, text: str) -> None:
    field = QLabel(text, textFormat=Qt.TextFormat.PlainText)
    field.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    form.addRow(label, field)
