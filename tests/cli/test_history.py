"""``history``: export and import without losses and partial results."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.core.reading import Reading
from deepvue_tray.core.settings import WalletSettings
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import COMMAND, run

NOW = datetime.now(UTC).replace(microsecond=0)
GOOD = "at,balance\n2026-11-01T09:00:00Z,100\n2026-11-01T09:05:00Z,90\n2026-11-01T09:10:00Z,90.5\n"


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")


def store(*hours_ago: int) -> None:
    history = History(Paths.of_user().history)
    readings = [Reading(at=NOW - timedelta(hours=h), balance=Decimal(h)) for h in hours_ago]
    history.merge("live_1", readings)
    history.close()


def test_imported_readings_are_exported_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(GOOD)
    ran = run("history", "import", str(path))
    assert (ran.returncode, ran.stdout) == (0, "3 readings imported.\n")
    assert run("history").stdout == GOOD


def test_importing_twice_changes_nothing_and_reports_it() -> None:
    run("history", "import", "-", typed=GOOD)
    again = run("history", "import", "-", typed=GOOD)
    assert again.stdout == "0 readings imported, 3 already known.\n"
    assert run("history").stdout == GOOD


def test_a_file_with_a_byte_order_mark_is_read_from_a_pipe_too() -> None:
    ran = run("history", "import", "-", typed="\ufeff" + GOOD)
    assert (ran.returncode, ran.stdout) == (0, "3 readings imported.\n")


def test_importing_has_none_of_the_options_of_printing() -> None:
    ran = run("history", "--since", "30d", "import", "-", typed=GOOD)
    assert ran.returncode == 2
    assert "--wallet" in ran.stderr


def test_since_leaves_out_older_readings() -> None:
    store(1, 30, 24 * 40)
    lines = run("history", "--since", "31h").stdout.splitlines()
    assert [line.partition(",")[2] for line in lines] == ["balance", "30", "1"]
    day = (NOW - timedelta(days=35)).date().isoformat()
    assert len(run("history", "--since", day).stdout.splitlines()) == 3


@pytest.mark.parametrize("since", ["0001-01-02", "1900-01-01", "1969-12-31T12:00"])
def test_since_may_be_before_any_computer_s_clock(since: str) -> None:
    run("history", "import", "-", typed=GOOD)
    assert run("history", f"--since={since}").stdout == GOOD


@pytest.mark.parametrize("since", ["3500-01-01", "9999-12-30"])
def test_since_may_be_in_the_far_future(since: str) -> None:
    run("history", "import", "-", typed=GOOD)
    assert run("history", f"--since={since}").stdout == "at,balance\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_file_that_powershell_wrote_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "readings.csv"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + GOOD.replace("\n", "\r\n")).encode(encoding))
    assert run("history", "import", str(path)).stdout == "3 readings imported.\n"
    with path.open("rb") as file:
        again = subprocess.run(
            [*COMMAND, "history", "import", "-"],
            stdin=file,
            capture_output=True,
            text=True,
            check=False,
        )
    assert again.stdout == "0 readings imported, 3 already known.\n"


def test_json_lines_hold_one_reading_each() -> None:
    run("history", "import", "-", typed=GOOD)
    content = [json.loads(line) for line in run("history", "--format", "jsonl").stdout.splitlines()]
    assert content[2] == {"at": "2026-11-01T09:10:00Z", "balance": 90.5}
    assert len(content) == 3


def test_every_bad_line_is_reported_with_its_number_and_nothing_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"{GOOD}yesterday,5\n2026-11-01T10:00:00Z,much\n")
    ran = run("history", "import", str(path))
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[:2] == [
        f"{path}:5: 'yesterday' is not a time such as 2026-11-23T09:00:00Z",
        f"{path}:6: 'much' is not a balance such as 6448 or 6448.50",
    ]
    assert "Nothing was imported." in ran.stderr
    assert run("history").stdout == "at,balance\n"


def test_for_a_file_of_another_format_some_lines_are_listed_and_the_rest_counted() -> None:
    ran = run("history", "import", "-", typed="at,balance\n" + "a,b\n" * 100)
    assert ran.stderr.count("-:") == 20
    assert "80 more" in ran.stderr


def test_a_missing_file_is_reported() -> None:
    ran = run("history", "import", "/nowhere/readings.csv")
    assert ran.returncode == 2
    assert "/nowhere/readings.csv: No such file" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["history"], ["history", "import", "-"]])
def test_without_a_wallet_the_error_has_the_remedy(command: list[str]) -> None:
    ran = run(*command, typed=GOOD, DEEPVUE_CLIENT_ID="")
    assert ran.returncode == 1
    assert ran.stderr.startswith("Not set up. Enter ")


@pytest.mark.parametrize("since", ["soon", "30", "9999999d", "-1d", "0001-01-01T00:00+14:00"])
def test_an_invalid_time_is_refused_with_examples(since: str) -> None:
    ran = run("history", f"--since={since}")
    assert ran.returncode == 2
    assert "30d" in ran.stderr


def test_a_history_that_cannot_be_read_prints_no_partial_table() -> None:
    Paths.of_user().history.mkdir(parents=True)
    ran = run("history")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "history.sqlite" in ran.stderr


def test_a_pipe_closed_by_its_reader_is_no_error() -> None:
    store(*range(1, 20_000))
    history = subprocess.Popen(
        [*COMMAND, "history"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with history:
        assert history.stdout is not None
        assert history.stderr is not None
        assert history.stdout.readline() == "at,balance\n"
        history.stdout.close()
        assert history.stderr.read() == ""
    assert history.returncode == 141


def test_a_failed_import_tells_that_it_can_be_repeated() -> None:
    Paths.of_user().history.mkdir(parents=True)
    ran = run("history", "import", "-", typed=GOOD)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "importing again adds what is missing" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
@pytest.mark.parametrize("hours", [1, 20_000])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_full_disk_is_reported_in_one_line(hours: int, kind: str) -> None:
    store(*range(1, hours + 1))
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*COMMAND, "history", "--format", kind],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert "(standard output: No space left on device)" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["history"], ["history", "import", "-"]])
def test_a_client_id_in_invalid_utf_8_is_refused(command: list[str]) -> None:
    ran = run(*command, typed=GOOD, DEEPVUE_CLIENT_ID="live_\udcff")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "The client ID has" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.fixture
def signed_in_to_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPVUE_CLIENT_ID")
    wallets.sign_in(LIVE, TRIAL)
    wallets.store("free_tier_2", *wallets.SOME_READINGS)


TWO_LINES = "at,balance\n2026-11-01T09:00:00Z,100\n2026-11-01T10:00:00Z,90\n"


@pytest.mark.usefixtures("signed_in_to_two")
@pytest.mark.parametrize("chosen", ["Trial", "TRIAL", "free_tier_2"])
def test_the_history_of_a_chosen_wallet_is_printed(chosen: str) -> None:
    assert run("history", "--wallet", chosen).stdout == TWO_LINES


@pytest.mark.usefixtures("signed_in_to_two")
@pytest.mark.parametrize("command", [["history"], ["history", "import", "-"]])
def test_of_several_wallets_one_must_be_chosen(command: list[str]) -> None:
    ran = run(*command, typed=GOOD)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == ("There are several wallets: Live, Trial. Add --wallet and one of them.\n")


@pytest.mark.usefixtures("signed_in_to_two")
def test_the_list_of_wallets_is_never_shortened() -> None:
    many = [replace(LIVE, client_id=f"live_{n}", name=f"{n} " + "x" * 37) for n in range(7)]
    wallets.sign_in(*many)
    stderr = run("history").stderr
    assert all(wallet.name in stderr for wallet in many)


@pytest.mark.usefixtures("signed_in_to_two")
@pytest.mark.parametrize(
    "command",
    [
        ["history", "import", "--wallet", "Live", "-"],
        ["history", "--wallet", "live_1", "import", "-"],
    ],
)
def test_readings_are_imported_into_the_chosen_wallet(command: list[str]) -> None:
    assert run(*command, typed=GOOD).stdout == "3 readings imported.\n"
    assert run("history", "--wallet", "Live").stdout == GOOD
    assert run("history", "--wallet", "Trial").stdout == TWO_LINES


@pytest.mark.usefixtures("signed_in_to_two")
def test_the_history_of_a_removed_wallet_is_found_by_its_client_id() -> None:
    wallets.sign_in(LIVE)
    assert run("history").stdout == "at,balance\n"
    assert run("history", "--wallet", "free_tier_2").stdout == TWO_LINES
    ran = run("history", "import", "--wallet", "free_tier_2", "-", typed=GOOD)
    assert ran.stdout == "2 readings imported, 1 already known.\n"


@pytest.mark.usefixtures("signed_in_to_two")
def test_without_a_wallet_the_removed_ones_are_listed() -> None:
    wallets.sign_in(WalletSettings())
    ran = run("history")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("No wallet is signed in; the history has: free_tier_2. ")


@pytest.mark.usefixtures("signed_in_to_two")
def test_the_history_of_an_unknown_wallet_is_a_usage_error() -> None:
    ran = run("history", "--wallet", "Test")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "No wallet Test; known: Live, Trial." in ran.stderr


@pytest.mark.usefixtures("signed_in_to_two")
def test_the_environment_s_wallet_needs_no_choice() -> None:
    assert run("history", DEEPVUE_CLIENT_ID="free_tier_2").stdout == TWO_LINES


def test_a_name_with_spaces_and_quotes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPVUE_CLIENT_ID")
    wallets.sign_in(replace(LIVE, name='The "big" one\'s'), TRIAL)
    assert run("history", "--wallet", 'The "big" one\'s').stdout == "at,balance\n"
