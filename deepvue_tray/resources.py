"""Paths of files beside the program's modules, in every kind of installation."""

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


def alert_recipes_path() -> Path | None:
    """Return the path of the document with scripts that send alerts; None without one."""
    return _find("docs", "alert-recipes.md")


def _find(kind: str, name: str) -> Path | None:
    checkout = _PACKAGE.parent
    folders = (_PACKAGE / kind, checkout / "resources" / kind, checkout / kind)
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
