"""What is passed on says under which terms."""

from pathlib import Path

import pytest

from resources.linux import deb

pytestmark = pytest.mark.checkout


def library(bundle: Path, name: str) -> Path:
    folder = bundle / "_internal" / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").touch()
    return folder


def test_no_package_is_made_of_a_library_without_its_terms(tmp_path: Path) -> None:
    library(tmp_path, "shiboken6-6.11.3")
    with pytest.raises(FileNotFoundError, match="shiboken6"):
        deb._copyright(tmp_path)


@pytest.mark.parametrize("terms", ["licenses/LGPL-3.0.txt", "LICENSE", "licenses/COPYING.md"])
def test_a_library_stands_in_the_package_s_list_with_its_terms(tmp_path: Path, terms: str) -> None:
    file = library(tmp_path, "shiboken6-6.11.3") / terms
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert "\n shiboken6-6.11.3\n" in deb._copyright(tmp_path).decode()
