"""The command line's parser, from which help, manual page and completion are generated."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from deepvue_tray import __version__
from deepvue_tray.cli import output
from deepvue_tray.core.errors import StorageError

UNKNOWN = 3
"""The exit status of a monitoring plugin without a result; 2 means critical."""

_DESCRIPTION = """\
Shows in the tray how many credits are left in a prepaid Deepvue API wallet, and
how long they will last. Without a command it starts the tray; the commands are
for terminals, scripts and servers."""

_ENVIRONMENT = """\
environment:
  DEEPVUE_CLIENT_ID, DEEPVUE_CLIENT_SECRET
                        override the stored credentials; they are not saved, and
                        their wallet is the only one
  DEEPVUE_CLIENT_SECRET_FILE
                        a file whose first line is the secret, for servers
  DEEPVUE_BASE_URL      another server: https://, or http:// on this computer
"""

_CHECK = """\
Requests the balance once and prints it, as monitoring plugins do:

  DEEPVUE OK - 6448 credits, about 11 days left | balance=6448;@0:1000;@0:250;0 ...

exit status: 0 ok, 1 low, 2 critical or empty, 3 unknown.
The reading is stored in the history, from which the days are forecast.
Of several wallets the worst one decides, and each has a line of its own."""

_THRESHOLDS = """\
The default is the threshold of the settings. A threshold is a whole number, or a
range of the Monitoring Plugins that alerts on low values only: 1000: or @0:1000."""

_CHECK_EXAMPLES = """\
examples:
  deepvue-tray check --warning 5000 --critical 1000
  deepvue-tray check --json | jq .balance
  deepvue-tray check --prometheus --output /var/lib/prometheus/node-exporter/deepvue.prom
"""

_HISTORY_EXAMPLES = """\
examples:
  deepvue-tray history --since 30d > readings.csv
  deepvue-tray history --since 2026-11-01 --format jsonl
  deepvue-tray history --wallet Trial > trial.csv
  deepvue-tray history import readings.csv
"""

_LOGIN = """\
Adds a wallet, or renews its secret. Prompts for the client secret (hidden), or
reads it from standard input. Checks the credentials with the server, and stores
them only if it accepts them."""

_LOGOUT = """\
Removes a wallet, and its client secret from the keyring. The history is kept
unless --delete-history is given."""

_STATUS = """\
Prints the balance of each wallet, its level, how long it will last, and what was
spent today. Times are local. Exit status: 1 if a wallet could not be asked."""

_USAGE = """\
Fetches what is missing of Deepvue's usage report of the last days, and prints
spending by product. It is off until "usage on" switches it on for a wallet, or
for all. A day is one request. Ctrl+C stops; the next call goes on there."""

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

MAX_USAGE_DAYS = 366

_MAX_AGO_DAYS = 36_500
"""The limit of a time given as an age, so that the date does not overflow."""


class _Parser(argparse.ArgumentParser):
    """A parser with its own exit status for usage errors."""

    usage_status = 2
    information_status = 0
    """The exit status after help or a version."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Report unknown arguments here, so that the command's own usage is shown."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and exit."""
        if self.usage_status == UNKNOWN:
            # Monitoring systems read one line, in which a vertical bar would begin the data.
            with suppress(StorageError, BrokenPipeError):
                output.write([f"DEEPVUE UNKNOWN - {message.replace('|', '/')} (see --help)\n"])
            self.exit(UNKNOWN)
        self.print_usage(sys.stderr)
        self.exit(self.usage_status, f"{self.prog}: {message}\n")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Exit; argparse's actions for help and versions leave the status at 0."""
        super().exit(status or self.information_status, message)


