"""The entry point: starts the tray or a command.

Each command imports what it needs: Qt takes half a second, which no command waits for, and a
command's own modules take 60 ms, which the tray's icon does not wait for.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from deepvue_tray.app import preflight
from deepvue_tray.cli import output
from deepvue_tray.core.address import checked_base_url
from deepvue_tray.core.credentials import parse_client_id
from deepvue_tray.core.errors import DeepvueError, InvalidInputError
from deepvue_tray.services import log

if TYPE_CHECKING:
    import argparse

    from deepvue_tray.backend.backend import Backend

    Command = Callable[[argparse.Namespace, Mapping[str, str]], int]

FAILED, USAGE_ERROR = 1, 2
INTERRUPTED, PIPE_CLOSED = 130, 141
"""The exit statuses that a shell uses for SIGINT and SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # SIGINT ends the process at once, which is safe because all files are written atomically.
        # Python's handler would print tracebacks, and asyncio can miss a signal before it waits.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    output.escape_unencodable()
    try:
        arguments = sys.argv[1:] if arguments is None else arguments
        environ = _take_credentials()
        status = _run(arguments, environ) if arguments else _run_without_arguments(environ)
        # Flush here, where an error can still be reported.
        output.write()
    except (InvalidInputError, output.UsageError) as error:
        output.write_error(error)
        return USAGE_ERROR
    except DeepvueError as error:
        output.write_error(error)
        return FAILED
    except BrokenPipeError:
        return PIPE_CLOSED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    return status


def _take_credentials() -> Mapping[str, str]:
    """Return the environment's credentials, and remove the secret and its file's path from it.

    Child processes, such as the browser, inherit the environment.
    """
    return {
        "DEEPVUE_CLIENT_ID": os.environ.get("DEEPVUE_CLIENT_ID", "").strip(),
        "DEEPVUE_CLIENT_SECRET": os.environ.pop("DEEPVUE_CLIENT_SECRET", ""),
        "DEEPVUE_CLIENT_SECRET_FILE": os.environ.pop("DEEPVUE_CLIENT_SECRET_FILE", ""),
    }


def _run_without_arguments(environ: Mapping[str, str]) -> int:
    """Run the tray without the parser, which would delay the icon by a tenth."""
    log.to_terminal(verbose=False)
    return _tray(environ)


def _run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    # Imported here: 3 ms, a fiftieth of a start from the menu, which has no options.
    from deepvue_tray.cli.arguments import parse

    options = parse(arguments)
    log.to_terminal(verbose=options.verbose)
    if not options.command:
        return _tray(environ, demo=options.demo, background=options.background)
    return _command(options.command, environ)(options, environ)


def _command(name: str, environ: Mapping[str, str]) -> "Command":
    """Return the function of a command."""
    match name:
        case "check":
            return _check_command(environ)
        case "status":
            from deepvue_tray.cli.status import status as do
        case "login":
            from deepvue_tray.cli.login import login as do
        case "logout":
            from deepvue_tray.cli.login import logout as do
        case "alert-test":
            from deepvue_tray.cli.alerts import alert_test as do
        case "history":
            from deepvue_tray.cli.history import print_history as do
        case "import":
            from deepvue_tray.cli.history import import_history as do
        case _:
            from deepvue_tray.cli.usage import usage as do
    return do


def _check_command(environ: Mapping[str, str]) -> "Command":
    # Imported first, in 8 ms: the other modules take 60 ms, in which the keyring's process starts.
    from deepvue_tray.services.system_keyring import SystemKeyring

    keyring = SystemKeyring()
    if not (environ["DEEPVUE_CLIENT_SECRET"] or environ["DEEPVUE_CLIENT_SECRET_FILE"]):
        keyring.make_ready()
    from deepvue_tray.cli.check import check

    return partial(check, keyring=keyring)


def _tray(environ: Mapping[str, str], *, demo: bool = False, background: bool = False) -> int:
    if base_url := os.environ.get("DEEPVUE_BASE_URL"):
        checked_base_url(base_url)
    if client_id := environ["DEEPVUE_CLIENT_ID"]:
        parse_client_id(client_id)
    if environ["DEEPVUE_CLIENT_SECRET_FILE"]:
        from deepvue_tray.services.credentials import with_secret_of_file

        environ = with_secret_of_file(environ)
    problem = preflight.choose_platform()
    if problem is None:
        preflight.load_qt()
    if demo:
        from deepvue_tray.cli.demo import run_demo

        return run_demo(problem)
    if problem:
        print(problem, file=sys.stderr)
        return FAILED
    from deepvue_tray.app.startup import run

    return run(lambda: _backend(environ), background=background)


def _backend(environ: Mapping[str, str]) -> "Backend":
    # Imported here: the tray calls this on its worker thread, after its icon is shown.
    from deepvue_tray.backend.backend import tray_backend

    return tray_backend(environ)
