"""The command that a person has set for alerts: a program with its arguments."""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import PurePath

from deepvue_tray.core.translation import QT_TRANSLATE_NOOP

MAX_PARTS = 100
MAX_CHARACTERS = 10_000
"""Of all parts together; below the limits of every system."""


def problem_with(command: Sequence[str]) -> str:
    """Return why a command cannot be run on this system, or an empty text.

    Reasons are English source texts in the translation context ``settings``. An empty command has
    no problem: it switches alerts by command off.
    """
    if not command:
        return ""
    program = command[0].rstrip(". ")  # Windows ignores these at the end of a name
    if not PurePath(program).is_absolute():
        return QT_TRANSLATE_NOOP("settings", "Must begin with the absolute path of a program.")
    if sys.platform == "win32" and program.lower().endswith((".bat", ".cmd")):
        # Windows would start a shell, which interprets the arguments.
        return QT_TRANSLATE_NOOP("settings", "Must not be a batch file; name its interpreter.")
    if len(command) > MAX_PARTS or sum(map(len, command)) > MAX_CHARACTERS:
        return QT_TRANSLATE_NOOP("settings", "Must have at most 10,000 characters in 100 parts.")
    if not all(map(_is_argument, command)):
        return QT_TRANSLATE_NOOP("settings", "Must not contain NUL or unpaired surrogates.")
    return ""


def identity_of(command: Sequence[str]) -> str:
    """Return a short text that differs between two commands, and does not show their arguments."""
    return hashlib.sha256(json.dumps([*command]).encode()).hexdigest()[:16]


def _is_argument(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
