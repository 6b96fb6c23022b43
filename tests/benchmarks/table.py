"""Rows of a benchmark: a figure, the figure beside it, and their ratio."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

KB_A_GB = 2**20


class Row(NamedTuple):
    """One thing measured, and what was measured beside it by turns on the same machine."""

    what: str
    unit: str
    ours: float
    beside: float | None = None
    other: str = ""
    """What stands beside it."""
    goal: str = ""

    def __str__(self) -> str:
        """As a line of a Markdown table."""
        ratio = f"**{self.ours / self.beside:.2f}**" if self.beside else ""
        ours = f"{self.ours:.4g} {self.unit}".rstrip()
        beside = f"{self.beside:.4g} {self.unit}".rstrip() + f", {self.other}" if self.other else ""
        return f"| {self.what} | {ratio} | {self.goal} | {ours} | {beside} |"


def head() -> str:
    """Name the machine, by cores and memory alone, and begin the table."""
    memory = next(
        int(line.split()[1])
        for line in Path("/proc/meminfo").read_text().splitlines()
        if line.startswith("MemTotal")
    )
    return (
        f"{os.cpu_count()} cores, {memory / KB_A_GB:.0f} GB of memory\n\n"
        "| what | ratio | goal | ours | beside it |\n|---|---|---|---|---|"
    )


def show(rows: Iterable[Row]) -> None:
    """Print the table, each row as soon as it is known."""
    print(head())
    for row in rows:
        print(row, flush=True)
