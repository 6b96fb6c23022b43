"""The documents are right: commands can be parsed, links have a target, the README is short."""

import re
import shlex
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from deepvue_tray.cli.arguments import parser

CHECKOUT = Path(__file__).parents[1]
DOCUMENTS = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]

MAX_README_LINES = 90

FIRST_SCREEN_LINES = 30
"""The README's lines that a person sees without scrolling; the picture takes the room of ten."""

SHELL = {"|", "||", "<", ">", ")"}
"""Tokens that end a program's arguments."""


def command_lines() -> Iterator[str]:
    """Yield the arguments of every ``deepvue-tray`` command in code blocks and code spans."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block, span in re.findall(r"```.*?\n(.*?)```|`([^`\n]+)`", text, re.DOTALL):
            # At the start of a line, in a subshell, after the times of a crontab, or in a folder.
            yield from re.findall(r"(?:^|\(|\* +|bin/)deepvue-tray (.+)$", block or span, re.M)


def arguments_of(line: str) -> list[str]:
    """Return the program's arguments without the shell's redirections and pipes."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    ends = [place for place, word in enumerate(words) if word in SHELL]
    return words[: min(ends, default=len(words))]


@pytest.mark.parametrize("line", sorted({*command_lines()}))
def test_every_command_in_the_documents_is_valid(line: str) -> None:
    with suppress(SystemExit) if line == "--version" else nullcontext():
        # --version exits.
        parser().parse_args(arguments_of(line))


@pytest.mark.checkout
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_holds_two_versions_of_a_paragraph(document: Path) -> None:
    markers = re.findall(r"^(?:<{7}|={7}|>{7}).*$", document.read_text(encoding="utf-8"), re.M)
    assert markers == []


@pytest.mark.checkout
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_or_a_heading(document: Path) -> None:
    for link in links(document):
        name, _, heading = link.partition("#")
        target = document.parent / name if name else document
        assert target.is_file(), link
        assert not heading or heading in headings(target), link


@pytest.mark.checkout
@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_the_index_of_a_folder_lists_each_of_its_documents(folder: str) -> None:
    index = CHECKOUT / folder / "README.md"
    listed = {(index.parent / link).resolve() for link in links(index)}
    assert {*(CHECKOUT / folder).glob("*.md")} - listed == {index}


@pytest.mark.checkout
def test_the_readme_is_short_and_begins_with_the_commands_to_try_and_to_test() -> None:
    lines = (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_README_LINES
    commands = [place for place, line in enumerate(lines) if line.startswith("python3 -m venv")]
    # .ci/run runs exactly these lines.
    assert len(commands) == len(("the demo", "the tests"))
    assert max(commands) < FIRST_SCREEN_LINES


def links(document: Path) -> list[str]:
    """Return the links and pictures of a document that are files or headings of this checkout."""
    text = document.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    targets = (one or other for one, other in found)
    return [target for target in targets if not target.startswith("https://")]


def headings(document: Path) -> set[str]:
    """Return the anchors of a document, as GitHub derives them from its headings."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.checkout
@pytest.mark.parametrize("script", sorted((CHECKOUT / ".ci").glob("*")), ids=lambda path: path.name)
def test_every_test_file_that_a_script_names_exists(script: Path) -> None:
    named = re.findall(r"(?<![\w/])tests/[\w/.]*\w", script.read_text(encoding="utf-8"))
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
