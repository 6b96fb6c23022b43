"""How much memory a process takes."""

from pathlib import Path


def pss(pid: int) -> float:
    """Return the proportional share of memory, in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
