"""The AppStream metadata: releases and screenshots exist only if they are public."""

from pathlib import Path
from xml.etree import ElementTree as ET

from resources.linux.metainfo import SCREENSHOTS, metainfo

CHECKOUT = Path(__file__).parents[1]
CHANGELOG = "## [Unreleased]\n\n## [1.1.0] - 2027-02-03\n\n### Added\n\n## [1.0.0] - 2027-01-02\n"


def test_it_lists_the_releases_that_the_changelog_dates() -> None:
    releases = ET.fromstring(metainfo(CHANGELOG)).findall("releases/release")
    found = [(release.get("version"), release.get("date")) for release in releases]
    assert found == [("1.1.0", "2027-02-03"), ("1.0.0", "2027-01-02")]


def test_before_the_first_release_and_without_an_address_it_claims_neither() -> None:
    component = ET.fromstring(metainfo("## [Unreleased]\n"))
    assert component.find("releases") is None
    assert component.find("screenshots") is None


def test_its_screenshots_are_the_pictures_of_the_repository() -> None:
    component = ET.fromstring(metainfo(CHANGELOG, "https://example.com/owner/name"))
    images = [image.text or "" for image in component.findall("screenshots/screenshot/image")]
    assert [image.rpartition("/")[2] for image in images] == [*SCREENSHOTS]
    assert all(image.startswith("https://example.com/owner/name/raw/v") for image in images)
    assert all((CHECKOUT / "resources/screenshots" / name).is_file() for name in SCREENSHOTS)


def test_every_text_is_in_hindi_too() -> None:
    component = ET.fromstring(metainfo(CHANGELOG, "https://example.com/owner/name"))
    for tag in ("summary", "p", "li", "caption"):
        texts = [*component.iter(tag)]
        assert len(texts) == 2 * sum(len(text.attrib) for text in texts) > 0
