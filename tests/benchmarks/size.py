"""The size of the wheel, of the code and of a bundle, and the number of dependencies.

python -m tests.benchmarks.size [BUNDLE_FOLDER]
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

from tests.benchmarks.table import Row, show

CHECKOUT = Path(__file__).parents[2]
MB = 1e6


def lines(folder: str) -> int:
    """Count the lines of Python that are not blank."""
    texts = (path.read_text() for path in Path(CHECKOUT, folder).rglob("*.py"))
    return sum(bool(line.strip()) for text in texts for line in text.splitlines())


def rows(bundle: str = "") -> Iterator[Row]:
    """Build the wheel, then count."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder]
        subprocess.run([*command, str(CHECKOUT)], check=True, stderr=subprocess.DEVNULL)
        [wheel] = Path(folder).glob("*.whl")
        yield Row("wheel", "MB", wheel.stat().st_size / MB)
    direct = [need for need in requires("deepvue-tray") or [] if "extra ==" not in need]
    yield Row("direct dependencies", "", len(direct))
    yield Row("lines of code", "", lines("deepvue_tray"), lines("tests"), "lines of tests")
    if bundle:
        files = [
            path for path in Path(bundle).rglob("*") if path.is_file() and not path.is_symlink()
        ]
        size = sum(path.stat().st_size for path in files) / MB
        yield Row("bundle on disk", "MB", size, goal="≤ 130")


if __name__ == "__main__":
    show(rows(*sys.argv[1:]))
