"""A backend of the keyring library that stores secrets in a file, and can simulate a prompt.

The environment of ``FileKeyring`` selects it in the keyring process. With FILE_KEYRING_LOCKED it
is locked, and FILE_KEYRING_KEEPS names a secret that it does not delete.
"""

import json
import os
import time
from pathlib import Path
from typing import IO

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

CHECKOUT = Path(__file__).parents[2]


class Keyring(KeyringBackend):
    """Runs in the keyring process."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._unlocked().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._unlocked() | {username: password})

    def delete_password(self, service: str, username: str) -> None:
        if os.environ.get("FILE_KEYRING_KEEPS") == username:
            raise PasswordDeleteError
        secrets = self._unlocked()
        del secrets[username]
        self._write(secrets)

    def _unlocked(self) -> dict[str, str]:
        if os.environ.get("FILE_KEYRING_LOCKED"):
            raise KeyringLocked
        if prompt := os.environ.get("FILE_KEYRING_PROMPT"):
            with Path(prompt).open("w") as pipe:
                print(os.getpid(), file=pipe, flush=True)
                # The prompt is never answered. The pipe closes when this process ends.
                time.sleep(60)
                print("still waiting", file=pipe)
        secrets: dict[str, str] = json.loads(Path(os.environ["FILE_KEYRING"]).read_text())
        return secrets

    def _write(self, secrets: dict[str, str]) -> None:
        Path(os.environ["FILE_KEYRING"]).write_text(json.dumps(secrets))


class FileKeyring:
    """The keyring seen from the test: its secrets, and a prompt that is never answered."""

    def __init__(self, folder: Path, **secrets: str) -> None:
        self._path = folder / "keyring.json"
        self._path.write_text(json.dumps(secrets))
        self._prompt = folder / "prompt"
        os.mkfifo(self._prompt)
        self.env = {
            "PYTHON_KEYRING_BACKEND": "tests.support.file_keyring.Keyring",
            "PYTHONPATH": str(CHECKOUT),
            "FILE_KEYRING": str(self._path),
        }
        """The environment of a process that uses it."""
        self.locked = self.env | {"FILE_KEYRING_PROMPT": str(self._prompt)}
        """The same; each call then waits at a prompt."""

    @property
    def secrets(self) -> dict[str, str]:
        """The stored secrets by client id."""
        secrets: dict[str, str] = json.loads(self._path.read_text())
        return secrets

    def wait_for_prompt(self) -> tuple[int, IO[str]]:
        """Wait for a prompt; return the keyring process's id, and a pipe that closes at its end."""
        pipe = self._prompt.open()
        return int(pipe.readline()), pipe
