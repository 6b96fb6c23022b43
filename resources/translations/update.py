"""Updates the translations: ``python -m resources.translations.update``.

Every text of the program is written into each .ts file, where new texts are marked as unfinished.
Each .ts file is then compiled into the .qm file beside it, which the program loads.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parents[1] / "deepvue_tray"
TOOLS = Path(sys.executable).parent
"""Where PySide6-Essentials installs lupdate and lrelease."""


def collect(catalogue: Path) -> None:
    """Update a .ts file: add new texts of the program, and remove obsolete ones."""
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
