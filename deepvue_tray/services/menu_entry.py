"""The program's entry in the desktop's menu, from which windows get their name and icon.

A package installs the entry. A wheel and an archive cannot, so the tray writes it when it starts.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from deepvue_tray.core.errors import StorageError
from deepvue_tray.resources import icon_path, menu_entry_path
from deepvue_tray.services import atomic_file, desktop_entry, private_folder

FILE = "deepvue-tray.desktop"

_OWN = "X-Deepvue-Generated"
"""The key that marks an entry written by the program."""


def keep(folders: Sequence[Path], command: Sequence[str]) -> None:
    """Ensure that the menu has an entry; ``command`` starts this installation.

    ``folders`` contain desktop entries. The first is the person's own: the entry is written there
    if no folder has one. It is not changed afterwards unless its program or icon is missing: then
    it is rewritten, or removed if a package has installed one since. An entry that a person or a
    package wrote is never changed. Raises StorageError, also if a folder may not be read.
    """
    own, *packaged = (folder / FILE for folder in folders)
    try:
        is_there = own.exists() or own.is_symlink()
        if is_there and not _is_stale(own):
            return
        if not any(path.exists() for path in packaged):
            _write(own, command)
        elif is_there:
            own.unlink()
    except OSError as error:
        raise StorageError(f"{error.filename or own}: {error.strerror or error}") from None


def _is_stale(path: Path) -> bool:
    """Return whether the program wrote the entry from an installation that no longer exists."""
    entry = desktop_entry.read(path)
    return _OWN in entry and (
        shutil.which(desktop_entry.program_of(entry.get("Exec", ""))) is None
        or not Path(desktop_entry.unescaped(entry.get("Icon", ""))).is_file()
    )


def _write(path: Path, command: Sequence[str]) -> None:
    own = {
        "Exec": desktop_entry.exec_line(command),
        # Menus omit an entry whose program was removed.
        "TryExec": desktop_entry.escaped(command[0]),
        "Icon": desktop_entry.escaped(str(icon_path("deepvue-tray-256.png"))),
        _OWN: "true",
    }
    lines = menu_entry_path().read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0] not in own]
    private_folder.make(path.parent)
    added = [f"{key}={value}" for key, value in own.items()]
    atomic_file.replace(path, ["\n".join([*kept, *added]), "\n"], mode=0o644)