_AddCommand = Callable[..., _Parser]


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; ``command`` is empty for the tray."""
    main = _Parser(
        prog="deepvue-tray",
        description=_DESCRIPTION,
        epilog=_ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    main.add_argument(
        "--demo",
        action="store_true",
        help="show made-up wallets; does not use your files or credentials",
    )
    main.add_argument(
        "--background", action="store_true", help="open no window at the start, as at login"
    )
    main.add_argument("--verbose", action="store_true", help="write the log to the terminal")
    main.set_defaults(command="")
    add = main.add_subparsers(title="commands", metavar="[COMMAND]").add_parser
    _add_login(add)
    _add_logout(add)
    _add_status(add)
    _add_check(add)
    _add_alert_test(add)
    _add_history(add)
    _add_usage(add)
    return main


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; a usage error exits the program with a message."""
    main = parser()
    options = main.parse_args(arguments)
    if options.command and (options.demo or options.background):
        main.error("--demo and --background start the tray, and cannot be used with a command")
    if options.command == "import" and (options.since or options.format != "csv"):
        main.error("history import takes no option but --wallet, only a file")
    return options


def _add_login(add: _AddCommand) -> None:
    login = add(
        "login",
        help="check credentials and store them in the keyring",
        description=_LOGIN,
    )
    login.add_argument(
        "--client-id", metavar="ID", help="the client ID; the default is to prompt for it"
    )
    login.add_argument("--name", help="the name that tells the wallet from others")
    login.set_defaults(command="login")


def _add_logout(add: _AddCommand) -> None:
    logout = add("logout", help="remove the stored credentials", description=_LOGOUT)
    which = logout.add_mutually_exclusive_group()
    _add_wallet(which, "the wallet to remove")
    which.add_argument(
        "--all", action="store_true", help="remove every wallet, and every secret ever stored"
    )
    logout.add_argument(
        "--delete-history", action="store_true", help="delete the stored readings too"
    )
    logout.set_defaults(command="logout")


def _add_status(add: _AddCommand) -> None:
    status = add("status", help="show the balance of each wallet", description=_STATUS)
    _add_wallet(status, "only this wallet")
    status.add_argument(
        "--cached", action="store_true", help="show the last known balances, without a request"
    )
    status.add_argument(
        "--by", choices=("product",), help="show also what each product cost in seven days"
    )
    status.set_defaults(command="status")


def _add_wallet(to: "argparse._ActionsContainer", meaning: str, **options: Any) -> None:
    to.add_argument("--wallet", metavar="W", help=f"{meaning}, by its name or client ID", **options)


def _add_check(add: _AddCommand) -> None:
    check = add(
        "check",
        help="check the balance once, for Nagios, Icinga, Prometheus or cron",
        description=_CHECK,
        epilog=_CHECK_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # A monitoring system must not take the help for a good result.
    check.usage_status = check.information_status = UNKNOWN
    check.add_argument("-V", "--version", action="version", version=f"deepvue-tray {__version__}")
    _add_wallet(check, "only this wallet")
    check.add_argument(
        "-t",
        "--timeout",
        metavar="SECONDS",
        type=seconds,
        help="end after this time with the status unknown; without it, each step has a limit",
    )
    _add_thresholds(check)
    _add_formats(check)
    check.add_argument(
        "--notify",
        action="store_true",
        help="also pass alerts to the alert command of the settings, which a tray would pass",
    )
    check.set_defaults(command="check", format="plugin")


def _add_thresholds(check: _Parser) -> None:
    limits = check.add_argument_group("thresholds", _THRESHOLDS)
    for names, metavar, meaning in (
        (("-w", "--warning"), "CREDITS", "low at or below this balance"),
        (("-c", "--critical"), "CREDITS", "critical at or below this balance"),
        (("--warning-days",), "DAYS", "low if the credits may last no longer than this"),
        (("--critical-days",), "DAYS", "critical if they may last no longer than this"),
    ):
        limits.add_argument(
            *names,
            metavar=metavar,
            type=threshold,
            default=argparse.SUPPRESS,
            help=f"{meaning}, or off",
        )


def _add_formats(check: _Parser) -> None:
    printed = check.add_argument_group("output")
    printed.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        dest="has_details",
        help="print each wallet's values and thresholds after the first line",
    )
    printed.add_argument(
        "--simple-perfdata",
        action="store_true",
        help="print thresholds in performance data as plain numbers, for Icinga 2",
    )
    formats = printed.add_mutually_exclusive_group()
    formats.add_argument(
        "--json", action="store_const", dest="format", const="json", help="print a JSON object"
    )
    formats.add_argument(
        "--prometheus",
        action="store_const",
        dest="format",
        const="prometheus",
        help="print metrics in Prometheus' text format",
    )
    printed.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="replace this file atomically instead, as Prometheus' textfile collector needs",
    )


