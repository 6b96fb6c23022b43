"""The log is complete, stays small, and cannot contain a secret."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepvue_tray.core.errors import StorageError
from deepvue_tray.services import log

logger = logging.getLogger("deepvue_tray.somewhere")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    package_logger = logging.getLogger("deepvue_tray")
    before = (
        package_logger.handlers[:],
        package_logger.propagate,
        package_logger.level,
        logging.raiseExceptions,
    )
    yield tmp_path / "not yet there" / "deepvue-tray.log"
    for handler in set(package_logger.handlers) - set(before[0]):
        handler.close()
    (
        package_logger.handlers[:],
        package_logger.propagate,
        package_logger.level,
        logging.raiseExceptions,
    ) = before


def fail_on(header: str) -> None:
    """Raise an error that quotes its input, as libraries do."""
    try:
        dict[str, str]()[header]
    except KeyError as error:
        raise ValueError(f"illegal header {header}") from error


def test_log_records_are_written_to_the_file(path: Path) -> None:
    log.to_file(path)
    logger.info("The keyring is locked.")
    assert "INFO deepvue_tray.somewhere: The keyring is locked." in path.read_text()


def test_there_are_at_most_three_log_files_of_a_megabyte(path: Path) -> None:
    log.to_file(path)
    for _ in range(45):
        logger.info("x" * 99_000)
    files = [*path.parent.iterdir()]
    assert len(files) == 3
    assert all(file.stat().st_size <= 1_000_000 for file in files)


def test_an_exception_of_another_package_is_logged_without_its_text(path: Path) -> None:
    log.to_file(path)
    try:
        fail_on("s3cr3t-value")
    except ValueError:
        logger.exception("A fault.")
    written = path.read_text()
    assert "s3cr3t-value" not in written.replace('fail_on("s3cr3t-value")', "")
    assert "KeyError" in written
    assert "ValueError" in written
    assert "test_log.py" in written


def test_an_error_of_this_program_is_logged_with_its_text(path: Path) -> None:
    log.to_file(path)
    error = StorageError("/etc/settings.json")
    logger.error("A fault.", exc_info=error)
    assert "/etc/settings.json" in path.read_text()


def test_libraries_are_not_logged(path: Path) -> None:
    log.to_file(path)
    logging.getLogger("httpcore").warning("x-api-key: s3cr3t-value")
    assert "s3cr3t-value" not in path.read_text()


def test_the_program_runs_without_a_writable_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    log.to_terminal(verbose=False)
    (tmp_path / "not yet there").write_text("a file where the folder should be")
    log.to_file(path)
    logger.info("Not for the terminal.")
    assert capsys.readouterr().err.startswith("The log cannot be written to")


def test_verbose_logs_everything_to_the_terminal(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.to_terminal(verbose=True)
    logger.info("The balance was read.")
    assert "The balance was read." in capsys.readouterr().err
