"""The demo with a fixed balance, for reproducible pictures.

python -m tests.desktop.still_demo [TRANSLATION.qm]
"""

import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from deepvue_tray import resources
from deepvue_tray.backend import demo
from deepvue_tray.cli.main import main as run

BALANCE = 1_120


def main() -> int:
    """Run the demo."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(demo, "demo_balance", return_value=BALANCE))
        # Under faketime it fails. Only the import of the demo's history sleeps.
        patches.enter_context(patch("time.sleep"))
        if len(sys.argv) > 1:
            translation = Path(sys.argv[1])
            patches.enter_context(
                patch.object(resources, "translation_path", return_value=translation)
            )
        return run(["--demo"])


if __name__ == "__main__":
    sys.exit(main())
