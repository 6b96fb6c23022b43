"""Measures the memory of a process."""

from pathlib import Path


def pss(pid: int) -> float:
    """Return the proportional set size (PSS) in megabytes."""
    return _figure(pid, "Pss:")


def anonymous(pid: int) -> float:
    """Return the anonymous memory, in megabytes; only this part can grow without limit.

    The rest depends on what other programs share.
    """
    return _figure(pid, "Anonymous:")


def _figure(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
