"""The files that travel with the program, wherever it was installed or unpacked."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def icon_path(name: str) -> Path:
    """Return the path of ``resources/icons/<name>``.

    In a wheel and in a bundle the icons lie inside the package; in a checkout and in an editable
    install they lie beside it. Raises FileNotFoundError for a name that does not exist.
    """
    for folder in (_PACKAGE / "icons", _PACKAGE.parent / "resources" / "icons"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"no icon {name!r} in the installation; reinstall deepvue-tray")
