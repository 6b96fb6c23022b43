"""The entry point: starts the tray or a command.

Each branch imports what it needs, so that a command does not import Qt, and the first icon does not
wait for the backend.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepvue_tray.cli import output
from deepvue_tray.core.errors import DeepvueError, InvalidInputError
from deepvue_tray.services import log

if TYPE_CHECKING:
    from deepvue_tray.backend.backend import Backend

FAILED, USAGE_ERROR = 1, 2
INTERRUPTED, PIPE_CLOSED = 130, 141
"""The exit statuses that a shell uses for SIGINT and SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # SIGINT ends the process at once, which is safe because all files are written atomically.
        # Python's handler would print tracebacks, and asyncio misses a signal just before it waits.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    output.escape_unencodable()
    try:
        arguments = sys.argv[1:] if arguments is None else arguments
        environ = _take_credentials()
        status = _run(arguments, environ) if arguments else _run_without_arguments(environ)
        # Flush here, where an error can still be reported.
        output.write()
    except InvalidInputError as error:
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
    """Return the environment's credentials, and remove the secret from the environment.

    Child processes, such as the browser, inherit the environment.
    """
    return {
        "DEEPVUE_CLIENT_ID": os.environ.get("DEEPVUE_CLIENT_ID", ""),
        "DEEPVUE_CLIENT_SECRET": os.environ.pop("DEEPVUE_CLIENT_SECRET", ""),
    }


def _run_without_arguments(environ: Mapping[str, str]) -> int:
    """Run the tray without the parser, which would delay the icon by a tenth."""
    log.to_terminal(verbose=False)
    return _tray(environ)


def _run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    from deepvue_tray.cli.arguments import parse

    options = parse(arguments)
    log.to_terminal(verbose=options.verbose)
    match options.command:
        case "login":
            from deepvue_tray.cli.login import login

            return login(options, environ)
        case "logout":
            from deepvue_tray.cli.login import logout

            return logout(environ)
        case "check":
            from deepvue_tray.services.system_keyring import SystemKeyring

            keyring = SystemKeyring()
            if not environ["DEEPVUE_CLIENT_SECRET"]:
                # Its process starts while the other modules are imported.
                keyring.make_ready()
            from deepvue_tray.cli.check import check

            return check(options, environ, keyring)
        case "history":
            from deepvue_tray.cli.history import print_history

            return print_history(options, environ)
        case "import":
            from deepvue_tray.cli.history import import_history

            return import_history(options, environ)
    return _tray(environ, demo=options.demo, background=options.background)


def _tray(environ: Mapping[str, str], *, demo: bool = False, background: bool = False) -> int:
    if os.environ.get("DEEPVUE_BASE_URL"):
        from deepvue_tray.core.address import checked_base_url

        checked_base_url(os.environ["DEEPVUE_BASE_URL"])
    if client_id := environ["DEEPVUE_CLIENT_ID"]:
        from deepvue_tray.core.credentials import parse_client_id

        parse_client_id(client_id)
    from deepvue_tray.app import preflight

    problem = preflight.problem()
    if demo:
        return _demo(problem)
    if problem:
        print(problem, file=sys.stderr)
        return FAILED
    from deepvue_tray.app.startup import run

    return run(
        lambda: _logged_backend(environ),
        from_environment=any(environ.values()),
        background=background,
    )


def _demo(problem: str | None) -> int:
    from deepvue_tray.backend.demo import demo_backend

    with demo_backend() as build:
        if problem is None:
            from deepvue_tray.app.startup import run

            return run(build, prefix="Demo", single=False)
        from deepvue_tray.backend import event_loop
        from deepvue_tray.cli.login import format_reading

        backend = build()
        snapshot = event_loop.run(backend.monitor.poll())
        backend.close()
    if snapshot.trouble or not snapshot.reading:
        print(f"Demo: {snapshot.trouble}", file=sys.stderr)
        return FAILED
    print(f"Demo: {format_reading(snapshot.reading)}.")
    print("On a desktop the tray shows the current balance, and notifies when it is low.")
    print(problem)
    return 0


def _logged_backend(environ: Mapping[str, str]) -> "Backend":
    # Imported here: the tray calls this on its worker thread.
    from deepvue_tray.backend.backend import real_backend
    from deepvue_tray.services.history import TRAY_BUSY_TIMEOUT_S
    from deepvue_tray.services.paths import Paths

    log.to_file(Paths.of_user().log)
    return real_backend(environ, busy_timeout_s=TRAY_BUSY_TIMEOUT_S)
