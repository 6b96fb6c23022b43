"""``login`` and ``logout``: credentials, without a window."""

import argparse
import asyncio
import getpass
import signal
import sys
from collections.abc import Coroutine, Mapping
from typing import Any

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import real_backend
from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.reading import Reading, rounded_for_display

if sys.platform == "win32":
    import ctypes
    import msvcrt

MOMENT_S = 1.0
"""Seconds for a keyring that asks nobody."""


def reading_line(reading: Reading) -> str:
    """Say a reading: ``6,448 credits at 14:05``, local time."""
    noun = "credit" if reading.balance == 1 else "credits"
    balance = rounded_for_display(reading.balance)
    return f"{balance:,f} {noun} at {reading.at.astimezone():%H:%M}"


def login(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Check credentials with the server, and store them."""
    # getpass then gives the terminal its echo back.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    backend = real_backend(environ)
    credentials = _typed(options.client_id, known=backend.accounts.settings.client_id)

    async def probe_and_store() -> Reading:
        reading = await backend.monitor.probe(credentials)
        await _announced(backend.accounts.sign_in(credentials))
        return reading

    reading = event_loop.run(probe_and_store())
    backend.close()
    print(f"Signed in as {credentials.client_id}: {reading_line(reading)}.")
    print("The client secret is stored in the keyring.")
    return 0


def logout(environ: Mapping[str, str]) -> int:
    """Remove the stored credentials."""
    accounts = real_backend(environ).accounts
    if client_id := accounts.settings.client_id:
        event_loop.run(_announced(accounts.sign_out(client_id)))
        print(f"Signed out: the keyring no longer holds a secret for {client_id}.")
    else:
        print("Nobody was signed in.")
    return 0


async def _announced(change: Coroutine[Any, Any, None]) -> None:
    """Do what needs the keyring, and say so once it takes longer than a moment."""
    task = asyncio.create_task(change)
    done, _ = await asyncio.wait([task], timeout=MOMENT_S)
    if not done:
        print(
            "Waiting for the keyring; it may be showing a prompt for its password.", file=sys.stderr
        )
    await task


def _typed(client_id: str | None, *, known: str) -> Credentials:
    """Ask for what is missing; the secret comes hidden, or as the first line of a pipe."""
    at_terminal = _is_at_terminal()
    try:
        if client_id is None and not at_terminal:
            raise InvalidInputError("name it with --client-id where the secret comes from a pipe")
        if client_id is None:
            default = f" [{known}]" if known else ""
            client_id = input(f"Client ID{default}: ") or known
        secret = getpass.getpass("Client secret: ") if at_terminal else sys.stdin.readline()
    except EOFError:
        print(file=sys.stderr)  # the prompt's line is still open
        raise InvalidInputError("nothing was typed") from None
    return Credentials.parse(client_id, secret)


def _is_at_terminal() -> bool:
    if sys.platform == "win32":
        # To the C library, NUL is a terminal too, where a prompt would wait for ever.
        console = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        mode = ctypes.c_ulong()
        return bool(ctypes.windll.kernel32.GetConsoleMode(console, ctypes.byref(mode)))
    return sys.stdin.isatty()
