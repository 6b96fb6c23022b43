"""The manifests for winget and scoop match the files of the release."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from deepvue_tray import __version__
from resources.windows.manifests import ARCHIVE, INSTALLER, manifests

ADDRESS = "https://example.com/releases/download/v1"

pytestmark = pytest.mark.checkout


@pytest.fixture
def written(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ARCHIVE).write_bytes(b"archive")
    (tmp_path / INSTALLER).write_bytes(b"installer")
    return manifests(tmp_path, ADDRESS)


def test_scoop_gets_the_archive_with_its_hash(written: dict[str, str]) -> None:
    manifest = json.loads(written["deepvue-tray.json"])
    assert manifest["version"] == __version__
    assert manifest["architecture"]["64bit"] == {
        "url": f"{ADDRESS}/{ARCHIVE}",
        "hash": hashlib.sha256(b"archive").hexdigest(),
    }


def test_winget_gets_the_installer_with_its_hash(written: dict[str, str]) -> None:
    manifest = written["Deepvue.Tray.installer.yaml"]
    assert f"InstallerUrl: {ADDRESS}/{INSTALLER}\n" in manifest
    assert f"InstallerSha256: {hashlib.sha256(b'installer').hexdigest().upper()}\n" in manifest


def test_every_winget_manifest_is_of_this_version_and_has_no_value_that_needs_quotes(
    written: dict[str, str],
) -> None:
    yaml = [text for name, text in written.items() if name.endswith(".yaml")]
    assert len(yaml) == 3
    for text in yaml:
        assert f"PackageVersion: {__version__}\n" in text
        for line in text.splitlines():
            assert re.fullmatch(r"(- |  )?\w+:( [^\s:#][^#]*)?", line)
            assert ": " not in line.partition(": ")[2]


def test_the_release_makes_the_files_that_the_manifests_name() -> None:
    workflow = Path(".github/workflows/release.yml").read_text(encoding="utf-8")
    assert ARCHIVE in workflow
    assert INSTALLER in workflow
