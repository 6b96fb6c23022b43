"""Rows of a benchmark: a figure, its reference, and their ratio."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

KB_PER_GB = 2**20


class Row(NamedTuple):
    """One figure, and a reference that was measured in turn with it on the same machine."""

    what: str
    unit: str
    ours: float
    reference: float | None = None
    name: str = ""
    """What the reference is."""
    goal: str = ""

    def __str__(self) -> str:
        """Return a line of a Markdown table."""
        ratio = f"**{self.ours / self.reference:.2f}**" if self.reference else ""
        ours = f"{self.ours:.4g} {self.unit}".rstrip()
        reference = ""
        if self.name:
            reference = f"{self.reference:.4g} {self.unit}".rstrip() + f", {self.name}"
        return f"| {self.what} | {ratio} | {self.goal} | {ours} | {reference} |"


def head() -> str:
    """Return the machine's cores and memory, and the table's head."""
    memory = next(
        int(line.split()[1])
        for line in Path("/proc/meminfo").read_text().splitlines()
        if line.startswith("MemTotal")
    )
    return (
        f"{os.cpu_count()} cores, {memory / KB_PER_GB:.0f} GB of memory\n\n"
        "| what | ratio | goal | deepvue-tray | reference |\n|---|---|---|---|---|"
    )


def show(rows: Iterable[Row]) -> None:
    """Print the table, each row as soon as it is measured."""
    print(head())
    for row in rows:
        print(row, flush=True)
