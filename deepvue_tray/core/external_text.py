"""Cleaning of external text: from servers, proxies, the operating system, files."""

MAX_LENGTH = 200
"""Characters."""


def cleaned(text: str) -> str:
    """Return ``text`` as one printable line of at most MAX_LENGTH characters.

    Control and format characters, which could hide or reorder text, become spaces. A text that is
    too long loses its middle, because a sentence matters at its start and a path at its end. Mask
    secrets before the call, because otherwise a part of a secret could remain.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= MAX_LENGTH:
        return line
    end = MAX_LENGTH // 2
    return f"{line[: MAX_LENGTH - end - 1]}…{line[-end:]}"
