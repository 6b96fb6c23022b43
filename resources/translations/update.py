"""Brings the translations up to date: ``python -m resources.translations.update``.

Adds every text of the program to each .ts file, where new texts are marked as unfinished, and
compiles each .ts file into the .qm file beside it, which is shipped.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "deepvue_tray"
TOOLS = Path(sys.executable).parent
"""The folder of the lupdate and lrelease of PySide6-Essentials."""


def collect(catalogue: Path) -> None:
    """Add every text of the program to a .ts file, and remove the obsolete ones."""
    sources = sorted(map(str, SOURCES.rglob("*.py")))
    _run("pyside6-lupdate", "-locations", "none", "-no-obsolete", *sources, "-ts", str(catalogue))


def compile_into(catalogue: Path, compiled: Path) -> None:
    """Compile a .ts file into a .qm file; the same texts give the same bytes."""
    _run("pyside6-lrelease", str(catalogue), "-qm", str(compiled))


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([str(TOOLS / tool), *arguments], check=True, capture_output=True)  # noqa: S603


def main() -> None:
    """Update every language."""
    for catalogue in sorted(HERE.glob("*.ts")):
        collect(catalogue)
        compile_into(catalogue, catalogue.with_suffix(".qm"))


if __name__ == "__main__":
    main()
