"""The program's entry: the tray, or one of a terminal's commands.

Each loads what it needs itself, so that a command starts no Qt and the tray no network.
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

FAILED, MISUSED = 1, 2
INTERRUPTED, PIPE_CLOSED = 130, 141
"""What a shell makes of SIGINT and SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit status."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # An interrupt ends it where it is: what it writes is whole or is not there. Python's own
        # would be a traceback here and there, and asyncio misses one just before it waits.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    output.show_any_text()
    try:
        given = sys.argv[1:] if arguments is None else arguments
        environ = _take_credentials()
        status = _run(given, environ) if given else _run_from_menu(environ)
        # Now, while a full disk or a closed pipe can still be told.
        output.write()
    except InvalidInputError as error:
        output.write_error(error)
        return MISUSED
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
    """Return the environment's credentials, and take the secret out of it.

    Every child process, such as the browser, gets what is left.
    """
    return {
        "DEEPVUE_CLIENT_ID": os.environ.get("DEEPVUE_CLIENT_ID", ""),
        "DEEPVUE_CLIENT_SECRET": os.environ.pop("DEEPVUE_CLIENT_SECRET", ""),
    }


def _run_from_menu(environ: Mapping[str, str]) -> int:
    """Run the tray without the parser, which would hold the icon up by a tenth."""
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
                # Its process starts while the rest is loaded.
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

    problem = preflight.choose_platform()
    if demo:
        return _demo(problem)
    if problem:
        print(problem, file=sys.stderr)
        return FAILED
    from deepvue_tray.app.application import run

    return run(
        lambda: _logged_backend(environ),
        from_environment=any(environ.values()),
        background=background,
    )


def _demo(problem: str | None) -> int:
    from deepvue_tray.backend.demo import demo_backend

    with demo_backend() as build:
        if problem is None:
            from deepvue_tray.app.application import run

            return run(build, prefix="Demo", single=False)
        from deepvue_tray.backend import event_loop
        from deepvue_tray.cli.login import reading_line

        backend = build()
        snapshot = event_loop.run(backend.monitor.poll())
        backend.close()
    if snapshot.trouble or not snapshot.reading:
        print(f"Demo: {snapshot.trouble}", file=sys.stderr)
        return FAILED
    print(f"Demo: {reading_line(snapshot.reading)}.")
    print("On a desktop this stands in the tray, is kept current, and warns when it runs low.")
    print(problem)
    return 0


def _logged_backend(environ: Mapping[str, str]) -> "Backend":
    # Loaded here: the tray calls this on its worker thread.
    from deepvue_tray.backend.backend import real_backend
    from deepvue_tray.services.history import TRAY_BUSY_TIMEOUT_S
    from deepvue_tray.services.paths import Paths

    log.to_file(Paths.of_user().log)
    return real_backend(environ, busy_timeout_s=TRAY_BUSY_TIMEOUT_S)
