"""Where each operating system wants our files: the one module that knows platformdirs."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

_APP = "deepvue-tray"


@dataclass(frozen=True, slots=True)
class Paths:
    """The two files there are."""

    settings: Path
    history: Path

    @classmethod
    def of_user(cls) -> "Paths":
        """Return the files of the person who runs the program."""
        return cls(
            settings=Path(platformdirs.user_config_path(_APP, appauthor=False)) / "settings.json",
            history=Path(platformdirs.user_data_path(_APP, appauthor=False)) / "history.sqlite",
        )

    @classmethod
    def below(cls, folder: Path) -> "Paths":
        """Return the same files in a folder of their own, as the demo and the tests use."""
        return cls(settings=folder / "settings.json", history=folder / "history.sqlite")
