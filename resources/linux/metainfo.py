"""Prints the AppStream metadata with the releases of CHANGELOG.md, and with screenshots.

    python -m resources.linux.metainfo [ADDRESS]

ADDRESS is the public address of the repository. AppStream wants screenshots by their public
address, so without it there are none.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from deepvue_tray import __version__

HERE = Path(__file__).resolve().parent
CHANGELOG = HERE.parents[1] / "CHANGELOG.md"
FILE = HERE / "ai.deepvue.tray.metainfo.xml"

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
SCREENSHOTS = {
    "gnome.png": ("The card on GNOME, with two wallets", "GNOME पर कार्ड, दो वॉलेट के साथ"),
    "history.png": ("The history, with the forecast", "इतिहास, अनुमान के साथ"),
    "settings.png": ("The settings", "सेटिंग"),
}
"""The caption of each picture, in English and Hindi; the first is the default picture."""


def metainfo(changelog: str, address: str = "") -> bytes:
    """Return the metadata, with the releases that ``changelog`` dates."""
    component = ET.parse(FILE).getroot()  # noqa: S314 - a file of this repository
    if address:
        link = ET.SubElement(component, "url", type="vcs-browser")
        link.text = address
        _add_screenshots(component, f"{address}/raw/v{__version__}/resources/screenshots")
    releases = ET.SubElement(component, "releases")
    for version, date in re.findall(r"^## \[(\d[\d.]*)\] - (\d{4}-\d\d-\d\d)$", changelog, re.M):
        release = ET.SubElement(releases, "release", version=version, date=date)
        if address:
            ET.SubElement(release, "url").text = f"{address}/releases/tag/v{version}"
    if not len(releases):
        component.remove(releases)
    ET.indent(component)
    return ET.tostring(component, encoding="utf-8", xml_declaration=True) + b"\n"


def _add_screenshots(component: ET.Element, folder: str) -> None:
    screenshots = ET.SubElement(component, "screenshots")
    for name, (english, hindi) in SCREENSHOTS.items():
        kind = {} if len(screenshots) else {"type": "default"}
        screenshot = ET.SubElement(screenshots, "screenshot", kind)
        ET.SubElement(screenshot, "caption").text = english
        ET.SubElement(screenshot, "caption", {LANGUAGE: "hi"}).text = hindi
        ET.SubElement(screenshot, "image").text = f"{folder}/{name}"


if __name__ == "__main__":
    sys.stdout.buffer.write(metainfo(CHANGELOG.read_text(encoding="utf-8"), *sys.argv[1:]))
