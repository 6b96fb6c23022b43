"""``login`` and ``logout``: credentials in the terminal."""

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

KEYRING_NOTICE_AFTER_S = 1.0
"""Seconds after which the keyring is probably showing a prompt."""


def format_reading(reading: Reading) -> str:
    """Return ``6,448 credits at 14:05``; the time is local."""
    noun = "credit" if reading.balance == 1 else "credits"
    balance = rounded_for_display(reading.balance)
    return f"{balance:,f} {noun} at {reading.at.astimezone():%H:%M}"


def login(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Check credentials with the server, and store them."""
    # As a KeyboardInterrupt, so that getpass restores the terminal's echo.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    backend = real_backend(environ)
    credentials = _prompt(options.client_id, default_id=backend.accounts.settings.client_id)

    async def probe_and_store() -> Reading:
        reading = await backend.monitor.probe(credentials)
        await _with_notice(backend.accounts.sign_in(credentials))
        return reading

    reading = event_loop.run(probe_and_store())
    backend.close()
    print(f"Signed in as {credentials.client_id}: {format_reading(reading)}.")
    print("The client secret is stored in the keyring.")
    return 0


def logout(environ: Mapping[str, str]) -> int:
    """Remove the stored credentials."""
    accounts = real_backend(environ).accounts
    if client_id := accounts.settings.client_id:
        event_loop.run(_with_notice(accounts.sign_out(client_id)))
        print(f"Signed out: the keyring no longer holds a secret for {client_id}.")
    else:
        print("Nobody was signed in.")
    return 0


async def _with_notice(change: Coroutine[Any, Any, None]) -> None:
    """Wait for a change of the keyring; print a notice after KEYRING_NOTICE_AFTER_S."""
    task = asyncio.create_task(change)
    done, _ = await asyncio.wait([task], timeout=KEYRING_NOTICE_AFTER_S)
    if not done:
        print(
            "Waiting for the keyring. It may be showing a prompt for its password.", file=sys.stderr
        )
    await task


def _prompt(client_id: str | None, *, default_id: str) -> Credentials:
    """Prompt for missing parts; without a terminal, read the secret from the input's first line."""
    at_terminal = _is_at_terminal()
    try:
        if client_id is None and not at_terminal:
            raise InvalidInputError("add --client-id if the secret comes from a pipe")
        if client_id is None:
            hint = f" [{default_id}]" if default_id else ""
            client_id = input(f"Client ID{hint}: ") or default_id
        secret = getpass.getpass("Client secret: ") if at_terminal else sys.stdin.readline()
    except EOFError:
        print(file=sys.stderr)  # to end the prompt's line
        raise InvalidInputError("nothing was typed") from None
    return Credentials.parse(client_id, secret)


def _is_at_terminal() -> bool:
    if sys.platform == "win32":
        # The C library reports NUL as a terminal, where a prompt would wait forever.
        console = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        mode = ctypes.c_ulong()
        return bool(ctypes.windll.kernel32.GetConsoleMode(console, ctypes.byref(mode)))
    return sys.stdin.isatty()
