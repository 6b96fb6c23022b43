"""The interface's language and numbers: the person's own, where there is a translation."""

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from deepvue_tray.core.translation import QT_TRANSLATE_NOOP
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
    return QCoreApplication.translate(context, text)


def install(application: QCoreApplication, locale: QLocale) -> bool:
    """Use the language of ``locale`` from now on; returns False where English stays."""
    path = translation_path(locale.name().partition("_")[0])
    translator = QTranslator(application)
    return (
        path is not None
        and translator.load(str(path))
        and application.installTranslator(translator)
    )


def group_numbers() -> None:
    """Group digits, 6,448, also where no locale is set."""
    if QLocale().language() == QLocale.Language.C:
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
        QLocale.setDefault(plain)
