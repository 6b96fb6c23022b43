"""The licences of the libraries in a package."""

from pathlib import Path

import pytest

from resources.linux import deb

pytestmark = pytest.mark.checkout


def library(bundle: Path, name: str) -> Path:
    folder = bundle / "_internal" / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").touch()
    return folder


def test_no_package_is_built_with_a_library_without_licence(tmp_path: Path) -> None:
    library(tmp_path, "shiboken6-6.11.3")
    with pytest.raises(FileNotFoundError, match="shiboken6"):
        deb._copyright(tmp_path)


@pytest.mark.parametrize("licence", ["licenses/LGPL-3.0.txt", "LICENSE", "licenses/COPYING.md"])
def test_the_package_lists_every_library_with_its_licence(tmp_path: Path, licence: str) -> None:
    file = library(tmp_path, "shiboken6-6.11.3") / licence
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert "\n shiboken6-6.11.3\n" in deb._copyright(tmp_path).decode()
