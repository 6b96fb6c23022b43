"""``check``, as cron, Nagios and Prometheus run it."""

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from deepvue_tray.cli.arguments import parse
from deepvue_tray.core.alert import Alert
from deepvue_tray.core.alert_delivery import mark_notified
from deepvue_tray.core.alert_rules import snoozed
from deepvue_tray.core.alert_state import AlertState
from deepvue_tray.core.reading import Reading
from deepvue_tray.services.history import History
from deepvue_tray.services.paths import Paths
from tests.cli import wallets
from tests.cli.conftest import LIVE, TRIAL
from tests.support.command import COMMAND, run, run_process
from tests.support.faulty_server import FaultyServer, balance, by_client, hang, status
from tests.support.file_keyring import FileKeyring
from tests.support.platform import (
    WINDOWS,
    needs_posix_files,
    needs_posix_signals,
    private_folders,
)
from tests.support.timeouts import TIMEOUT_S

SECRET = "s3cr3t-value"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    with FaultyServer(balance(6448)) as server:
        monkeypatch.setenv("DEEPVUE_BASE_URL", server.url)
        monkeypatch.setenv("DEEPVUE_CLIENT_ID", "live_1")
        monkeypatch.setenv("DEEPVUE_CLIENT_SECRET", SECRET)
        yield server


@pytest.mark.parametrize(
    ("left", "status", "word"),
    [(6448, 0, "OK"), (1000, 1, "WARNING"), (250, 2, "CRITICAL"), (0, 2, "CRITICAL")],
)
def test_the_exit_status_is_that_of_a_monitoring_plugin(
    server: FaultyServer, left: int, status: int, word: str
) -> None:
    server.answer = balance(left)
    ran = run("check")
    assert ran.returncode == status
    assert ran.stdout.startswith(f"DEEPVUE {word} - {left} credits, ")
    assert f" | balance={left};@0:1000;@0:250;0" in ran.stdout
    assert ran.stderr == ""


def test_one_check_is_one_request(server: FaultyServer) -> None:
    run("check")
    assert len(server.requests) == 1


