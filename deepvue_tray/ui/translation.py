"""The interface's language: the person's own, where there is a translation."""

from pathlib import Path

from PySide6 import QtCore

from deepvue_tray.core.errors import QT_TRANSLATE_NOOP
from deepvue_tray.resources import translation_path

# Qt words its own buttons, and has no Hindi for them.
STANDARD_BUTTONS = (
    QT_TRANSLATE_NOOP("QPlatformTheme", "Save"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Cancel"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Close"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Save"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Cancel"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Close"),
)


def translate(context: str, text: str) -> str:
    """Return ``text`` in the interface's language; lupdate finds calls of this name."""
    return QtCore.QCoreApplication.translate(context, text)


def install(application: QtCore.QCoreApplication, locale: QtCore.QLocale) -> bool:
    """Speak the language of ``locale`` from now on; False where English stays."""
    path = translation_path(locale.name().partition("_")[0])
    return path is not None and _load(application, path)


def _load(application: QtCore.QCoreApplication, path: Path) -> bool:
    translator = QtCore.QTranslator(application)
    return translator.load(str(path)) and application.installTranslator(translator)
