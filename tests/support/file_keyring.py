"""A backend for the keyring library that keeps secrets in a file, and may wait for a person.

The library finds it by the environment that ``FileKeyring`` gives to the child's process.
"""

import json
import os
import time
from pathlib import Path
from typing import IO

from keyring.backend import KeyringBackend

CHECKOUT = Path(__file__).parents[2]


class Keyring(KeyringBackend):
    """Runs in the child's process."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return self._unlocked().get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._unlocked() | {username: password})

    def delete_password(self, service: str, username: str) -> None:
        secrets = self._unlocked()
        del secrets[username]
        self._write(secrets)

    def _unlocked(self) -> dict[str, str]:
        if prompt := os.environ.get("FILE_KEYRING_PROMPT"):
            with Path(prompt).open("w") as told:
                print(os.getpid(), file=told, flush=True)
                # Nobody answers. What is open tells of this process's end.
                time.sleep(60)
                print("still waiting", file=told)
        secrets: dict[str, str] = json.loads(Path(os.environ["FILE_KEYRING"]).read_text())
        return secrets

    def _write(self, secrets: dict[str, str]) -> None:
        Path(os.environ["FILE_KEYRING"]).write_text(json.dumps(secrets))


class FileKeyring:
    """The same from outside: what it holds, and the prompt that nobody answers."""

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
        """What a process needs to use it."""
        self.locked = self.env | {"FILE_KEYRING_PROMPT": str(self._prompt)}
        """The same, where each call waits for a person."""

    @property
    def secrets(self) -> dict[str, str]:
        """What it holds, by client id."""
        secrets: dict[str, str] = json.loads(self._path.read_text())
        return secrets

    def wait_for_prompt(self) -> tuple[int, IO[str]]:
        """Wait until a child asks; return its process's number, and what ends when that ends."""
        told = self._prompt.open()
        return int(told.readline()), told
