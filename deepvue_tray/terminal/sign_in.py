"""``login`` and ``logout``: credentials, without a window."""

import argparse
import asyncio
import getpass
import signal
import sys

from deepvue_tray.core.credentials import Credentials
from deepvue_tray.core.errors import InvalidInputError
from deepvue_tray.core.reading import Reading, rounded_for_display
from deepvue_tray.engine import real_engine


def line_of(reading: Reading) -> str:
    """Say a reading: ``6,448 credits at 14:05``, local time."""
    noun = "credit" if reading.balance == 1 else "credits"
    balance = rounded_for_display(reading.balance)
    return f"{balance:,f} {noun} at {reading.at.astimezone():%H:%M}"


def login(options: argparse.Namespace) -> int:
    """Check credentials with the server, and store them."""
    # getpass then gives the terminal its echo back.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    engine = real_engine()
    credentials = _typed(options.client_id, known=engine.account.settings.client_id)

    async def probe_and_save() -> Reading:
        reading = await engine.monitor.probe(credentials)
        await engine.account.save(engine.account.settings, credentials)
        return reading

    reading = asyncio.run(probe_and_save())
    engine.close()
    print(f"Signed in as {credentials.client_id}: {line_of(reading)}.")
    print("The client secret is stored in the keyring.")
    return 0


def logout() -> int:
    """Remove the stored credentials."""
    client_id = asyncio.run(real_engine().account.sign_out())
    if client_id:
        print(f"Signed out: the keyring no longer holds a secret for {client_id}.")
    else:
        print("Nobody was signed in.")
    return 0


def _typed(client_id: str | None, *, known: str) -> Credentials:
    """Ask for what is missing; the secret comes hidden, or as the first line of a pipe."""
    at_terminal = sys.stdin.isatty()
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
