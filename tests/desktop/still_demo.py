"""The demo with a wallet that nothing is spent from, so that every picture shows the same.

python -m tests.desktop.still_demo [TRANSLATION.qm]
"""

import sys
from pathlib import Path

from deepvue_tray import cli, demo, resources

BALANCE = 1_120


def main() -> int:
    """Run the demo."""
    demo.brisk_spending = lambda _seconds: BALANCE
    if len(sys.argv) > 1:
        translation = Path(sys.argv[1])
        resources.translation_path = lambda _language: translation
    return cli.main(["--demo"])


if __name__ == "__main__":
    sys.exit(main())
