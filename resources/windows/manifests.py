"""Writes a release's manifests for winget and scoop.

    python -m resources.windows.manifests FOLDER ADDRESS

FOLDER has the release's files, and gets the manifests. ADDRESS is the URL of these files.
"""

import hashlib
import json
import sys
from pathlib import Path

from deepvue_tray import __version__

NAME = "deepvue-tray"
IDENTIFIER = "Deepvue.Tray"
ARCHIVE = f"{NAME}-windows-x86_64.zip"
INSTALLER = f"{NAME}-windows-x86_64-installer.exe"
DESCRIPTION = "Shows the balance of a prepaid Deepvue API wallet, and alerts before it runs out"
HOMEPAGE = "https://docs.deepvue.ai"
WINGET_SCHEMA = "1.6.0"


def main() -> None:
    """Write the manifests into the folder."""
    folder, address = Path(sys.argv[1]), sys.argv[2].rstrip("/")
    for name, text in manifests(folder, address).items():
        (folder / name).write_text(text, encoding="utf-8")


def manifests(folder: Path, address: str) -> dict[str, str]:
    """Return each manifest by the name of its file."""
    scoop = {
        "version": __version__,
        "description": DESCRIPTION,
        "homepage": HOMEPAGE,
        "license": "MIT",
        "architecture": {
            "64bit": {"url": f"{address}/{ARCHIVE}", "hash": sha256(folder / ARCHIVE)}
        },
        "extract_dir": NAME,
        "bin": [[f"{NAME}.com", NAME]],
        "shortcuts": [[f"{NAME}.exe", NAME]],
    }
    return {
        f"{NAME}.json": json.dumps(scoop, indent=4) + "\n",
        f"{IDENTIFIER}.yaml": winget("version", DefaultLocale="en-US"),
        f"{IDENTIFIER}.locale.en-US.yaml": winget(
            "defaultLocale",
            PackageLocale="en-US",
            Publisher="The deepvue-tray authors",
            PackageName=NAME,
            PackageUrl=HOMEPAGE,
            License="MIT",
            ShortDescription=DESCRIPTION,
        ),
        f"{IDENTIFIER}.installer.yaml": winget(
            "installer",
            "Installers:\n"
            "- Architecture: x64\n"
            f"  InstallerUrl: {address}/{INSTALLER}\n"
            f"  InstallerSha256: {sha256(folder / INSTALLER).upper()}\n",
            InstallerType="nullsoft",
            Scope="user",
            UpgradeBehavior="install",
        ),
    }


def winget(kind: str, more: str = "", **fields: str) -> str:
    """Return a manifest of winget in YAML; no value here needs quotes."""
    always = {"PackageIdentifier": IDENTIFIER, "PackageVersion": __version__}
    last = {"ManifestType": kind, "ManifestVersion": WINGET_SCHEMA}
    lines = [f"{name}: {value}\n" for name, value in (always | fields).items()]
    ending = [f"{name}: {value}\n" for name, value in last.items()]
    return "".join([*lines, more, *ending])


def sha256(path: Path) -> str:
    """Return the hash of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
