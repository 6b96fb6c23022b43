"""It speaks the person's language, all of it, and longer words break no layout."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from deepvue_tray.core.errors import Action, RejectedError
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import words
from deepvue_tray.ui.translation import install
from tests.ui.test_accessibility import WINDOWS

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "resources" / "translations"
HINDI = FOLDER / "deepvue-tray_hi.ts"
SOURCES = sorted(map(str, (CHECKOUT / "deepvue_tray").rglob("*.py")))
TOOLS = Path(sys.executable).parent

needs_tools = pytest.mark.skipif(
    not shutil.which("pyside6-lupdate", path=TOOLS), reason="needs Qt's translation tools"
)


def run(tool: str, *arguments: object) -> None:
    subprocess.run([TOOLS / tool, *map(str, arguments)], check=True, capture_output=True)


def messages(path: Path) -> Iterator[tuple[str, str]]:
    for message in ET.parse(path).getroot().iter("message"):
        translation = message.find("translation")
        assert translation is not None
        finished = translation.get("type") is None
        yield message.findtext("source") or "", (translation.text or "") if finished else ""


@pytest.fixture
def speak(qtbot: QtBot) -> Iterator[Callable[[str], bool]]:
    """Speak a language until the test ends."""
    application, before = QApplication.instance(), QLocale()
    assert application is not None

    def speak(name: str) -> bool:
        QLocale.setDefault(QLocale(name))
        return install(application, QLocale(name))

    yield speak
    for translator in application.findChildren(QTranslator):
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


@needs_tools
@pytest.mark.checkout
def test_every_text_of_the_program_is_translated(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    shutil.copy(HINDI, fresh)
    run("pyside6-lupdate", "-locations", "none", "-no-obsolete", *SOURCES, "-ts", fresh)
    assert [source for source, translation in messages(fresh) if not translation] == []
    assert len([*messages(fresh)]) == len([*messages(HINDI)])


@needs_tools
def test_what_is_shipped_is_what_was_translated(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.qm"
    run("pyside6-lrelease", HINDI, "-qm", compiled)
    assert compiled.read_bytes() == HINDI.with_suffix(".qm").read_bytes()


@pytest.mark.parametrize(("source", "translation"), [*messages(HINDI)])
def test_a_translation_has_the_same_gaps_to_fill(source: str, translation: str) -> None:
    gaps = re.compile(r"\{\d\}")
    assert sorted(gaps.findall(source)) == sorted(gaps.findall(translation))


def test_in_hindi_it_speaks_hindi_and_groups_numbers_as_india_does(
    speak: Callable[[str], bool],
) -> None:
    assert speak("hi_IN")
    now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    reading = Reading(at=now, balance=Decimal(1234567))
    said = words.tooltip_of(Snapshot(reading=reading, trouble=RejectedError()), now, "")
    assert said.startswith("12,34,567 क्रेडिट · डेटा जुटाया जा रहा है · ")
    assert said.endswith("क्रेडेंशियल अस्वीकृत")


def test_a_language_without_a_translation_stays_english(speak: Callable[[str], bool]) -> None:
    assert not speak("tlh")
    assert words.label_of(Action.QUIT) == "Quit"


@needs_tools
@pytest.mark.parametrize("name", WINDOWS)
def test_words_a_third_longer_are_cut_off_nowhere(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    tree = ET.parse(HINDI)
    for message in tree.getroot().iter("message"):
        source, translation = message.findtext("source") or "", message.find("translation")
        assert translation is not None
        translation.text = f"[{source}{'·' * (len(source) // 3)}]"
    pseudo = tmp_path / "pseudo.ts"
    tree.write(pseudo, encoding="utf-8", xml_declaration=True)
    run("pyside6-lrelease", pseudo, "-qm", pseudo.with_suffix(".qm"))
    translator = QTranslator()
    assert translator.load(str(pseudo.with_suffix(".qm")))
    QCoreApplication.installTranslator(translator)
    try:
        window = WINDOWS[name]()
        window.show()
        assert cut_off(window) == []
        window.hide()
    finally:
        QCoreApplication.removeTranslator(translator)


def cut_off(window: QWidget) -> list[str]:
    """Return the texts that have less room than they need."""
    found = []
    texts: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel)]
    texts += window.findChildren(QAbstractButton)
    for widget in texts:
        if not widget.isVisible() or not widget.text():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        needs = widget.minimumSizeHint() if wraps else widget.sizeHint()
        tall = widget.heightForWidth(widget.width()) if wraps else needs.height()
        if widget.width() < needs.width() or widget.height() < tall:
            found.append(widget.text())
    return found
