"""The format of desktop entries: freedesktop.org, Desktop Entry Specification 1.5."""

import configparser
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_THROUGH_SHELL = r'sh -c "exec \\"\\$0\\" \\"\\$@\\"" '
"""The start of an Exec line whose program is passed as an argument, because of its path. A path
must not contain "=" (Desktop Entry Specification 1.5, "The Exec key"), nor "%": GLib looks for the
program before it replaces "%%" by "%"."""


def read(path: Path) -> Mapping[str, str]:
    """Return the keys and raw values of an entry; empty if there is no valid entry."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        return parser["Desktop Entry"]
    except (OSError, ValueError, configparser.Error, KeyError):
        return {}


def escaped(text: str) -> str:
    """Return one line of text as the value of a key."""
    return text.replace("\\", "\\\\")


def unescaped(value: str) -> str:
    """Return the text of a value that ``escaped`` returned."""
    return value.replace("\\\\", "\\")


def exec_line(command: Sequence[str]) -> str:
    """Return the value of the key Exec that starts ``command``."""
    line = " ".join(map(_quoted, command))
    return _THROUGH_SHELL + line if {"%", "="} & {*command[0]} else line


def program_of(line: str) -> str:
    """Return the program that the value of a key Exec starts, as GLib reads it."""
    line = line.lstrip()
    argument = line.removeprefix(_THROUGH_SHELL)
    text = unescaped(argument)
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    program = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text.partition(" ")[0]
    return program if argument == line else program.replace("%%", "%")


def _quoted(argument: str) -> str:
    """Quote an argument of an Exec line: first as an argument, then as a value."""
    for special in ("\\", '"', "`", "$"):
        argument = argument.replace(special, "\\" + special)
    return '"' + escaped(argument).replace("%", "%%") + '"'
