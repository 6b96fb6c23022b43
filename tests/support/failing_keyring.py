"""A backend of the keyring library that fails as the variable FAILING_KEYRING demands."""

import os
import sys
from typing import NoReturn

import keyring.errors
from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Runs in the keyring process, where PYTHON_KEYRING_BACKEND selects it."""

    priority = 1

    def get_password(self, service: str, username: str) -> NoReturn:
        self._fail()

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        self._fail(password)

    def delete_password(self, service: str, username: str) -> NoReturn:
        self._fail()

    def _fail(self, password: str = "") -> NoReturn:
        print(f"output of a backend, with {password}", file=sys.stderr)
        match os.environ["FAILING_KEYRING"]:
            case "locked":
                raise keyring.errors.KeyringLocked
            case "uninitialised":
                raise keyring.errors.InitError
            case "missing":
                raise keyring.errors.NoKeyringError
            case "dies":
                sys.exit(3)
        raise keyring.errors.PasswordSetError(f"cannot store {password}")
