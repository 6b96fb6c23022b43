"""Paths of the icons, the translations and the desktop entry, in every kind of installation."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def icon_path(name: str) -> Path:
    """Return the path of ``resources/icons/<name>``.

    In a wheel and in a bundle the icons lie inside the package; in a checkout and in an editable
    install they lie beside it. Raises FileNotFoundError for a name that does not exist.
    """
    found = _find("icons", name)
    if found is None:
        raise FileNotFoundError(f"no icon {name!r} in the installation; reinstall deepvue-tray")
    return found


def translation_path(language: str) -> Path | None:
    """Return the path of a language's compiled translation, such as ``hi``; None without one."""
    return _find("translations", f"deepvue-tray_{language}.qm")


def menu_entry_path() -> Path:
    """Return the path of the desktop entry that packages install.

    Raises FileNotFoundError where the installation lacks it.
    """
    found = _find("linux", "deepvue-tray.desktop")
    if found is None:
        raise FileNotFoundError("no desktop entry in the installation; reinstall deepvue-tray")
    return found


def _find(kind: str, name: str) -> Path | None:
    folders = (_PACKAGE / kind, _PACKAGE.parent / "resources" / kind)
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
