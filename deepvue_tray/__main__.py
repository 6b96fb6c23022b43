"""``python -m deepvue_tray``."""

import sys

from deepvue_tray.cli.main import main

sys.exit(main())
