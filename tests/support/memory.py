"""How much memory a process takes."""

from pathlib import Path


def pss(pid: int) -> float:
    """Return the proportional share of memory, in megabytes."""
    return _figure(pid, "Pss:")


def own(pid: int) -> float:
    """Return the memory that no file backs, in megabytes: it alone can grow without end.

    The rest changes with what other programs share of it.
    """
    return _figure(pid, "Anonymous:")


def _figure(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