def test_an_alert_notified_by_the_tray_and_snoozed_meanwhile_stays_so(
    server: FaultyServer,
) -> None:
    history, now = History(Paths.of_user().history), datetime.now(UTC)

    def notified_and_snoozed(stored: AlertState | None) -> AlertState:
        assert stored is not None
        return snoozed(mark_notified(stored, Alert.LOW, now), now + timedelta(hours=9))

    async def answer(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        meanwhile = History(Paths.of_user().history)
        meanwhile.update_alerts("live_1", notified_and_snoozed)
        meanwhile.close()
        async for piece in balance(890)(server, writer):
            yield piece

    server.answer = balance(900)
    run("check")
    server.answer = answer
    assert run("check").returncode == 1
    alerts, latest = history.alerts("live_1"), history.latest("live_1", datetime.now(UTC))
    history.close()
    assert latest is not None
    assert latest.balance == 890
    assert alerts.desktop.notified == {Alert.LOW}
    assert alerts.snooze is not None


@pytest.mark.parametrize("trouble", [status(401, SECRET), status(429), status(503)])
def test_a_failure_is_unknown_in_one_line_without_the_secret(
    server: FaultyServer, trouble: object
) -> None:
    server.answer = trouble  # type: ignore[assignment] # any response
    ran = run("check")
    assert ran.returncode == 3
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - ")
    assert ran.stdout.count("\n") == 1
    assert SECRET not in ran.stdout + ran.stderr


def test_without_credentials_the_error_has_the_remedy() -> None:
    ran = run("check")
    assert ran.returncode == 3
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - Not set up. ")


def test_after_a_failure_the_last_balance_is_printed_with_its_time(server: FaultyServer) -> None:
    run("check")
    server.answer = status(503)
    assert "Last known: 6448 credits at 20" in run("check").stdout


def test_its_reading_is_in_the_history_that_the_tray_shows(server: FaultyServer) -> None:
    run("check")
    assert [line.rpartition(",")[2] for line in run("history").stdout.splitlines()] == [
        "balance",
        "6448",
    ]


def test_the_runway_comes_from_the_stored_history(server: FaultyServer) -> None:
    now = datetime.now(UTC)
    past = [
        Reading(at=now - timedelta(hours=hours), balance=Decimal(6448 + 10 * hours))
        for hours in range(24 * 14, 0, -1)
    ]
    history = History(Paths.of_user().history)
    history.merge("live_1", past)
    history.close()
    assert "6448 credits, about 27 days left | " in run("check").stdout
    server.answer = status(503)
    runway = json.loads(run("check", "--json").stdout)["runway"]
    assert runway["burn_per_day"] == pytest.approx(240, rel=0.01)


def test_thresholds_can_be_given(server: FaultyServer) -> None:
    assert run("check", "--warning", "7000").returncode == 1
    assert run("check", "--warning", "8000", "--critical", "7000").returncode == 2
    server.answer = balance(900)
    assert run("check", "--warning", "off").returncode == 0


@pytest.mark.parametrize("given", ["7000", "7000:", "@0:7000", "@~:7000", "@:7000"])
def test_a_range_that_alerts_on_low_values_is_a_threshold(given: str) -> None:
    options = parse(["check", "-w", given, "--warning-days", "9:"])
    assert (options.warning, options.warning_days) == (7000, 9)


@pytest.mark.parametrize(
    "given", ["~:7000", "0:7000", "10:7000", "@10:7000", "@7000:", "~:", "@", "7.5:", "\u0667:"]
)
def test_a_range_that_alerts_on_high_values_or_not_on_all_low_ones_is_refused(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(["check", "-c", given])
    assert exit_.value.code == 3
    said = capsys.readouterr().out
    assert said.startswith(
        f"DEEPVUE UNKNOWN - argument -c/--critical: {given!r} is neither a whole number, nor a "
    )


def test_plain_thresholds_in_performance_data_can_be_requested(server: FaultyServer) -> None:
    ran = run("check", "--simple-perfdata", "-w", "7000:", "-c", "@0:500", "-t", "60")
    assert ran.returncode == 1
    assert ran.stdout.endswith(" | balance=6448;7000;500;0\n")


def test_details_follow_the_first_line(server: FaultyServer) -> None:
    first, *lines = run("check", "-v", "-c", "off").stdout.splitlines()
    assert (
        first == "DEEPVUE OK - 6448 credits, forecast after a day of use | balance=6448;@0:1000;;0"
    )
    assert [re.sub("at 20.*Z", "at TIME", line) for line in lines] == [
        "  wallet: Live, client ID live_1",
        "  read: 6448 credits at TIME",
        "  low: at or below 1000 credits or 7 days",
        "  critical: at or below 2 days",
    ]


@pytest.mark.parametrize(
    ("option", "beginning"),
    [("-V", "deepvue-tray 0."), ("--version", "deepvue-tray 0."), ("-h", "usage: deepvue-tray")],
)
def test_the_version_and_the_help_are_no_good_result(
    option: str, beginning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        parse(["check", option])
    assert exit_.value.code == 3
    assert capsys.readouterr().out.startswith(beginning)


def test_a_check_that_takes_too_long_is_unknown_in_one_line(server: FaultyServer) -> None:
    server.answer = hang()
    ran = run_process("check", "--timeout", "1")
    assert (ran.returncode, ran.stderr) == (3, "")
    assert ran.stdout == "DEEPVUE UNKNOWN - no result within 1 s\n"


def test_after_a_timeout_a_file_of_metrics_is_unchanged(
    server: FaultyServer, tmp_path: Path
) -> None:
    server.answer = hang()
    path = tmp_path / "deepvue.prom"
    path.write_text("old")
    ran = run_process("check", "-t", "1", "--prometheus", "--output", str(path))
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == "no result within 1 s\n"
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--warning", "x"], "'x' is neither a whole number, nor a range of low values such as"),
        (["-t", "0"], "'0' is not a whole number of seconds from 1"),
        (["--critical", "5000"], "--critical 5000 is not below --warning 1000."),
        (
            ["--critical", "9000", "--warning", "100"],
            "--critical 9000 is not below --warning 100.",
        ),
        (["--critical-days", "7"], "--critical-days 7 is not below --warning-days 7."),
        (["--warning-days", "0"], "--warning-days 0: Must be from 1 to 365 days."),
        (["--nonsense"], "unrecognized arguments: --nonsense (see --help)"),
    ],
)
def test_a_usage_error_is_unknown_and_sends_no_request(
    server: FaultyServer, arguments: list[str], reason: str
) -> None:
    ran = run("check", *arguments)
    assert (ran.returncode, ran.stderr, server.requests) == (3, "", [])
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - ")
    assert reason in ran.stdout
    assert ran.stdout.count("\n") == 1


def test_an_unsafe_server_address_is_unknown() -> None:
    ran = run("check", DEEPVUE_BASE_URL="http://example.com")
    assert ran.returncode == 3
    assert "must be https://" in ran.stdout


def test_json_is_one_object(server: FaultyServer) -> None:
    content = json.loads(run("check", "--json").stdout)
    assert (content["schema"], content["status"], content["balance"]) == (1, "OK", 6448)


def test_output_replaces_the_file_atomically_and_lets_others_read_it(
    server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "deepvue.prom"
    path.write_text("old " * 10_000)
    ran = run("check", "--prometheus", "--output", str(path))
    assert (ran.returncode, ran.stdout) == (0, "")
    assert path.read_text().startswith("# HELP deepvue_up ")
    assert WINDOWS or stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [*tmp_path.glob("*deepvue.prom*")] == [path]


def test_a_file_that_cannot_be_written_is_unknown_and_reported(
    server: FaultyServer, tmp_path: Path
) -> None:
    ran = run("check", "--output", str(tmp_path / "missing" / "file"))
    assert ran.returncode == 3
    assert str(Path("missing", "file")) in ran.stdout


def test_a_home_that_cannot_be_written_prevents_only_the_history(server: FaultyServer) -> None:
    Path(os.environ["XDG_DATA_HOME"]).write_text("no folder")
    ran = run("check")
    assert ran.returncode == 0
    assert ran.stdout.startswith("DEEPVUE OK - 6448 credits, ")
    assert "A file could not be used" in ran.stdout


def test_a_closed_pipe_is_no_traceback(server: FaultyServer) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    import subprocess

    ran = subprocess.run(
        [*COMMAND, "check"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, "")


def into(device: str, *arguments: str, stderr: int = subprocess.PIPE) -> tuple[int, str]:
    """Run ``check`` with a device as standard output; return its status and standard error."""
    with Path(device).open("wb") as stdout:
        ran = subprocess.run(
            [*COMMAND, "check", *arguments], stdout=stdout, stderr=stderr, text=True, check=False
        )
    return ran.returncode, ran.stderr


@needs_posix_files
@pytest.mark.parametrize("arguments", [[], ["--json"], ["--nonsense"], ["--warning", "0"]])
def test_a_result_that_cannot_be_written_is_unknown(
    server: FaultyServer, arguments: list[str]
) -> None:
    status, stderr = into("/dev/full", *arguments)
    assert status == 3
    assert "Exception" not in stderr
    assert "Traceback" not in stderr


@needs_posix_files
def test_a_result_that_cannot_be_written_is_explained_in_one_line(server: FaultyServer) -> None:
    _, stderr = into("/dev/full")
    assert stderr.startswith("A file could not be used (standard output: No space left on device)")
    assert stderr.count("\n") == 1


@needs_posix_files
def test_the_status_is_unknown_if_not_even_the_error_can_be_written(server: FaultyServer) -> None:
    assert into("/dev/full", stderr=subprocess.STDOUT)[0] == 3


@needs_posix_files
def test_output_can_be_a_device(server: FaultyServer) -> None:
    ran = run_process("check", "--output", "/dev/fd/1")
    assert ran.stdout.startswith("DEEPVUE OK - 6448 credits, ")
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(
    "PROGRAM_UNDER_TEST" in os.environ, reason="a bundle's Python ignores PYTHONIOENCODING"
)
def test_a_character_that_standard_output_lacks_changes_no_status(
    server: FaultyServer, tmp_path: Path
) -> None:
    (tmp_path / "bücher").write_text("no folder")
    folders = private_folders(tmp_path / "bücher")
    ran = run_process("check", **folders, PYTHONIOENCODING="ascii")
    assert ran.returncode == 0
    assert ran.stdout.startswith("DEEPVUE OK - 6448 credits, ")
    assert r"b\xfccher" in ran.stdout
    assert ran.stderr == ""


def test_a_client_id_in_invalid_utf_8_is_a_usage_error(server: FaultyServer) -> None:
    ran = run("check", DEEPVUE_CLIENT_ID="live_\udcff")
    assert ran.returncode == 3
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - The client ID has a space, or a")
    assert (server.requests, ran.stderr) == ([], "")


def test_the_secret_can_come_from_a_file(server: FaultyServer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret-of-file\n")
    file = {"DEEPVUE_CLIENT_SECRET": "", "DEEPVUE_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert run("check", **file).returncode == 0
    assert server.requests[0].headers["x-api-key"] == "secret-of-file"


def test_a_secret_file_that_cannot_be_read_is_unknown_and_sends_no_request(
    server: FaultyServer, tmp_path: Path
) -> None:
    file = {"DEEPVUE_CLIENT_SECRET": "", "DEEPVUE_CLIENT_SECRET_FILE": str(tmp_path / "none")}
    ran = run("check", **file)
    assert ran.returncode == 3
    assert ran.stdout.startswith("DEEPVUE UNKNOWN - DEEPVUE_CLIENT_SECRET_FILE: ")
    assert (server.requests, ran.stderr) == ([], "")


@needs_posix_signals
def test_an_interrupted_check_prints_nothing(server: FaultyServer) -> None:
    server.answer = hang()
    process = subprocess.Popen([*COMMAND, "check"], stderr=subprocess.PIPE, text=True)
    assert server.asked.wait(TIMEOUT_S)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, stderr) == (-signal.SIGINT, "")


def test_two_wallets_are_polled_at_the_same_time_and_the_worst_decides(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    met = asyncio.Barrier(2)

    async def answer(server: FaultyServer, writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
        client_id = server.requests[-1].headers["client-id"]
        await met.wait()
        async for piece in balance({"live_1": 6448, "free_tier_2": 100}[client_id])(server, writer):
            yield piece

    two.answer = answer
    ran = run("check", **keyring.env)
    assert ran.returncode == 2
    first, *lines = ran.stdout.splitlines()
    assert first.startswith(
        "DEEPVUE CRITICAL - Trial: 100 credits, forecast after a day of use (1 of 2 "
    )
    assert first.endswith(
        " | 'Live balance'=6448;@0:1000;@0:250;0 'Trial balance'=100;@0:1000;@0:250;0"
    )
    assert lines == [
        "OK - Live: 6448 credits, forecast after a day of use",
        "CRITICAL - Trial: 100 credits, forecast after a day of use",
    ]
    assert len(two.requests) == 2


@pytest.mark.parametrize("chosen", ["Trial", "free_tier_2"])
def test_a_chosen_wallet_is_polled_alone_and_printed_as_if_it_were_the_only_one(
    two: FaultyServer, keyring: FileKeyring, chosen: str
) -> None:
    ran = run("check", "--wallet", chosen, **keyring.env)
    assert ran.returncode == 1
    assert ran.stdout == (
        "DEEPVUE WARNING - 900 credits, forecast after a day of use"
        " | balance=900;@0:1000;@0:250;0\n"
    )
    content = json.loads(run("check", "--json", "--wallet", chosen, **keyring.env).stdout)
    assert (content["schema"], content["client_id"]) == (1, "free_tier_2")
    assert {request.headers["client-id"] for request in two.requests} == {"free_tier_2"}


def test_an_unknown_wallet_is_unknown_and_sends_no_request(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    ran = run("check", "--wallet", "Test", **keyring.env)
    assert (ran.returncode, two.requests) == (3, [])
    assert "No wallet Test; known: Live, Trial." in ran.stdout


def test_one_wallet_s_failure_does_not_keep_the_other_s_balance(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    two.answer = by_client({"live_1": balance(6448), "free_tier_2": status(401)})
    ran = run("check", "--json", **keyring.env)
    assert ran.returncode == 3
    live, trial = json.loads(ran.stdout)["wallets"]
    assert (live["name"], live["status"], live["balance"]) == ("Live", "OK", 6448)
    assert (trial["name"], trial["status"], trial["balance"]) == ("Trial", "UNKNOWN", None)
    assert len(two.requests) == 2


def test_a_paused_wallet_is_not_polled(two: FaultyServer, keyring: FileKeyring) -> None:
    wallets.sign_in(LIVE, replace(TRIAL, is_paused=True))
    ran = run("check", "--critical", "900", **keyring.env)
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-1] == "PAUSED - Trial"
    assert run("check", "--wallet", "Trial", **keyring.env).returncode == 3
    assert [request.headers["client-id"] for request in two.requests] == ["live_1"]


def test_given_thresholds_apply_to_every_wallet(two: FaultyServer, keyring: FileKeyring) -> None:
    ran = run("check", "--json", "--warning", "7000", "--critical", "500", **keyring.env)
    assert [wallet["thresholds"]["warning"] for wallet in json.loads(ran.stdout)["wallets"]] == [
        7000,
        7000,
    ]
    assert ran.returncode == 1


def test_each_wallet_has_the_thresholds_of_its_settings(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.sign_in(LIVE, replace(TRIAL, low=500))
    assert run("check", **keyring.env).returncode == 0


def test_a_threshold_that_does_not_fit_one_wallet_is_refused_with_its_name(
    two: FaultyServer, keyring: FileKeyring
) -> None:
    wallets.sign_in(LIVE, replace(TRIAL, low=500))
    ran = run("check", "--critical", "700", **keyring.env)
    assert (ran.returncode, two.requests) == (3, [])
    assert "Trial: --critical 700 is not below --warning 500." in ran.stdout


def test_the_environment_s_wallet_is_checked_alone(two: FaultyServer) -> None:
    ran = run("check", DEEPVUE_CLIENT_ID="live_1", DEEPVUE_CLIENT_SECRET=SECRET)
    assert ran.stdout.startswith("DEEPVUE OK - 6448 credits, ")
    assert [request.headers["client-id"] for request in two.requests] == ["live_1"]


@pytest.mark.skipif(
    "PROGRAM_UNDER_TEST" in os.environ, reason="a bundle's Python ignores PYTHONIOENCODING"
)
def test_metrics_are_utf_8_in_every_locale(two: FaultyServer, keyring: FileKeyring) -> None:
    wallets.sign_in(replace(LIVE, name="Bücher"))
    ran = run_process("check", "--prometheus", **keyring.env, PYTHONIOENCODING="latin-1")
    assert 'deepvue_up{client_id="live_1",wallet="Bücher"} 1\n' in ran.stdout
