"""External text is shown as one short printable line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepvue_tray.core import errors
from deepvue_tray.core.errors import DeepvueError, OfflineError
from deepvue_tray.core.external_text import MAX_LENGTH, cleaned


def kinds(kind: type[DeepvueError] = DeepvueError) -> list[type[DeepvueError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in kinds(child))]


@given(st.text() | st.text(min_size=MAX_LENGTH))
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    line = cleaned(text)
    assert line.isprintable()
    assert len(line) <= MAX_LENGTH
    assert cleaned(line) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Service  Unavailable\r\n", "Service Unavailable"),
        ("pay\u202eliame", "pay liame"),
        ("a\u200bb\ufeffc", "a b c"),
        ("\x1b[31mred\x07", "[31mred"),
        ("name\udcff", "name"),
        ("बैलेंस कम है", "बैलेंस कम है"),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_characters_that_hide_or_reorder_text_are_removed_and_no_others(
    text: str, line: str
) -> None:
    assert cleaned(text) == line


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    line = cleaned(f"/home/{'folder/' * 100}history.db: Permission denied")
    assert len(line) == MAX_LENGTH == 200
    assert line.startswith("/home/folder/")
    assert "…" in line
    assert line.endswith("/history.db: Permission denied")


@pytest.mark.parametrize("kind", [kind for kind in kinds() if hasattr(kind, "title")])
def test_every_error_cleans_its_detail(kind: type[DeepvueError]) -> None:
    error = kind("Proxy\n\u202e" + "x" * 50_000)
    assert error.detail == error.args[0] == cleaned(error.detail)
    assert str(error).isprintable()
    assert kind.__module__ == errors.__name__


def test_an_error_on_a_terminal_has_its_title_its_detail_if_any_and_its_remedy() -> None:
    assert str(OfflineError()) == "No connection. Check the network and the proxy."
    assert str(OfflineError("reset")) == "No connection (reset). Check the network and the proxy."


def test_a_text_that_is_too_long_loses_its_middle_and_one_that_just_fits_is_unchanged() -> None:
    just_fits = "a" * 100 + "b" * 100
    assert cleaned(just_fits) == just_fits
    assert cleaned("a" * 150 + "b" * 150) == "a" * 99 + "…" + "b" * 100
