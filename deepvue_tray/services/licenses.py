"""Whose work is shipped with the program, as the installed packages say."""

import sys
from importlib.metadata import PackageNotFoundError, metadata

LIBRARIES = (
    "PySide6_Essentials",
    "httpx",
    "keyring",
    "truststore",
    "platformdirs",
    "jeepney" if sys.platform == "linux" else "desktop-notifier",
)
"""What is shipped with the program, by its name in the package index."""

MAX_LICENSE_LENGTH = 60
"""Characters; some packages give the whole text where its name should stand."""


def libraries() -> list[str]:
    """Return each library's name, version and licence, in a line each."""
    return [_library(name) for name in LIBRARIES]


def _library(name: str) -> str:
    try:
        known = metadata(name)
    except PackageNotFoundError:
        return name
    told = known.get_all("License-Expression") or known.get_all("License") or [""]
    licence = told[0]
    if not licence or len(licence) > MAX_LICENSE_LENGTH:
        classes = known.get_all("Classifier") or []
        licence = ", ".join(c.rpartition(" :: ")[2] for c in classes if c.startswith("License ::"))
    return " ".join(filter(None, (known["Name"], known["Version"], f"({licence})" * bool(licence))))
