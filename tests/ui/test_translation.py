"""Every text is translated, and longer texts break no layout."""

import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from deepvue_tray.core.actions import Action
from deepvue_tray.core.errors import NotSetUpError, RejectedError
from deepvue_tray.core.overview import Overview
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.snapshot import Snapshot
from deepvue_tray.ui import formats, texts, tray_texts
from deepvue_tray.ui.translation import install
from resources.translations import update
from tests.support.layout import cut_off
from tests.support.pseudo import pseudo_language
from tests.ui.test_accessibility import WINDOWS

HINDI = update.HERE / "deepvue-tray_hi.ts"

needs_tools = pytest.mark.skipif(
    not shutil.which("pyside6-lupdate", path=update.TOOLS), reason="needs Qt's translation tools"
)


def messages(path: Path) -> Iterator[tuple[str, str]]:
    for message in ET.parse(path).getroot().iter("message"):
        translation = message.find("translation")
        assert translation is not None
        finished = translation.get("type") is None
        yield message.findtext("source") or "", (translation.text or "") if finished else ""


@pytest.fixture
def set_language(qtbot: QtBot) -> Iterator[Callable[[str], bool]]:
    """Install a language until the test ends."""
    application, before = QApplication.instance(), QLocale()
    assert application is not None

    def set_language(name: str) -> bool:
        QLocale.setDefault(QLocale(name))
        return install(application, QLocale(name))

    yield set_language
    for translator in application.findChildren(QTranslator):
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


@needs_tools
@pytest.mark.checkout
def test_every_text_of_the_program_is_translated(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.ts"
    shutil.copy(HINDI, fresh)
    update.collect(fresh)
    assert [source for source, translation in messages(fresh) if not translation] == []
    assert len([*messages(fresh)]) == len([*messages(HINDI)])


@needs_tools
def test_the_compiled_translations_are_up_to_date(tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.qm"
    update.compile_into(HINDI, compiled)
    assert compiled.read_bytes() == HINDI.with_suffix(".qm").read_bytes()


def test_a_translation_has_the_same_placeholders() -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(re.findall(r"\{\d\}", text))

    different = [
        (source, translation)
        for source, translation in messages(HINDI)
        if placeholders(source) != placeholders(translation)
    ]
    assert different == []


def test_in_hindi_texts_are_hindi_and_numbers_grouped_as_in_india(
    set_language: Callable[[str], bool],
) -> None:
    assert set_language("hi_IN")
    now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    reading = Reading(at=now, balance=Decimal(1234567))
    snapshot = Snapshot(reading=reading, trouble=RejectedError())
    text = tray_texts.tooltip_text(Overview(snapshots=(snapshot,)), now, "")
    assert text.startswith("Deepvue · 12,34,567 क्रेडिट · एक दिन के उपयोग के बाद अनुमान · ")
    assert text.endswith("क्रेडेंशियल अस्वीकृत")
    assert texts.demo_prefix() == "डेमो"
    assert texts.error_text(NotSetUpError()).endswith("चलाएँ।")


@pytest.mark.parametrize("name", ["en_IN", "hi_IN"])
def test_numbers_are_grouped_as_in_india(set_language: Callable[[str], bool], name: str) -> None:
    set_language(name)
    assert formats.format_number(Decimal(1234567)) == "12,34,567"
    assert formats.format_number(Decimal("1234567.50")) == "12,34,567.50"


def test_a_language_without_a_translation_stays_english(
    set_language: Callable[[str], bool],
) -> None:
    assert not set_language("tlh")
    assert texts.action_label(Action.QUIT) == "Quit"


@pytest.mark.parametrize("language", ["en_IN", "hi_IN"])
@pytest.mark.parametrize("name", WINDOWS)
def test_no_two_controls_of_a_window_share_a_mnemonic(
    set_language: Callable[[str], bool], name: str, language: str
) -> None:
    set_language(language)
    window = WINDOWS[name]()
    # With the mnemonics of GNOME's theme.
    for button in (b for box in window.findChildren(QDialogButtonBox) for b in box.buttons()):
        standard = QCoreApplication.translate("QGnomeTheme", f"&{button.text()}")
        if "&" not in button.text():
            button.setText(standard)
    texts = [label.text() for label in window.findChildren(QLabel) if label.buddy()]
    texts += [button.text() for button in window.findChildren(QAbstractButton)]
    keys = [key for text in texts if (key := QKeySequence.mnemonic(text).toString())]
    assert sorted(keys) == sorted(set(keys))


@pytest.fixture(scope="module")
def longer_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo_language(tmp_path_factory.mktemp("pseudo"))


@needs_tools
@pytest.mark.parametrize("name", WINDOWS)
def test_texts_a_third_longer_are_not_cut_off(qtbot: QtBot, longer_texts: Path, name: str) -> None:
    translator = QTranslator()
    assert translator.load(str(longer_texts))
    QCoreApplication.installTranslator(translator)
    try:
        window = WINDOWS[name]()
        window.show()
        assert cut_off(window) == []
        window.hide()
    finally:
        QCoreApplication.removeTranslator(translator)
