"""``python -m deepvue_tray``."""

import sys

from deepvue_tray.cli import main

sys.exit(main())
