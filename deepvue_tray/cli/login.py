"""``login`` and ``logout``: credentials in the terminal."""

import argparse
import asyncio
import getpass
import signal
import sys
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import closing
from typing import Any

from deepvue_tray.backend import event_loop
from deepvue_tray.backend.backend import Backend, real_backend
from deepvue_tray.cli import output
from deepvue_tray.cli.texts import reading_text
from deepvue_tray.cli.wallets import known_client_id, names_of
from deepvue_tray.core.credentials import Credentials, parse_client_id
from deepvue_tray.core.errors import (
    DamagedError,
    DeepvueError,
    InvalidInputError,
    KeyringLockedError,
    StorageError,
)
from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import Settings
from deepvue_tray.core.wallet_names import parse_name

if sys.platform == "win32":
    import ctypes
    import msvcrt

KEYRING_NOTICE_AFTER_S = 1.0
"""Seconds after which the keyring is probably showing a prompt."""


def login(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Check credentials with the server, and store them."""
    # As a KeyboardInterrupt, so that getpass restores the terminal's echo.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with closing(real_backend(environ)) as backend:
        if isinstance(backend.accounts.damage, DamagedError):  # other errors end the sign-in
            output.write_error(backend.accounts.damage)
        credentials = _prompt(options, backend.accounts.settings)

        async def probe_and_store() -> Reading:
            reading = await backend.probe(credentials)
            await _KeyringNotice().during(backend.sign_in(credentials, options.name or ""))
            return reading

        reading = event_loop.run(probe_and_store())
    settings, client_id = backend.accounts.settings, credentials.client_id
    wallet = settings.wallet(client_id)
    who = f"as {client_id}"
    if wallet and len(settings.wallets) > 1:
        who = f"to {wallet.name} ({client_id})"
    print(f"Signed in {who}: {reading_text(reading)}.")
    print("The client secret is stored in the keyring.")
    return 0


def logout(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Remove a wallet and its secret, or all of them."""
    with closing(real_backend(environ)) as backend:
        failures: dict[str, DeepvueError] = {}
        client_ids = _client_ids(options, backend, failures)
        event_loop.run(_sign_out(backend, client_ids, failures, delete=options.delete_history))
    done = [client_id for client_id in client_ids if client_id not in failures]
    if done:
        print(f"Signed out: the keyring no longer holds a secret for {', '.join(done)}.")
        if options.delete_history:
            print("The history is deleted.")
        elif options.all or options.wallet is not None:
            print("The history is kept.")
    elif not failures:
        if backend.accounts.damage:
            raise backend.accounts.damage
        print("Nobody was signed in.")
    if len(failures) == 1 and not options.all:
        raise next(iter(failures.values()))
    for name, error in failures.items():
        output.write_error(f"{name}: {error}")
    return 1 if failures else 0


def _client_ids(
    options: argparse.Namespace, backend: Backend, failures: dict[str, DeepvueError]
) -> list[str]:
    """Return the client IDs to sign out of; raises UsageError if it is not clear which."""
    settings = backend.accounts.settings
    if options.all:
        return _all_client_ids(backend, failures)
    if options.wallet is not None:
        return [known_client_id(options.wallet, settings, backend)]
    if len(settings.client_ids) > 1:
        names = ", ".join(names_of(settings))
        raise output.UsageError(
            f"There are several wallets: {names}. Add --wallet and one of them, or --all."
        )
    return [*settings.client_ids]


def _all_client_ids(backend: Backend, failures: dict[str, DeepvueError]) -> list[str]:
    """Return every known client ID; those of the settings if the history cannot be read."""
    try:
        return backend.client_ids()
    except StorageError as error:
        failures["Wallets that were removed earlier"] = error
        return [*backend.accounts.settings.client_ids]


async def _sign_out(
    backend: Backend,
    client_ids: Iterable[str],
    failures: dict[str, DeepvueError],
    *,
    delete: bool,
) -> None:
    """Sign out of each wallet; add the error of each that fails to ``failures``."""
    notice = _KeyringNotice()
    locked: KeyringLockedError | None = None
    for client_id in client_ids:
        if locked:
            # Each further call would show the prompt that the person has just dismissed.
            failures[client_id] = locked
            continue
        try:
            await notice.during(backend.sign_out(client_id, delete_history=delete))
        except DeepvueError as error:
            failures[client_id] = error
            locked = error if isinstance(error, KeyringLockedError) else None


class _KeyringNotice:
    """Tells the person once that the keyring may be waiting for an answer."""

    def __init__(self) -> None:
        self._is_printed = False

    async def during(self, change: Coroutine[Any, Any, object]) -> None:
        """Wait for a change of the keyring; print the notice after KEYRING_NOTICE_AFTER_S."""
        task = asyncio.create_task(change)
        timeout = None if self._is_printed else KEYRING_NOTICE_AFTER_S
        done, _ = await asyncio.wait([task], timeout=timeout)
        if not done:
            output.write_error("Waiting for the keyring. It may be asking for its password.")
            self._is_printed = True
        await task


def _prompt(options: argparse.Namespace, settings: Settings) -> Credentials:
    """Prompt for missing parts; without a terminal, read the secret from the input's first line."""
    at_terminal = _is_at_terminal()
    client_id: str | None = options.client_id
    try:
        if client_id is None and not at_terminal:
            raise InvalidInputError("Add --client-id if the secret comes from a pipe")
        if client_id is None:
            default_id = settings.client_ids[0] if len(settings.client_ids) == 1 else ""
            hint = f" [{default_id}]" if default_id else ""
            client_id = input(f"Client ID{hint}: ") or default_id
        client_id = parse_client_id(client_id)
        if options.name is not None:
            parse_name(options.name, client_id, settings)
        secret = getpass.getpass("Client secret: ") if at_terminal else sys.stdin.readline()
    except EOFError:
        print(file=sys.stderr)  # to end the prompt's line
        raise InvalidInputError("Nothing was typed") from None
    return Credentials.parse(client_id, secret)


def _is_at_terminal() -> bool:
    if sys.platform == "win32":
        # The C library reports NUL as a terminal, where a prompt would wait forever.
        console = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        mode = ctypes.c_ulong()
        return bool(ctypes.windll.kernel32.GetConsoleMode(console, ctypes.byref(mode)))
    return sys.stdin.isatty()
