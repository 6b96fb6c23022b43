"""Generates the manual page and the shell completions from the argument parser.

    python -m resources.linux.manual FOLDER

writes ``deepvue-tray.1``, ``deepvue-tray.bash``, ``_deepvue-tray`` for zsh, and
``deepvue-tray.fish``. Needs the extra ``bundle``.
"""

import subprocess
import sys
from pathlib import Path

from deepvue_tray import __version__
from deepvue_tray.cli.arguments import parser

TOOLS = Path(sys.executable).parent
"""Where argparse-manpage and shtab are installed."""

FILES = {"bash": "deepvue-tray.bash", "zsh": "_deepvue-tray", "fish": "deepvue-tray.fish"}
"""The completion file of each shell."""


def manual() -> str:
    """Return the manual page."""
    return _output_of(
        "argparse-manpage",
        *("--module", parser.__module__, "--function", parser.__name__),
        *("--project-name", "deepvue-tray", "--version", __version__),
        *("--description", "show how much is left in a Deepvue wallet, and how long it will last"),
        *("--manual-title", "User Commands", "--author", "The deepvue-tray authors"),
    )


def completion(shell: str) -> str:
    """Return a shell's completion script."""
    return _output_of("shtab", f"--shell={shell}", f"{parser.__module__}.{parser.__name__}")


def _output_of(tool: str, *arguments: str) -> str:
    command = [str(TOOLS / tool), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def main(folder: Path) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "deepvue-tray.1").write_text(manual(), encoding="utf-8")
    for shell, name in FILES.items():
        (folder / name).write_text(completion(shell), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
