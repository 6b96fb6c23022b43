"""The desktop's own keyring, asked through a process that ends with each answer."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import deepvue_tray
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    AccountError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
)

# In a bundle sys.executable is the program itself, which knows this call by its -P.
_COMMAND = (
    sys.executable,
    "-P",
    "-c",
    "import runpy, sys; sys.path.append(sys.argv[1]);"
    "runpy.run_module('deepvue_tray.services.keyring_child', run_name='__main__')",
)
# The folder of this package, which the child imports too. It is last in the child's path, so that
# no package in it can replace a module of the standard library.
_FOUND_IN = str(Path(deepvue_tray.__file__).parents[1])


PEEK_TIMEOUT_S, PROMPT_TIMEOUT_S = 10.0, 120.0
"""Seconds that a call may take without a prompt, and with one that a person answers."""


class SystemKeyring:
    """The keyring of the person who is logged in.

    A call that may prompt takes as long as the person takes to answer. A cancelled call ends its
    process, so that a later answer has no effect. Every call may raise KeyringLockedError,
    NoKeyringError or KeyringRefusedError.
    """

    def __init__(self) -> None:
        self._ready: subprocess.Popen[bytes] | None = None

    def make_ready(self) -> None:
        """Start the process of the next call now, because its start takes longer than the call."""
        with suppress(OSError):  # the call itself reports it
            self._ready = _start()

    async def get(self, client_id: str, *, prompt: bool) -> Secret | None:
        """Return the secret of ``client_id``, or None where there is none."""
        text = await self._ask("get" if prompt else "peek", client_id)
        return None if text is None else Secret(text)

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        await self._ask("set", client_id, secret.reveal())

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        await self._ask("delete", client_id)

    async def _ask(self, call: str, client_id: str, secret: str | None = None) -> str | None:
        question = json.dumps({"call": call, "client_id": client_id, "secret": secret})
        try:
            child, self._ready = self._ready or _start(), None
        except OSError as error:
            raise KeyringRefusedError(f"no process for it: {error.strerror}") from None
        answer = await _answer_of(
            child, question, PEEK_TIMEOUT_S if call == "peek" else PROMPT_TIMEOUT_S
        )
        if "failure" in answer:
            raise _error(answer["failure"] or "", answer.get("detail") or "")
        return answer["secret"]


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - a module of ours
        (*_COMMAND, _FOUND_IN),
        bufsize=0,
        # Open until the answer is there: the child ends when it closes, however this process ends.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # A backend's own words could quote the secret.
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


async def _answer_of(
    child: "subprocess.Popen[bytes]", question: str, seconds: float
) -> dict[str, str | None]:
    import asyncio  # noqa: PLC0415 - a process can be made ready before it is loaded

    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    with child:  # its end and the pipes'
        with suppress(OSError):  # it has died already, which its answer shows
            child.stdin.write(question.encode() + b"\n")
        try:
            # The thread sees the process end, and ends too.
            told = await asyncio.wait_for(asyncio.to_thread(child.stdout.read), seconds)
        except TimeoutError:
            child.kill()
            raise KeyringLockedError("it does not answer") from None
        except asyncio.CancelledError:
            child.kill()
            raise
    try:
        answer: dict[str, str | None] = json.loads(told)
    except ValueError:
        raise KeyringRefusedError(f"exit status {child.returncode}") from None
    return answer


def _error(failure: str, detail: str) -> AccountError:
    match failure:
        case "locked":
            return KeyringLockedError()
        case "missing":
            return NoKeyringError()
    return KeyringRefusedError(detail)
