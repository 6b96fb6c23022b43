"""The Debian packages from which a bundle takes libraries; none on other systems."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

COMMON_LICENCE = re.compile(r"/usr/share/common-licenses/([\w.-]*\w)")
"""A reference to a text that many of Debian's licence files share."""


def packages_of(names: Iterable[str]) -> dict[str, str]:
    """Return the package of each file name that Debian has, such as libssl3 for libssl.so.3."""
    if not shutil.which("dpkg"):
        return {}
    command = ["dpkg", "-S", *(f"*/{name}" for name in names)]
    # Files that Debian does not have end in an error too.
    found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    owned = re.findall(r"^([^:, ]+).*: (.*)$", found.stdout, re.MULTILINE)
    return {Path(path).name: package for package, path in owned if package != "diversion"}


def licence_files(packages: Iterable[str]) -> dict[str, Path]:
    """Return the licence files of packages, and the texts they refer to, by their relative names.

    Raises FileNotFoundError if one is missing.
    """
    documents = Path("/usr/share/doc")
    files = {f"{name}/copyright": documents / name / "copyright" for name in packages}
    for file in [*files.values()]:
        for text in COMMON_LICENCE.findall(file.read_text(encoding="utf-8", errors="replace")):
            files[f"common-licenses/{text}"] = Path("/usr/share/common-licenses", text)
    return files
