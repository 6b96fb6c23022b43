"""Every check, and what else is made by a command: ``.venv/bin/nox -l`` lists the sessions.

``.venv/bin/nox`` alone runs what each commit must pass. Nothing is installed: a session uses the
environment that nox itself is in. What follows ``--`` goes to the session's tool, such as
``.venv/bin/nox -s tests -- tests/core``.
"""

import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "format", "types", "imports", "tests"]

SCRIPTS = Path(sys.executable).parent
"""Where pip has put the tools."""


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests as the README does, without the long ones."""
    run(session, "pytest")


@nox.session
def soak(session: nox.Session) -> None:
    """Run the long tests, which the README's command leaves out."""
    run(session, "pytest", "-m", "soak")


@nox.session
def coverage(session: nox.Session) -> None:
    """Report which lines no test runs. The tray on a real desktop is not measured."""
    run(session, "pytest", "--cov", "--cov-report=term-missing:skip-covered")


@nox.session
def lint(session: nox.Session) -> None:
    """Check for faults and for style."""
    run(session, "ruff", "check")


@nox.session
def format(session: nox.Session) -> None:  # noqa: A001 - the session's name on the command line
    """Check that every file is formatted, as ``.venv/bin/ruff format`` would."""
    run(session, "ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types."""
    run(session, "mypy")


@nox.session
def imports(session: nox.Session) -> None:
    """Check who imports whom, by the contracts in pyproject.toml."""
    run(session, "lint-imports")


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist and the wheel, and try both as others get them."""
    session.run(".ci/package", external=True)


@nox.session
def bundle(session: nox.Session) -> None:
    """Build the bundle and its Debian package, install it, try it, and remove it again."""
    session.run(".ci/bundle", external=True)


@nox.session
def wine(session: nox.Session) -> None:
    """Run the suite and the main job with Windows' Python and Qt, under Wine."""
    session.run(".ci/wine", *session.posargs, external=True)


@nox.session
def translations(session: nox.Session) -> None:
    """Bring each language's .ts and .qm up to date with the program's texts."""
    run(session, "python", "-m", "resources.translations.update")


@nox.session
def screenshots(session: nox.Session) -> None:
    """Take a picture of every view: ``-- FOLDER [SCALE]``."""
    run(session, "python", "-m", "tests.desktop.screenshots")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure CPU, memory, time and size, for most of an hour: ``-- [BUNDLE_FOLDER]``."""
    run(session, "python", "-m", "tests.benchmarks")


@nox.session
def backtests(session: nox.Session) -> None:
    """Measure how good the forecast is, and the alert of fast spending."""
    for name in ("forecast_backtest", "fast_spending_backtest"):
        run(session, "python", "-m", f"tests.benchmarks.{name}")


def run(session: nox.Session, tool: str, *arguments: str) -> None:
    """Run a tool of this environment, with what the person gave after ``--``."""
    session.run(str(SCRIPTS / tool), *arguments, *session.posargs, external=True)
