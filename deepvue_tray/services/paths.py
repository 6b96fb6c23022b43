"""The paths of the program's files on each operating system; only this module uses platformdirs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from deepvue_tray.core.errors import InvalidInputError

_APP = "deepvue-tray"

_NO_HOME = "No home folder: HOME is not set, and this user has no entry in the system's list"


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's files, and the desktop's folders of entries."""

    settings: Path
    history: Path
    log: Path
    windows: Path
    autostart: Path
    menu: tuple[Path, ...]
    """The folders of the menu's desktop entries on Linux, the person's own first."""

    @classmethod
    def of_user(cls) -> "Paths":
        """Return the current user's files.

        Raises InvalidInputError if neither the environment nor the system has a home folder.
        """
        try:
            paths = cls(
                settings=platformdirs.user_config_path(_APP, appauthor=False) / "settings.json",
                history=platformdirs.user_data_path(_APP, appauthor=False) / "history.sqlite",
                log=platformdirs.user_log_path(_APP, appauthor=False) / "deepvue-tray.log",
                windows=platformdirs.user_state_path(_APP, appauthor=False) / "windows.json",
                autostart=Path.home() / "Library" / "LaunchAgents"
                if sys.platform == "darwin"
                else platformdirs.user_config_path() / "autostart",
                menu=tuple(folder / "applications" for folder in _data_folders()),
            )
        except RuntimeError:
            raise InvalidInputError(_NO_HOME) from None
        if not paths.settings.is_absolute():  # older versions of platformdirs return the ~
            raise InvalidInputError(_NO_HOME)
        return paths

    @classmethod
    def below(cls, folder: Path) -> "Paths":
        """Return the same files in another folder, for the demo and the tests."""
        return cls(
            settings=folder / "settings.json",
            history=folder / "history.sqlite",
            log=folder / "deepvue-tray.log",
            windows=folder / "windows.json",
            autostart=folder / "autostart",
            menu=(folder / "applications",),
        )


def _data_folders() -> list[Path]:
    """Return the folders of the XDG Base Directory Specification for data files."""
    shared = platformdirs.site_data_dir(multipath=True).split(os.pathsep)
    return [platformdirs.user_data_path(), *map(Path, shared)]
