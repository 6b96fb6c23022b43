"""Where each operating system wants our files: the one module that knows platformdirs."""

import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APP = "deepvue-tray"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files there are, and the folder where a desktop looks for what to start at login."""

    settings: Path
    history: Path
    log: Path
    autostart: Path

    @classmethod
    def of_user(cls) -> "Paths":
        """Return the files of the person who runs the program."""
        return cls(
            settings=Path(platformdirs.user_config_path(_APP, appauthor=False)) / "settings.json",
            history=Path(platformdirs.user_data_path(_APP, appauthor=False)) / "history.sqlite",
            log=Path(platformdirs.user_log_path(_APP, appauthor=False)) / "deepvue-tray.log",
            autostart=Path.home() / "Library" / "LaunchAgents"
            if sys.platform == "darwin"
            else Path(platformdirs.user_config_path()) / "autostart",
        )

    @classmethod
    def below(cls, folder: Path) -> "Paths":
        """Return the same files in a folder of their own, as the demo and the tests use."""
        return cls(
            settings=folder / "settings.json",
            history=folder / "history.sqlite",
            log=folder / "deepvue-tray.log",
            autostart=folder / "autostart",
        )
