"""Columns of text in a terminal."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence


def aligned(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> Iterator[str]:
    """Yield the rows with aligned columns; an empty column takes no room.

    ``right`` are the columns that are aligned to the right, counted from 0.
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - _width(cell))
            cells.append(space + cell if number in right else cell + space)
        yield "  ".join(cell for cell, width in zip(cells, widths, strict=True) if width).rstrip()


def _width(text: str) -> int:
    """Return the number of a terminal's columns that a text takes."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
