"""Writes the bill of materials of a bundle, in CycloneDX' JSON.

    python -m resources.bundle.sbom BUNDLE FILE

BUNDLE is the folder or the application that PyInstaller built. Run it with the Python that built
the bundle, on the same machine: versions are those of its environment. The same bundle gives the
same file. Needs the extra ``bundle``.
"""

import hashlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PathDistribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deepvue_tray import __version__
from resources.bundle.debian import packages_of

NAME = "deepvue-tray"
LIBRARY = re.compile(r"lib(?!python).*\.(so|dylib)\b|.*\.dll$", re.IGNORECASE)


def bill_of_materials(bundle: Path) -> str:
    """Return the document; raises ValueError if it does not match the schema."""
    packages = sorted(bundle.rglob("*.dist-info"))
    components = [
        _component("CPython", platform.python_version(), "generic", "PSF-2.0"),
        *(_python_package(PathDistribution(path)) for path in packages if not path.is_symlink()),
        *_native_libraries(bundle),
    ]
    text = json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "component": _component(NAME, __version__, "generic", "MIT")
                | {"type": "application"}
            },
            "components": components,
        },
        indent=1,
    )
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(error))
    return f"{text}\n"


def _component(name: str, version: str, kind: str, licence: str = "") -> dict[str, Any]:
    """Return a component; ``kind`` is the type of its package URL, and ``licence`` is SPDX."""
    purl = f"pkg:{kind}/{name}@{quote(version)}"
    component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    return component | ({"licenses": [{"expression": licence}]} if licence else {})


def _python_package(package: Distribution) -> dict[str, Any]:
    """Return a package with the components that its own bills of materials name."""
    name, version = package.metadata["Name"], package.version
    normal = name.lower().replace("_", "-").replace(".", "-")
    licence = package.metadata.get("License-Expression") or ""
    component = _component(normal, version, "pypi", licence) | {"name": name}
    if not licence and (named := package.metadata.get("License")):
        component["licenses"] = [{"license": {"name": named.splitlines()[0]}}]
    if normal == "pyside6-essentials":
        component["components"] = [_component("Qt", version, "generic", "LGPL-3.0-only")]
    # The bundle leaves them out. A package inside another one is not in the environment.
    installed = [file for found in distributions(name=name) for file in found.files or []]
    for file in installed:
        if "sboms" in file.parts:
            own = json.loads(Path(str(file.locate())).read_text(encoding="utf-8"))
            component.setdefault("components", []).extend(
                _nested(inner, component["bom-ref"]) for inner in own.get("components", [])
            )
    return component


def _nested(component: dict[str, Any], parent: str) -> dict[str, Any]:
    """Return the facts about a component of another document, with a reference unique in this."""
    kept = {key: component[key] for key in ("type", "name", "version", "purl") if key in component}
    return kept | {"bom-ref": f"{parent}#{component['name']}@{component.get('version', '')}"}


def _native_libraries(bundle: Path) -> Iterator[dict[str, Any]]:
    """Yield the Debian packages of the native libraries, and the files of the others."""
    files = {
        file.name: file
        for file in sorted(bundle.rglob("*"))
        if LIBRARY.match(file.name)
        and not file.is_symlink()
        and file.parent.name in ("_internal", "Frameworks")
    }
    owners = packages_of(files)
    for owner in sorted({*owners.values()}):
        query = ["dpkg-query", "--show", "--showformat=${Version}", owner]
        ran = subprocess.run(query, capture_output=True, text=True, check=True)  # noqa: S603 - fixed
        yield _component(owner, ran.stdout, "deb/debian")
    for name in sorted(files.keys() - owners.keys()):
        digest = hashlib.sha256(files[name].read_bytes()).hexdigest()
        yield {
            "type": "file",
            "bom-ref": f"file:{name}",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }


if __name__ == "__main__":
    document = bill_of_materials(Path(sys.argv[1]))
    Path(sys.argv[2]).write_text(document, encoding="utf-8", newline="\n")
