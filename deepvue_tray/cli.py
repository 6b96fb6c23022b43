"""The command line. Qt is imported to start the tray alone."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepvue_tray import __version__, preflight
from deepvue_tray.core.errors import DeepvueError, InvalidInputError
from deepvue_tray.services import log

if TYPE_CHECKING:
    from deepvue_tray.core.credentials import Credentials
    from deepvue_tray.core.reading import Reading
    from deepvue_tray.engine import Engine

FAILED = 1
MISUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status."""
    options = _parser().parse_args(arguments)
    log.to_terminal(verbose=options.verbose)
    try:
        if os.environ.get("DEEPVUE_BASE_URL"):
            from deepvue_tray.core.address import checked_base_url

            checked_base_url(os.environ["DEEPVUE_BASE_URL"])
        status: int = options.run(options)
    except InvalidInputError as error:
        print(error, file=sys.stderr)
        return MISUSED
    except DeepvueError as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="deepvue-tray",
        description="Shows in the tray how much is left in a prepaid Deepvue API wallet.",
        epilog="DEEPVUE_CLIENT_ID and DEEPVUE_CLIENT_SECRET, where set, win over what is stored;"
        " DEEPVUE_BASE_URL names another server.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="show a made-up wallet; touches nothing of yours"
    )
    parser.add_argument(
        "--background", action="store_true", help="open no window by itself, as at login"
    )
    parser.add_argument("--verbose", action="store_true", help="write to the terminal what goes on")
    parser.set_defaults(run=_tray)
    commands = parser.add_subparsers(title="commands", metavar="")
    login = commands.add_parser(
        "login",
        help="check credentials and store them in the keyring",
        description="Asks for the client secret (hidden), or reads it from standard input; checks"
        " both with the server, then stores them. Nothing is stored where they are refused.",
    )
    login.add_argument("--client-id", help="the client id; asked for where it is not given")
    login.set_defaults(run=_login)
    logout = commands.add_parser("logout", help="remove the stored credentials")
    logout.set_defaults(run=_logout)
    return parser


def _tray(options: argparse.Namespace) -> int:
    problem = preflight.problem()
    if options.demo:
        return _demo(problem)
    if problem:
        print(problem, file=sys.stderr)
        return FAILED
    from deepvue_tray.app import run

    names = ("DEEPVUE_CLIENT_ID", "DEEPVUE_CLIENT_SECRET")
    return run(
        _logged_engine,
        from_environment=any(os.environ.get(name) for name in names),
        background=options.background,
    )


def _demo(problem: str | None) -> int:
    from deepvue_tray.demo import demo_engine

    with demo_engine() as build:
        if problem is None:
            from deepvue_tray.app import run

            return run(build, prefix="Demo", single=False)
        import asyncio

        engine = build()
        snapshot = asyncio.run(engine.monitor.look())
        engine.close()
    if snapshot.trouble or not snapshot.reading:
        print(f"Demo: {snapshot.trouble}", file=sys.stderr)
        return FAILED
    print(f"Demo: {_line(snapshot.reading)}.")
    print("On a desktop this stands in the tray, is kept current, and warns when it runs low.")
    print(problem)
    return 0


def _login(options: argparse.Namespace) -> int:
    import asyncio

    engine = _real_engine()
    credentials = _typed(options.client_id, known=engine.account.settings.client_id)

    async def probe_and_save() -> "Reading":
        reading = await engine.monitor.probe(credentials)
        await engine.account.save(engine.account.settings, credentials)
        return reading

    reading = asyncio.run(probe_and_save())
    engine.close()
    print(f"Signed in as {credentials.client_id}: {_line(reading)}.")
    print("The client secret is stored in the keyring.")
    return 0


def _logout(_: argparse.Namespace) -> int:
    import asyncio

    client_id = asyncio.run(_real_engine().account.sign_out())
    if client_id:
        print(f"Signed out: the keyring no longer holds a secret for {client_id}.")
    else:
        print("Nobody was signed in.")
    return 0


def _real_engine() -> "Engine":
    # Loaded here: half a second, which the tray spends on its worker thread.
    from deepvue_tray.engine import real_engine

    return real_engine()


def _logged_engine() -> "Engine":
    from deepvue_tray.services.paths import Paths

    log.to_file(Paths.of_user().log)
    return _real_engine()


def _typed(client_id: str | None, *, known: str) -> "Credentials":
    """Ask for what is missing; the secret comes hidden, or as the first line of a pipe."""
    import getpass

    from deepvue_tray.core.credentials import Credentials

    at_terminal = sys.stdin.isatty()
    try:
        if client_id is None and not at_terminal:
            raise InvalidInputError("name it with --client-id where the secret comes from a pipe")
        if client_id is None:
            default = f" [{known}]" if known else ""
            client_id = input(f"Client id{default}: ") or known
        secret = getpass.getpass("Client secret: ") if at_terminal else sys.stdin.readline()
    except EOFError:
        raise InvalidInputError("nothing was typed") from None
    return Credentials.parse(client_id, secret)


def _line(reading: "Reading") -> str:
    return f"{reading.balance:,} credits at {reading.at.astimezone():%H:%M}"