def _add_alert_test(add: _AddCommand) -> None:
    test = add(
        "alert-test",
        help="pass a made-up alert to the alert command",
        description="Passes a made-up alert to the alert command of the settings, and reports"
        " whether it has succeeded.",
    )
    test.set_defaults(command="alert-test")


def _add_history(add: _AddCommand) -> None:
    history = add(
        "history",
        help="print the stored readings, or import some",
        description="Prints the stored readings, oldest first. Times are UTC.",
        epilog=_HISTORY_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_wallet(history, "this wallet, also a removed one")
    history.add_argument(
        "--since",
        metavar="WHEN",
        type=moment,
        help="only readings since then: 12h, 30d or 8w ago, or a day such as 2026-11-01",
    )
    history.add_argument(
        "--format", choices=("csv", "jsonl"), default="csv", help="CSV (default) or JSON lines"
    )
    history.set_defaults(command="history")
    more = history.add_subparsers(title="commands", metavar="[COMMAND]")
    entry = more.add_parser(
        "import",
        help="add readings from a CSV file",
        description="Adds the readings of a CSV file with the columns at and balance, as history"
        " prints them. Balances that are already known stay. If a line is wrong, nothing is"
        " imported, and each wrong line is listed with its number. Other programs can write to the"
        " history meanwhile. After an interruption the older part is stored; importing again adds"
        " the rest.",
    )
    # Without a default, which would override the option before the word import.
    _add_wallet(entry, "into this wallet, also a removed one", default=argparse.SUPPRESS)
    entry.add_argument("file", metavar="FILE", help="the file, or - for standard input")
    entry.set_defaults(command="import")


def _add_usage(add: _AddCommand) -> None:
    usage = add(
        "usage",
        help="show what spends the credits, by product",
        description=_USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usage.add_argument(
        "switch", nargs="?", choices=("on", "off"), help="switch the report on or off"
    )
    _add_wallet(usage, "only this wallet")
    usage.add_argument(
        "--days", type=_days, default=7, metavar="N", help="the number of days (default: 7)"
    )
    usage.add_argument("--json", action="store_true", help="print a JSON object")
    usage.set_defaults(command="usage")


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_USAGE_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MAX_USAGE_DAYS}")


def threshold(text: str) -> int | None:
    """Parse a threshold, at or below which a value is low: a number, a range, or None for ``off``.

    The ranges are those of the Monitoring Plugins' guidelines. ``@0:1000`` and ``@~:1000`` alert on
    values from their start to 1000. ``1000:`` alerts on values below 1000; as a threshold, it
    includes 1000. Any other range would alert on high values, or not on all low ones.
    """
    if text == "off":
        return None
    found = re.fullmatch(r"(-?\d+):?|@[0~]?:(\d+)", text, re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a whole number, nor a range of low values such as 1000: or"
            " @0:1000, nor off"
        )
    return int(found[1] or found[2])


def seconds(text: str) -> int:
    """Parse a time: a whole number of seconds, at least one."""
    if not re.fullmatch(r"0*[1-9]\d{0,5}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds from 1")
    return int(text)


def moment(text: str) -> datetime:
    """Parse a moment, aware, UTC: an age, or a day or time, which is local without a time zone."""
    if ago := re.fullmatch(r"(\d{1,6})([hdw])", text):
        length = int(ago[1]) * _UNITS[ago[2]]
        return datetime.now(UTC) - min(length, timedelta(days=_MAX_AGO_DAYS))
    try:
        at = datetime.fromisoformat(text)
        try:
            return at.astimezone(UTC)
        except OSError:
            # Windows converts only local times from 1970 to 3000. All readings are within them.
            return at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither an age, such as 12h, 30d or 8w, nor a day, such as 2026-11-01"
        ) from None
