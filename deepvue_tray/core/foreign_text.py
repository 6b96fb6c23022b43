"""Text that others wrote, made fit to be shown: a server's, a proxy's, the operating system's."""

MAX_LENGTH = 200
"""Characters."""


def cleaned(text: str) -> str:
    """Return ``text`` as one printable line of at most MAX_LENGTH characters.

    Control and format characters, which could hide or reorder what is read, become spaces, so that
    nothing is joined which was apart. What is too long loses its middle: a sentence keeps its
    beginning, and a path its end. A secret must be masked before, as half of it could remain.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= MAX_LENGTH:
        return line
    end = MAX_LENGTH // 2
    return f"{line[: MAX_LENGTH - end - 1]}…{line[-end:]}"
