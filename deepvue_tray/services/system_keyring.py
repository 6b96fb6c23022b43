"""The desktop's own keyring, asked through a process that ends with each answer."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import deepvue_tray
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    AccountError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
)

_COMMAND = (sys.executable, "-P", "-m", "deepvue_tray.services.keyring_child")
# Where this package was found, so that the child finds it too, also in a checkout.
_FOUND_IN = str(Path(deepvue_tray.__file__).parents[1])


PEEK_TIMEOUT, PROMPT_TIMEOUT = 10.0, 120.0
"""Seconds for a keyring to answer by itself, and for a person to answer its prompt."""


class SystemKeyring:
    """The keyring of the person who is logged in.

    A call that may prompt takes as long as a person takes to answer; once it is cancelled, nobody
    waits for that answer any more. Every call may raise KeyringLockedError, NoKeyringError or
    KeyringRefusedError.
    """

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:
        """Return the secret of ``client_id``, or None where there is none."""
        text = await _ask("get" if prompt else "peek", client_id)
        return None if text is None else Secret(text)

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        await _ask("set", client_id, secret.reveal())

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        await _ask("delete", client_id)


async def _ask(call: str, client_id: str, secret: str | None = None) -> str | None:
    question = json.dumps({"call": call, "client_id": client_id, "secret": secret})
    path = os.pathsep.join(filter(None, (_FOUND_IN, os.environ.get("PYTHONPATH"))))
    try:
        child = await asyncio.create_subprocess_exec(
            *_COMMAND,
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A backend's own words could quote the secret.
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise KeyringRefusedError(f"no process for it: {error.strerror}") from None
    try:
        async with asyncio.timeout(PEEK_TIMEOUT if call == "peek" else PROMPT_TIMEOUT):
            told, _ = await child.communicate(question.encode())
    except TimeoutError:
        raise KeyringLockedError("it does not answer") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    try:
        answer = json.loads(told)
    except ValueError:
        raise KeyringRefusedError(f"exit status {child.returncode}") from None
    if "failure" in answer:
        raise _error(answer["failure"], answer.get("detail", ""))
    text: str | None = answer["secret"]
    return text


def _error(failure: str, detail: str) -> AccountError:
    match failure:
        case "locked":
            return KeyringLockedError()
        case "missing":
            return NoKeyringError()
    return KeyringRefusedError(detail)
