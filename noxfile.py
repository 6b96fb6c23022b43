"""Every check, and every generated artefact: ``.venv/bin/nox -l`` lists the sessions.

``.venv/bin/nox`` without arguments runs the checks that every commit must pass. A session uses the
environment that nox is installed in and installs nothing. Arguments after ``--`` are passed to the
session's tool, as in ``.venv/bin/nox -s tests -- tests/core``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "format", "types", "imports", "workflows", "tests"]

SCRIPTS = Path(sys.executable).parent
"""Where pip installs the tools."""

NO_TESTS = 5
"""pytest's exit status if it ran no test."""


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests without the long ones, like the README's command."""
    run(session, "pytest")


@nox.session
def soak(session: nox.Session) -> None:
    """Run the long tests, and the property tests with four times as many examples."""
    run(session, "pytest", "-m", "soak or hypothesis", "--hypothesis-profile=long")


@nox.session
def wayland(session: nox.Session) -> None:
    """Run the tests on GNOME, KDE and sway, one at a time, and once more those that failed.

    These desktops draw in software here, and on a busy machine they lose a click or a key.
    """
    on_wayland = ("pytest", "-m", "wayland", "-n", "0")
    again = ("--last-failed", "--last-failed-no-failures", "none")
    # The cache may name failures of other tests.
    run(session, *on_wayland, "--cache-clear", success_codes=[0, 1])
    run(session, *on_wayland, *again, success_codes=[0, NO_TESTS])


@nox.session
def coverage(session: nox.Session) -> None:
    """Report the lines that no test runs. The tray on a real desktop is not measured."""
    run(session, "pytest", "--cov", "--cov-report=term-missing:skip-covered")


@nox.session
def lint(session: nox.Session) -> None:
    """Check for errors and style."""
    run(session, "ruff", "check")


@nox.session
def format(session: nox.Session) -> None:  # noqa: A001 - the session's name on the command line
    """Check the formatting; ``.venv/bin/ruff format`` corrects it."""
    run(session, "ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    run(session, "mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """Check the import contracts in pyproject.toml."""
    run(session, "lint-imports")


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the security of the GitHub workflows, without a network."""
    run(session, "zizmor", "--offline", "--no-progress", ".github")


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist and the wheel, install the wheel, and run the sdist's tests."""
    session.run(".ci/package", external=True)


@nox.session
def bundle(session: nox.Session) -> None:
    """Build the bundle and its Debian package, install, test and remove the package."""
    session.run(".ci/bundle", external=True)


@nox.session
def wine(session: nox.Session) -> None:
    """Run the tests and the main tasks with Windows' Python and Qt, under Wine."""
    session.run(".ci/wine", *session.posargs, external=True)


@nox.session
def translations(session: nox.Session) -> None:
    """Update the .ts and .qm files to the program's texts."""
    run(session, "python", "-m", "resources.translations.update")


@nox.session
def screenshots(session: nox.Session) -> None:
    """Take a picture of every view: ``-- FOLDER [SCALE]``."""
    run(session, "python", "-m", "tests.desktop.screenshots")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure CPU, memory, time and size, for more than an hour: ``-- [BUNDLE_FOLDER]``."""
    run(session, "python", "-m", "tests.benchmarks")


@nox.session
def backtests(session: nox.Session) -> None:
    """Measure the accuracy of the forecast and of the fast-spending alert."""
    for name in ("forecast_backtest", "fast_spending_backtest"):
        run(session, "python", "-m", f"tests.benchmarks.{name}")


def run(
    session: nox.Session, tool: str, *arguments: str, success_codes: Sequence[int] = (0,)
) -> None:
    """Run a tool of this environment with the arguments after ``--``."""
    command = (str(SCRIPTS / tool), *arguments, *session.posargs)
    session.run(*command, external=True, success_codes=success_codes)
