"""The libraries shipped with the program, and their licenses, from the packages' metadata."""

import sys
from importlib.metadata import PackageNotFoundError, metadata

LIBRARIES = (
    "PySide6_Essentials",
    "httpx",
    "keyring",
    "truststore",
    "platformdirs",
    "ijson",
    "jeepney" if sys.platform == "linux" else "desktop-notifier",
)
"""The libraries' names in the package index."""

MAX_LICENSE_LENGTH = 60
"""Characters; some packages give the whole text instead of the name."""


def libraries() -> list[str]:
    """Return a line for each library: name, version and license."""
    return [_library(name) for name in LIBRARIES]


def _library(name: str) -> str:
    try:
        package = metadata(name)
    except PackageNotFoundError:
        return name
    license_name, *_ = package.get_all("License-Expression") or package.get_all("License") or [""]
    if not license_name or len(license_name) > MAX_LICENSE_LENGTH:
        classifiers = package.get_all("Classifier") or []
        license_name = ", ".join(
            c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")
        )
    suffix = f" ({license_name})" if license_name else ""
    return f"{package['Name']} {package['Version']}{suffix}"
