"""The documents are right: every command can be parsed, and every link has a target."""

import re
import shlex
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from deepvue_tray.cli.arguments import parser

CHECKOUT = Path(__file__).parents[1]
DOCUMENTS = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")]

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
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for link in filter(None, (one or other for one, other in links)):
        if link.startswith("https://"):
            continue
        name, _, heading = link.partition("#")
        target = document.parent / name if name else document
        assert target.is_file(), link
        assert not heading or heading in headings(target), link


def headings(document: Path) -> set[str]:
    """Return the anchors of a document, as GitHub derives them from its headings."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.checkout
@pytest.mark.parametrize("script", sorted((CHECKOUT / ".ci").glob("*")), ids=lambda path: path.name)
def test_every_test_file_that_a_script_names_exists(script: Path) -> None:
    named = re.findall(r"(?<![\w/])tests/[\w/.]*\w", script.read_text(encoding="utf-8"))
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
