"""The language and the number format of the interface."""

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from deepvue_tray.core.translation import QT_TRANSLATE_NOOP
from deepvue_tray.resources import translation_path

# Qt translates its own buttons, but not into Hindi.
STANDARD_BUTTONS = (
    QT_TRANSLATE_NOOP("QPlatformTheme", "Save"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Cancel"),
    QT_TRANSLATE_NOOP("QPlatformTheme", "Close"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Save"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Cancel"),
    QT_TRANSLATE_NOOP("QGnomeTheme", "&Close"),
)


def translate(context: str, text: str) -> str:
    """Return ``text`` in the language of the interface; lupdate finds calls of this name."""
    return QCoreApplication.translate(context, text)


def install(application: QCoreApplication, locale: QLocale) -> bool:
    """Install the translation for ``locale``; False if there is none and English stays."""
    path = translation_path(locale.name().partition("_")[0])
    translator = QTranslator(application)
    return (
        path is not None
        and translator.load(str(path))
        and application.installTranslator(translator)
    )


def group_numbers() -> None:
    """Group digits, 6,448, also if no locale is set."""
    if QLocale().language() == QLocale.Language.C:
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
        QLocale.setDefault(plain)
