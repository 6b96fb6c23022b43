"""The program's entry in the desktop's menu, which names its windows and gives them their icon.

A package brings the entry; a wheel and an archive cannot, so the tray writes it at its start.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from deepvue_tray.core.errors import StorageError
from deepvue_tray.resources import icon_path, menu_entry_path
from deepvue_tray.services import atomic_file, desktop_entry, private_folder

FILE = "deepvue-tray.desktop"

_OWN = "X-Deepvue-Generated"
"""The key by which an entry is known that the program wrote."""


def keep(folders: Sequence[Path], command: Sequence[str]) -> None:
    """Make sure that the menu has an entry; ``command`` starts this installation.

    ``folders`` hold desktop entries: the first is the person's own, where the entry is written if
    none has one. It is not touched afterwards, unless its program or icon is gone: then it is
    written anew, or removed where a package has brought one since. An entry that a person or a
    package wrote stays as it is. Raises StorageError.
    """
    own, *packaged = (folder / FILE for folder in folders)
    is_there = own.exists() or own.is_symlink()
    if is_there and not _is_stale(own):
        return
    if not any(path.exists() for path in packaged):
        _write(own, command)
    elif is_there:
        try:
            own.unlink()
        except OSError as error:
            raise StorageError(f"{own}: {error.strerror}") from None


def _is_stale(path: Path) -> bool:
    """Return whether the program wrote the entry, from an installation that is gone."""
    entry = desktop_entry.read(path)
    return _OWN in entry and (
        shutil.which(desktop_entry.program_of(entry.get("Exec", ""))) is None
        or not Path(desktop_entry.unescaped(entry.get("Icon", ""))).is_file()
    )


def _write(path: Path, command: Sequence[str]) -> None:
    own = {
        "Exec": desktop_entry.exec_line(command),
        # Menus leave out an entry whose program was removed.
        "TryExec": desktop_entry.escaped(command[0]),
        "Icon": desktop_entry.escaped(str(icon_path("deepvue-tray-256.png"))),
        _OWN: "true",
    }
    lines = menu_entry_path().read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0] not in own]
    try:
        private_folder.make(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None
    added = [f"{key}={value}" for key, value in own.items()]
    atomic_file.replace(path, ["\n".join([*kept, *added]), "\n"], mode=0o644)
