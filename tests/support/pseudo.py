"""A pseudo-language whose texts are a third longer, to find widgets that are too small."""

import xml.etree.ElementTree as ET
from pathlib import Path

from resources.translations.update import HERE, compile_into


def pseudo_language(folder: Path) -> Path:
    """Write the compiled translation into ``folder``, and return its path."""
    tree = ET.parse(HERE / "deepvue-tray_hi.ts")
    for message in tree.getroot().iter("message"):
        source, translation = message.findtext("source") or "", message.find("translation")
        assert translation is not None
        translation.attrib.pop("type", None)
        translation.text = f"[{source}{'·' * (len(source) // 3)}]"
    catalogue = folder / "pseudo.ts"
    tree.write(catalogue, encoding="utf-8", xml_declaration=True)
    compiled = folder / "pseudo.qm"
    compile_into(catalogue, compiled)
    return compiled
