"""The desktop's keyring; each call runs in its own process."""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import deepvue_tray
from deepvue_tray.core.credentials import Secret
from deepvue_tray.core.errors import (
    AccountError,
    KeyringLockedError,
    KeyringRefusedError,
    NoKeyringError,
)

# In a bundle sys.executable is the program itself, which recognizes this call by its -P.
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


LOAD_TIMEOUT_S = 60.0
"""The longest time to load the process; a busy computer is no locked keyring."""

PEEK_TIMEOUT_S, PROMPT_TIMEOUT_S = 10.0, 120.0
"""The longest time that a call may take without a prompt, and with one."""


class SystemKeyring:
    """The keyring of the current user.

    A call that may prompt waits for the person's answer. A cancelled call ends its process, so that
    a later answer has no effect. Every call may raise KeyringLockedError,
    NoKeyringError or KeyringRefusedError.
    """

    def __init__(self) -> None:
        self._ready: subprocess.Popen[bytes] | None = None

    def make_ready(self) -> None:
        """Start the next call's process now, because its start takes longer than the call."""
        with suppress(OSError):  # the call itself reports it
            self._ready = _start()

    async def get(self, client_ids: Collection[str], *, prompt: bool) -> Mapping[str, Secret]:
        """Return the secrets that are stored for ``client_ids``, after at most one prompt."""
        secrets = await self._call("get" if prompt else "peek", client_ids)
        return {client_id: Secret(secret) for client_id, secret in secrets.items()}

    async def set(self, client_id: str, secret: Secret) -> None:
        """Store or replace the secret."""
        await self._call("set", [client_id], secret.reveal())

    async def delete(self, client_id: str) -> None:
        """Remove the secret, if there is one."""
        await self._call("delete", [client_id])

    async def _call(
        self, call: str, client_ids: Collection[str], secret: str | None = None
    ) -> dict[str, str]:
        request = json.dumps({"call": call, "client_ids": [*client_ids], "secret": secret})
        try:
            child, self._ready = self._ready or _start(), None
        except OSError as error:
            raise KeyringRefusedError(f"no process for it: {error.strerror}") from None
        reply = await _reply_of(
            child, request, PEEK_TIMEOUT_S if call == "peek" else PROMPT_TIMEOUT_S
        )
        if "failure" in reply:
            raise _error(reply["failure"], reply.get("detail", ""))
        secrets: dict[str, str] = reply["secrets"]
        return secrets


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - a module of this package
        (*_COMMAND, _FOUND_IN),
        bufsize=0,
        # Open until the reply arrives: the child ends when this closes, however this process ends.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # A backend's own messages could quote the secret.
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


async def _reply_of(
    child: "subprocess.Popen[bytes]", request: str, seconds: float
) -> dict[str, Any]:
    import asyncio  # noqa: PLC0415 - 20 ms, in which the child starts

    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    with child:  # closes the pipes and waits for its end
        with suppress(OSError):  # it has ended already, which its reply shows
            child.stdin.write(request.encode() + b"\n")
        stage: AccountError = KeyringRefusedError("its process does not start")
        try:
            # Not wait_for: before Python 3.12, it loses a cancellation that meets a finished call.
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                loaded = await asyncio.to_thread(child.stdout.readline)
            stage = KeyringLockedError("it does not answer")
            async with asyncio.timeout(seconds):
                # The thread ends with the process.
                output = await asyncio.to_thread(child.stdout.read)
        except TimeoutError:
            child.kill()
            raise stage from None
        except asyncio.CancelledError:
            child.kill()
            raise
    try:
        reply: dict[str, Any] = json.loads(loaded + output)
    except ValueError:
        raise KeyringRefusedError(f"exit status {child.returncode}") from None
    return reply


def _error(failure: str, detail: str) -> AccountError:
    match failure:
        case "locked":
            return KeyringLockedError()
        case "missing":
            return NoKeyringError()
    return KeyringRefusedError(detail)
